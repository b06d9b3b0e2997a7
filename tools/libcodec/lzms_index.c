// SPDX-License-Identifier: MIT
//
// The tree of groups (lzms_index.h).

#include <string.h>

#include "lzms_index.h"

#define LENGTH_BITS 6 // of a group's common bytes
#define LENGTH_MASK ((1u << LENGTH_BITS) - 1)
#define STAGES      8    // levels of groups that are fetched ahead
#define STRIDE      4    // places between one level and the next
#define KEPT        4096 // places at the end of a long match that can be found
#define RING        64

_Static_assert(LZMS_INDEX_MAX_DEPTH <= LENGTH_MASK, "depths fit");
_Static_assert(LZMS_INDEX_MAX_SEGMENT <= 1u << (32 - LENGTH_BITS),
	       "groups fit beside");

// A group: the one around it, and its common bytes below that; and the place
// passed last, plus one (0: none). Group 0 is the root, which has less in
// common than a match needs.
struct group {
	uint32_t outer;
	uint32_t last;
};

struct lzms_index {
	unsigned depth;
	uint32_t segment; // the size of one, or of all that can come
	uint32_t *sorted;
	uint32_t *smallest; // the smallest group of a place
	uint8_t *common;
	struct group *groups;
	struct lzms_sort_work *work;
	const uint8_t *data; // that of the segment
	size_t left;         // of the data, with the segment
	uint32_t at, size;   // in the segment
	uint32_t ahead[RING];
};

int lzms_index_new(size_t max, uint32_t segment, unsigned depth,
		   struct lzms_index **ret)
{
	struct lzms_index *x = mem_alloc(sizeof(*x));
	uint32_t n = segment;

	if (!x)
		return -ENOMEM;
	if (n > max)
		n = (uint32_t)max;
	x->depth = depth;
	x->segment = n;
	x->sorted = mem_array(n, sizeof(*x->sorted));
	x->smallest = mem_array(n, sizeof(*x->smallest));
	x->common = mem_array(n, sizeof(*x->common));
	x->groups = mem_array(n, sizeof(*x->groups));
	x->work = mem_alloc(sizeof(*x->work));
	if (!x->sorted || !x->smallest || !x->common || !x->groups ||
	    !x->work) {
		lzms_index_free(x);
		return -ENOMEM;
	}
	*ret = x;
	return 0;
}

void lzms_index_free(struct lzms_index *x)
{
	if (!x)
		return;
	mem_free(x->sorted);
	mem_free(x->smallest);
	mem_free(x->common);
	mem_free(x->groups);
	mem_free(x->work);
	mem_free(x);
}

// Makes the groups out of what neighbours have in common. Those that are open
// hold the current place; from one to the next they have more in common.
static void make_groups(struct lzms_index *x)
{
	uint32_t open[LZMS_INDEX_MAX_DEPTH + 2];
	uint8_t length[LZMS_INDEX_MAX_DEPTH + 2];
	uint32_t made = 1;
	unsigned top = 0;

	x->groups[0] = (struct group){0};
	open[0] = 0;
	length[0] = 0;
	for (uint32_t i = 0; i < x->size; i++) {
		unsigned next = i + 1 < x->size ? x->common[i + 1] : 0;

		if (next < LZMS_INDEX_MIN_MATCH)
			next = 0;
		// A place belongs to the smaller of those with its neighbours.
		if (next > length[top]) {
			x->groups[made] = (struct group){
				.outer = open[top] << LENGTH_BITS | next};
			open[++top] = made++;
			length[top] = (uint8_t)next;
			x->smallest[x->sorted[i]] = open[top];
			continue;
		}
		x->smallest[x->sorted[i]] = open[top];
		while (next < length[top]) {
			uint32_t closed = open[top--];

			if (next <= length[top])
				continue;
			// What lies around it begins where it did.
			x->groups[closed].outer =
				made << LENGTH_BITS |
				(x->groups[closed].outer & LENGTH_MASK);
			x->groups[made] = (struct group){
				.outer = open[top] << LENGTH_BITS | next};
			open[++top] = made++;
			length[top] = (uint8_t)next;
		}
	}
}

static void begin_segment(struct lzms_index *x)
{
	x->size = x->left < x->segment ? (uint32_t)x->left : x->segment;
	x->at = 0;
	if (!x->size)
		return;
	lzms_sort(x->data, x->size, x->depth, x->sorted, x->common, x->smallest,
		  x->work);
	make_groups(x);
	memset(x->ahead, 0, sizeof(x->ahead));
}

void lzms_index_start(struct lzms_index *x, const uint8_t *data, size_t size)
{
	x->data = data;
	x->left = size;
	begin_segment(x);
}

static void go_on(struct lzms_index *x)
{
	if (++x->at < x->size)
		return;
	x->data += x->size;
	x->left -= x->size;
	begin_segment(x);
}

// Brings the groups of places to come into the cache, one more level of each
// with every step: to wait for memory at each level takes most of the time
// otherwise.
static inline void fetch(struct lzms_index *x)
{
	uint32_t at = x->at + STAGES * STRIDE, i;

	if (at >= x->size)
		return;
	i = x->smallest[at];
	__builtin_prefetch(&x->groups[i], 1);
	x->ahead[at % RING] = i;
	for (unsigned stage = 1; stage < STAGES; stage++) {
		at -= STRIDE;
		i = x->groups[x->ahead[at % RING]].outer >> LENGTH_BITS;
		__builtin_prefetch(&x->groups[i], 1);
		x->ahead[at % RING] = i;
	}
}

// Near the end matches reach behind it: of those that are cut to one length the
// nearest is left, which is the first.
static unsigned cut(struct lzms_match *matches, unsigned n, uint32_t room)
{
	unsigned i = 0;

	if (room < LZMS_INDEX_MIN_MATCH)
		return 0;
	while (i < n && matches[i].length < room)
		i++;
	if (i == n)
		return n;
	matches[i].length = room;
	return i + 1;
}

unsigned lzms_index_next(struct lzms_index *x, struct lzms_match *matches)
{
	struct lzms_match found[LZMS_INDEX_MAX_DEPTH];
	uint32_t nearest = 0, here = x->at + 1, room = x->size - x->at;
	unsigned n = 0;

	fetch(x);
	for (uint32_t i = x->smallest[x->at]; i;) {
		struct group *g = &x->groups[i];

		if (g->last > nearest) {
			nearest = g->last;
			found[n].length = g->outer & LENGTH_MASK;
			found[n++].offset = here - nearest;
		}
		g->last = here;
		i = g->outer >> LENGTH_BITS;
	}
	for (unsigned k = 0; k < n; k++)
		matches[k] = found[n - 1 - k];
	go_on(x);
	return room < x->depth ? cut(matches, n, room) : n;
}

void lzms_index_skip(struct lzms_index *x, size_t n)
{
	for (; n; n--) {
		// Of what is repeated at length the end does.
		bool is_kept = n <= KEPT;

		fetch(x);
		for (uint32_t i = is_kept ? x->smallest[x->at] : 0; i;) {
			x->groups[i].last = x->at + 1;
			i = x->groups[i].outer >> LENGTH_BITS;
		}
		go_on(x);
	}
}
