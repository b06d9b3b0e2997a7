// SPDX-License-Identifier: MIT
//
// A disk that grows inside of a place whose size is fixed: what lies in a
// reserved extent, and is not known to be how long.

#include "disk.h"

struct room {
	struct disk disk;
	struct disk *base;
};

static int room_read(struct disk *d, uint64_t off, void *buf, size_t len,
		     struct err *err)
{
	return disk_read(((struct room *)d)->base, off, buf, len, err);
}

static int room_write(struct disk *d, uint64_t off, const void *buf, size_t len,
		      struct err *err)
{
	return disk_write(((struct room *)d)->base, off, buf, len, err);
}

static int room_zero(struct disk *d, uint64_t off, uint64_t len,
		     struct err *err)
{
	return disk_zero(((struct room *)d)->base, off, len, err);
}

static int room_discard(struct disk *d, uint64_t off, uint64_t len,
			struct err *err)
{
	return disk_discard(((struct room *)d)->base, off, len, err);
}

static int room_flush(struct disk *d, struct err *err)
{
	return disk_flush(((struct room *)d)->base, err);
}

static int room_map(struct disk *d, uint64_t off, uint64_t len,
		    uint64_t *ret_len, bool *ret_data, struct err *err)
{
	return disk_map(((struct room *)d)->base, off, len, ret_len, ret_data,
			err);
}

// The place below may hold anything: what is added is zeroed before it counts.
static int room_resize(struct disk *d, uint64_t size, struct err *err)
{
	struct room *room = (struct room *)d;
	int r = 0;

	if (size > room->base->size)
		return err_set(err, -ENOSPC, "disk", size,
			       "its place has only %llu bytes",
			       (unsigned long long)room->base->size);
	if (size > d->size)
		r = disk_zero(room->base, d->size, size - d->size, err);
	if (!r)
		__atomic_store_n(&d->size, size, __ATOMIC_RELAXED);
	return r;
}

// How long it is, is known to this disk alone, so it grows by one step.
static int room_extend(struct disk *d, uint64_t off, const void *buf,
		       size_t len, struct err *err)
{
	struct room *room = (struct room *)d;
	int r = range_ok(off, len, room->base->size)
			? disk_zero(room->base, d->size, off - d->size, err)
			: err_set(err, -ENOSPC, "disk", off,
				  "its place has only %llu bytes",
				  (unsigned long long)room->base->size);

	if (!r)
		r = disk_write(room->base, off, buf, len, err);
	if (!r)
		__atomic_store_n(&d->size, off + len, __ATOMIC_RELAXED);
	return r;
}

static void room_close(struct disk *d)
{
	mem_free(d);
}

static const struct disk_ops room_ops = {
	.read = room_read,
	.write = room_write,
	.zero = room_zero,
	.discard = room_discard,
	.flush = room_flush,
	.map = room_map,
	.resize = room_resize,
	.extend = room_extend,
	.close = room_close,
};

int disk_room(struct disk *base, struct disk **ret, struct err *err)
{
	struct room *room = mem_alloc(sizeof(*room));

	if (!room)
		return err_nomem(err);
	room->disk = (struct disk){.ops = &room_ops,
				   .sector_size = base->sector_size,
				   .read_only = base->read_only};
	room->base = base;
	*ret = &room->disk;
	return 0;
}
