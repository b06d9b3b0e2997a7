// SPDX-License-Identifier: MIT
//
// The ring of jobs: taken by the calling thread in turn, run by the pool in any
// order, and written by the calling thread in turn.

#include <string.h>

#include "pack.h"

static const enum codec_kind kinds[] = {
	[WIM_COMPRESSION_XPRESS] = CODEC_XPRESS,
	[WIM_COMPRESSION_LZX] = CODEC_LZX,
	[WIM_COMPRESSION_LZMS] = CODEC_LZMS,
};

// As many jobs as keep all threads busy while others are filled and written.
static void measure(struct packer *p, uint64_t largest)
{
	uint64_t chunk = p->packing.chunk_size, size = PACK_JOB;
	uint64_t threads = pool_threads(p->writer->pool);

	if (!chunk)
		chunk = 4096;
	size = round_up(size, chunk);
	// Not more than there is to pack.
	if (largest < size)
		size = round_up(largest, chunk < PACK_JOB ? chunk : PACK_JOB);
	p->job_size = (size_t)size;
	p->chunks = (size_t)((size + chunk - 1) / chunk);
	p->job_count = (size_t)(threads * 3 + 2);
	if (p->job_count > PACK_MEMORY / (2 * size))
		p->job_count = (size_t)(PACK_MEMORY / (2 * size));
	if (!p->job_count)
		p->job_count = 1;
}

int wim_packer_init(struct packer *p, struct wim_writer *writer,
		    const struct packing *packing, uint64_t largest,
		    struct err *err)
{
	int r = wim_writer_pool(writer, err);

	*p = (struct packer){.writer = writer, .packing = *packing};
	if (r)
		return r;
	measure(p, largest);
	p->jobs = mem_array(p->job_count, sizeof(*p->jobs));
	if (!p->jobs)
		return err_nomem(err);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	return 0;
}

static int job_init(struct packer *p, struct pack_job *job, struct err *err)
{
	int r = 0;

	if (job->packer)
		return 0;
	job->in = mem_alloc(p->job_size);
	job->pieces = mem_array(PACK_PIECES, sizeof(*job->pieces));
	if (!job->in || !job->pieces)
		return err_nomem(err);
	if (p->packing.compression) {
		job->out = mem_alloc(p->job_size);
		job->stored = mem_array(p->chunks, sizeof(*job->stored));
		r = job->out && job->stored
			    ? codec_compressor_new(
				      kinds[p->packing.compression],
				      p->packing.chunk_size, p->packing.level,
				      &job->compressor)
			    : -ENOMEM;
	}
	if (r)
		return err_set(err, r, "compressor", ERR_NOWHERE, "%s",
			       strerror(-r));
	job->packer = p;
	return 0;
}

static void job_done(struct pack_job *job)
{
	codec_compressor_free(job->compressor);
	mem_free(job->in);
	mem_free(job->out);
	mem_free(job->pieces);
	mem_free(job->stored);
}

static void wait_for(struct packer *p, struct pack_job *job)
{
	pthread_mutex_lock(&p->lock);
	while (!job->is_done)
		pthread_cond_wait(&p->changed, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

void wim_packer_done(struct packer *p)
{
	if (!p->jobs)
		return;
	for (; p->queued; p->queued--)
		wait_for(p,
			 &p->jobs[(p->first + p->queued - 1) % p->job_count]);
	while (p->resources) {
		struct long_resource *next = p->resources->next;

		mem_free(p->resources->table);
		mem_free(p->resources);
		p->resources = next;
	}
	for (size_t i = 0; i < p->job_count; i++)
		job_done(&p->jobs[i]);
	mem_free(p->jobs);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	p->jobs = NULL;
}

int wim_packer_count(struct packer *p, uint64_t bytes, struct err *err)
{
	p->done += bytes;
	if (!progress_report(p->progress, "Saving image", p->done, p->total))
		return 0;
	return err_set(err, -ECANCELED, "WIM", ERR_NOWHERE, "stopped");
}

// Writes the oldest job.
static int write_first(struct packer *p, struct err *err)
{
	struct pack_job *job = &p->jobs[p->first];
	int r;

	wait_for(p, job);
	r = wim_job_write(job, err);
	if (r)
		return r;
	p->first = (p->first + 1) % p->job_count;
	p->queued--;
	return wim_packer_count(p, job->in_size, err);
}

static bool is_first_done(struct packer *p)
{
	bool is_done = false;

	pthread_mutex_lock(&p->lock);
	if (p->queued)
		is_done = p->jobs[p->first].is_done;
	pthread_mutex_unlock(&p->lock);
	return is_done;
}

int wim_packer_take(struct packer *p, struct pack_job **ret, struct err *err)
{
	struct pack_job *job;
	int r = 0;

	while (!r && (p->queued == p->job_count || is_first_done(p)))
		r = write_first(p, err);
	if (r)
		return r;
	job = &p->jobs[(p->first + p->queued) % p->job_count];
	r = job_init(p, job, err);
	if (r)
		return r;
	job->is_done = false;
	job->in_size = job->out_size = 0;
	job->piece_count = 0;
	job->resource = NULL;
	job->is_last = false;
	*ret = job;
	return 0;
}

void wim_packer_submit(struct packer *p, struct pack_job *job)
{
	p->queued++;
	pool_submit(p->writer->pool, wim_pack_run, job);
}

int wim_packer_drain(struct packer *p, struct err *err)
{
	int r = 0;

	while (!r && p->queued)
		r = write_first(p, err);
	return r;
}

int wim_packer_begin_long(struct packer *p, struct wim_content *content,
			  uint64_t size, struct long_resource **ret,
			  struct err *err)
{
	struct long_resource *l = mem_alloc(sizeof(*l));
	uint64_t chunk = p->packing.chunk_size;

	if (!l)
		return err_nomem(err);
	l->next = p->resources;
	p->resources = l;
	l->content = content;
	l->size = size;
	l->entry_size = content && size > UINT32_MAX ? 8 : 4;
	if (chunk && !(content && content->is_stored)) {
		uint64_t count = size / chunk + (size % chunk != 0);

		// The table of a solid resource has all chunks, the other all
		// but the first.
		l->table_size = (content ? count - 1 : count) * l->entry_size;
	}
	*ret = l;
	return 0;
}
