// SPDX-License-Identifier: MIT
//
// Whose clusters are: the runs of all file records, which are read in large pieces.

#include <string.h>

#include "resize.h"

#define WINDOW (1u << 20)

struct scan {
	struct ntfs *n;
	int (*fn)(void *ctx, uint64_t record, const struct ntfs_run *run,
		  struct err *err);
	void *ctx;
};

static int scan_runs(const struct scan *s, uint64_t number,
		     const struct ntfs_attr *a, struct err *err)
{
	const uint8_t *p = a->runs, *end = p + a->runs_len;
	struct ntfs_run run;
	const char *why;
	int64_t lcn = 0;
	int r;

	while ((r = ntfs_run_next(s->n, &p, end, &lcn, &run, &why)) > 0) {
		r = run.lcn == NTFS_HOLE ? 0 : s->fn(s->ctx, number, &run, err);
		if (r)
			return r;
	}
	return r ? err_corrupt(err, NTFS_RECORD(number), ERR_NOWHERE,
			       "the runs of an attribute: %s", why)
		 : 0;
}

static int scan_record(const struct scan *s, uint64_t at, uint8_t *data,
		       struct err *err)
{
	struct ntfs_attr a = {0};
	struct ntfs_record rec;
	uint64_t number;
	int r;

	if (memcmp(data, "FILE", 4))
		return 0;
	r = ntfs_record_decode(data, s->n->info.record_size, at, &rec, err);
	if (r || !(rec.flags & NTFS_RF_IN_USE))
		return r;
	number = rec.base ? ntfs_ref_record(rec.base) : at;
	while ((r = ntfs_attr_next(&rec, &a, err)) > 0) {
		// Clusters that are bad are no file's, and stay where they are.
		if (a.resident || (number == NTFS_REC_BADCLUS && a.name_len))
			continue;
		r = scan_runs(s, number, &a, err);
		if (r)
			return r;
	}
	return r;
}

int ntfs_resize_scan(struct ntfs *n,
		     int (*fn)(void *ctx, uint64_t record,
			       const struct ntfs_run *run, struct err *err),
		     void *ctx, struct err *err)
{
	const struct scan s = {.n = n, .fn = fn, .ctx = ctx};
	uint32_t size = n->info.record_size;
	uint64_t step = WINDOW / size;
	uint8_t *window = mem_alloc(WINDOW);
	int r = window ? 0 : err_nomem(err);

	for (uint64_t at = 0; !r && at < n->records; at += step) {
		uint64_t count = n->records - at;

		count = count < step ? count : step;
		r = disk_read(n->mft, at * size, window, (size_t)count * size,
			      err);
		for (uint64_t i = 0; !r && i < count; i++)
			r = scan_record(&s, at + i, window + i * size, err);
	}
	mem_free(window);
	return r;
}
