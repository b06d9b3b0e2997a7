// SPDX-License-Identifier: MIT
//
// A file of a volume as a disk that can grow, for virtual disks: what lies in
// it is written in place, and only when it is to become longer is the volume
// readied for changes, for which all of it is checked. Several threads may
// write while one makes it longer.

#include <pthread.h>

#include "volume_priv.h"

struct growing {
	struct disk disk;
	struct tree *volume;
	volume_reopen_fn *reopen;
	char *path;
	struct disk *inner;
	bool is_ready; // `inner` was opened on a volume that is being changed
	pthread_rwlock_t moving; // held for writing while `inner` is replaced
};

static struct disk *lock(struct disk *d)
{
	struct growing *g = (struct growing *)d;

	pthread_rwlock_rdlock(&g->moving);
	return g->inner;
}

static int unlock(struct disk *d, int r)
{
	pthread_rwlock_unlock(&((struct growing *)d)->moving);
	return r;
}

static int grow_read(struct disk *d, uint64_t off, void *buf, size_t len,
		     struct err *err)
{
	return unlock(d, disk_read(lock(d), off, buf, len, err));
}

static int grow_write(struct disk *d, uint64_t off, const void *buf, size_t len,
		      struct err *err)
{
	return unlock(d, disk_write(lock(d), off, buf, len, err));
}

static int grow_zero(struct disk *d, uint64_t off, uint64_t len,
		     struct err *err)
{
	return unlock(d, disk_zero(lock(d), off, len, err));
}

static int grow_discard(struct disk *d, uint64_t off, uint64_t len,
			struct err *err)
{
	return unlock(d, disk_discard(lock(d), off, len, err));
}

static int grow_flush(struct disk *d, struct err *err)
{
	return unlock(d, disk_flush(lock(d), err));
}

static int grow_map(struct disk *d, uint64_t off, uint64_t len,
		    uint64_t *ret_len, bool *ret_data, struct err *err)
{
	return unlock(d, disk_map(lock(d), off, len, ret_len, ret_data, err));
}

// What lies there stays there when the file becomes longer.
static bool grow_locate(struct disk *d, uint64_t off, uint64_t len,
			bool for_writing, struct disk_place *ret)
{
	bool found = disk_locate(lock(d), off, len, for_writing, ret);

	unlock(d, 0);
	return found;
}

// `moving` is held for writing.
static int make_ready(struct growing *g, struct err *err)
{
	struct disk *inner;
	int r;

	if (g->is_ready)
		return 0;
	// What was written so far went past the volume: it is in place before
	// the volume is changed.
	r = disk_flush(g->inner, err);
	if (!r)
		r = tree_begin(g->volume, err);
	if (!r)
		r = g->reopen(g->volume, g->path, &inner, err);
	if (r)
		return r;
	disk_close(g->inner);
	g->inner = inner;
	g->is_ready = true;
	return 0;
}

static int grow_resize(struct disk *d, uint64_t size, struct err *err)
{
	struct growing *g = (struct growing *)d;
	int r;

	if (!g->reopen)
		return err_set(err, -ENOTSUP, g->path, ERR_NOWHERE,
			       "a file in a FAT volume keeps its size");
	// Nobody else is in `inner` while it is closed and opened anew.
	pthread_rwlock_wrlock(&g->moving);
	r = make_ready(g, err);
	if (!r)
		r = disk_resize(g->inner, size, err);
	__atomic_store_n(&d->size, g->inner->size, __ATOMIC_RELAXED);
	pthread_rwlock_unlock(&g->moving);
	return r;
}

// The new bytes lie in clusters that are the file's with the sync that makes it
// longer.
static int grow_extend(struct disk *d, uint64_t off, const void *buf,
		       size_t len, struct err *err)
{
	struct growing *g = (struct growing *)d;
	uint64_t old = d->size;
	int r = grow_resize(d, off + len, err);

	if (r)
		return r;
	r = disk_write(g->inner, off, buf, len, err);
	if (!r)
		r = disk_flush(g->inner, err);
	// As before: a tail without its content would be taken for one.
	if (r)
		best_effort(grow_resize(d, old, NULL));
	return r;
}

static void grow_close(struct disk *d)
{
	struct growing *g = (struct growing *)d;

	disk_close(g->inner);
	pthread_rwlock_destroy(&g->moving);
	mem_free(g->path);
	mem_free(g);
}

static const struct disk_ops grow_ops = {
	.read = grow_read,
	.write = grow_write,
	.zero = grow_zero,
	.discard = grow_discard,
	.flush = grow_flush,
	.map = grow_map,
	.locate = grow_locate,
	.resize = grow_resize,
	.extend = grow_extend,
	.close = grow_close,
};

int volume_growing(struct tree *t, const char *path, struct disk *content,
		   volume_reopen_fn *reopen, struct disk **ret, struct err *err)
{
	struct growing *g = mem_alloc(sizeof(*g));
	char *copy = mem_strdup(path);

	if (!g || !copy) {
		mem_free(g);
		mem_free(copy);
		disk_close(content);
		return err_nomem(err);
	}
	*g = (struct growing){.disk = {.ops = &grow_ops,
				       .size = content->size,
				       .sector_size = content->sector_size,
				       .read_only = content->read_only},
			      .volume = t,
			      .reopen = reopen,
			      .path = copy,
			      .inner = content};
	pthread_rwlock_init(&g->moving, NULL);
	*ret = &g->disk;
	return 0;
}
