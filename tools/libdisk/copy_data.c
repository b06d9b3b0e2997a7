// SPDX-License-Identifier: MIT
//
// Copying from disk to disk by several threads. Each piece is read, and what is
// not zero of it written, by one of them; in between they take turns in the
// order of the pieces, where each takes the room that it needs. So a dynamic
// disk has its blocks in order, and is the same file each time it is made.

#include <pthread.h>
#include <string.h>

#include "disk.h"

#define PIECE    (1u << 20)
#define GRAIN    4096u // what is left out when it is zero
#define THREADS  4u
#define MAX_JOBS (2 * THREADS)

struct copier;

struct job {
	struct copier *copier;
	uint64_t number, off;
	size_t len;
	bool is_busy;
	uint8_t *bytes;
};

struct copier {
	struct disk *from, *to;
	struct pool *pool;
	pthread_mutex_t lock; // over turn, result, err and is_busy
	pthread_cond_t moved; // a turn ended, or a job
	uint64_t turn;        // number of the piece whose turn it is
	uint64_t count;       // of pieces so far
	int result;           // of the first that failed
	struct err err;
	struct job jobs[MAX_JOBS];
};

// Finds the next run of grains that are not zero, from `at` on.
// Returns false when there is none.
static bool next_run(const struct job *j, size_t at, size_t *ret_begin,
		     size_t *ret_end)
{
	size_t begin = j->len, end = j->len;

	for (; at < j->len; at += GRAIN) {
		size_t n = j->len - at < GRAIN ? j->len - at : GRAIN;
		bool zero = mem_is_zero(j->bytes + at, n);

		if (!zero && begin == j->len)
			begin = at;
		if (zero && begin != j->len) {
			end = at;
			break;
		}
	}
	*ret_begin = begin;
	*ret_end = end;
	return begin < j->len;
}

static void wait_turn(struct copier *c, uint64_t number)
{
	pthread_mutex_lock(&c->lock);
	while (c->turn != number)
		pthread_cond_wait(&c->moved, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

static void end_turn(struct copier *c)
{
	pthread_mutex_lock(&c->lock);
	c->turn++;
	pthread_cond_broadcast(&c->moved);
	pthread_mutex_unlock(&c->lock);
}

static int has_failed(struct copier *c)
{
	int r;

	pthread_mutex_lock(&c->lock);
	r = c->result;
	pthread_mutex_unlock(&c->lock);
	return r;
}

// A disk of no units has no order of its own.
static int take_room(struct copier *c, const struct job *j, size_t begin,
		     size_t end, struct err *err)
{
	struct err why = {0};
	int r;

	if (!c->to->unit)
		return 0;
	r = disk_allocate(c->to, j->off + begin, end - begin, &why);
	return r && r != -ENOTSUP ? err_pass(err, r, &why) : 0;
}

static int copy_piece(struct copier *c, struct job *j, struct err *err)
{
	size_t begin = 0, end = 0;
	bool found = false;
	int r = has_failed(c);

	if (!r)
		r = disk_read(c->from, j->off, j->bytes, j->len, err);
	if (!r)
		found = next_run(j, 0, &begin, &end);
	// Also after a failure: those behind wait for this turn.
	wait_turn(c, j->number);
	if (!r && found)
		r = take_room(c, j, begin, end, err);
	end_turn(c);
	while (!r && found) {
		r = disk_write(c->to, j->off + begin, j->bytes + begin,
			       end - begin, err);
		found = next_run(j, end, &begin, &end);
	}
	return r;
}

static void run_job(void *arg)
{
	struct job *j = arg;
	struct copier *c = j->copier;
	struct err err = {0};
	int r = copy_piece(c, j, &err);

	pthread_mutex_lock(&c->lock);
	if (r && !c->result) {
		c->result = r;
		c->err = err;
	}
	j->is_busy = false;
	pthread_cond_broadcast(&c->moved);
	pthread_mutex_unlock(&c->lock);
}

static struct job *idle_job(struct copier *c)
{
	struct job *j = NULL;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		for (size_t i = 0; i < MAX_JOBS && !j; i++)
			if (!c->jobs[i].is_busy)
				j = &c->jobs[i];
		if (j)
			break;
		pthread_cond_wait(&c->moved, &c->lock);
	}
	j->is_busy = true;
	pthread_mutex_unlock(&c->lock);
	return j;
}

// Pieces end at multiples of their size, so that none is of two blocks.
static int copy_run(struct copier *c, uint64_t off, uint64_t end,
		    uint64_t total, struct progress *progress,
		    const char *stage)
{
	int r = 0;

	while (!r && off < end) {
		uint64_t next = round_down(off, PIECE) + PIECE;
		struct job *j = idle_job(c);

		if (next > end)
			next = end;
		j->off = off;
		j->len = (size_t)(next - off);
		j->number = c->count++;
		pool_submit(c->pool, run_job, j);
		r = has_failed(c);
		if (!r)
			r = progress_report(progress, stage, off, total);
		off = next;
	}
	return r;
}

static int copy_all(struct copier *c, uint64_t len, struct progress *progress,
		    const char *stage, struct err *err)
{
	uint64_t off = 0, n = 0;
	bool is_data;
	int r = 0;

	for (; !r && off < len; off += n) {
		r = disk_map(c->from, off, len - off, &n, &is_data, err);
		if (!r && is_data)
			r = copy_run(c, off, off + n, len, progress, stage);
	}
	pool_wait(c->pool);
	if (c->result)
		return err_pass(err, c->result, &c->err);
	return r ? r : progress_report(progress, stage, len, len);
}

static void done(struct copier *c)
{
	pool_free(c->pool);
	for (size_t i = 0; i < MAX_JOBS; i++)
		mem_free(c->jobs[i].bytes);
	pthread_cond_destroy(&c->moved);
	pthread_mutex_destroy(&c->lock);
	mem_free(c);
}

int disk_copy_data(struct disk *from, struct disk *to, uint64_t len,
		   struct progress *progress, const char *stage,
		   struct err *err)
{
	struct copier *c = mem_alloc(sizeof(*c));
	int r = 0;

	if (!c)
		return err_nomem(err);
	c->from = from;
	c->to = to;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->moved, NULL);
	for (size_t i = 0; i < MAX_JOBS && !r; i++) {
		c->jobs[i].copier = c;
		c->jobs[i].bytes = mem_aligned(4096, PIECE);
		r = c->jobs[i].bytes ? 0 : err_nomem(err);
	}
	if (!r)
		r = pool_new(THREADS, &c->pool, err);
	if (!r)
		r = copy_all(c, len, progress, stage, err);
	done(c);
	return r;
}
