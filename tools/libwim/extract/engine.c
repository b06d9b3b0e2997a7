// SPDX-License-Identifier: MIT
//
// The whole of an extraction: how many jobs there are, and their ring.

#include <stdlib.h>
#include <string.h>

#include "extract.h"

void wim_engine_fail(struct engine *e, const struct err *error)
{
	pthread_mutex_lock(&e->lock);
	if (!e->error.code)
		e->error = *error;
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
}

bool wim_engine_has_failed(struct engine *e)
{
	bool failed;

	pthread_mutex_lock(&e->lock);
	failed = e->error.code;
	pthread_mutex_unlock(&e->lock);
	return failed;
}

void wim_job_drop(struct job *job)
{
	struct engine *e = job->engine;

	if (--job->uses)
		return;
	e->done += job->wanted;
	job->next = e->free_jobs;
	e->free_jobs = job;
	pthread_cond_broadcast(&e->changed);
}

static void engine_free(struct engine *e)
{
	for (size_t i = 0; e->jobs && i < e->sizes.count; i++)
		wim_job_done(&e->jobs[i]);
	mem_free(e->jobs);
	mem_free(e->larges);
	pthread_cond_destroy(&e->changed);
	pthread_mutex_destroy(&e->lock);
	mem_free(e);
}

void wim_job_sizes(uint32_t chunk, uint64_t largest, struct job_sizes *ret)
{
	uint64_t out, chunks;

	if (largest > JOB_OUT)
		out = round_up(JOB_OUT, chunk);
	else
		out = round_up(largest, chunk < JOB_OUT ? chunk : JOB_OUT);
	if (out > largest && out > JOB_OUT)
		out = round_up(largest, JOB_OUT); // less than a chunk
	chunks = out / chunk + 1;
	*ret = (struct job_sizes){
		// 12: an entry of a table of chunks, and a gap
		.in = (size_t)(out + chunks * 12 + JOB_GAP),
		.out = (size_t)out,
		.chunks = (size_t)chunks,
	};
}

void wim_job_sizes_join(struct job_sizes *sizes, const struct job_sizes *other)
{
	if (other->in > sizes->in)
		sizes->in = other->in;
	if (other->out > sizes->out)
		sizes->out = other->out;
	if (other->chunks > sizes->chunks)
		sizes->chunks = other->chunks;
}

void wim_job_count(struct job_sizes *sizes, unsigned threads, uint64_t memory)
{
	uint64_t count = threads ? threads * 3 + 2 : 1;

	if (count > memory / (sizes->in + sizes->out))
		count = memory / (sizes->in + sizes->out);
	sizes->count = count ? (size_t)count : 1;
}

// Sizes of jobs that hold any of the blobs.
static int measure(struct engine *e, const struct wim_blob *const *blobs,
		   size_t count, struct err *err)
{
	const struct wim *w = e->w;
	uint32_t solid = 0;
	uint64_t largest = 0;
	struct job_sizes sizes;

	int r = 0;

	for (size_t i = 0; i < count && !r; i++) {
		e->total += blobs[i]->size;
		if (!blobs[i]->solid && blobs[i]->size > largest)
			largest = blobs[i]->size;
		if (!blobs[i]->solid || blobs[i]->solid == solid)
			continue;
		solid = blobs[i]->solid;
		r = wim_read_solid_sizes(e, &w->solids[solid - 1], &sizes, err);
		if (!r)
			wim_job_sizes_join(&e->sizes, &sizes);
	}
	wim_job_sizes(w->chunking.order ? w->chunking.size : 4096, largest,
		      &sizes);
	e->part_size = sizes.out;
	wim_job_sizes_join(&e->sizes, &sizes);
	return r;
}

static int add_jobs(struct engine *e, size_t larges)
{
	e->jobs = mem_array(e->sizes.count, sizeof(*e->jobs));
	e->larges = mem_array(larges, sizeof(*e->larges));
	if (!e->jobs || !e->larges)
		return -ENOMEM;
	for (size_t i = 0; i < larges; i++) {
		e->larges[i].next = e->free_larges;
		e->free_larges = &e->larges[i];
	}
	for (size_t i = 0; i < e->sizes.count; i++) {
		if (wim_job_init(e, &e->jobs[i]))
			return -ENOMEM;
		e->jobs[i].next = e->free_jobs;
		e->free_jobs = &e->jobs[i];
	}
	return 0;
}

// Makes an engine for these blobs.
static int engine_new(struct wim *w, const struct wim_blob *const *blobs,
		      size_t count, uint64_t memory, struct pool *pool,
		      struct engine **ret, struct err *err)
{
	struct engine *e = mem_alloc(sizeof(*e));
	unsigned threads = pool ? pool_threads(pool) : 0;
	int r;

