// SPDX-License-Identifier: MIT
//
// Reading content: the calling thread reads the files in their order, in pieces
// of some hundred KiB, and hands each piece as a job to the pool. A job holds
// either several whole small blobs, or a part of a large one. Each job has
// buffers and a decoder of its own, made beforehand, so memory is bounded.
//
// Small blobs are hashed by the thread that decoded them. The parts of a large
// blob are hashed in order: who finishes the part that is due hashes it and all
// that wait behind it, while other threads go on decoding.

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../wim_priv.h"

#define JOB_OUT     (UINT64_C(512) << 10) // content bytes a job
#define JOB_GAP     (UINT64_C(64) << 10)  // read over, rather than read twice
#define JOB_BLOBS   1024
#define TABLE_BYTES (64 << 10) // of a large blob's chunk table at once

struct large {
	const struct wim_blob *blob;
	struct sha1 hash;
	uint64_t hashed;
	bool is_hashing;
	struct job *waiting; // done, not hashed
	struct large *next;  // when free
};

struct job {
	struct engine *engine;
	struct job *next;
	struct lzx_decoder *lzx;
	uint8_t *in, *out;
	const struct wim_blob **blobs;
	size_t blob_count;
	size_t *ends;   // of the chunks being decoded, in `in`
	uint16_t part;  // of the file that `in` comes from, and
	uint64_t start; // where in it
	size_t in_size;
	size_t out_size; // content so far
	// of a part
	struct large *large;
	uint64_t off;
	const uint8_t *content;
};

struct engine {
	struct wim *w;
	const struct wim_sink *sink;
	bool has_hash;
	struct pool *pool;
	struct progress *progress;
	struct sha1 fresh; // to begin with: asking the processor takes long
	uint64_t total;
	size_t in_room, out_room, max_chunks;

	pthread_mutex_t lock; // over what follows
	pthread_cond_t changed;
	struct job *free_jobs;
	struct large *free_larges;
	size_t running;
	uint64_t done;
	struct err error;

	struct job *filling; // of the calling thread
	struct job *jobs;
	size_t job_count;
	struct large *larges;
	uint8_t table[TABLE_BYTES];
	uint64_t table_first; // entry that the window begins with
	uint64_t table_count;
};

static void fail(struct engine *e, const struct err *error)
{
	pthread_mutex_lock(&e->lock);
	if (!e->error.code)
		e->error = *error;
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
}

static bool has_failed(struct engine *e)
{
	bool failed;

	pthread_mutex_lock(&e->lock);
	failed = e->error.code;
	pthread_mutex_unlock(&e->lock);
	return failed;
}

// Says that a file's content is not what it must be: which content, by the hash
// that it should have, and in which WIM file.
static int damaged(const struct wim *w, const struct wim_blob *blob,
		   uint64_t where, const char *how, struct err *err)
{
	static const char digits[] = "0123456789abcdef";
	char hex[2 * SHA1_SIZE + 1] = "", part[32] = "", name[128];
	const struct wim_file *file = &w->files[blob->part - 1];
	struct err inner = {0};

	for (size_t i = 0; i < SHA1_SIZE; i++) {
		hex[2 * i] = digits[blob->sha1[i] >> 4];
		hex[2 * i + 1] = digits[blob->sha1[i] & 15];
	}
	if (w->info.parts > 1 && !file->name)
		snprintf(part, sizeof(part), " of part %u", blob->part);
	snprintf(name, sizeof(name), "the content with SHA-1 %s%s", hex, part);
	err_corrupt(&inner, name, where,
		    "%s: the file is damaged, copy it anew", how);
	return wim_file_fail(w, blob->part - 1u, &inner, err);
}

static int check_hash(const struct wim *w, const struct wim_blob *blob,
		      struct sha1 *hash, struct err *err)
{
	uint8_t found[SHA1_SIZE];

	sha1_final(hash, found);
	return memcmp(found, blob->sha1, SHA1_SIZE)
		       ? damaged(w, blob, blob->offset,
				 "its content does not match its SHA-1", err)
		       : 0;
}

// --- Jobs, on the pool's threads ---------------------------------------------

// Decodes the chunks whose ends are in job->ends; the first begins at `begin`
// of job->in. The content is `size` bytes.
static int decode_chunks(struct job *job, const struct wim_blob *blob,
			 size_t begin, uint8_t *out, size_t size,
			 struct err *err)
{
	const struct wim *w = job->engine->w;
	size_t at = begin;

