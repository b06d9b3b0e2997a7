// SPDX-License-Identifier: MIT
//
// Writing one system. A VHD's content comes before what makes its file a VHD.

#include <stdio.h>
#include <string.h>

#include "plan_priv.h"
#include "vdisk.h"

// Says which of several images is being applied.
struct numbered {
	struct progress progress, *outer;
	size_t number, count;
};

static int report(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	struct numbered *n = ctx;
	char text[64];

	snprintf(text, sizeof(text), "%s %zu/%zu", stage, n->number, n->count);
	return progress_report(n->outer, text, done, total);
}

static int write_volume(struct plan_system *s, struct pool *pool,
			struct progress *progress, struct err *err)
{
	int r = ntfs_build_begin(s->build, err);

	if (!r)
		r = apply_content(s->apply, pool, progress, err);
	return r ? r : ntfs_build_finish(s->build, progress, err);
}

// What no volume covers must not hold what the device held there. The blocks of
// a dynamic disk that nothing lies in are none.
static int zero_outside(const struct plan_system *s, struct err *err)
{
	uint64_t end = s->part->start + s->part->size, at = end;
	int r = disk_zero(s->disk, 0, s->part->start, err);

	while (!r && at < s->disk->size) {
		uint64_t block = at / s->layout.block_size;
		uint64_t next = (block + 1) * s->layout.block_size;

		if (next > s->disk->size)
			next = s->disk->size;
		if (!s->present || s->present[block / 8] >> block % 8 & 1)
			r = disk_zero(s->disk, at, next - at, err);
		at = next;
	}
	return r;
}

static int write_vhd(struct plan_system *s, struct pool *pool,
		     struct progress *progress, struct err *err)
{
	int r = zero_outside(s, err);

	if (!r)
		r = write_volume(s, pool, progress, err);
	if (!r)
		r = part_table_write(s->table, s->disk, err);
	return r ? r : vdisk_create(s->file, &s->create, err);
}

// A child remembers what its parent is called now that it is written.
static int write_child(struct plan_system *s, struct err *err)
{
	struct vdisk_info info;
	int r = vdisk_probe(s->parent->file, &info, err);

	s->create.parent_id = info.link_id;
	return r ? r : vdisk_create(s->file, &s->create, err);
}

// Once it is written, its tree is not needed, and may be large.
static void forget(struct plan_system *s)
{
	apply_free(s->apply);
	ntfs_build_free(s->build);
	s->apply = NULL;
	s->build = NULL;
}

int plan_run_system(struct plan *p, struct plan_system *s, size_t number,
		    size_t count, struct pool *pool, struct progress *progress,
		    struct err *err)
{
	struct numbered n = {.progress = {.report = report, .ctx = &n},
			     .outer = progress,
			     .number = number,
			     .count = count};
	int r;

	if (progress && count > 1)
		progress = &n.progress;
	if (s->parent)
		r = write_child(s, err);
	else if (s->answer->on_partition)
		r = write_volume(s, pool, progress, err);
	else
		r = write_vhd(s, pool, progress, err);
	if (!r)
		forget(s);
	return r;
}
