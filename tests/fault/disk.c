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
	if (plan->fail_at &&
	    (plan->count == plan->fail_at ||
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

	return r ? r
		 : disk_read(((struct wrapped *)d)->base, off, buf, len, err);
}

static int no_room(struct fault_plan *plan, uint64_t off, struct err *err)
{
	pthread_mutex_lock(&lock);
	plan->failed++;
	pthread_mutex_unlock(&lock);
	return err_set(err, -ENOSPC, "test disk", off, "made to be full");
}

static int fault_write(struct disk *d, uint64_t off, const void *buf,
		       size_t len, struct err *err)
{
	struct fault_plan *plan = ((struct wrapped *)d)->plan;
	int r = step(d, false, off, err);
	size_t n = len;

	if (plan->room && off + len > plan->room)
		n = off < plan->room ? (size_t)(plan->room - off) : 0;
	if (!r)
		r = disk_write(((struct wrapped *)d)->base, off, buf, n, err);
	return r || n == len ? r : no_room(plan, off + n, err);
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
	struct fault_plan *plan = ((struct wrapped *)d)->plan;
	int r = step(d, false, ERR_NOWHERE, err);

	if (!r && plan->room && !plan->grows && size > plan->room &&
	    size > d->size)
		r = no_room(plan, size, err);
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
	struct fault_plan *plan = ((struct wrapped *)d)->plan;
	int r = step(d, false, off, err);

	if (!r && plan->room && off + len > plan->room)
		r = no_room(plan, off, err);
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

// --- In memory -----------------------------------------------------------------

struct roomy {
	struct disk disk;
	uint8_t *bytes;
	uint64_t room;
};

static int roomy_read(struct disk *d, uint64_t off, void *buf, size_t len,
		      struct err *err)
{
	memcpy(buf, ((struct roomy *)d)->bytes + off, len);
	return 0;
}

static int roomy_write(struct disk *d, uint64_t off, const void *buf,
		       size_t len, struct err *err)
{
	memcpy(((struct roomy *)d)->bytes + off, buf, len);
	return 0;
}

static int roomy_zero(struct disk *d, uint64_t off, uint64_t len,
		      struct err *err)
{
	memset(((struct roomy *)d)->bytes + off, 0, len);
	return 0;
}

static int roomy_resize(struct disk *d, uint64_t size, struct err *err)
{
	struct roomy *m = (struct roomy *)d;

	if (size > m->room) {
		m->bytes = realloc(m->bytes, size);
		check(m->bytes);
		m->room = size;
	}
	if (size > d->size)
		memset(m->bytes + d->size, 0, size - d->size);
	d->size = size;
	return 0;
}

static int roomy_extend(struct disk *d, uint64_t off, const void *buf,
			size_t len, struct err *err)
{
	roomy_resize(d, off + len, err);
	return roomy_write(d, off, buf, len, err);
}

// Fault tests make one copy of a volume after the other: fresh memory for each took a
// third of their time.
static struct {
	uint8_t *bytes;
	uint64_t room;
} spare[4];

static uint8_t *take_spare(uint64_t room)
{
	uint8_t *bytes = NULL;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; !bytes && i < 4; i++)
		if (spare[i].bytes && spare[i].room == room) {
			bytes = spare[i].bytes;
			spare[i].bytes = NULL;
		}
	pthread_mutex_unlock(&lock);
	return bytes;
}

static void roomy_close(struct disk *d)
{
	struct roomy *m = (struct roomy *)d;
	uint8_t *bytes = m->bytes;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; bytes && i < 4; i++)
		if (!spare[i].bytes) {
			spare[i].bytes = bytes;
			spare[i].room = m->room;
			bytes = NULL;
		}
	pthread_mutex_unlock(&lock);
	free(bytes);
	free(d);
}

static const struct disk_ops roomy_ops = {
	.read = roomy_read,
	.write = roomy_write,
	.zero = roomy_zero,
	.resize = roomy_resize,
	.extend = roomy_extend,
	.close = roomy_close,
};

