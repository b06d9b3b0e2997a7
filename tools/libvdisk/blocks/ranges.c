// SPDX-License-Identifier: MIT
//
// Lists of what is used of a virtual disk's file.

#include <stdlib.h>
#include <string.h>

#include "ranges.h"

int vdisk_ranges_add(struct vdisk_ranges *ranges, uint64_t off, uint64_t len,
		     const char *what, uint64_t number, struct err *err)
{
	void *items = ranges->items;
	int r = mem_grow(&items, ranges->count, &ranges->capacity,
			 sizeof(*ranges->items));

	ranges->items = items;
	if (r)
		return err_nomem(err);
	ranges->items[ranges->count++] =
		(struct vdisk_range){off, len, number, what};
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct vdisk_range *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

void vdisk_ranges_sort(struct vdisk_ranges *ranges)
{
	if (ranges->count)
		qsort(ranges->items, ranges->count, sizeof(*ranges->items),
		      by_offset);
}

bool vdisk_range_is_block(const struct vdisk_range *range)
{
	return !strcmp(range->what, VDISK_RANGE_BLOCK);
}

bool vdisk_range_can_move(const struct vdisk_range *range)
{
	return vdisk_range_is_block(range) ||
	       !strcmp(range->what, VDISK_RANGE_BITS);
}

const struct vdisk_range *vdisk_ranges_next(const struct vdisk_ranges *ranges,
					    uint64_t off, uint64_t len,
					    size_t *from)
{
	while (*from < ranges->count) {
		const struct vdisk_range *x = &ranges->items[(*from)++];

		if (x->off < off + len && off < x->off + x->len)
			return x;
	}
	return NULL;
}

void vdisk_ranges_done(struct vdisk_ranges *ranges)
{
	mem_free(ranges->items);
	*ranges = (struct vdisk_ranges){0};
}
