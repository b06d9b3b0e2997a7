// SPDX-License-Identifier: MIT
//
// The check of a volume: its stages in order.

#include "check.h"

static int run_stages(struct check *c)
{
	static const struct {
		const char *name;
		int (*run)(struct check *c);
	} stages[] = {
		{"Stage 1: Examining basic file system structure",
		 ntfs_check_boot},
		{NULL, ntfs_check_mirror},
		{NULL, ntfs_check_records},
		{NULL, ntfs_check_system},
		{"Stage 2: Examining file name linkage", ntfs_check_folders},
		{NULL, ntfs_check_names},
		{NULL, ntfs_check_views},
		{"Stage 3: Examining security descriptors",
		 ntfs_check_security},
		{"Stage 4: Examining free space", ntfs_check_bitmap},
	};

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		int r = 0;

		if (stages[i].name &&
		    progress_report(c->progress, stages[i].name, 0, 0))
			r = err_set(c->err, -ECANCELED, "check", ERR_NOWHERE,
				    "stopped");
		if (!r)
			r = stages[i].run(c);
		if (r)
			return r;
	}
	return 0;
}

static int prepare(struct check *c)
{
	struct ntfs *n = c->n;

	c->result.clusters = n->info.clusters;
	if (n->records > CHECK_MAX_RECORDS)
		return err_set(c->err, -EFBIG, "MFT", ERR_NOWHERE,
			       "it has more than %u records",
			       CHECK_MAX_RECORDS);
	if (n->info.clusters > NTFS_MAX_CLUSTERS)
		return err_set(c->err, -EFBIG, "volume", ERR_NOWHERE,
			       "it has more than 2^32 - 1 clusters");
	c->records = mem_array((size_t)n->records, sizeof(*c->records));
	c->used = mem_alloc((size_t)(n->info.clusters / 8 + 1));
	return c->records && c->used ? 0 : err_nomem(c->err);
}

int ntfs_check_run(struct disk *dev, struct check *c)
{
	int r = ntfs_open_mft(dev, &c->n, c->err);

	if (!r)
		r = prepare(c);
	return r ? r : run_stages(c);
}

void ntfs_check_done(struct check *c)
{
	mem_free(c->records);
	mem_free(c->used);
	mem_free(c->mft_bitmap);
	mem_free(c->descriptors);
	ntfs_close(c->n);
}

int ntfs_check(struct disk *dev,
	       void (*report)(void *ctx, const struct ntfs_problem *problem),
	       void *ctx, struct progress *progress,
	       struct ntfs_check_result *ret, struct err *err)
{
	struct check c = {.report = report,
			  .ctx = ctx,
			  .progress = progress,
			  .err = err,
			  .max_reports = CHECK_MAX_REPORTS};
	int r = ntfs_check_run(dev, &c);

	ntfs_check_done(&c);
	if (!r)
		*ret = c.result;
	return r;
}
