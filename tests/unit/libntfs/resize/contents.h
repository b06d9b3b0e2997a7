// SPDX-License-Identifier: MIT
//
// All that a volume holds, as one number: each attribute of each file with its
// content and slack, but not where it lies; and a check that finds nothing.

#ifndef CONTENTS_H
#define CONTENTS_H

#include "libntfs/read/read.h"
#include "test.h"

static inline uint64_t contents_add(uint64_t sum, const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size--)
		sum = (sum ^ *p++) * UINT64_C(0x100000001b3);
	return sum;
}

static inline uint64_t contents_attr(const struct ntfs_file *f,
				     const struct ntfs_attr *a)
{
	uint64_t sum = contents_add(a->type, a->name, 2u * a->name_len), size;
	struct ntfs_runs runs = {0};
	struct err err = {0};
	struct disk *d;
	void *data;

	sum = contents_add(sum, &a->flags, sizeof(a->flags));
	if (a->resident)
		return contents_add(sum, a->value, a->value_len);
	sum = contents_add(sum, &a->size, sizeof(a->size));
	sum = contents_add(sum, &a->valid, sizeof(a->valid));
	sum = contents_add(sum, &a->total, sizeof(a->total));
	check_ok(ntfs_file_runs(f, a, &runs, &err), &err);
	size = runs.clusters * f->n->info.cluster_size;
	check_ok(ntfs_runs_open(f->n, &runs, size, size, &d, &err), &err);
	check_ok(disk_read_all(d, &data, &err), &err);
	sum = contents_add(sum, data, (size_t)size);
	mem_free(data);
	disk_close(d);
	ntfs_runs_done(&runs);
	return sum;
}

static inline uint64_t contents_file(struct ntfs *n, uint64_t number)
{
	struct ntfs_attr a = {0};
	struct err err = {0};
	struct ntfs_file f;
	uint64_t sum = number * 31;
	int r = ntfs_file_open(n, number, &f, &err);

	if (r == -ENOENT)
		return 0;
	check_ok(r, &err);
	while ((r = ntfs_file_next(&f, &a, &err)) > 0)
		if (a.type != NTFS_AT_ATTRIBUTE_LIST &&
		    (a.resident || !a.first_vcn))
			sum += contents_attr(&f, &a);
	check_ok(r, &err);
	ntfs_file_done(&f);
	return sum;
}

// Those that a resize itself changes are left out.
static inline uint64_t contents(struct disk *d)
{
	struct err err = {0};
	uint64_t sum = 0;
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	for (uint64_t i = 0; i < n->records; i++)
		if (i > NTFS_REC_VOLUME && i != NTFS_REC_BITMAP &&
		    i != NTFS_REC_BOOT && i != NTFS_REC_BADCLUS)
			sum += contents_file(n, i) * (2 * i + 1);
	ntfs_close(n);
	return sum;
}

static inline void contents_say(void *ctx, const struct ntfs_problem *p)
{
	(void)ctx;
	fprintf(stderr, "record %lld: %s: %s\n", (long long)p->record,
		ntfs_rule_name(p->rule), p->text);
}

static inline void check_sound(struct disk *d)
{
	struct ntfs_check_result result;
	struct err err = {0};

	check_ok(ntfs_check(d, contents_say, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	check_eq(result.notes, 0);
}

#endif
