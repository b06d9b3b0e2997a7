// SPDX-License-Identifier: MIT
//
// From the kernel's requests to a disk's operations; nothing in here knows of
// io_uring.

#include "ublk_priv.h"

static int decode_operation(const struct ublksrv_io_desc *desc,
			    struct ublk_request *request, struct err *err)
{
	switch (desc->op_flags & 0xff) {
	case UBLK_IO_OP_READ:
		request->operation = UBLK_READ;
		return 0;
	case UBLK_IO_OP_WRITE:
		request->operation = UBLK_WRITE;
		request->fua = desc->op_flags & UBLK_IO_F_FUA;
		return 0;
	case UBLK_IO_OP_FLUSH:
		request->operation = UBLK_FLUSH;
		return 0;
	case UBLK_IO_OP_DISCARD:
		request->operation = UBLK_DISCARD;
		return 0;
	case UBLK_IO_OP_WRITE_ZEROES:
		request->operation = UBLK_ZERO;
		request->fua = desc->op_flags & UBLK_IO_F_FUA;
		return 0;
	}
	return err_set(err, -EOPNOTSUPP, "request", ERR_NOWHERE,
		       "operation %u is not served", desc->op_flags & 0xff);
}

int ublk_request_decode(const struct ublksrv_io_desc *desc,
			const struct ublk_target *target,
			struct ublk_request *ret, struct err *err)
{
	const struct disk *disk = target->disk;
	struct ublk_request q = {0};
	int r = decode_operation(desc, &q, err);

	if (r)
		return r;
	if (q.operation != UBLK_FLUSH) {
		if (desc->start_sector > disk->size >> SECTOR_SHIFT)
			return err_set(err, -EIO, "request", ERR_NOWHERE,
				       "it begins beyond the disk's end");
		q.off = desc->start_sector << SECTOR_SHIFT;
		q.len = (uint64_t)desc->nr_sectors << SECTOR_SHIFT;
		if (!range_ok(q.off, q.len, disk->size))
			return err_set(err, -EIO, "request", q.off,
				       "it reaches beyond the disk's end");
	}
	if ((q.operation == UBLK_READ || q.operation == UBLK_WRITE) &&
	    q.len > target->max_bytes)
		return err_set(err, -EIO, "request", q.off,
			       "%llu bytes are more than was agreed on",
			       (unsigned long long)q.len);
	*ret = q;
	return 0;
}

// With FUA a write must be durable when it is done. It is not handed on: the
// flush behind it would have to wait for it.
bool ublk_request_locate(const struct ublk_target *t,
			 const struct ublk_request *q, struct disk_place *ret)
{
	bool is_write = q->operation == UBLK_WRITE;

	if ((!is_write && q->operation != UBLK_READ) || q->fua ||
	    (is_write && t->read_only))
		return false;
	return disk_locate(t->disk, q->off, q->len, is_write, ret) &&
	       ret->len == q->len;
}

static int run_other(struct ublk_target *t, const struct ublk_request *q,
		     struct err *err)
{
	int r = 0;

	pthread_mutex_lock(&t->others);
	if (q->operation == UBLK_DISCARD)
		r = disk_discard(t->disk, q->off, q->len, err);
	if (q->operation == UBLK_ZERO)
		r = disk_zero(t->disk, q->off, q->len, err);
	if (!r && (q->operation == UBLK_FLUSH || q->fua))
		r = disk_flush(t->disk, err);
	pthread_mutex_unlock(&t->others);
	return r;
}

// A block that is new gets all its room at once: what is written to it later
// cannot fail for want of it then, and need not wait for it. Where that cannot
// be had, the write will tell.
static void take_room(struct ublk_target *t, const struct ublk_request *q)
{
	struct disk *d = t->disk;
	uint64_t off;

	if (!d->unit)
		return;
	off = q->off - q->off % d->unit;
	best_effort(disk_allocate(d, off,
				  d->size - off < d->unit ? d->size - off
							  : d->unit,
				  NULL));
}

int ublk_request_run(struct ublk_target *t, const struct ublk_request *q,
		     void *buf, struct err *err)
{
	int r;

	if (q->operation == UBLK_READ)
		return disk_read(t->disk, q->off, buf, (size_t)q->len, err);
	if (t->read_only)
		// Users flush without having written, too.
		return q->operation == UBLK_FLUSH
			       ? 0
			       : err_set(err, -EROFS, "request", q->off,
					 "the disk is served for reading only");
	if (q->operation != UBLK_WRITE)
		return run_other(t, q, err);
	take_room(t, q);
	r = disk_write(t->disk, q->off, buf, (size_t)q->len, err);
	return r || !q->fua ? r : run_other(t, q, err);
}

int ublk_request_result(const struct ublk_request *q, int r)
{
	// The kernel would try these again by itself, or hand them to users
	// that do not expect them of a disk.
	if (r == -EAGAIN || r == -EINTR || r > 0 || r < -4095)
		return -EIO;
	if (r)
		return r;
	return q->operation == UBLK_READ || q->operation == UBLK_WRITE
		       ? (int)q->len
		       : 0;
}
