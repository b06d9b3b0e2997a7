// SPDX-License-Identifier: MIT
//
// Doing a plan. The old table goes first and the new one comes last; between
// them the disk holds neither table nor volume to everybody, whatever happens.

#include "plan_priv.h"
#include "vdisk.h"

// Old content is given back to the device where it can do that, so nothing of
// it lies in the new volumes' free space.
static int clear_disk(struct plan *p, struct err *err)
{
	struct disk *disk = p->target.disk;
	int r = part_wipe(disk, err);

	if (!r)
		r = disk_flush(disk, err);
	if (!r)
		r = disk_discard(disk, 0, disk->size, err);
	if (!r)
		r = unfinished_mark(disk, err);
	return r;
}

static int write_guest(struct plan *p, struct pool *pool,
		       struct progress *progress, struct err *err)
{
	uint64_t end = p->guest_part->start + p->guest_part->size;
	// What no volume covers must not hold what the device held there.
	int r = disk_zero(p->vhd, 0, p->guest_part->start, err);

	if (!r)
		r = disk_zero(p->vhd, end, p->vhd->size - end, err);
	if (!r)
		r = ntfs_build_begin(p->guest, err);
	if (!r)
		r = apply_content(p->apply, pool, progress, err);
	if (!r)
		r = ntfs_build_finish(p->guest, progress, err);
	if (!r)
		r = part_table_write(p->guest_table, p->vhd, err);
	if (!r)
		r = vdisk_create_fixed(p->vhd_file, p->vhd->size, &p->vhd_id,
				       filetime_to_unix(p->time), err);
	return r;
}

static int run_with(struct plan *p, struct pool *pool,
		    struct progress *progress, struct err *err)
{
	int r = clear_disk(p, err);

	if (!r)
		r = ntfs_build_begin(p->host, err);
	if (!r)
		r = write_guest(p, pool, progress, err);
	if (!r)
		r = ntfs_build_finish(p->host, progress, err);
	if (!r)
		r = boot_write(p, progress, err);
	if (!r)
		r = progress_report(progress, "Writing to the disk", 0, 0);
	if (!r)
		r = disk_flush(p->target.disk, err);
	if (!r)
		r = part_table_write(p->table, p->target.disk, err);
	return r;
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