	for (size_t i = 0; size; i++) {
		size_t n = size < w->info.chunk_size ? size
						     : w->info.chunk_size;
		int r = wim_chunk_decode(w, job->lzx, job->in + at,
					 job->ends[i] - at, out, n);

		if (r)
			return damaged(w, blob, job->start + at,
				       "it cannot be decompressed", err);
		at = job->ends[i];
		out += n;
		size -= n;
	}
	return 0;
}

// Enters where a chunk ends, counted from the chunk table's end, for chunks
// that begin at `*begin`.
static int enter_end(struct job *job, const struct wim_blob *blob, size_t i,
		     uint64_t *begin, uint64_t end, uint64_t size, size_t base,
		     struct err *err)
{
	if (end > *begin && end - *begin <= size) {
		job->ends[i] = base + (size_t)(end - *begin);
		*begin = end;
		return 0;
	}
	return damaged(job->engine->w, blob, blob->offset,
		       "its table of chunks is broken", err);
}

// Decodes a whole blob, whose chunk table is at `at` of job->in too.
static int decode_whole(struct job *job, const struct wim_blob *blob, size_t at,
			uint8_t *out, struct err *err)
{
	const struct wim *w = job->engine->w;
	const uint8_t *table = job->in + at;
	uint64_t left = blob->size, begin = 0;
	struct chunks c;
	size_t base;

	wim_chunks_layout(w, blob->size, blob->stored_size, &c);
	base = at += (size_t)c.table_size;
	for (uint64_t i = 0; i < c.count; i++) {
		uint64_t n = left < w->info.chunk_size ? left
						       : w->info.chunk_size;
		uint64_t end = i + 1 < c.count
				       ? wim_chunks_entry(&c, table, i)
				       : blob->stored_size - c.table_size;
		bool is_inside = end <= blob->stored_size - c.table_size;
		int r = enter_end(job, blob, i, &begin, is_inside ? end : 0, n,
				  base, err);

		if (r)
			return r;
		base = job->ends[i];
		left -= n;
	}
	return decode_chunks(job, blob, at, out, (size_t)blob->size, err);
}

static int run_small(struct job *job, struct err *err)
{
	struct engine *e = job->engine;
	uint8_t *out = job->out;

	for (size_t i = 0; i < job->blob_count; i++) {
		const struct wim_blob *blob = job->blobs[i];
		size_t at = (size_t)(blob->offset - job->start);
		const uint8_t *content = job->in + at;
		struct sha1 hash;
		int r = 0;

		if (blob->compressed) {
			r = decode_whole(job, blob, at, out, err);
			content = out;
			out += blob->size;
		}
		if (!r)
			r = e->sink->data(e->sink->ctx, blob, 0, content,
					  (size_t)blob->size, err);
		if (!r && e->has_hash) {
			hash = e->fresh;
			sha1_update(&hash, content, (size_t)blob->size);
			r = check_hash(e->w, blob, &hash, err);
		}
		if (r)
			return r;
	}
	return 0;
}

static void release(struct job *job)
{
	struct engine *e = job->engine;

	e->done += job->out_size;
	job->next = e->free_jobs;
	e->free_jobs = job;
	pthread_cond_broadcast(&e->changed);
}

// Takes the job that is due from those that wait. Returns NULL when none is.
static struct job *take_due(struct large *large)
{
	for (struct job **p = &large->waiting; *p; p = &(*p)->next) {
		struct job *job = *p;

		if (job->off == large->hashed) {
			*p = job->next;
			return job;
		}
	}
	return NULL;
}

// Hashes a part when it is due and what waits behind it. The job belongs to the
// large blob from now on.
static int hash_part(struct job *job, struct err *err)
{
	struct engine *e = job->engine;
	struct large *large = job->large;
	bool is_done;
	int r = 0;

	pthread_mutex_lock(&e->lock);
	job->next = large->waiting;
	large->waiting = job;
	if (large->is_hashing) {
		pthread_mutex_unlock(&e->lock);
		return 0;
	}
	large->is_hashing = true;
	while ((job = take_due(large))) {
		pthread_mutex_unlock(&e->lock);
		if (e->has_hash)
			sha1_update(&large->hash, job->content, job->out_size);
		pthread_mutex_lock(&e->lock);
		large->hashed += job->out_size;
		release(job);
	}
	large->is_hashing = false;
	is_done = large->hashed == large->blob->size;
	pthread_mutex_unlock(&e->lock);
	if (!is_done)
		return 0;
	if (e->has_hash)
		r = check_hash(e->w, large->blob, &large->hash, err);
	pthread_mutex_lock(&e->lock);
	large->next = e->free_larges;
	e->free_larges = large;
	pthread_mutex_unlock(&e->lock);
	return r;
}