struct disk *roomy_disk(uint64_t room)
{
	struct roomy *m = calloc(1, sizeof(*m));

	check(m);
	m->disk = (struct disk){.ops = &roomy_ops, .sector_size = 512};
	m->bytes = take_spare(room);
	if (!m->bytes)
		m->bytes = malloc(room);
	check(m->bytes);
	m->room = room;
	return &m->disk;
}

// --- Recording -----------------------------------------------------------------

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

// Puts the first `len` bytes of an entry onto the target.
static void apply(const struct record *r, uint64_t len, struct disk *target)
{
	struct err err = {0};

	if (r->kind == RECORD_FLUSH || !len)
		return;
	if (r->kind == RECORD_RESIZE) {
		check_ok(disk_resize(target, r->len, &err), &err);
		return;
	}
	if (r->off + len > target->size)
		check_ok(disk_resize(target, r->off + len, &err), &err);
	if (r->kind == RECORD_WRITE)
		check_ok(disk_write(target, r->off, r->data, len, &err), &err);
	else
		check_ok(disk_zero(target, r->off, len, &err), &err);
}

// Returns where the last flush among the first `count` entries is, or 0.
static size_t last_flush(const struct record_log *log, size_t count)
{
	size_t safe = 0;

	for (size_t i = 0; i < count; i++)
		if (log->items[i].kind == RECORD_FLUSH)
			safe = i;
	return safe;
}

void record_replay(const struct record_log *log, size_t count,
		   struct disk *target,
		   enum record_fate (*choose)(void *ctx, size_t index),
		   void *ctx)
{
	size_t safe = last_flush(log, count);

	for (size_t i = 0; i < count; i++) {
		const struct record *r = &log->items[i];
		enum record_fate fate = i > safe && choose ? choose(ctx, i)
							   : RECORD_KEEP;

		if (fate == RECORD_KEEP)
			apply(r, r->len, target);
		else if (fate == RECORD_TEAR)
			apply(r,
			      r->kind == RECORD_RESIZE ? 0
						       : r->len / 2 / 512 * 512,
			      target);
	}
}

static uint64_t roll(uint64_t *seed, uint64_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (*seed >> 33) % n;
}

void record_shuffle(const struct record_log *log, size_t count,
		    struct disk *target, uint64_t seed)
{
	size_t safe = last_flush(log, count), n = 0, sizes = 0;
	size_t *order = calloc(count + 1, sizeof(*order));
	size_t kept;

	check(order);
	for (size_t i = 0; i < count; i++) {
		bool is_size = log->items[i].kind == RECORD_RESIZE;

		if (i <= safe)
			apply(&log->items[i], log->items[i].len, target);
		else if (is_size)
			sizes++;
		else
			order[n++] = i;
	}
	kept = roll(&seed, sizes + 1);
	for (size_t i = safe; i < count && kept; i++)
		if (i > safe && log->items[i].kind == RECORD_RESIZE && kept--)
			apply(&log->items[i], log->items[i].len, target);
	for (size_t i = n; i; i--) {
		size_t j = (size_t)roll(&seed, i), which = order[j];
		const struct record *r = &log->items[which];
		uint64_t fate = roll(&seed, 5);

		order[j] = order[i - 1];
		if (fate < 3)
			apply(r, r->len, target);
		else if (fate == 3)
			apply(r, r->len / 2 / 512 * 512, target);
	}
	free(order);
}

static enum record_fate same_for_all(void *ctx, size_t index)
{
	(void)index;
	return *(enum record_fate *)ctx;
}

void record_cut(const struct record_log *log, size_t count, struct disk *target,
		unsigned way)
{
	enum record_fate fate = (enum record_fate)way;

	if (way <= RECORD_TEAR)
		record_replay(log, count, target, same_for_all, &fate);
	else
		record_shuffle(log, count, target, count * 10 + way);
}

void record_free(struct record_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		free(log->items[i].data);
	free(log->items);
	*log = (struct record_log){0};
}
