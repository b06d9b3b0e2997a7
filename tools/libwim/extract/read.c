// SPDX-License-Identifier: MIT
//
// The calling thread: reads the files in their order, which is the fastest way for
// every medium, and fills jobs.

#include <stdlib.h>

#include "extract.h"

int wim_read_report(struct engine *e, uint64_t done)
{
	static const char *const stages[] = {
		[READ_UNCHECKED] = "Extracting",
		[READ_CONTENT] = "Extracting",
		[READ_CHUNKS] = "Extracting",
		[READ_VERIFY] = "Verifying",
		[READ_INTEGRITY] = "Checking integrity",
	};

	return progress_report(e->progress, stages[e->reading], done, e->total);
}

int wim_read_submit(struct engine *e, struct job *job, struct err *err)
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
	job->uses = 1 + !!job->head.large + !!job->tail.large;
	if (e->pool)
		pool_submit(e->pool, wim_job_run, job);
	else
		wim_job_run(job);
	r = wim_read_report(e, done);
	return r ? err_set(err, r, "WIM", ERR_NOWHERE, "stopped") : 0;
}

static int submit_filling(struct engine *e, struct err *err)
{
	struct job *job = e->filling;

	e->filling = NULL;
	return job ? wim_read_submit(e, job, err) : 0;
}

struct job *wim_read_take(struct engine *e)
{
	struct job *job = NULL;

	pthread_mutex_lock(&e->lock);
	while (!e->free_jobs && !e->error.code)
		pthread_cond_wait(&e->changed, &e->lock);
	if (!e->error.code) {
		job = e->free_jobs;
		e->free_jobs = job->next;
		job->blob_count = 0;
		job->in_size = job->out_size = job->wanted = 0;
		job->solid = NULL;
		job->head = job->tail = (struct piece){.job = job};
	}
	pthread_mutex_unlock(&e->lock);
	return job;
}

struct large *wim_read_large(struct engine *e, const struct wim_blob *blob)
{
	struct large *large;

	pthread_mutex_lock(&e->lock);
	large = e->free_larges; // never NULL, see engine_new
	e->free_larges = large->next;
	pthread_mutex_unlock(&e->lock);
	*large = (struct large){.blob = blob, .hash = e->fresh};
	return large;
}

// What lies between two blobs that are wanted is read over, up to a limit.
static bool fits(const struct engine *e, const struct job *job,
		 const struct wim_blob *blob)
{
	uint64_t end = job->start + job->in_size;

	return blob->part == job->part && blob->offset >= end &&
	       blob->offset - end <= JOB_GAP &&
	       blob->offset + blob->stored_size - job->start <= e->sizes.in &&
	       blob->size <= e->sizes.out - job->out_size;
}

static int add_small(struct engine *e, const struct wim_blob *const *blob,
		     struct err *err)
{
	struct job *job = e->filling;
	int r = 0;

	if (job && !fits(e, job, *blob)) {
		r = submit_filling(e, err);
		job = NULL;
	}
	if (r)
		return r;
	if (!job) {
		job = e->filling = wim_read_take(e);
		if (!job)
			return -ECANCELED;
		job->part = (*blob)->part;
		job->start = (*blob)->offset;
		job->blobs = blob;
	}
	job->blob_count++;
	job->in_size =
		(size_t)((*blob)->offset + (*blob)->stored_size - job->start);
	job->out_size += (size_t)(*blob)->size;
	job->wanted = job->out_size;
	return 0;
}

static int add_large(struct engine *e, const struct wim_blob *blob,
		     struct err *err)
{
	struct large *large = wim_read_large(e, blob);
	struct chunks c;
	int r = 0;

	if (blob->compressed)
		wim_chunks_layout(&e->w->chunking, blob->size,
				  blob->stored_size, &c);
	e->table.count = 0;
	for (uint64_t off = 0; !r && off < blob->size; off += e->part_size) {
		struct job *job = wim_read_take(e);

		if (!job)
			return -ECANCELED;
		job->part = blob->part;
		job->off = off;
		job->out_size = blob->size - off < e->part_size
					? (size_t)(blob->size - off)
					: e->part_size;
		job->wanted = job->out_size;
		job->head.large = large;
		job->head.off = off;
		job->head.size = job->out_size;
		if (blob->compressed) {
			r = wim_table_part(&e->table, job, &c, err);
		} else {
			job->start = blob->offset + off;
			job->in_size = job->out_size;
		}
		if (!r)
			r = wim_read_submit(e, job, err);
	}
	return r;
}

int wim_read_all(struct engine *e, const struct wim_blob *const *blobs,
		 size_t count, struct err *err)
{
	size_t i = 0;
	int r = 0;

	while (!r && i < count) {
		size_t n = 1;

		if (!blobs[i]->solid && blobs[i]->size <= e->part_size) {
			r = add_small(e, &blobs[i++], err);
			continue;
		}
		r = submit_filling(e, err);
		while (blobs[i]->solid && i + n < count &&
		       blobs[i + n]->solid == blobs[i]->solid)
			n++;
		if (!r)
			r = blobs[i]->solid
				    ? wim_read_solid(e, &blobs[i], n, err)
				    : add_large(e, blobs[i], err);
		i += n;
	}
	return r ? r : submit_filling(e, err);
}