static int run_part(struct job *job, struct err *err)
{
	struct engine *e = job->engine;
	const struct wim_blob *blob = job->large->blob;
	int r = 0;

	job->content = job->in;
	if (blob->compressed) {
		job->content = job->out;
		r = decode_chunks(job, blob, 0, job->out, job->out_size, err);
	}
	if (!r)
		r = e->sink->data(e->sink->ctx, blob, job->off, job->content,
				  job->out_size, err);
	return r ? r : hash_part(job, err);
}

static void run_job(void *arg)
{
	struct job *job = arg;
	struct engine *e = job->engine;
	bool is_part = job->large;
	struct err error = {0};
	int r = 0;

	if (!has_failed(e))
		r = is_part ? run_part(job, &error) : run_small(job, &error);
	if (r) {
		err_set(&error, r, "WIM", ERR_NOWHERE, "%s", strerror(-r));
		fail(e, &error);
	}
	pthread_mutex_lock(&e->lock);
	if (!is_part && !r)
		release(job);
	e->running--;
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
}

// --- Reading, on the calling thread ------------------------------------------

static int read_part(const struct wim *w, uint16_t part, uint64_t off,
		     void *buf, size_t len, struct err *err)
{
	struct err inner = {0};
	int r = disk_read(w->files[part - 1].disk, off, buf, len, &inner);

	return r ? wim_file_fail(w, part - 1u, &inner, err) : 0;
}

// Reads what the job wants of its file and hands it to the pool.
static int submit(struct engine *e, struct job *job, struct err *err)
{
	uint64_t done;
	int r = read_part(e->w, job->part, job->start, job->in, job->in_size,
			  err);

	if (r)
		return r;
	pthread_mutex_lock(&e->lock);
	e->running++;
	done = e->done;
	pthread_mutex_unlock(&e->lock);
	if (e->pool)
		pool_submit(e->pool, run_job, job);
	else
		run_job(job);
	r = progress_report(e->progress, "Extracting", done, e->total);
	return r ? err_set(err, r, "WIM", ERR_NOWHERE, "stopped") : 0;
}

