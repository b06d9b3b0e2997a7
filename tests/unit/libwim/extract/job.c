// SPDX-License-Identifier: MIT
//
// A job by itself: small blobs beside each other, a part of a large one,
// content that cannot be decompressed, a sink that fails, and no work after a
// failure.

#include "stored.h"

#define ORDER 12
#define CHUNK (1u << ORDER)

static size_t received;
static int fails;

static int sink(void *ctx, const struct wim_blob *blob, uint64_t off,
		const void *data, size_t len, struct err *err)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		check_eq(p[i], stored_byte(off + i));
	received += len;
	return fails;
}

static const struct wim_sink to_sink = {sink, NULL};

static void engine_init(struct engine *e, struct stored *s)
{
	*e = (struct engine){.w = &s->wim,
			     .sink = &to_sink,
			     .reading = READ_CONTENT,
			     .running = 1};
	sha1_init(&e->fresh);
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->changed, NULL);
	wim_job_sizes(CHUNK, 3 * CHUNK, &e->sizes);
	received = 0;
}

// Runs one job with the first two blobs. Returns what has failed.
static int run_small(struct stored *s, struct err *err)
{
	const struct wim_blob *const blobs[] = {&s->blobs[0], &s->blobs[1]};
	struct engine e;
	struct job job = {0};
	uint64_t end = s->blobs[1].offset + s->blobs[1].stored_size;

	engine_init(&e, s);
	check(!wim_job_init(&e, &job));
	job.uses = 1;
	job.blobs = blobs;
	job.blob_count = 2;
	job.out_size = (size_t)(s->blobs[0].size + s->blobs[1].size);
	check(!disk_read(s->disk, 0, job.in, (size_t)end, NULL));
	wim_job_run(&job);
	check(!e.running);
	check(e.free_jobs == &job);
	*err = e.error;
	if (e.error.code) { // whatever comes now is not looked at
		received = 0;
		e.running = 1;
		job.uses = 1;
		wim_job_run(&job);
		check(!received && !e.running);
	}
	wim_job_done(&job);
	return err->code;
}

static void small(struct stored *s)
{
	struct err err = {0};

	stored_blob(s, 0, 0, 2 * CHUNK + 100);
	stored_blob(s, 1, 2 * CHUNK + 200, 50);
	check_ok(run_small(s, &err), &err);
	check_eq(received, 2 * CHUNK + 150);
	fails = -ENOSPC;
	check_eq(run_small(s, &err), -ENOSPC);
	check(!strcmp(err.what, "WIM")); // a sink without words
	fails = 0;
	s->blobs[1].stored_size--; // no stored chunk then
	check_eq(run_small(s, &err), -EBADMSG);
	check(strstr(err.why, "it cannot be decompressed"));
}

static void part(struct stored *s)
{
	struct large large = {.blob = &s->blobs[0]};
	struct job job = {0};
	struct engine e;

	engine_init(&e, s);
	stored_blob(s, 0, 0, 2 * CHUNK + 100);
	check(!wim_job_init(&e, &job));
	large.hash = e.fresh;
	job.uses = 2;
	job.head = (struct piece){&job, &large, .size = 2 * CHUNK};
	job.out_size = 2 * CHUNK;
	job.ends[0] = CHUNK;
	job.ends[1] = 2 * CHUNK;
	check(!disk_read(s->disk, 8, job.in, 2 * CHUNK, NULL));
	wim_job_run(&job);
	check(!e.error.code && !e.running && e.free_jobs == &job);
	check_eq(received, 2 * CHUNK);
	check_eq(large.hashed, 2 * CHUNK);
	wim_job_done(&job);
}

int main(void)
{
	struct stored s;

	stored_open(&s, ORDER);
	small(&s);
	part(&s);
	stored_close(&s);
	return 0;
}
