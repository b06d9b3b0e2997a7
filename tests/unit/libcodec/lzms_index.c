// SPDX-License-Identifier: MIT
//
// Matches found in sorted groups, held against those found by comparing with
// all places before: for each length the nearest.

#include "libcodec/lzms_index.h"
#include "test.h"

#define MAX_SIZE 3000

static size_t common(const uint8_t *data, size_t a, size_t b, size_t max)
{
	size_t n = 0;

	while (n < max && data[a + n] == data[b + n])
		n++;
	return n;
}

// What lzms_index_next() shall find at a place.
static unsigned by_comparing(const uint8_t *data, size_t begin, size_t size,
			     size_t at, unsigned depth,
			     struct lzms_match *matches)
{
	size_t max = size - at < depth ? size - at : depth;
	size_t best = LZMS_INDEX_MIN_MATCH - 1;
	unsigned n = 0;

	for (size_t from = at; from-- > begin && best < max;) {
		size_t length = common(data, from, at, max);

		if (length <= best)
			continue;
		best = length;
		matches[n].length = (uint32_t)length;
		matches[n++].offset = (uint32_t)(at - from);
	}
	return n;
}

static void one(struct lzms_index *x, const uint8_t *data, size_t size,
		size_t segment, unsigned depth)
{
	struct lzms_match found[LZMS_INDEX_MAX_DEPTH];
	struct lzms_match want[LZMS_INDEX_MAX_DEPTH];

	lzms_index_start(x, data, size);
	for (size_t at = 0; at < size; at++) {
		size_t begin = at / segment * segment, end = begin + segment;
		unsigned n = by_comparing(data, begin, end < size ? end : size,
					  at, depth, want);

		if (at % 64 == 63) {
			lzms_index_skip(x, 1);
			continue;
		}
		check_eq(lzms_index_next(x, found), n);
		for (unsigned i = 0; i < n; i++) {
			check_eq(found[i].length, want[i].length);
			check_eq(found[i].offset, want[i].offset);
		}
	}
}

static void fill(uint8_t *data, unsigned symbols, unsigned runs)
{
	for (size_t i = 0; i < MAX_SIZE;) {
		unsigned n = 1 + (unsigned)rand() % runs;
		uint8_t c = (uint8_t)((unsigned)rand() % symbols);

		if (i > 100 && rand() % 8 == 0) {
			size_t from = (size_t)rand() % (i - 99);

			for (size_t k = 0; k < 99 && i < MAX_SIZE; k++)
				data[i++] = data[from + k];
		}
		while (n-- && i < MAX_SIZE)
			data[i++] = c;
	}
	memset(data + MAX_SIZE, (int)symbols, LZMS_INDEX_SLACK);
}

// Large groups are split in another way than small ones.
static void large(unsigned symbols)
{
	uint32_t n = 1200000;
	uint8_t *data = malloc(n + LZMS_INDEX_SLACK), *same = malloc(n);
	uint32_t *sorted = malloc(n * sizeof(*sorted));
	uint32_t *other = malloc(n * sizeof(*other));
	struct lzms_sort_work *work = malloc(sizeof(*work));

	check(data && same && sorted && other && work);
	for (uint32_t i = 0; i < n + LZMS_INDEX_SLACK; i++)
		data[i] = (uint8_t)((unsigned)rand() % symbols);
	memset(data + 1000, 7, 400000);
	lzms_sort(data, n, 20, sorted, same, other, work);
	for (uint32_t i = 1; i < n; i++) {
		const uint8_t *a = data + sorted[i - 1], *b = data + sorted[i];

		check(same[i] <= 20 && !memcmp(a, b, same[i]));
		if (same[i] < 20)
			check(a[same[i]] < b[same[i]]);
	}
	free(data);
	free(same);
	free(sorted);
	free(other);
	free(work);
}

int main(void)
{
	static uint8_t data[MAX_SIZE + LZMS_INDEX_SLACK];

	for (unsigned depth = 5; depth <= LZMS_INDEX_MAX_DEPTH; depth += 29) {
		uint32_t segment = depth == 5 ? 700 : MAX_SIZE;
		struct lzms_index *x = NULL;

		check_eq(lzms_index_new(MAX_SIZE, segment, depth, &x), 0);
		for (unsigned symbols = 1; symbols < 256; symbols *= 3) {
			fill(data, symbols, 1);
			one(x, data, MAX_SIZE, segment, depth);
			fill(data, symbols, 300 / symbols + 1);
			one(x, data, MAX_SIZE, segment, depth);
			one(x, data, symbols, segment, depth);
		}
		lzms_index_free(x);
	}
	large(256);
	large(2);
	lzms_index_free(NULL);
	return 0;
}
