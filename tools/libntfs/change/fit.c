// SPDX-License-Identifier: MIT
//
// $BadClus:$Bad is a hole as long as the volume, but for clusters that cannot be read
// (Linux-NTFS documentation, "$BadClus").

#include "change.h"

// Bad clusters behind the end are forgotten, what is there is a hole as any other.
static int add(struct ntfs_runs *runs, const struct ntfs_run *run, uint64_t end,
	       struct err *err)
{
	struct ntfs_run *last = runs->count ? &runs->items[runs->count - 1]
					    : NULL;
	uint64_t lcn = run->lcn, len = run->len;

	if (lcn != NTFS_HOLE && lcn >= end)
		lcn = NTFS_HOLE;
	if (lcn == NTFS_HOLE)
		runs->has_holes = true;
	if (lcn != NTFS_HOLE || !last || last->lcn != NTFS_HOLE)
		return ntfs_runs_add(runs, lcn, len, err);
	last->len += len;
	runs->clusters += len;
	return 0;
}

// Makes the runs `length` clusters long.
static int fit(struct ntfs_runs *runs, uint64_t end, uint64_t length,
	       struct err *err)
{
	struct ntfs_runs out = {0};
	int r = 0;

	for (size_t i = 0; !r && i < runs->count; i++) {
		struct ntfs_run run = runs->items[i], rest;

		// One bad run may cross the end.
		rest = (struct ntfs_run){NTFS_HOLE, 0};
		if (run.lcn != NTFS_HOLE && run.lcn < end &&
		    run.lcn + run.len > end) {
			rest.len = run.lcn + run.len - end;
			run.len = end - run.lcn;
		}
		r = add(&out, &run, end, err);
		if (!r && rest.len)
			r = add(&out, &rest, end, err);
	}
	ntfs_runs_cut(&out, length);
	if (!r && out.clusters < length)
		r = add(&out,
			&(struct ntfs_run){NTFS_HOLE, length - out.clusters},
			end, err);
	if (r) {
		ntfs_runs_done(&out);
		return r;
	}
	ntfs_runs_done(runs);
	*runs = out;
	return 0;
}

static uint64_t count_bad(const struct ntfs_runs *runs)
{
	uint64_t n = 0;

	for (size_t i = 0; i < runs->count; i++)
		if (runs->items[i].lcn != NTFS_HOLE)
			n += runs->items[i].len;
	return n;
}

static int fit_stream(struct change_file *f, struct change_attr *a,
		      uint64_t clusters, bool is_end, struct err *err)
{
	uint32_t cluster = f->c->n->info.cluster_size;
	uint64_t length = is_end ? clusters : a->runs.clusters;
	bool is_valid = a->valid == a->size;
	int r = fit(&a->runs, clusters, length, err);

	if (r)
		return r;
	a->size = a->allocated = length * cluster;
	a->valid = is_valid ? a->size : 0;
	a->total = a->unit_shift ? count_bad(&a->runs) * cluster : a->allocated;
	return ntfs_change_store(f, err);
}

int ntfs_fit_bad(struct ntfs_change *c, uint64_t clusters, bool is_end,
		 struct err *err)
{
	struct change_attr *a;
	struct change_file f;
	int r = ntfs_change_load(c, NTFS_REC_BADCLUS, &f, err);

	a = r ? NULL : ntfs_change_find(&f, NTFS_AT_DATA, "$Bad");
	if (!r && (!a || a->resident))
		r = err_set(err, -ENOTSUP, "$BadClus", ERR_NOWHERE,
			    "it has no stream of bad clusters");
	if (!r && (a->runs.clusters != clusters || a->runs.count > 1))
		r = fit_stream(&f, a, clusters, is_end, err);
	ntfs_change_done(&f);
	return r;
}