static int submit_filling(struct engine *e, struct err *err)
{
	struct job *job = e->filling;

	e->filling = NULL;
	return job ? submit(e, job, err) : 0;
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

static bool fits(const struct engine *e, const struct job *job,
		 const struct wim_blob *blob)
{
	uint64_t end = job->start + job->in_size;

	return blob->part == job->part && blob->offset >= end &&
	       blob->offset - end <= JOB_GAP &&
	       blob->offset + blob->stored_size - job->start <= e->in_room &&
	       blob->size <= e->out_room - job->out_size &&
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

// Makes entries [first, first + count) of a chunk table readable.
static int load_table(struct engine *e, const struct wim_blob *blob,
		      const struct chunks *c, uint64_t first, uint64_t count,
		      struct err *err)
{
	uint64_t room = TABLE_BYTES / c->entry_size,
		 rest = c->count - 1 - first;
	int r;

	if (first >= e->table_first &&
	    first + count <= e->table_first + e->table_count)
		return 0;
	if (rest > room)
		rest = room;
	e->table_count = 0;
	r = read_part(e->w, blob->part, blob->offset + first * c->entry_size,
		      e->table, (size_t)rest * c->entry_size, err);
	if (r)
		return r;
	e->table_first = first;
	e->table_count = rest;
	return 0;
}

// Finds where the chunks of a part lie.
static int place_part(struct engine *e, struct job *job, const struct chunks *c,
		      struct err *err)
{
	const struct wim_blob *blob = job->large->blob;
	uint32_t chunk_size = e->w->info.chunk_size;
	uint64_t chunk = job->off / chunk_size;
	uint64_t count = (job->out_size + chunk_size - 1) / chunk_size;
	uint64_t stored = blob->stored_size - c->table_size;
	uint64_t from = chunk ? chunk - 1 : 0; // the first entry wanted
	uint64_t to = chunk + count < c->count ? chunk + count : c->count - 1;
	uint64_t begin = 0, left = job->out_size;
	int r = load_table(e, blob, c, from, to - from, err);

	if (r)
		return r;
	if (chunk)
		begin = wim_chunks_entry(c, e->table, from - e->table_first);
	job->start = blob->offset + c->table_size + begin;
	job->in_size = 0;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t n = left < chunk_size ? left : chunk_size;
		uint64_t end =
			chunk + i < c->count - 1
				? wim_chunks_entry(c, e->table,
						   chunk + i - e->table_first)
				: stored;

		r = enter_end(job, blob, i, &begin, end <= stored ? end : 0, n,
			      job->in_size, err);
		if (r)
			return r;
		job->in_size = job->ends[i];
		left -= n;
	}
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
	large = e->free_larges;
	e->free_larges = large->next;
	pthread_mutex_unlock(&e->lock);
	*large = (struct large){.blob = blob, .hash = e->fresh};
	if (blob->compressed)
		wim_chunks_layout(e->w, blob->size, blob->stored_size, &c);
	e->table_count = 0;
	for (uint64_t off = 0; !r && off < blob->size; off += e->out_room) {
		struct job *job = take_job(e);

		if (!job)
			return -ECANCELED;
		job->large = large;
		job->part = blob->part;
		job->off = off;
		job->out_size = blob->size - off < e->out_room
					? (size_t)(blob->size - off)
					: e->out_room;
		if (blob->compressed) {
			r = place_part(e, job, &c, err);
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
		r = blobs[i]->size <= e->out_room ? add_small(e, blobs[i], err)
						  : add_large(e, blobs[i], err);
	}
	return r ? r : submit_filling(e, err);
}

// --- The whole ---------------------------------------------------------------

static void engine_free(struct engine *e)
{
	for (size_t i = 0; e->jobs && i < e->job_count; i++) {
		mem_free(e->jobs[i].in);
		mem_free(e->jobs[i].out);
		mem_free(e->jobs[i].blobs);
		mem_free(e->jobs[i].ends);
		lzx_decoder_free(e->jobs[i].lzx);
	}
	mem_free(e->jobs);
	mem_free(e->larges);
	pthread_cond_destroy(&e->changed);
	pthread_mutex_destroy(&e->lock);
	mem_free(e);
}

static int job_init(struct engine *e, struct job *job)
{
	job->engine = e;
	job->in = mem_alloc(e->in_room);
	job->out = mem_alloc(e->out_room);
	job->blobs = mem_array(JOB_BLOBS, sizeof(*job->blobs));
	job->ends = mem_array(e->max_chunks, sizeof(*job->ends));
	if (!job->in || !job->out || !job->blobs || !job->ends)
		return -ENOMEM;
	if (e->w->info.compression == WIM_COMPRESSION_LZX)
		return lzx_decoder_new(e->w->window_order, &job->lzx);
	return 0;
}

// Makes an engine whose jobs can hold blobs of up to `largest` bytes, or the
// usual parts of larger ones.
static int engine_new(struct wim *w, struct pool *pool, uint64_t largest,
		      struct engine **ret, struct err *err)
{
	struct engine *e = mem_alloc(sizeof(*e));
	uint32_t chunk = w->window_order ? w->info.chunk_size : 4096;

	if (!e)
		return err_nomem(err);
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->changed, NULL);
	sha1_init(&e->fresh);
	e->w = w;
	e->pool = pool;
	e->out_room =
		(size_t)round_up(largest < JOB_OUT ? largest : JOB_OUT, chunk);
	e->max_chunks = e->out_room / chunk + 1;
	e->in_room = e->out_room + e->max_chunks * 8 + JOB_GAP;
	e->job_count = pool ? pool_threads(pool) * 3 + 2 : 1;
	e->jobs = mem_array(e->job_count, sizeof(*e->jobs));
	e->larges = mem_array(e->job_count + 1, sizeof(*e->larges));
	if (!e->jobs || !e->larges)
		goto fail;
	for (size_t i = 0; i <= e->job_count; i++) {
		e->larges[i].next = e->free_larges;
		e->free_larges = &e->larges[i];
	}
	for (size_t i = 0; i < e->job_count; i++) {
		if (job_init(e, &e->jobs[i]))
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
	return x == y ? 0 : x < y ? -1 : 1;
}

int wim_extract_any(struct wim *w, const struct wim_blob *const *blobs,
		    size_t count, const struct wim_sink *sink, bool has_hash,
		    struct pool *pool, struct progress *progress,
		    struct err *err)
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
	r = engine_new(w, pool, largest, &e, err);
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
		fail(e, &error);
	pthread_mutex_lock(&e->lock);
	while (e->running)
		pthread_cond_wait(&e->changed, &e->lock);
	pthread_mutex_unlock(&e->lock);
	r = e->error.code;
	if (!r && progress_report(progress, "Extracting", e->total, e->total))
		r = err_set(&e->error, -ECANCELED, "WIM", ERR_NOWHERE,
			    "stopped");
	if (r && err && !err->code)
		*err = e->error;
	engine_free(e);
free_sorted:
	mem_free(sorted);
	return r;
}

int wim_extract(struct wim *w, const struct wim_blob *const *blobs,
		size_t count, const struct wim_sink *sink, struct pool *pool,
		struct progress *progress, struct err *err)
{
	return wim_extract_any(w, blobs, count, sink, true, pool, progress,
			       err);
}
