// SPDX-License-Identifier: MIT
//
// A job, on a thread of the pool: content is hashed and compressed. Nothing in
// here can fail.

#include <string.h>

#include "pack.h"

// Compresses a chunk, or copies it when it does not get smaller.
// Returns the bytes stored; with `room` for fewer than them, 0.
static size_t pack_chunk(const struct pack_job *job, const uint8_t *in,
			 size_t in_size, uint8_t *out, size_t room)
{
	size_t limit = in_size - 1 < room ? in_size - 1 : room;
	size_t n = 0;

	if (limit)
		n = codec_compress(job->compressor, in, in_size, out, limit);
	if (n || room < in_size)
		return n;
	memcpy(out, in, in_size);
	return in_size;
}

// Makes the resource of a whole piece, table and chunks, at `out`.
// Returns its size, or 0 when that is no less than the content's.
static size_t pack_whole(const struct pack_job *job, const uint8_t *in,
			 size_t size, uint8_t *out)
{
	size_t chunk = job->packer->packing.chunk_size;
	size_t table = ((size - 1) / chunk) * sizeof(le32), used = table;

	if (table >= size)
		return 0;
	for (size_t at = 0; at < size; at += chunk) {
		size_t n = size - at < chunk ? size - at : chunk;

		if (at)
			store_le32(out + (at / chunk - 1) * sizeof(le32),
				   (uint32_t)(used - table));
		n = pack_chunk(job, in + at, n, out + used, size - 1 - used);
		if (!n)
			return 0;
		used += n;
	}
	return used;
}

static bool is_listed(struct packer *p, const uint8_t *sha1)
{
	bool found;

	if (p->is_metadata)
		return false;
	pthread_mutex_lock(&p->lock);
	found = wim_list_find(&p->writer->list, sha1);
	pthread_mutex_unlock(&p->lock);
	return found;
}

static void run_pieces(struct pack_job *job)
{
	for (size_t i = 0; i < job->piece_count; i++) {
		struct piece *piece = &job->pieces[i];
		size_t size = (size_t)piece->content->blob.size;
		const uint8_t *in = job->in + piece->at;

		sha1_digest(in, size, piece->sha1);
		piece->out_at = job->out_size;
		piece->is_listed = is_listed(job->packer, piece->sha1);
		if (piece->is_listed)
			continue;
		piece->stored = 0;
		if (job->compressor && !piece->content->is_stored)
			piece->stored = pack_whole(job, in, size,
						   job->out + job->out_size);
		piece->is_raw = !piece->stored;
		job->out_size += piece->stored;
	}
}

bool wim_job_compresses(const struct pack_job *job)
{
	const struct wim_content *c = job->resource->content;

	return job->compressor && !(c && c->is_stored);
}

static void run_part(struct pack_job *job)
{
	size_t chunk = job->packer->packing.chunk_size;

	for (size_t at = 0, i = 0; at < job->in_size; at += chunk, i++) {
		size_t n = job->in_size - at < chunk ? job->in_size - at
						     : chunk;

		n = pack_chunk(job, job->in + at, n, job->out + job->out_size,
			       n);
		job->stored[i] = (uint32_t)n;
		job->out_size += n;
	}
}

void wim_pack_run(void *arg)
{
	struct pack_job *job = arg;
	struct packer *p = job->packer;

	if (!job->resource)
		run_pieces(job);
	else if (wim_job_compresses(job))
		run_part(job);
	pthread_mutex_lock(&p->lock);
	job->is_done = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}