	if (!e)
		return err_nomem(err);
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->changed, NULL);
	sha1_init(&e->fresh);
	e->w = w;
	e->pool = pool;
	r = measure(e, blobs, count, err);
	wim_job_count(&e->sizes, threads, memory);
	// Larges: two for each job, one for each thread that compares a hash,
	// and the reader's.
	if (!r && add_jobs(e, 2 * e->sizes.count + threads + 1))
		r = err_nomem(err);
	if (r) {
		engine_free(e);
		return r;
	}
	*ret = e;
	return 0;
}

// All content of a solid resource lies where that does.
static uint64_t place_of(const struct wim *w, const struct wim_blob *blob)
{
	const struct solid_resource *s =
		blob->solid ? &w->solids[blob->solid - 1] : NULL;

	return s ? w->files[s->part - 1].before + s->offset : blob->order;
}

static int by_place(const void *a, const void *b, void *w)
{
	const struct wim_blob *x = *(const struct wim_blob *const *)a;
	const struct wim_blob *y = *(const struct wim_blob *const *)b;
	uint64_t p = place_of(w, x), q = place_of(w, y);

	if (p != q)
		return p < q ? -1 : 1;
	if (x->solid != y->solid)
		return x->solid < y->solid ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	// By address, so that the same blob asked for twice lies side by side,
	// and is read once.
	return x == y ? 0 : x < y ? -1 : 1;
}

size_t wim_extract_sort(struct wim *w, const struct wim_blob **blobs,
			size_t count)
{
	size_t n = 0;

	qsort_r(blobs, count, sizeof(*blobs), by_place, w);
	for (size_t i = 0; i < count; i++)
		if (blobs[i]->size && (!n || blobs[n - 1] != blobs[i]))
			blobs[n++] = blobs[i];
	return n;
}

// Reads all, and waits for what is at work then. Returns as wim_extract.
static int run(struct engine *e, const struct wim_blob *const *blobs,
	       size_t count, struct err *err)
{
	struct err error = {0};
	int r = wim_read_all(e, blobs, count, &error);

	if (r && error.code)
		wim_engine_fail(e, &error);
	pthread_mutex_lock(&e->lock);
	while (e->running)
		pthread_cond_wait(&e->changed, &e->lock);
	pthread_mutex_unlock(&e->lock);
	r = e->error.code;
	if (!r && wim_read_report(e, e->total))
		r = err_set(&e->error, -ECANCELED, "WIM", ERR_NOWHERE,
			    "stopped");
	return r ? err_pass(err, r, &e->error) : 0;
}

int wim_extract_within(struct wim *w, const struct wim_blob *const *blobs,
		       size_t count, const struct wim_sink *sink,
		       enum read_for reading, uint64_t memory,
		       struct pool *pool, struct progress *progress,
		       struct err *err)
{
	const struct wim_blob **sorted = mem_array(count, sizeof(*sorted));
	struct engine *e = NULL;
	int r;

	if (!sorted)
		return err_nomem(err);
	if (count)
		memcpy(sorted, blobs, count * sizeof(*sorted));
	count = wim_extract_sort(w, sorted, count);
	r = engine_new(w, sorted, count, memory, pool, &e, err);
	if (!r) {
		e->sink = sink;
		e->reading = reading;
		e->progress = progress;
		r = run(e, sorted, count, err);
		engine_free(e);
	}
	mem_free(sorted);
	return r;
}

int wim_extract_any(struct wim *w, const struct wim_blob *const *blobs,
		    size_t count, const struct wim_sink *sink,
		    enum read_for reading, struct pool *pool,
		    struct progress *progress, struct err *err)
{
	return wim_extract_within(w, blobs, count, sink, reading,
				  EXTRACT_MEMORY, pool, progress, err);
}

int wim_extract(struct wim *w, const struct wim_blob *const *blobs,
		size_t count, const struct wim_sink *sink, struct pool *pool,
		struct progress *progress, struct err *err)
{
	return wim_extract_any(w, blobs, count, sink, READ_CONTENT, pool,
			       progress, err);
}

int wim_extract_chunks(struct wim *w, const struct wim_blob *const *blobs,
		       size_t count, const struct wim_chunk_sink *sink,
		       struct pool *pool, struct progress *progress,
		       struct err *err)
{
	return wim_extract_any(w, blobs, count, &sink->sink, READ_CHUNKS, pool,
			       progress, err);
}
