// SPDX-License-Identifier: MIT
//
// A file's content as a disk whose size can change. Its writes go to the device.
// The flush of a file that was there syncs the volume, so that whoever grows it
// and then flushes finds it grown after a power cut; a file that is being made
// is there with the next sync, and not before.

#include <pthread.h>

#include "change.h"

struct content_file {
	struct disk disk;
	struct ntfs *n;
	uint64_t number;
	bool is_new;
	struct disk *extents;    // of the content as it is now
	pthread_rwlock_t moving; // held for writing while that changes
};

static int open_extents(struct content_file *d, struct err *err)
{
	const struct change_attr *a;
	struct change_file f;
	struct disk *extents;
	int r = ntfs_change_load(ntfs_change_of(d->n), d->number, &f, err);

	a = r ? NULL : ntfs_change_find(&f, NTFS_AT_DATA, NULL);
	if (!r && !a)
		r = err_set(err, -ENOENT, NTFS_RECORD(d->number), ERR_NOWHERE,
			    "it has no data");
	if (!r && (a->resident || a->flags || a->runs.has_holes ||
		   a->valid < a->size))
		r = err_set(err, -ENOTSUP, NTFS_RECORD(d->number), ERR_NOWHERE,
			    "its content is not all in clusters");
	if (!r)
		r = ntfs_runs_base(ntfs_change_of(d->n), &a->runs, a->size,
				   &extents, err);
	if (!r) {
		pthread_rwlock_wrlock(&d->moving);
		disk_close(d->extents);
		d->extents = extents;
		__atomic_store_n(&d->disk.size, a->size, __ATOMIC_RELAXED);
		pthread_rwlock_unlock(&d->moving);
	}
	ntfs_change_done(&f);
	return r;
}

// Returns the extents, which stay as they are until unlock.
static struct disk *lock(struct disk *disk)
{
	struct content_file *d = (struct content_file *)disk;

	pthread_rwlock_rdlock(&d->moving);
	return d->extents;
}

static int unlock(struct disk *disk, int r)
{
	pthread_rwlock_unlock(&((struct content_file *)disk)->moving);
	return r;
}

static int change_read(struct disk *disk, uint64_t off, void *buf, size_t len,
		       struct err *err)
{
	return unlock(disk, disk_read(lock(disk), off, buf, len, err));
}

static int change_write(struct disk *disk, uint64_t off, const void *buf,
			size_t len, struct err *err)
{
	return unlock(disk, disk_write(lock(disk), off, buf, len, err));
}

static int change_zero(struct disk *disk, uint64_t off, uint64_t len,
		       struct err *err)
{
	return unlock(disk, disk_zero(lock(disk), off, len, err));
}

static int change_map(struct disk *disk, uint64_t off, uint64_t len,
		      uint64_t *ret_len, bool *ret_data, struct err *err)
{
	return unlock(disk,
		      disk_map(lock(disk), off, len, ret_len, ret_data, err));
}

static int change_discard(struct disk *disk, uint64_t off, uint64_t len,
			  struct err *err)
{
	return unlock(disk, disk_discard(lock(disk), off, len, err));
}

// What lies there stays there when the file becomes longer.
static bool change_locate(struct disk *disk, uint64_t off, uint64_t len,
			  bool for_writing, struct disk_place *ret)
{
	bool found = disk_locate(lock(disk), off, len, for_writing, ret);

	unlock(disk, 0);
	return found;
}

static int change_flush(struct disk *disk, struct err *err)
{
	struct content_file *d = (struct content_file *)disk;

	return d->is_new ? disk_flush(ntfs_change_of(d->n)->base, err)
			 : ntfs_sync(d->n, err);
}

static int change_resize(struct disk *disk, uint64_t size, struct err *err)
{
	struct content_file *d = (struct content_file *)disk;
	int r = ntfs_change_resize(d->n, d->number, size, filetime_now(), err);

	return r ? r : open_extents(d, err);
}

static void change_close(struct disk *disk)
{
	struct content_file *d = (struct content_file *)disk;

	disk_close(d->extents);
	pthread_rwlock_destroy(&d->moving);
	mem_free(d);
}

static const struct disk_ops change_ops = {
	.read = change_read,
	.write = change_write,
	.zero = change_zero,
	.discard = change_discard,
	.flush = change_flush,
	.map = change_map,
	.locate = change_locate,
	.resize = change_resize,
	.close = change_close,
};

int ntfs_content_open(struct ntfs *n, uint64_t number, bool is_new,
		      struct disk **ret, struct err *err)
{
	struct content_file *d = mem_alloc(sizeof(*d));
	int r;

	if (!d)
		return err_nomem(err);
	d->disk = (struct disk){
		.ops = &change_ops,
		.sector_size = ntfs_change_of(n)->base->sector_size};
	d->n = n;
	d->number = number;
	d->is_new = is_new;
	pthread_rwlock_init(&d->moving, NULL);
	r = open_extents(d, err);
	if (r) {
		change_close(&d->disk);
		return r;
	}
	*ret = &d->disk;
	return 0;
}
