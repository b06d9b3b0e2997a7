// SPDX-License-Identifier: MIT
//
// An image that is mounted onto a file of changes in memory, as sparse as one on a
// disk is.

#ifndef MOUNTED_H
#define MOUNTED_H

#include "image_mount.h"
#include "test.h"

#define MOUNTED_TIME 132000000000000000ull

struct changes {
	struct disk *zeroes, *disk;
};

static inline struct changes new_changes(uint64_t size)
{
	struct err err = {0};
	struct changes c;

	check_ok(disk_zeroes(size, 512, &c.zeroes, &err), &err);
	check_ok(disk_scratch(c.zeroes, &c.disk, &err), &err);
	return c;
}

static inline void end_changes(struct changes *c)
{
	disk_close(c->disk);
	disk_close(c->zeroes);
}

static inline struct image_mount *mount(struct wim *w, uint32_t index,
					bool read_only, struct changes *changes)
{
	const struct image_mount_options options = {.read_only = read_only,
						    .time = MOUNTED_TIME};
	struct err err = {0};
	struct image_mount *m;
	struct image_mount_plan plan;

	check_ok(image_mount_plan(w, index, read_only, &plan, &err), &err);
	*changes = new_changes(plan.size);
	check_ok(image_mount_new(w, index, changes->disk, &options, NULL, &m,
				 &err),
		 &err);
	return m;
}

static inline int find_content(void *ctx, const struct ntfs_scan_file *f)
{
	struct disk_extent *range = ctx;

	for (size_t i = 0; i < f->stream_count; i++)
		for (size_t k = 0; k < f->streams[i].extent_count; k++) {
			const struct disk_extent *e = &f->streams[i].extents[k];
			uint64_t end = range->off + range->len;

			if (!range->len || e->off < range->off)
				range->off = e->off;
			if (e->off + e->len > end)
				end = e->off + e->len;
			range->len = end - range->off;
		}
	return 0;
}

// Returns the range of a volume that content lies in.
static inline struct disk_extent content_range(struct disk *volume)
{
	struct disk_extent range = {0};
	struct err err = {0};
	struct ntfs *n;

	check_ok(ntfs_open(volume, &n, &err), &err);
	check_ok(ntfs_scan(n, find_content, &range, NULL, &err), &err);
	ntfs_close(n);
	check(range.len);
	return range;
}

#endif
