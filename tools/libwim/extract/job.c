// SPDX-License-Identifier: MIT
//
// A job, on a thread of the pool: decoded, given to the sink, hashed.

#include <string.h>

#include "extract.h"

int wim_job_init(struct engine *e, struct job *job)
{
	job->engine = e;
	job->in = mem_alloc(e->sizes.in);
	job->out = mem_alloc(e->sizes.out);
	job->blobs = mem_array(JOB_BLOBS, sizeof(*job->blobs));
	job->ends = mem_array(e->sizes.chunks, sizeof(*job->ends));
	if (!job->in || !job->out || !job->blobs || !job->ends)
		return -ENOMEM;
	if (e->w->info.compression == WIM_COMPRESSION_LZX)
		return lzx_decoder_new(e->w->window_order, &job->lzx);
	return 0;
}

void wim_job_done(struct job *job)
{
	mem_free(job->in);
	mem_free(job->out);
	mem_free(job->blobs);
	mem_free(job->ends);
	lzx_decoder_free(job->lzx);
}

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
			return wim_hash_damaged(w, blob, job->start + at,
						"it cannot be decompressed",
						err);
		at = job->ends[i];
		out += n;
		size -= n;
	}
	return 0;
}

static int run_small(struct job *job, struct err *err)
{
	struct engine *e = job->engine;
	uint8_t *out = job->out;

	for (size_t i = 0; i < job->blob_count; i++) {
		const struct wim_blob *blob = job->blobs[i];
		size_t at = (size_t)(blob->offset - job->start);
		const uint8_t *content = job->in + at;
		int r = 0;

		if (blob->compressed) {
			r = wim_table_whole(job, blob, &at, err);
			if (!r)
				r = decode_chunks(job, blob, at, out,
						  (size_t)blob->size, err);
			content = out;
			out += blob->size;
		}
		if (!r)
			r = e->sink->data(e->sink->ctx, blob, 0, content,
					  (size_t)blob->size, err);
		if (!r)
			r = wim_hash_whole(e, blob, content, err);
		if (r)
			return r;
	}
	return 0;
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
	return r ? r : wim_hash_part(job, err);
}

void wim_job_run(void *arg)
{
	struct job *job = arg;
	struct engine *e = job->engine;
	bool is_part = job->large;
	struct err error = {0};
	int r = 0;

	if (!wim_engine_has_failed(e))
		r = is_part ? run_part(job, &error) : run_small(job, &error);
	if (r) {
		err_set(&error, r, "WIM", ERR_NOWHERE, "%s", strerror(-r));
		wim_engine_fail(e, &error);
	}
	pthread_mutex_lock(&e->lock);
	// A part is released by whoever hashes it. After a failure nobody wants
	// the job back: take_job gives out no more.
	if (!is_part && !r)
		wim_job_release(job);
	// The last thing done with the engine: who sees 0 frees it.
	e->running--;
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
}
