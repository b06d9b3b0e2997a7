// SPDX-License-Identifier: MIT
//
// A disk whose content lies in runs of another one, as a file's does inside a
// volume.

#include <string.h>

#include "disk.h"

struct extent_disk {
	struct disk disk;
	struct disk *base;
	uint64_t valid; // zeroes behind it; the clusters hold what was there
	size_t count;
	struct disk_extent *runs;
	uint64_t *starts; // offset in this disk of each run
};

// Returns the run that holds off; off is below the size of the disk.
static size_t find_run(const struct extent_disk *x, uint64_t off)
{
	size_t low = 0, high = x->count;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (x->starts[middle] <= off)
			low = middle;
		else
			high = middle;
	}
	return low;
}

// Finds what lies at `off`, with `len` cut to one piece. Returns the place on
// the disk below, or DISK_HOLE.
static uint64_t locate(const struct extent_disk *x, uint64_t off, uint64_t *len)
{
	size_t i;
	uint64_t in, left;

	if (off >= x->valid)
		return DISK_HOLE;
	if (*len > x->valid - off)
		*len = x->valid - off;
	i = find_run(x, off);
	in = off - x->starts[i];
	left = x->runs[i].len - in;
	if (*len > left)
		*len = left;
	return x->runs[i].off == DISK_HOLE ? DISK_HOLE : x->runs[i].off + in;
}

static int extents_read(struct disk *d, uint64_t off, void *buf, size_t len,
			struct err *err)
{
	struct extent_disk *x = (struct extent_disk *)d;
	uint8_t *out = buf;

	while (len) {
		uint64_t n = len, place = locate(x, off, &n);

		if (place == DISK_HOLE) {
			memset(out, 0, (size_t)n);
		} else {
			int r = disk_read(x->base, place, out, (size_t)n, err);

			if (r)
				return r;
		}
		off += n;
		out += n;
		len -= (size_t)n;
	}
	return 0;
}

// Calls one of write, zero and discard for each piece of a range. A hole has no
// place to write to: only its file system could give it one.
static int each_piece(struct extent_disk *x, uint64_t off, const uint8_t *data,
		      uint64_t len,
		      int (*fn)(struct disk *, uint64_t, uint64_t,
				struct err *),
		      struct err *err)
{
	while (len) {
		uint64_t n = len, place = locate(x, off, &n);
		int r;

		if (place == DISK_HOLE)
			return err_set(err, -EROFS, "file extents", off,
				       "this part of the file has no clusters");
		r = data ? disk_write(x->base, place, data, (size_t)n, err)
			 : fn(x->base, place, n, err);
		if (r)
			return r;
		off += n;
		len -= n;
		if (data)
			data += n;
	}
	return 0;
}

static int extents_write(struct disk *d, uint64_t off, const void *buf,
			 size_t len, struct err *err)
{
	return each_piece((struct extent_disk *)d, off, buf, len, NULL, err);
}

static int extents_zero(struct disk *d, uint64_t off, uint64_t len,
			struct err *err)
{
	return each_piece((struct extent_disk *)d, off, NULL, len, disk_zero,
			  err);
}

static int extents_discard(struct disk *d, uint64_t off, uint64_t len,
			   struct err *err)
{
	return each_piece((struct extent_disk *)d, off, NULL, len, disk_discard,
			  err);
}

static int extents_flush(struct disk *d, struct err *err)
{
	return disk_flush(((struct extent_disk *)d)->base, err);
}

static int extents_map(struct disk *d, uint64_t off, uint64_t len,
		       uint64_t *ret_len, bool *ret_data, struct err *err)
{
	struct extent_disk *x = (struct extent_disk *)d;
	uint64_t n = len, place = locate(x, off, &n);

	if (place != DISK_HOLE)
		return disk_map(x->base, place, n, ret_len, ret_data, err);
	*ret_len = n;
	*ret_data = false;
	return 0;
}

static bool extents_locate(struct disk *d, uint64_t off, uint64_t len,
			   bool for_writing, struct disk_place *ret)
{
	struct extent_disk *x = (struct extent_disk *)d;
	uint64_t n = len, place = locate(x, off, &n);

	if (place != DISK_HOLE)
		return disk_locate(x->base, place, n, for_writing, ret);
	// Known to be zeroes, though in no file.
	*ret = (struct disk_place){.fd = -1, .len = n};
	return !for_writing;
}

static void extents_close(struct disk *d)
{
	struct extent_disk *x = (struct extent_disk *)d;

	mem_free(x->starts);
	mem_free(x->runs);
	mem_free(x);
}

static const struct disk_ops extents_ops = {
	.read = extents_read,
	.write = extents_write,
	.zero = extents_zero,
	.discard = extents_discard,
	.flush = extents_flush,
	.map = extents_map,
	.locate = extents_locate,
	.close = extents_close,
};

static int check_runs(struct extent_disk *x, struct err *err)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < x->count; i++) {
		const struct disk_extent *run = &x->runs[i];

		x->starts[i] = sum;
		// The runs come from a volume: a broken one must not lead into
		// its neighbour.
		if (run->off != DISK_HOLE &&
		    !range_ok(run->off, run->len, x->base->size))
			return err_set(err, -EINVAL, "file extents", run->off,
				       "a run leaves the volume");
		if (__builtin_add_overflow(sum, run->len, &sum))
			return err_set(err, -EINVAL, "file extents", run->off,
				       "the runs' sum overflows");
	}
	if (sum < x->disk.size)
		return err_set(err, -EINVAL, "file extents", sum,
			       "the runs are shorter than the file");
	return 0;
}

int disk_extents(struct disk *base, const struct disk_extent *runs,
		 size_t count, uint64_t size, uint64_t valid, struct disk **ret,
		 struct err *err)
{
	struct extent_disk *x = mem_alloc(sizeof(*x));
	int r;

	if (!x)
		return err_nomem(err);
	x->disk = (struct disk){.ops = &extents_ops,
				.size = size,
				.sector_size = base->sector_size,
				.read_only = base->read_only};
	x->base = base;
	x->valid = valid < size ? valid : size;
	x->count = count;
	x->runs = mem_dup(runs, count * sizeof(*runs));
	x->starts = mem_array(count, sizeof(*x->starts));
	r = x->runs && x->starts ? check_runs(x, err) : err_nomem(err);
	if (r) {
		extents_close(&x->disk);
		return r;
	}
	*ret = &x->disk;
	return 0;
}
