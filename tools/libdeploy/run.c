// SPDX-License-Identifier: MIT
//
// Doing a plan. The old table goes first and the new one comes last; between
// them the disk holds neither table nor volume to everybody, whatever happens.

#include "plan_priv.h"

// Old content is given back to the device where it can do that, so nothing of
// it lies in the new volumes' free space.
static int clear_disk(struct plan *p, struct err *err)
{
	struct disk *disk = p->target.disk;
	int r;

	p->has_begun = true;
	r = part_wipe(disk, err);
	if (!r)
		// Durable before anything new: after a power cut no part of the
		// new content can pass for the old volume's.
		r = disk_flush(disk, err);
	if (!r)
		r = disk_discard(disk, 0, disk->size, err);
	if (!r)
		r = unfinished_mark(disk, &p->disk_id, err);
	return r;
}

static size_t depth(const struct plan_system *s)
{
	size_t n = 0;

	while (s->parent) {
		s = s->parent;
		n++;
	}
	return n;
}

// Parents come before their children.
static int run_systems(struct plan *p, struct pool *pool,
		       struct progress *progress, struct err *err)
{
	size_t images = 0, number = 0;
	int r = 0;

	for (size_t i = 0; i < p->system_count; i++)
		images += !p->systems[i].parent;
	for (size_t d = 0; d < p->system_count; d++)
		for (size_t i = 0; i < p->system_count && !r; i++) {
			struct plan_system *s = &p->systems[i];

			if (depth(s) == d)
				r = plan_run_system(p, s, ++number, images,
						    pool, progress, err);
		}
	return r;
}

// Reads all content before the disk is touched, when that is asked for: a
// damaged image is then found while the old content is still there.
static int verify(struct plan *p, struct pool *pool, struct progress *progress,
		  struct err *err)
{
	int r = 0;

	for (size_t i = 0; p->answer->verify && i < p->system_count && !r; i++)
		if (p->systems[i].apply)
			r = apply_verify(p->systems[i].apply, pool, progress,
					 err);
	return r;
}

static int run_with(struct plan *p, struct pool *pool,
		    struct progress *progress, struct err *err)
{
	int r = verify(p, pool, progress, err);

	if (!r)
		r = clear_disk(p, err);
	if (!r && p->host)
		r = ntfs_build_begin(p->host, err);
	if (!r)
		r = run_systems(p, pool, progress, err);
	if (!r && p->host)
		r = ntfs_build_finish(p->host, progress, err);
	if (!r)
		r = boot_write(p, progress, err);
	if (!r)
		r = progress_report(progress, "Writing to the disk", 0, 0);
	if (!r)
		// What the table leads to is durable before it is: a power cut
		// before leaves a disk that is marked as unfinished, and none
		// that looks whole.
		r = disk_flush(p->target.disk, err);
	if (!r)
		r = part_table_write(p->table, p->target.disk, err);
	return r ? r : disk_finish(p->target.disk, err);
}

int plan_run(struct plan *plan, struct progress *progress, struct err *err)
{
	struct pool *pool;
	int r = pool_new(0, &pool, err);

	if (r)
		return r;
	r = run_with(plan, pool, progress, err);
	if (r == -ECANCELED)
		err_set(err, r, plan->target.name, ERR_NOWHERE,
			"stopped on request");
	pool_free(pool);
	return r;
}
