// SPDX-License-Identifier: MIT
//
// The common front of all disks: ranges are checked here, once.

#include <string.h>

#include "disk.h"

#define ZERO_BUFFER (256 * 1024)

int disk_check_range(const struct disk *d, uint64_t off, uint64_t len,
		     struct err *err)
{
	// Another thread may just be making it longer.
	uint64_t size = __atomic_load_n(&d->size, __ATOMIC_RELAXED);

	if (range_ok(off, len, size))
		return 0;
	return err_set(err, -EINVAL, "disk", off,
		       "%llu bytes reach beyond the end at %llu",
		       (unsigned long long)len, (unsigned long long)size);
}

static int check_write(const struct disk *d, uint64_t off, uint64_t len,
		       struct err *err)
{
	if (d->read_only)
		return err_set(err, -EROFS, "disk", off,
			       "it was opened for reading only");
	return disk_check_range(d, off, len, err);
}

int disk_read(struct disk *d, uint64_t off, void *buf, size_t len,
	      struct err *err)
{
	int r = disk_check_range(d, off, len, err);

	return r || !len ? r : d->ops->read(d, off, buf, len, err);
}

int disk_read_all(struct disk *d, void **ret, struct err *err)
{
	uint8_t *data = d->size < SIZE_MAX ? mem_alloc((size_t)d->size + 1)
					   : NULL;
	int r = data ? disk_read(d, 0, data, (size_t)d->size, err)
		     : err_nomem(err);

	if (r)
		mem_free(data);
	else
		*ret = data;
	return r;
}

int disk_write(struct disk *d, uint64_t off, const void *buf, size_t len,
	       struct err *err)
{
	int r = check_write(d, off, len, err);

	return r || !len ? r : d->ops->write(d, off, buf, len, err);
}

static int write_zeroes(struct disk *d, uint64_t off, uint64_t len,
			struct err *err)
{
	size_t size = len < ZERO_BUFFER ? (size_t)len : ZERO_BUFFER;
	void *zeroes = mem_alloc(size);
	int r = 0;

	if (!zeroes)
		return err_nomem(err);
	while (len && !r) {
		size_t n = len < size ? (size_t)len : size;

		r = d->ops->write(d, off, zeroes, n, err);
		off += n;
		len -= n;
	}
	mem_free(zeroes);
	return r;
}

int disk_zero(struct disk *d, uint64_t off, uint64_t len, struct err *err)
{
	int r = check_write(d, off, len, err);

	if (r || !len)
		return r;
	if (d->ops->zero)
		return d->ops->zero(d, off, len, err);
	return write_zeroes(d, off, len, err);
}

int disk_discard(struct disk *d, uint64_t off, uint64_t len, struct err *err)
{
	int r = check_write(d, off, len, err);

	if (r || !len || !d->ops->discard)
		return r;
	return d->ops->discard(d, off, len, err);
}

int disk_flush(struct disk *d, struct err *err)
{
	if (d->read_only || !d->ops->flush)
		return 0;
	return d->ops->flush(d, err);
}

int disk_map(struct disk *d, uint64_t off, uint64_t len, uint64_t *ret_len,
	     bool *ret_data, struct err *err)
{
	int r = disk_check_range(d, off, len, err);

	if (r)
		return r;
	if (d->ops->map && len)
		return d->ops->map(d, off, len, ret_len, ret_data, err);
	// Not known: to call it data costs a read, to call it a hole would lose
	// it in a copy.
	*ret_len = len;
	*ret_data = true;
	return 0;
}

int disk_resize(struct disk *d, uint64_t size, struct err *err)
{
	if (!d->ops->resize)
		return err_set(err, -ENOTSUP, "disk", ERR_NOWHERE,
			       "its size is fixed");
	if (d->read_only)
		return check_write(d, 0, 0, err);
	return d->ops->resize(d, size, err);
}

int disk_extend(struct disk *d, uint64_t off, const void *buf, size_t len,
		struct err *err)
{
	if (off < d->size)
		return err_set(err, -EINVAL, "disk", off,
			       "that is before the end");
	if (!d->ops->extend)
		return err_set(err, -ENOTSUP, "disk", ERR_NOWHERE,
			       "its size is fixed");
	if (d->read_only)
		return check_write(d, 0, 0, err);
	return d->ops->extend(d, off, buf, len, err);
}

bool disk_locate(struct disk *d, uint64_t off, uint64_t len, bool for_writing,
		 struct disk_place *ret)
{
	if (!len || !d->ops->locate || (for_writing && d->read_only) ||
	    disk_check_range(d, off, len, NULL))
		return false;
	return d->ops->locate(d, off, len, for_writing, ret);
}

int disk_allocate(struct disk *d, uint64_t off, uint64_t len, struct err *err)
{
	int r = check_write(d, off, len, err);

	if (r || !len || !d->ops->allocate)
		return r;
	return d->ops->allocate(d, off, len, err);
}

int disk_finish(struct disk *d, struct err *err)
{
	if (d->read_only || !d->ops->finish)
		return disk_flush(d, err);
	return d->ops->finish(d, err);
}

void disk_close(struct disk *d)
{
	if (d)
		d->ops->close(d);
}
