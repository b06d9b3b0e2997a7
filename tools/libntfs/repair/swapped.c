// SPDX-License-Identifier: MIT
//
// Records that lie in each other's place, as each tells by its number: put back, so
// that all that refers to them is right again.

#include <stdlib.h>

#include "repair.h"
#include "../encode/record.h"

#define MAX_RING 16u

static int by_place(const void *a, const void *b)
{
	const struct scan_stranger *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static const struct scan_stranger *find(const struct repair_scan *s,
					uint64_t at)
{
	const struct scan_stranger key = {at, 0};

	return s->stranger_count
		       ? bsearch(&key, s->strangers, s->stranger_count,
				 sizeof(key), by_place)
		       : NULL;
}

// Follows from a place to where its record belongs, and so on. Returns how many
// places are in the ring that begins with its lowest, or 0.
static size_t find_ring(const struct repair_scan *s, uint64_t start,
			uint64_t ret[MAX_RING])
{
	const struct scan_stranger *at = find(s, start);
	size_t count = 0;

	for (; at && count < MAX_RING; at = find(s, at->number)) {
		if (at->at < start)
			return 0; // it was begun there
		ret[count++] = at->at;
		if (at->number == start)
			return count;
	}
	return 0;
}

static int put_back(struct ntfs_repair *r, struct ntfs *n,
		    const uint64_t *places, size_t count)
{
	uint32_t size = n->info.record_size;
	uint8_t *data = mem_array(count, size);
	int err = data ? 0 : err_nomem(r->err);

	for (size_t i = 0; !err && i < count; i++)
		err = disk_read(n->mft, places[i] * size, data + i * size, size,
				r->err);
	for (size_t i = 0; !err && i < count; i++)
		err = disk_write(n->mft, places[(i + 1) % count] * size,
				 data + i * size, size, r->err);
	for (size_t i = 0; !err && i < count; i++)
		ntfs_repair_say(r, places[i],
				"it lies in another's place, and is put back");
	mem_free(data);
	return err;
}

int ntfs_repair_swapped(struct ntfs_repair *r, struct ntfs *n,
			const struct repair_scan *scan, bool *ret_done)
{
	int err = 0;

	*ret_done = false;
	for (size_t i = 0; !err && i < scan->stranger_count; i++) {
		uint64_t places[MAX_RING];
		size_t count = find_ring(scan, scan->strangers[i].at, places);

		if (!count)
			continue;
		err = put_back(r, n, places, count);
		*ret_done = true;
	}
	return err;
}
