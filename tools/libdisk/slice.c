// SPDX-License-Identifier: MIT
//
// A range of another disk, as a partition is. disk.c has checked that what is
// asked for lies in it, so the sums here neither overflow nor reach the
// neighbours. It cannot be resized: what lies behind it is somebody else's.

#include "disk.h"

struct slice {
	struct disk disk;
	struct disk *base;
	uint64_t off;
};

static int slice_read(struct disk *d, uint64_t off, void *buf, size_t len,
		      struct err *err)
{
	struct slice *s = (struct slice *)d;

	return disk_read(s->base, s->off + off, buf, len, err);
}

static int slice_write(struct disk *d, uint64_t off, const void *buf,
		       size_t len, struct err *err)
{
	struct slice *s = (struct slice *)d;

	return disk_write(s->base, s->off + off, buf, len, err);
}

static int slice_zero(struct disk *d, uint64_t off, uint64_t len,
		      struct err *err)
{
	struct slice *s = (struct slice *)d;

	return disk_zero(s->base, s->off + off, len, err);
}

static int slice_discard(struct disk *d, uint64_t off, uint64_t len,
			 struct err *err)
{
	struct slice *s = (struct slice *)d;

	return disk_discard(s->base, s->off + off, len, err);
}

static int slice_flush(struct disk *d, struct err *err)
{
	return disk_flush(((struct slice *)d)->base, err);
}

static int slice_map(struct disk *d, uint64_t off, uint64_t len,
		     uint64_t *ret_len, bool *ret_data, struct err *err)
{
	struct slice *s = (struct slice *)d;

	return disk_map(s->base, s->off + off, len, ret_len, ret_data, err);
}

static bool slice_locate(struct disk *d, uint64_t off, uint64_t len,
			 bool for_writing, struct disk_place *ret)
{
	struct slice *s = (struct slice *)d;

	return disk_locate(s->base, s->off + off, len, for_writing, ret);
}

static int slice_allocate(struct disk *d, uint64_t off, uint64_t len,
			  struct err *err)
{
	struct slice *s = (struct slice *)d;

	return disk_allocate(s->base, s->off + off, len, err);
}

static void slice_close(struct disk *d)
{
	mem_free(d);
}

static const struct disk_ops slice_ops = {
	.read = slice_read,
	.write = slice_write,
	.zero = slice_zero,
	.discard = slice_discard,
	.flush = slice_flush,
	.map = slice_map,
	.locate = slice_locate,
	.allocate = slice_allocate,
	.close = slice_close,
};

int disk_slice(struct disk *base, uint64_t off, uint64_t len, struct disk **ret,
	       struct err *err)
{
	int r = disk_check_range(base, off, len, err);
	struct slice *s;

	if (r)
		return r;
	s = mem_alloc(sizeof(*s));
	if (!s)
		return err_nomem(err);
	s->disk = (struct disk){.ops = &slice_ops,
				.size = len,
				.sector_size = base->sector_size,
				.read_only = base->read_only};
	s->base = base;
	s->off = off;
	*ret = &s->disk;
	return 0;
}
