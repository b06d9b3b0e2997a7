// SPDX-License-Identifier: MIT
//
// Sorting the places of a chunk by the bytes that begin there: by one or two
// bytes while a group is large, then by six at once, in numbers that fit into
// the cache. Groups keep the order of places, so that memory is read forwards.

#include <string.h>

#include "lzms_index.h"

#define KEY_BYTES 6 // above the number of the place within its group
#define FEW       12
#define MANY      (UINT32_C(1) << 20) // worth a split by two bytes

struct sorter {
	const uint8_t *data;
	unsigned depth;
	uint32_t *sorted, *other;
	uint8_t *common;
	uint64_t *keys;   // room for LZMS_SORT_SMALL
	uint32_t *counts; // for LZMS_SORT_PAIRS
};

static inline uint64_t load_be(const uint8_t *p)
{
	return __builtin_bswap64(load_le64(p));
}

// --- Numbers -----------------------------------------------------------------

static void sort_few(uint64_t *keys, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		uint64_t key = keys[i];
		uint32_t to = i;

		for (; to && keys[to - 1] > key; to--)
			keys[to] = keys[to - 1];
		keys[to] = key;
	}
}

static uint64_t median(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t low = a < b ? a : b, high = a < b ? b : a;

	return c < low ? low : c > high ? high : c;
}

// Quicksort. All keys differ. What is less goes to the front without a branch,
// which would be taken or not by chance.
static void sort_keys(uint64_t *keys, uint32_t n)
{
	while (n > FEW) {
		uint64_t pivot = median(keys[0], keys[n / 2], keys[n - 1]);
		uint32_t less = 0;

		for (uint32_t i = 0; i < n; i++) {
			uint64_t key = keys[i];

			keys[i] = keys[less];
			keys[less] = key;
			less += key < pivot;
		}
		// the smaller part by a call, so that calls are few
		if (less < n - less) {
			sort_keys(keys, less);
			keys += less;
			n -= less;
		} else {
			sort_keys(keys + less, n - less);
			n = less;
		}
	}
	sort_few(keys, n);
}

// --- Groups ------------------------------------------------------------------

static void sort_group(const struct sorter *s, uint32_t first, uint32_t n,
		       unsigned at);

// Half of all groups are of two.
static void sort_pair(const struct sorter *s, uint32_t first, unsigned at)
{
	uint32_t a = s->sorted[first], b = s->sorted[first + 1];
	uint64_t x, y;

	do {
		x = load_be(s->data + a + at);
		y = load_be(s->data + b + at);
		at += x == y ? 8 : (unsigned)__builtin_clzll(x ^ y) / 8;
	} while (x == y && at < s->depth);
	s->common[first + 1] = (uint8_t)(at < s->depth ? at : s->depth);
	if (x > y) {
		s->sorted[first] = b;
		s->sorted[first + 1] = a;
	}
}

static void sort_parts(const struct sorter *s, uint32_t first, uint32_t n,
		       unsigned at)
{
	if (n == 2)
		sort_pair(s, first, at);
	else if (n > 2)
		sort_group(s, first, n, at);
}

// Sorts a group that has `at` bytes in common, with the keys of all in the
// cache.
static void sort_small(const struct sorter *s, uint32_t first, uint32_t n,
		       unsigned at)
{
	uint32_t *place = s->sorted + first, *old = s->other + first;
	uint64_t *keys = s->keys;
	uint32_t begin = 0;

	for (uint32_t i = 0; i < n; i++)
		keys[i] = (load_be(s->data + place[i] + at) &
			   ~UINT64_C(0) << LZMS_SORT_NUMBER_BITS) |
			  i;
	sort_keys(keys, n);
	memcpy(old, place, n * sizeof(*old));
	place[0] = old[keys[0] & (LZMS_SORT_SMALL - 1)];
	for (uint32_t i = 1; i < n; i++) {
		uint64_t differ = (keys[i] ^ keys[i - 1]) >>
				  LZMS_SORT_NUMBER_BITS;
		unsigned same = KEY_BYTES;

		place[i] = old[keys[i] & (LZMS_SORT_SMALL - 1)];
		if (differ)
			same = (unsigned)(__builtin_clzll(differ) -
					  LZMS_SORT_NUMBER_BITS) /
			       8;
		same += at;
		s->common[first + i] =
			(uint8_t)(same < s->depth ? same : s->depth);
	}
	// The keys are used up: equal ones are groups that go on.
	if (at + KEY_BYTES >= s->depth)
		return;
	for (uint32_t i = 1; i <= n; i++) {
		if (i < n && s->common[first + i] >= at + KEY_BYTES)
			continue;
		sort_parts(s, first + begin, i - begin, at + KEY_BYTES);
		begin = i;
	}
}

