// SPDX-License-Identifier: MIT
//
// The ring of jobs, and the calling thread, which fills them.

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

// --- Reading, on the calling thread ------------------------------------------

// Reads what the job wants of its file and hands it to the pool. One thread
// reads all: in the files' order, which is the fastest way for every medium.
static int submit(struct engine *e, struct job *job, struct err *err)
{
	uint64_t done;
	int r = wim_file_read(e->w, job->part - 1u, job->start, job->in,
			      job->in_size, err);

	if (r)
		return r;
	pthread_mutex_lock(&e->lock);
	// Counted before the pool has it: the end waits for none to run.
	e->running++;
	done = e->done;
	pthread_mutex_unlock(&e->lock);
	if (e->pool)
		pool_submit(e->pool, wim_job_run, job);
	else
		wim_job_run(job);
	r = progress_report(e->progress, "Extracting", done, e->total);
	return r ? err_set(err, r, "WIM", ERR_NOWHERE, "stopped") : 0;
}

static int submit_filling(struct engine *e, struct err *err)
{
	struct job *job = e->filling;

	e->filling = NULL;
	return job ? submit(e, job, err) : 0;
}

void wim_job_release(struct job *job)
{
	struct engine *e = job->engine;

	e->done += job->out_size;
	job->next = e->free_jobs;
	e->free_jobs = job;
	pthread_cond_broadcast(&e->changed);
}

// Waits for a job that is free. Returns NULL when another one has failed.
static struct job *take_job(struct engine *e)
{
	struct job *job = NULL;

	pthread_mutex_lock(&e->lock);
	while (!e->free_jobs && !e->error.code)
		pthread_cond_wait(&e->changed, &e->lock);
	if (!e->error.code) {
		job = e->free_jobs;
		e->free_jobs = job->next;
		job->blob_count = 0;
		job->in_size = job->out_size = 0;
		job->large = NULL;
	}
	pthread_mutex_unlock(&e->lock);
	return job;
}

// What lies between two blobs that are wanted is read over, up to a limit.
static bool fits(const struct engine *e, const struct job *job,
		 const struct wim_blob *blob)
{
	uint64_t end = job->start + job->in_size;

	return blob->part == job->part && blob->offset >= end &&
	       blob->offset - end <= JOB_GAP &&
	       blob->offset + blob->stored_size - job->start <= e->sizes.in &&
	       blob->size <= e->sizes.out - job->out_size &&
	       job->blob_count < JOB_BLOBS;
}

static int add_small(struct engine *e, const struct wim_blob *blob,
		     struct err *err)
{
	int r = 0;

	if (e->filling && !fits(e, e->filling, blob))
		r = submit_filling(e, err);
	if (r)
		return r;
	if (!e->filling) {
		e->filling = take_job(e);
		if (!e->filling)
			return -ECANCELED;
		e->filling->part = blob->part;
		e->filling->start = blob->offset;
	}
	e->filling->blobs[e->filling->blob_count++] = blob;
	e->filling->in_size =
		(size_t)(blob->offset + blob->stored_size - e->filling->start);
	e->filling->out_size += (size_t)blob->size;
	return 0;
}

static int add_large(struct engine *e, const struct wim_blob *blob,
		     struct err *err)
{
	struct large *large;
	struct chunks c;
	int r = submit_filling(e, err);

	if (r)
		return r;
	pthread_mutex_lock(&e->lock);
	// There always is one, see engine_new.
	large = e->free_larges;
	e->free_larges = large->next;
	pthread_mutex_unlock(&e->lock);
	*large = (struct large){.blob = blob, .hash = e->fresh};
	if (blob->compressed)
		wim_chunks_layout(e->w, blob->size, blob->stored_size, &c);
	e->table.count = 0;
	for (uint64_t off = 0; !r && off < blob->size; off += e->sizes.out) {
		struct job *job = take_job(e);

		if (!job)
			return -ECANCELED;
		job->large = large;
		job->part = blob->part;
		job->off = off;
		job->out_size = blob->size - off < e->sizes.out
					? (size_t)(blob->size - off)
					: e->sizes.out;
		if (blob->compressed) {
			r = wim_table_part(&e->table, job, &c, err);
		} else {
			job->start = blob->offset + off;
			job->in_size = job->out_size;
		}
		if (!r)
			r = submit(e, job, err);
	}
	return r;
}

static int read_all(struct engine *e, const struct wim_blob *const *blobs,
		    size_t count, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < count; i++) {
		if (!blobs[i]->size || (i && blobs[i] == blobs[i - 1]))
			continue;
		r = blobs[i]->size <= e->sizes.out
			    ? add_small(e, blobs[i], err)
			    : add_large(e, blobs[i], err);
	}
	return r ? r : submit_filling(e, err);
}

// --- The whole ---------------------------------------------------------------

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

