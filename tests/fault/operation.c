// SPDX-License-Identifier: MIT
//
// The frame of fault tests on disks: the power goes, the N-th I/O or allocation
// fails.

#include "fault/fault.h"
#include "test.h"

struct disk *fault_copy(struct disk *from)
{
	static uint8_t data[65536];
	struct disk *d = roomy_disk(from->size ? from->size : 1);

	d->sector_size = from->sector_size;
	d->size = from->size;
	for (uint64_t off = 0; off < from->size; off += sizeof(data)) {
		uint64_t left = from->size - off;
		size_t len = left < sizeof(data) ? (size_t)left : sizeof(data);

		check_ok(disk_read(from, off, data, len, NULL), NULL);
		check_ok(disk_write(d, off, data, len, NULL), NULL);
	}
	return d;
}

void fault_keep(struct disk *d, const char *folder, const char *name,
		unsigned number)
{
	char path[300];
	struct err err = {0};
	struct disk *file;

	snprintf(path, sizeof(path), "%s/%s-%u", folder, name, number);
	check_ok(disk_create_file(path, d->size, 512, &file, &err), &err);
	check_ok(disk_copy(d, file, d->size, &err), &err);
	check_ok(disk_finish(file, &err), &err);
	disk_close(file);
}

enum record_fate fault_draw(void *ctx, size_t index)
{
	struct fault_cut *cut = ctx;

	cut->seed = cut->seed * 1664525 + 1013904223;
	return (enum record_fate)((cut->seed >> 16) % 3);
}

// Whether something is written that was not flushed: else each round is as the first.
static bool has_open_writes(const struct record_log *log, size_t count)
{
	return count && log->items[count - 1].kind != RECORD_FLUSH;
}

static void cut_at(struct fault_operation *o, const struct record_log *log,
		   size_t count, unsigned round)
{
	struct fault_cut cut = {.log = log,
				.count = count,
				.round = round,
				.seed = round * 77 + (uint32_t)count};
	struct disk *d = fault_copy(o->base);

	record_replay(log, count, d,
		      !round      ? NULL
		      : o->choose ? o->choose
				  : fault_draw,
		      &cut);
	o->judge(o->ctx, d, &cut, count == 0 || count == log->count);
	disk_close(d);
}

void fault_cut_each(struct fault_operation *o, unsigned step, unsigned rounds)
{
	struct record_log log = {0};
	struct disk *work = fault_copy(o->base);
	struct disk *d = record_disk(work, &log);
	struct err err = {0};

	o->log = &log;
	check_ok(o->run(o->ctx, d, &err), &err);
	o->log = NULL;
	check(log.count);
	for (size_t n = 0;; n = n + step < log.count ? n + step : log.count) {
		for (unsigned round = 0; round < rounds; round++)
			if (!round || has_open_writes(&log, n))
				cut_at(o, &log, n, round);
		if (n == log.count)
			break;
	}
	record_free(&log);
	disk_close(d);
	disk_close(work);
}

// Returns whether the n-th was reached.
static bool fail_io(struct fault_operation *o, struct fault_plan plan,
		    bool may_do_without)
{
	struct disk *work = fault_copy(o->base);
	struct disk *d = fault_disk(work, &plan);
	struct err err = {0};
	int r = o->run(o->ctx, d, &err);

	if (r || !may_do_without)
		check_eq(r, plan.failed ? -EIO : 0);
	check_eq(err.code, r);
	disk_close(d);
	o->judge(o->ctx, work, NULL, !plan.failed);
	disk_close(work);
	return plan.failed;
}

void fault_io_each(struct fault_operation *o, unsigned step, bool writes_only,
		   bool may_do_without)
{
	struct fault_plan plan = {.fail_at = 1, .writes_only = writes_only};

	for (int persistent = 0; persistent < 2; persistent++) {
		plan.persistent = persistent;
		plan.fail_at = 1;
		while (fail_io(o, plan, may_do_without))
			plan.fail_at += step;
	}
}

static bool fail_memory(struct fault_operation *o, unsigned n, bool persistent)
{
	struct disk *work = fault_copy(o->base);
	size_t live = fault_mem_live();
	struct err err = {0};
	unsigned failed;
	int r;

	fault_mem(n, persistent);
	r = o->run(o->ctx, work, &err);
	failed = fault_mem_failed();
	fault_mem(0, false);
	check_eq(r, failed ? -ENOMEM : 0);
	check_eq(err.code, r);
	check_eq(fault_mem_live(), live);
	o->judge(o->ctx, work, NULL, !failed);
	disk_close(work);
	return failed;
}

void fault_mem_each_on(struct fault_operation *o, unsigned step)
{
	for (int persistent = 0; persistent < 2; persistent++)
		for (unsigned n = 1; fail_memory(o, n, persistent);)
			n += step;
}