// Splits a group by its byte `at`. Little is kept here, as parts are split in
// turn.
static void split(const struct sorter *s, uint32_t first, uint32_t n,
		  unsigned at)
{
	uint32_t *place = s->sorted + first, *old = s->other + first;
	uint32_t end[256] = {0}, sum = 0, begin = 0;

	for (uint32_t i = 0; i < n; i++)
		end[s->data[place[i] + at]]++;
	for (unsigned c = 0; c < 256; c++) {
		uint32_t here = end[c];

		end[c] = sum;
		sum += here;
	}
	memcpy(old, place, n * sizeof(*old));
	for (uint32_t i = 0; i < n; i++)
		place[end[s->data[old[i] + at]]++] = old[i];
	for (unsigned c = 0; c < 256; begin = end[c++]) {
		if (end[c] == begin)
			continue;
		s->common[first + begin] = (uint8_t)at;
		sort_parts(s, first + begin, end[c] - begin, at + 1);
	}
}

// Returns how many bytes the places of a large group have in common.
static unsigned common_bytes(const struct sorter *s, const uint32_t *place,
			     uint32_t n, unsigned at)
{
	while (at < s->depth) {
		uint64_t key = load_be(s->data + place[0] + at), differ = 0;

		for (uint32_t i = 1; i < n && !(differ >> 56); i++)
			differ |= key ^ load_be(s->data + place[i] + at);
		if (differ)
			return at + (unsigned)__builtin_clzll(differ) / 8;
		at += 8;
	}
	return at;
}

static void sort_group(const struct sorter *s, uint32_t first, uint32_t n,
		       unsigned at)
{
	uint8_t before = s->common[first];

	if (n <= LZMS_SORT_SMALL) {
		sort_small(s, first, n, at);
		return;
	}
	at = common_bytes(s, s->sorted + first, n, at);
	if (at >= s->depth)
		memset(s->common + first, (int)s->depth, n);
	else
		split(s, first, n, at);
	s->common[first] = before;
}

// --- All ---------------------------------------------------------------------

static inline unsigned two_bytes(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

// Splits all places by their first two bytes.
static void split_all(const struct sorter *s, uint32_t n)
{
	uint32_t *end = s->counts, sum = 0, begin = 0;

	memset(end, 0, LZMS_SORT_PAIRS * sizeof(*end));
	for (uint32_t i = 0; i < n; i++)
		end[two_bytes(s->data + i)]++;
	for (unsigned c = 0; c < LZMS_SORT_PAIRS; c++) {
		uint32_t here = end[c];

		end[c] = sum;
		sum += here;
	}
	for (uint32_t i = 0; i < n; i++)
		s->sorted[end[two_bytes(s->data + i)]++] = i;
	for (unsigned c = 0; c < LZMS_SORT_PAIRS; begin = end[c++]) {
		if (end[c] == begin)
			continue;
		s->common[begin] = begin &&
				   s->data[s->sorted[begin - 1]] == c >> 8;
		sort_parts(s, begin, end[c] - begin, 2);
	}
}

void lzms_sort(const uint8_t *data, uint32_t n, unsigned depth,
	       uint32_t *sorted, uint8_t *common, uint32_t *other,
	       struct lzms_sort_work *work)
{
	const struct sorter s = {
		.data = data,
		.depth = depth,
		.sorted = sorted,
		.other = other,
		.common = common,
		.keys = work->keys,
		.counts = work->counts,
	};

	common[0] = 0;
	if (n >= MANY) {
		split_all(&s, n);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		sorted[i] = i;
	sort_parts(&s, 0, n, 0);
}