void wim_job_sizes(uint32_t chunk, uint64_t largest, unsigned threads,
		   uint64_t memory, struct job_sizes *ret)
{
	uint64_t out, in, chunks, count = threads ? threads * 3 + 2 : 1;

	if (largest > JOB_OUT)
		out = round_up(JOB_OUT, chunk);
	else
		out = round_up(largest, chunk < JOB_OUT ? chunk : JOB_OUT);
	if (out > largest && out > JOB_OUT)
		out = round_up(largest, JOB_OUT); // less than a chunk
	chunks = out / chunk + 1;
	in = out + chunks * 8 + JOB_GAP; // 8: an entry of a table of chunks
	if (count > memory / (in + out))
		count = memory / (in + out);
	*ret = (struct job_sizes){(size_t)in, (size_t)out, (size_t)chunks,
				  count ? (size_t)count : 1};
}

// Makes an engine for blobs of up to `largest` bytes.
static int engine_new(struct wim *w, struct pool *pool, uint64_t largest,
		      uint64_t memory, struct engine **ret, struct err *err)
{
	struct engine *e = mem_alloc(sizeof(*e));
	uint32_t chunk = w->window_order ? w->info.chunk_size : 4096;
	unsigned threads = pool ? pool_threads(pool) : 0;
	size_t larges;

	if (!e)
		return err_nomem(err);
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->changed, NULL);
	sha1_init(&e->fresh);
	e->w = w;
	e->pool = pool;
	wim_job_sizes(chunk, largest, threads, memory, &e->sizes);
	// one for each job, each thread that compares a hash, and the reader
	larges = e->sizes.count + threads + 1;
	e->jobs = mem_array(e->sizes.count, sizeof(*e->jobs));
	e->larges = mem_array(larges, sizeof(*e->larges));
	if (!e->jobs || !e->larges)
		goto fail;
	for (size_t i = 0; i < larges; i++) {
		e->larges[i].next = e->free_larges;
		e->free_larges = &e->larges[i];
	}
	for (size_t i = 0; i < e->sizes.count; i++) {
		if (wim_job_init(e, &e->jobs[i]))
			goto fail;
		e->jobs[i].next = e->free_jobs;
		e->free_jobs = &e->jobs[i];
	}
	*ret = e;
	return 0;
fail:
	engine_free(e);
	return err_nomem(err);
}

static int by_order(const void *a, const void *b)
{
	const struct wim_blob *x = *(const struct wim_blob *const *)a;
	const struct wim_blob *y = *(const struct wim_blob *const *)b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	// By address, so that the same blob asked for twice lies side by side,
	// and is read once.
	return x == y ? 0 : x < y ? -1 : 1;
}

int wim_extract_within(struct wim *w, const struct wim_blob *const *blobs,
		       size_t count, const struct wim_sink *sink, bool has_hash,
		       uint64_t memory, struct pool *pool,
		       struct progress *progress, struct err *err)
{
	const struct wim_blob **sorted = mem_array(count, sizeof(*sorted));
	struct err error = {0};
	uint64_t largest = 0;
	struct engine *e = NULL;
	int r;

	if (!sorted)
		return err_nomem(err);
	if (count)
		memcpy(sorted, blobs, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_order);
	for (size_t i = 0; i < count; i++)
		if (sorted[i]->size > largest)
			largest = sorted[i]->size;
	r = engine_new(w, pool, largest, memory, &e, err);
	if (r)
		goto free_sorted;
	e->sink = sink;
	e->has_hash = has_hash;
	e->progress = progress;
	for (size_t i = 0; i < count; i++)
		if (!i || sorted[i] != sorted[i - 1])
			e->total += sorted[i]->size;
	r = read_all(e, sorted, count, &error);
	if (r && error.code)
		wim_engine_fail(e, &error);
	pthread_mutex_lock(&e->lock);
	while (e->running)
		pthread_cond_wait(&e->changed, &e->lock);
	pthread_mutex_unlock(&e->lock);
	r = e->error.code;
	if (!r && progress_report(progress, "Extracting", e->total, e->total))
		r = err_set(&e->error, -ECANCELED, "WIM", ERR_NOWHERE,
			    "stopped");
	if (r)
		err_pass(err, r, &e->error);
	engine_free(e);
free_sorted:
	mem_free(sorted);
	return r;
}

int wim_extract_any(struct wim *w, const struct wim_blob *const *blobs,
		    size_t count, const struct wim_sink *sink, bool has_hash,
		    struct pool *pool, struct progress *progress,
		    struct err *err)
{
	return wim_extract_within(w, blobs, count, sink, has_hash,
				  EXTRACT_MEMORY, pool, progress, err);
}

int wim_extract(struct wim *w, const struct wim_blob *const *blobs,
		size_t count, const struct wim_sink *sink, struct pool *pool,
		struct progress *progress, struct err *err)
{
	return wim_extract_any(w, blobs, count, sink, true, pool, progress,
			       err);
}
