// SPDX-License-Identifier: MIT
//
// Solid resources: each chunk in which something is wanted is read once. A job has
// as many chunks as it holds; blobs that lie in several jobs are hashed in order.

#include "extract.h"

static uint64_t end_of(const struct wim_blob *blob)
{
	return blob->offset + blob->size;
}

// Nobody who writes such files has two pieces of content share bytes; pieces of
// one job that do would be hashed as if there were others between them.
static int check_order(const struct wim *w, const struct solid_resource *s,
		       const struct wim_blob *const *blobs, size_t count,
		       struct err *err)
{
	for (size_t i = 1; i < count; i++)
		if (blobs[i]->offset < end_of(blobs[i - 1])) {
			struct err inner = {0};

			err_corrupt(&inner, "WIM solid resource", s->offset,
				    "two pieces of content lie at %llu of it",
				    (unsigned long long)blobs[i]->offset);
			return wim_file_fail(w, s->part - 1u, &inner, err);
		}
	return 0;
}

// Takes all blobs that lie in chunks from job->off on without a chunk between
// them that nobody wants, as far as there is room for content. Sets its size.
// Returns how many there are.
static size_t gather(struct job *job, const struct wim_blob *const *blobs,
		     size_t count, uint64_t room)
{
	const struct solid_resource *s = job->solid;
	uint64_t chunk = s->chunking.size, to = job->off;
	size_t n = 0;

	if (room > s->size - job->off)
		room = s->size - job->off;
	while (n < count && blobs[n]->offset < job->off + room &&
	       round_down(blobs[n]->offset, chunk) <= to) {
		to = round_up(end_of(blobs[n++]), chunk);
		if (to > job->off + room)
			to = job->off + room;
	}
	job->out_size = (size_t)(to - job->off);
	return n;
}

// Notes which of the job's blobs lie in other jobs, too: the first may have begun
// before, the last may go on behind it.
static void set_pieces(struct engine *e, struct job *job)
{
	uint64_t end = job->off + job->out_size;

	for (size_t i = 0; i < job->blob_count; i++) {
		const struct wim_blob *blob = job->blobs[i];
		bool began_before = blob->offset < job->off;
		struct piece *piece = began_before ? &job->head : &job->tail;
		uint64_t from = began_before ? job->off : blob->offset;
		uint64_t to = end_of(blob) < end ? end_of(blob) : end;

		job->wanted += (size_t)(to - from);
		if (to - from == blob->size)
			continue;
		if (!began_before)
			e->open = wim_read_large(e, blob);
		piece->large = e->open;
		piece->off = from - blob->offset;
		piece->size = (size_t)(to - from);
	}
}

int wim_read_solid_sizes(struct engine *e, const struct solid_resource *s,
			 struct job_sizes *ret, struct err *err)
{
	uint32_t largest;
	int r;

	wim_job_sizes(s->chunking.size, s->size, ret);
	if (s->chunking.size < JOB_OUT)
		return 0;
	// Chunks of 64 MiB are stored in a third of that or so: more of them
	// are worked on at once in the same memory.
	r = wim_table_solid_largest(&e->table, e->w, s, &largest, err);
	if (!r && largest < ret->in)
		ret->in = largest;
	return r;
}

int wim_read_solid(struct engine *e, const struct wim_blob *const *blobs,
		   size_t count, struct err *err)
{
	const struct solid_resource *s = &e->w->solids[blobs[0]->solid - 1];
	struct job_sizes sizes; // jobs may be larger, for others
	uint64_t at = 0;        // what lies before is done
	int r = check_order(e->w, s, blobs, count, err);

	wim_job_sizes(s->chunking.size, s->size, &sizes);
	wim_table_solid_begin(&e->table);
	while (!r && count) {
		struct job *job = wim_read_take(e);

		if (!job)
			return -ECANCELED;
		job->part = s->part;
		job->solid = s;
		job->off = round_down(blobs[0]->offset, s->chunking.size);
		if (job->off < at)
			job->off = at;
		job->blobs = blobs;
		job->blob_count = gather(job, blobs, count, sizes.out);
		set_pieces(e, job);
		at = job->off + job->out_size;
		for (; count && end_of(blobs[0]) <= at; count--)
			blobs++;
		r = wim_table_solid(&e->table, job, err);
		if (!r)
			r = wim_read_submit(e, job, err);
	}
	return r;
}
