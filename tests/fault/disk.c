// SPDX-License-Identifier: MIT
//
// Disks that fail by a plan, and disks that remember what was written.

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fault/fault.h"
#include "test.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct wrapped {
	struct disk disk;
	struct disk *base;
	struct fault_plan *plan;
	struct record_log *log;
};

static struct disk *wrap(struct disk *base, const struct disk_ops *ops,
			 struct fault_plan *plan, struct record_log *log)
{
	struct wrapped *w = calloc(1, sizeof(*w));

	check(w);
	w->disk = *base;
	w->disk.ops = ops;
	w->base = base;
	w->plan = plan;
	w->log = log;
	return &w->disk;
}

static void wrapped_close(struct disk *d)
{
	free(d);
}

static int step(struct disk *d, bool is_read, uint64_t off, struct err *err)
{
	struct fault_plan *plan = ((struct wrapped *)d)->plan;
	bool fail = false;

	if (is_read && plan->writes_only)
		return 0;
	pthread_mutex_lock(&lock);
	plan->count++;
	if (plan->fail_at && (plan->count == plan->fail_at ||
			      (plan->persistent && plan->count > plan->fail_at)))
		fail = true;
	plan->failed += fail;
	pthread_mutex_unlock(&lock);
	return fail ? err_set(err, -EIO, "test disk", off, "made to fail") : 0;
}

static int fault_read(struct disk *d, uint64_t off, void *buf, size_t len,
		      struct err *err)
{
	int r = step(d, true, off, err);

	return r ? r : disk_read(((struct wrapped *)d)->base, off, buf, len, err);
}

static int fault_write(struct disk *d, uint64_t off, const void *buf,
		       size_t len, struct err *err)
{
	int r = step(d, false, off, err);

	return r ? r
		 : disk_write(((struct wrapped *)d)->base, off, buf, len, err);
}

static int fault_zero(struct disk *d, uint64_t off, uint64_t len,
		      struct err *err)
{
	int r = step(d, false, off, err);

	return r ? r : disk_zero(((struct wrapped *)d)->base, off, len, err);
}

static int fault_discard(struct disk *d, uint64_t off, uint64_t len,
			 struct err *err)
{
	int r = step(d, false, off, err);

	return r ? r : disk_discard(((struct wrapped *)d)->base, off, len, err);
}

static int fault_flush(struct disk *d, struct err *err)
{
	int r = step(d, false, ERR_NOWHERE, err);

	return r ? r : disk_flush(((struct wrapped *)d)->base, err);
}

// The wrapped disk's size follows its base's.
static int resize_base(struct disk *d, uint64_t size, struct err *err)
{
	struct disk *base = ((struct wrapped *)d)->base;
	int r = disk_resize(base, size, err);

	__atomic_store_n(&d->size, base->size, __ATOMIC_RELAXED);
	return r;
}

static int fault_resize(struct disk *d, uint64_t size, struct err *err)
{
	int r = step(d, false, ERR_NOWHERE, err);

	return r ? r : resize_base(d, size, err);
}

static int extend_base(struct disk *d, uint64_t off, const void *buf,
		       size_t len, struct err *err)
{
	struct disk *base = ((struct wrapped *)d)->base;
	int r = disk_extend(base, off, buf, len, err);

	__atomic_store_n(&d->size, base->size, __ATOMIC_RELAXED);
	return r;
}

static int fault_extend(struct disk *d, uint64_t off, const void *buf,
			size_t len, struct err *err)
{
	int r = step(d, false, off, err);

	return r ? r : extend_base(d, off, buf, len, err);
}

static const struct disk_ops fault_ops = {
	.read = fault_read,
	.write = fault_write,
	.zero = fault_zero,
	.discard = fault_discard,
	.flush = fault_flush,
	.resize = fault_resize,
	.extend = fault_extend,
	.close = wrapped_close,
};

struct disk *fault_disk(struct disk *base, struct fault_plan *plan)
{
	return wrap(base, &fault_ops, plan, NULL);
}

static void record(struct disk *d, int kind, uint64_t off, uint64_t len,
		   const void *data)
{
	struct record_log *log = ((struct wrapped *)d)->log;
	struct record *r;

	pthread_mutex_lock(&lock);
	if (log->count == log->capacity) {
		log->capacity = log->capacity ? log->capacity * 2 : 64;
		log->items = realloc(log->items,
				     log->capacity * sizeof(*log->items));
		check(log->items);
	}
	r = &log->items[log->count++];
	*r = (struct record){.kind = kind, .off = off, .len = len};
	if (data) {
		r->data = malloc(len);
		check(r->data);
		memcpy(r->data, data, len);
	}
	pthread_mutex_unlock(&lock);
}

static int record_read(struct disk *d, uint64_t off, void *buf, size_t len,
		       struct err *err)
{
	return disk_read(((struct wrapped *)d)->base, off, buf, len, err);
}

static int record_write(struct disk *d, uint64_t off, const void *buf,
			size_t len, struct err *err)
{
	record(d, RECORD_WRITE, off, len, buf);
	return disk_write(((struct wrapped *)d)->base, off, buf, len, err);
}

static int record_zero(struct disk *d, uint64_t off, uint64_t len,
		       struct err *err)
{
	record(d, RECORD_ZERO, off, len, NULL);
	return disk_zero(((struct wrapped *)d)->base, off, len, err);
}

static int record_flush(struct disk *d, struct err *err)
{
	record(d, RECORD_FLUSH, 0, 0, NULL);
	return disk_flush(((struct wrapped *)d)->base, err);
}

static int record_resize(struct disk *d, uint64_t size, struct err *err)
{
	record(d, RECORD_RESIZE, 0, size, NULL);
	return resize_base(d, size, err);
}

static int record_extend(struct disk *d, uint64_t off, const void *buf,
			 size_t len, struct err *err)
{
	record(d, RECORD_WRITE, off, len, buf);
	return extend_base(d, off, buf, len, err);
}

static const struct disk_ops record_ops = {
	.read = record_read,
	.write = record_write,
	.zero = record_zero,
	.flush = record_flush,
	.resize = record_resize,
	.extend = record_extend,
	.close = wrapped_close,
};

struct disk *record_disk(struct disk *base, struct record_log *log)
{
	return wrap(base, &record_ops, NULL, log);
}

void record_replay(const struct record_log *log, size_t count,
		   struct disk *target,
		   enum record_fate (*choose)(void *ctx, size_t index),
		   void *ctx)
{
	size_t safe = 0;
	struct err err = {0};

	for (size_t i = 0; i < count; i++)
		if (log->items[i].kind == RECORD_FLUSH)
			safe = i;
	for (size_t i = 0; i < count; i++) {
		const struct record *r = &log->items[i];
		enum record_fate fate = i > safe && choose ? choose(ctx, i)
							   : RECORD_KEEP;
		uint64_t len = fate == RECORD_TEAR ? r->len / 2 / 512 * 512
						   : r->len;

		if (fate == RECORD_DROP || r->kind == RECORD_FLUSH || !len)
			continue;
		if (r->kind == RECORD_RESIZE) {
			check_ok(disk_resize(target, r->len, &err), &err);
			continue;
		}
		if (r->off + len > target->size)
			check_ok(disk_resize(target, r->off + len, &err), &err);
		if (r->kind == RECORD_WRITE)
			check_ok(disk_write(target, r->off, r->data, len, &err),
				 &err);
		else
			check_ok(disk_zero(target, r->off, len, &err), &err);
	}
}

void record_free(struct record_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		free(log->items[i].data);
	free(log->items);
	*log = (struct record_log){0};
}
