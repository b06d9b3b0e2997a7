// SPDX-License-Identifier: MIT
//
// Moving what lies at the end of a virtual disk's file into gaps before it.
//
// What moves is copied, and the table says so when the copy is durable; places
// that were left are not used anew. The order of blocks in a file means nothing.

#include <string.h>

#include "blocks.h"

// A block table moves only when that is worth it.
#define WORTH_IT (UINT64_C(1) << 20)

struct gap {
	uint64_t off, end;
};

struct pack {
	struct vdisk_blocks *b;
	struct vdisk_ranges ranges;
	struct gap *gaps;
	size_t gap_count;
	size_t first[2]; // of the gaps, the first that may have room for a
			 // block, and for other things
};

static int find_gaps(struct pack *p, struct err *err)
{
	uint64_t end = 0;
	int r = p->b->ops->list(p->b, &p->ranges, err);

	vdisk_ranges_sort(&p->ranges);
	p->gaps = mem_array(p->ranges.count, sizeof(*p->gaps));
	if (!r && !p->gaps)
		r = err_nomem(err);
	for (size_t i = 0; i < p->ranges.count && !r; i++) {
		const struct vdisk_range *x = &p->ranges.items[i];

		if (x->off > end)
			p->gaps[p->gap_count++] = (struct gap){end, x->off};
		if (end < x->off + x->len)
			end = x->off + x->len;
	}
	return r;
}

// Finds a place before a range; UINT64_MAX: there is none. What is taken of the
// gap, and what is before it, is gone.
static uint64_t take(struct pack *p, const struct vdisk_range *x)
{
	size_t *first = &p->first[vdisk_range_is_block(x)];
	uint64_t limit = x->off;

	if (!vdisk_range_can_move(x))
		limit = x->off > WORTH_IT + x->len ? x->off - WORTH_IT : 0;
	for (; *first < p->gap_count; ++*first) {
		struct gap *g = &p->gaps[*first];
		uint64_t to;

		if (g->end > limit)
			break;
		to = p->b->ops->fit(p->b, x, g->off, g->end);
		if (to == UINT64_MAX)
			continue;
		g->off = to + x->len;
		if (vdisk_range_is_block(x))
			g->off = to + p->b->ops->slot(p->b);
		return to;
	}
	return UINT64_MAX;
}

static int move_one(struct pack *p, const struct vdisk_range *x, uint64_t to,
		    struct err *err)
{
	int r = vdisk_blocks_prepare(p->b, err);

	if (!r)
		r = vdisk_blocks_room(p->b, 1, err);
	return r ? r : p->b->ops->move(p->b, x, to, err);
}

// From the end on, until something stays.
static int move_all(struct pack *p, struct progress *progress, struct err *err)
{
	const struct vdisk_ranges *ranges = &p->ranges;
	uint64_t all = 0, done = 0, used = 0;
	int r = 0;

	for (size_t i = 0; i < ranges->count; i++)
		used += ranges->items[i].len;
	for (size_t i = 0; i < ranges->count; i++)
		if (ranges->items[i].off >= used)
			all += ranges->items[i].len;
	for (size_t i = ranges->count; i && !r; i--) {
		const struct vdisk_range *x = &ranges->items[i - 1];
		uint64_t to;

		if (!strcmp(x->what, VDISK_RANGE_FOOTER))
			continue;
		to = take(p, x);
		if (to == UINT64_MAX)
			break;
		r = move_one(p, x, to, err);
		done += x->len;
		if (!r && progress_report(progress, "Moving blocks", done,
					  all > done ? all : done))
			r = err_set(err, -ECANCELED, "virtual disk",
				    ERR_NOWHERE, "stopped");
	}
	return r;
}

int vdisk_blocks_pack(struct vdisk_blocks *b, struct progress *progress,
		      struct err *err)
{
	struct pack p = {.b = b};
	int r;

	b->keeps_id = true;
	r = find_gaps(&p, err);
	if (!r)
		r = move_all(&p, progress, err);
	vdisk_ranges_done(&p.ranges);
	mem_free(p.gaps);
	return vdisk_edit_close(b, r, err);
}

uint64_t vdisk_lost(const struct vdisk_blocks *b)
{
	uint64_t end = b->ops->end(b);

	return end < b->file->size ? b->file->size - end : 0;
}
