// SPDX-License-Identifier: MIT
//
// Part of an attribute's content written anew: the clusters that hold it are
// replaced by new ones, so that the file's base record switches between the two.

#include <string.h>

#include "change.h"

// Replaces `count` clusters from a VCN on.
static int splice(struct ntfs_runs *runs, uint64_t vcn,
		  const struct ntfs_runs *by, struct err *err)
{
	struct ntfs_runs out = {0};
	uint64_t at = 0, end = vcn + by->clusters;
	size_t next = 0;
	int r = 0;

	for (size_t i = 0; !r && i < runs->count; i++) {
		struct ntfs_run run = runs->items[i];
		uint64_t stop = at + run.len;

		if (at < vcn)
			r = ntfs_runs_add(&out, run.lcn,
					  stop < vcn ? run.len : vcn - at, err);
		for (; !r && stop >= vcn && next < by->count; next++)
			r = ntfs_runs_add(&out, by->items[next].lcn,
					  by->items[next].len, err);
		if (!r && stop > end) {
			uint64_t skip = at < end ? end - at : 0;

			r = ntfs_runs_add(&out, run.lcn + skip, run.len - skip,
					  err);
		}
		at = stop;
	}
	if (r) {
		ntfs_runs_done(&out);
		return r;
	}
	ntfs_runs_done(runs);
	*runs = out;
	return 0;
}

// The runs of `count` clusters from a VCN on.
static int slice(const struct ntfs_runs *runs, uint64_t vcn, uint64_t count,
		 struct ntfs_runs *ret, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && count && i < runs->count; i++) {
		struct ntfs_run run = runs->items[i];
		uint64_t skip = vcn < run.len ? vcn : run.len;
		uint64_t n = run.len - skip < count ? run.len - skip : count;

		vcn -= skip;
		count -= n;
		if (n)
			r = ntfs_runs_add(ret, run.lcn + skip, n, err);
	}
	return r;
}

int ntfs_change_patch(struct change_file *f, struct change_attr *a,
		      uint64_t off, const void *data, size_t len,
		      struct err *err)
{
	uint32_t cluster = f->c->n->info.cluster_size;
	uint64_t vcn = off / cluster, start = vcn * cluster;
	uint64_t count = (off + len + cluster - 1) / cluster - vcn;
	size_t size = (size_t)(count * cluster);
	struct ntfs_runs old = {0}, fresh = {0};
	struct disk *from = NULL, *to = NULL;
	uint8_t *buf = mem_alloc(size);
	int r = buf ? slice(&a->runs, vcn, count, &old, err) : err_nomem(err);

	if (!r)
		r = ntfs_space_take(f->c, count, 0, &fresh, err);
	if (!r)
		r = ntfs_runs_open(f->c->n, &old, size, size, &from, err);
	if (!r)
		r = ntfs_runs_open(f->c->n, &fresh, size, size, &to, err);
	if (!r && a->valid > start)
		r = disk_read(from, 0, buf,
			      a->valid - start < size
				      ? (size_t)(a->valid - start)
				      : size,
			      err);
	if (!r) {
		memcpy(buf + (off - start), data, len);
		r = ntfs_cache_write(f->c, to, 0, buf, size, STAGE_FRESH, err);
	}
	if (!r)
		r = ntfs_space_give(f->c, &old, 0, err);
	if (!r)
		r = splice(&a->runs, vcn, &fresh, err);
	disk_close(to);
	disk_close(from);
	ntfs_runs_done(&old);
	ntfs_runs_done(&fresh);
	mem_free(buf);
	return r;
}
