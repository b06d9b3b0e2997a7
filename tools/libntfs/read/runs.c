// SPDX-License-Identifier: MIT
//
// Run lists: a nibble for the size of the length, one for the size of the
// signed distance from the run before, then these numbers; a zero ends it
// (Linux-NTFS documentation, "Data runs").

#include "read.h"

static int broken(const struct ntfs_attr *attr, const char *why,
		  struct err *err)
{
	return err_corrupt(err, NTFS_RECORD(attr->record->number), ERR_NOWHERE,
			   "the runs of the attribute at %u: %s", attr->offset,
			   why);
}

// Returns a little-endian number of 1 to 8 bytes, signed: a run may lie before the
// last one. Read without its sign, 0xf0 would be 240 clusters on, not 16 back.
static int64_t read_number(const uint8_t *p, unsigned size)
{
	uint64_t v = p[size - 1] & 0x80 ? UINT64_MAX : 0;

	while (size--)
		v = v << 8 | p[size];
	return (int64_t)v;
}

static int add_run(struct ntfs_runs *runs, const struct ntfs_attr *attr,
		   uint64_t lcn, uint64_t len, struct err *err)
{
	struct ntfs_run *last = runs->count ? &runs->items[runs->count - 1]
					    : NULL;

	if (__builtin_add_overflow(runs->clusters, len, &runs->clusters))
		return broken(attr, "their sum overflows", err);
	if (lcn == NTFS_HOLE)
		runs->has_holes = true;
	if (last && (lcn == NTFS_HOLE ? last->lcn == NTFS_HOLE
				      : last->lcn != NTFS_HOLE &&
						last->lcn + last->len == lcn)) {
		last->len += len;
		return 0;
	}
	if (runs->count >= NTFS_MAX_RUNS)
		return err_set(err, -EFBIG, NTFS_RECORD(attr->record->number),
			       ERR_NOWHERE, "a stream has more than %u runs",
			       NTFS_MAX_RUNS);
	if (mem_grow((void **)&runs->items, runs->count, &runs->capacity,
		     sizeof(*runs->items)))
		return err_nomem(err);
	runs->items[runs->count++] = (struct ntfs_run){lcn, len};
	return 0;
}

int ntfs_run_next(const struct ntfs *n, const uint8_t **p, const uint8_t *end,
		  int64_t *lcn, struct ntfs_run *ret, const char **ret_why)
{
	unsigned len_size, off_size;
	int64_t len, delta;

	*ret_why = "they have no end";
	if (*p == end)
		return -1;
	if (!**p)
		return 0;
	len_size = **p & 15;
	off_size = **p >> 4;
	*ret_why = "one is cut off";
	if (!len_size || len_size > 8 || off_size > 8 ||
	    len_size + off_size > end - *p - 1)
		return -1;
	*ret_why = "one has no length";
	len = read_number(*p + 1, len_size);
	if (len <= 0)
		return -1;
	*ret_why = "one leaves the volume";
	delta = off_size ? read_number(*p + 1 + len_size, off_size) : 0;
	if (__builtin_add_overflow(*lcn, delta, lcn) ||
	    (off_size && (*lcn < 0 || !range_ok((uint64_t)*lcn, (uint64_t)len,
						n->info.clusters))))
		return -1;
	*p += 1 + len_size + off_size;
	*ret = (struct ntfs_run){off_size ? (uint64_t)*lcn : NTFS_HOLE,
				 (uint64_t)len};
	return 1;
}

int ntfs_runs_append(const struct ntfs *n, const struct ntfs_attr *attr,
		     struct ntfs_runs *runs, struct err *err)
{
	const uint8_t *p = attr->runs, *end = p + attr->runs_len;
	uint64_t before = runs->clusters;
	struct ntfs_run run;
	const char *why;
	int64_t lcn = 0;
	int r;

	// Each attribute counts its distances from cluster 0, also one that goes on
	// with what another record holds. A run without a distance is a hole, and the
	// next one counts from the run before it.
	while ((r = ntfs_run_next(n, &p, end, &lcn, &run, &why)) > 0) {
		r = add_run(runs, attr, run.lcn, run.len, err);
		if (r)
			return r;
	}
	if (r)
		return broken(attr, why, err);
	if (runs->clusters - before != attr->last_vcn + 1 - attr->first_vcn)
		return broken(attr, "their sum is not what the header says",
			      err);
	if (runs->clusters > (uint64_t)INT64_MAX / n->info.cluster_size)
		return broken(attr, "they are too long", err);
	return 0;
}

int ntfs_runs_open(struct ntfs *n, const struct ntfs_runs *runs, uint64_t size,
		   uint64_t valid, struct disk **ret, struct err *err)
{
	uint32_t cluster = n->info.cluster_size;
	struct disk_extent *x = mem_array(runs->count, sizeof(*x));
	int r;

	if (!x)
		return err_nomem(err);
	for (size_t i = 0; i < runs->count; i++) {
		const struct ntfs_run *run = &runs->items[i];

		x[i].off = run->lcn == NTFS_HOLE ? DISK_HOLE
						 : run->lcn * cluster;
		x[i].len = run->len * cluster;
	}
	r = disk_extents(n->dev, x, runs->count, size, valid, ret, err);
	mem_free(x);
	return r;
}

void ntfs_runs_done(struct ntfs_runs *runs)
{
	mem_free(runs->items);
	*runs = (struct ntfs_runs){0};
}
