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
	job->ends = mem_array(e->sizes.chunks, sizeof(*job->ends));
	return job->in && job->out && job->ends ? 0 : -ENOMEM;
}

void wim_job_done(struct job *job)
{
	mem_free(job->in);
	mem_free(job->out);
	mem_free(job->ends);
	wim_chunk_decoder_done(&job->decoder);
}

// Hands out a chunk as it is stored, to who wants it.
static int give_chunk(const struct job *job, const struct wim_blob *blob,
		      uint64_t off, size_t at, size_t size, struct err *err)
{
	const struct engine *e = job->engine;
	const struct wim_chunk_sink *sink = (const void *)e->sink;

	if (e->reading != READ_CHUNKS || job->solid)
		return 0;
	return sink->stored(sink->sink.ctx, blob, off, job->in + at, size, err);
}

// Decodes the chunks whose ends are in job->ends; the first begins at `begin`
// of job->in. The content is `size` bytes, of `blob` from `off` on, or, solid, the
// first blob that wants some of it.
static int decode_chunks(struct job *job, const struct chunking *chunking,
			 const struct wim_blob *blob, uint64_t off,
			 size_t begin, uint8_t *out, size_t size,
			 struct err *err)
{
	size_t at = begin;

	for (size_t i = 0; size; i++) {
		size_t n = size < chunking->size ? size : chunking->size;
		int r;

		at += job->gap;
		r = give_chunk(job, blob, off, at, job->ends[i] - at, err);
		if (r)
			return r;
		r = wim_chunk_decode(&job->decoder, chunking, job->in + at,
				     job->ends[i] - at, out, n);
		if (r == -ENOMEM)
			return err_nomem(err);
		if (r)
			return wim_hash_damaged(job->engine->w, blob,
						job->start + at,
						"it cannot be decompressed",
						err);
		at = job->ends[i];
		off += n;
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
				r = decode_chunks(job, &e->w->chunking, blob, 0,
						  at, out, (size_t)blob->size,
						  err);
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
	struct piece *piece = &job->head;
	const struct wim_blob *blob = piece->large->blob;
	int r = 0;

	piece->content = job->in;
	if (blob->compressed) {
		piece->content = job->out;
		r = decode_chunks(job, &e->w->chunking, blob, piece->off, 0,
				  job->out, job->out_size, err);
	}
	if (!r)
		r = e->sink->data(e->sink->ctx, blob, piece->off,
				  piece->content, piece->size, err);
	return r ? r : wim_hash_piece(piece, err);
}

// Hands out what lies of a blob in the chunks that are decoded.
static int give_solid(struct job *job, const struct wim_blob *blob,
		      struct err *err)
{
	struct engine *e = job->engine;
	uint64_t end = job->off + job->out_size;
	uint64_t from = blob->offset < job->off ? job->off : blob->offset;
	uint64_t to = blob->offset + blob->size < end
			      ? blob->offset + blob->size
			      : end;
	const uint8_t *content = job->out + (from - job->off);
	int r = e->sink->data(e->sink->ctx, blob, from - blob->offset, content,
			      (size_t)(to - from), err);

	if (r || to - from == blob->size)
		return r ? r : wim_hash_whole(e, blob, content, err);
	for (struct piece *piece = &job->head;; piece = &job->tail) {
		if (!piece->large || piece->large->blob != blob)
			continue;
		piece->content = content;
		return wim_hash_piece(piece, err);
	}
}

static int run_solid(struct job *job, struct err *err)
{
	int r = decode_chunks(job, &job->solid->chunking, job->blobs[0], 0, 0,
			      job->out, job->out_size, err);

	for (size_t i = 0; i < job->blob_count && !r; i++)
		r = give_solid(job, job->blobs[i], err);
	return r;
}

void wim_job_run(void *arg)
{
	struct job *job = arg;
	struct engine *e = job->engine;
	struct err error = {0};
	int r = 0;

	if (!wim_engine_has_failed(e))
		r = job->solid        ? run_solid(job, &error)
		    : job->head.large ? run_part(job, &error)
				      : run_small(job, &error);
	if (r) {
		err_set(&error, r, "WIM", ERR_NOWHERE, "%s", strerror(-r));
		wim_engine_fail(e, &error);
	}
	pthread_mutex_lock(&e->lock);
	// Pieces that others will hash keep it. After a failure nobody wants it
	// back: no more are given out.
	wim_job_drop(job);
	// The last thing done with the engine: who sees 0 frees it.
	e->running--;
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
}
