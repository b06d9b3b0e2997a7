// SPDX-License-Identifier: MIT
//
// How content is read: the calling thread reads the files in their order, in
// pieces of some hundred KiB, and hands each piece as a job to the pool. A job
// holds either several whole small blobs, or a part of a large one, or some chunks
// of a solid resource, each of which is read once, with all that is wanted of what
// lies in them. Jobs have buffers and a decoder of their own: as many as a budget
// of bytes allows, so memory is bounded whatever a chunk's size is.
//
//     engine.c  the whole, and how large jobs are
//     read.c    the calling thread, which fills the ring of jobs
//     solid.c   the same for solid resources
//     job.c     what a thread of the pool does with one
//     table.c   where chunks lie
//     hash.c    content against its SHA-1, also in parts

#ifndef EXTRACT_H
#define EXTRACT_H

#include <pthread.h>

#include "../wim_priv.h"

#define JOB_OUT     (UINT64_C(512) << 10) // content bytes a job, or a chunk
#define JOB_GAP     (UINT64_C(64) << 10)  // read over, rather than read twice
#define TABLE_BYTES (64 << 10) // of a large blob's chunk table at once

// What the buffers of all jobs may take. Solid images have chunks of 64 MiB, of
// which two or three are worked on at once. A single job is made whatever it takes.
#define EXTRACT_MEMORY (UINT64_C(288) << 20)

struct engine;
struct job;

// What a job has of a blob that others have a part of, too.
struct piece {
	struct job *job;
	struct large *large; // NULL: there is no such piece
	uint64_t off;        // in the blob
	const uint8_t *content;
	size_t size;
	struct piece *next; // of those that wait
};

// A blob that takes several jobs. The engine's lock is over all but the hash,
// which is the thread's that has set is_hashing.
struct large {
	const struct wim_blob *blob;
	struct sha1 hash;
	uint64_t hashed;
	bool is_hashing;
	struct piece *waiting; // done, not hashed
	struct large *next;    // when free
};

// In the ring it belongs to nobody; out of it, to the thread that fills it, and
// then to the one of the pool that runs it, or hashes pieces of it, of which each
// is hashed by one; the last to be done with it puts it back.
struct job {
	struct engine *engine;
	struct job *next;
	struct chunk_decoder decoder;
	uint8_t *in, *out;
	size_t *ends;   // of the chunks being decoded, in `in`
	size_t gap;     // before each of these
	uint16_t part;  // of the file that `in` comes from, and
	uint64_t start; // where in it
	size_t in_size;
	size_t out_size; // content
	size_t wanted;   // of that, somebody wants
	unsigned uses;   // the thread that runs it, and pieces not hashed
	// Whole small blobs, or those of which something lies in the chunks of
	// a solid resource; they follow one another in the sorted list.
	const struct wim_blob *const *blobs;
	size_t blob_count;
	const struct solid_resource *solid; // NULL: it is none
	uint64_t off; // of its content, or that of a large blob
	// Of a large blob, or of one that began before the chunks of this job;
	// and of one that goes on behind them.
	struct piece head, tail;
};

// How large jobs are, and how many.
struct job_sizes {
	size_t in, out; // bytes of a job's buffers
	size_t chunks;  // that it can hold
	size_t count;
};

// The piece of a large blob's or solid resource's table of chunks that is in
// memory, and how far the latter was read: its chunks before `chunk` are `stored`
// bytes.
struct table {
	uint64_t chunk, stored;
	uint8_t bytes[TABLE_BYTES];
	uint64_t first; // entry that it begins with
	uint64_t count;
};

struct engine {
	struct wim *w;
	const struct wim_sink *sink;
	enum read_for reading;
	struct pool *pool;
	struct progress *progress;
	struct sha1 fresh; // to begin with: asking the processor takes long
	uint64_t total;
	struct job_sizes sizes;
	size_t part_size; // content of a large blob in a job

	pthread_mutex_t lock; // over what follows
	pthread_cond_t changed;
	struct job *free_jobs;
	struct large *free_larges;
	size_t running;
	uint64_t done;
	struct err error;

	// Of the calling thread alone.
	struct job *filling; // with small blobs
	struct large *open;  // began in the last job of a solid resource
	struct job *jobs;
	struct large *larges;
	struct table table;
};

// --- engine.c ----------------------------------------------------------------

// Computes the sizes for chunks of `chunk` bytes, blobs (or a solid resource) of up
// to `largest` (more than one job holds come in parts). Every job holds at least
// one chunk. `count` is left to wim_job_count.
void wim_job_sizes(uint32_t chunk, uint64_t largest, struct job_sizes *ret);

// Makes the sizes fit for jobs of others, too.
void wim_job_sizes_join(struct job_sizes *sizes, const struct job_sizes *other);

// Computes how many jobs there are for `threads` of a pool (0: none) within
// `memory` bytes: at least one.
void wim_job_count(struct job_sizes *sizes, unsigned threads, uint64_t memory);

// wim_extract_any within `memory` bytes of buffers.
// Returns as wim_extract.
int wim_extract_within(struct wim *w, const struct wim_blob *const *blobs,
		       size_t count, const struct wim_sink *sink,
		       enum read_for reading, uint64_t memory,
		       struct pool *pool, struct progress *progress,
		       struct err *err);

// Sorts blobs into the order in which they are read, and leaves out what is empty or
// there already. Returns how many there are.
size_t wim_extract_sort(struct wim *w, const struct wim_blob **blobs,
			size_t count);

// Keeps an error, the first one, by which all work ends.
void wim_engine_fail(struct engine *e, const struct err *error);

// Returns whether there is one.
bool wim_engine_has_failed(struct engine *e);

// Ends a use of a job, and with the last one puts it back into the ring; e->lock
// is held.
void wim_job_drop(struct job *job);

// --- read.c, solid.c ---------------------------------------------------------

// Reads the blobs, which are sorted, each there once and none empty, job by job.
// Returns 0, -EBADMSG, the device's error, or -ECANCELED, without an error when
// something else has failed.
int wim_read_all(struct engine *e, const struct wim_blob *const *blobs,
		 size_t count, struct err *err);

// Tells of progress. Returns 0 or -ECANCELED.
int wim_read_report(struct engine *e, uint64_t done);

// Waits for a job that is free. Returns NULL when something has failed.
struct job *wim_read_take(struct engine *e);

// Takes a large that is free: there always is one.
struct large *wim_read_large(struct engine *e, const struct wim_blob *blob);

// Reads what a job wants of its file and hands it to the pool.
// Returns as wim_read_all.
int wim_read_submit(struct engine *e, struct job *job, struct err *err);

// Computes the sizes of jobs for a solid resource.
// Returns 0 or the device's error.
int wim_read_solid_sizes(struct engine *e, const struct solid_resource *s,
			 struct job_sizes *ret, struct err *err);

// Reads the blobs of one solid resource.
// Returns as wim_read_all.
int wim_read_solid(struct engine *e, const struct wim_blob *const *blobs,
		   size_t count, struct err *err);

// --- job.c -------------------------------------------------------------------

// Makes the buffers of a job. wim_job_done frees them, also after a failure.
// Returns 0 or -ENOMEM.
int wim_job_init(struct engine *e, struct job *job);

// Frees what wim_job_init made; a job of zeroes is fine.
void wim_job_done(struct job *job);

// Does the work of a `struct job`; for pool_submit. What fails is kept in the
// engine, whose jobs do nothing more then.
void wim_job_run(void *job);

// --- table.c -----------------------------------------------------------------

// Enters into job->ends where the chunks of a whole blob lie; its table of
// chunks is at *at of job->in, and *at becomes the first chunk's place.
// Returns 0 or -EBADMSG.
int wim_table_whole(struct job *job, const struct wim_blob *blob, size_t *at,
		    struct err *err);

// Finds where the chunks of a part lie, job->off and job->out_size of a large
// blob: enters job->ends, what is to be read (job->start, in_size), and keeps
// in `table` what it has read of the blob's table, which the next part may
// want. Returns 0, -EBADMSG, or the device's error.
int wim_table_part(struct table *table, struct job *job, const struct chunks *c,
		   struct err *err);

// Finds how many bytes the largest chunk of a solid resource takes in the file.
// Returns 0 or the device's error.
int wim_table_solid_largest(struct table *table, const struct wim *w,
			    const struct solid_resource *s, uint32_t *ret,
			    struct err *err);

// Begins a solid resource; job->solid, off and out_size of those that follow
// only rise.
void wim_table_solid_begin(struct table *table);

// The same for chunks of a solid resource, job->off and job->out_size of it.
// Returns as wim_table_part.
int wim_table_solid(struct table *table, struct job *job, struct err *err);

// --- hash.c ------------------------------------------------------------------

// Says that a blob's content is not what it must be, and how: which content, by
// the hash that it should have, and in which WIM file.
// Returns -EBADMSG.
int wim_hash_damaged(const struct wim *w, const struct wim_blob *blob,
		     uint64_t where, const char *how, struct err *err);

// Compares content as a whole with the blob's SHA-1, if the engine is to.
// Returns 0 or -EBADMSG.
int wim_hash_whole(const struct engine *e, const struct wim_blob *blob,
		   const void *content, struct err *err);

// Takes over a piece that is decoded, and the use of the job that it is: hashes it
// as soon as it is its turn, and what waits behind it. When all pieces are, compares
// and frees the large. Returns 0 or -EBADMSG.
int wim_hash_piece(struct piece *piece, struct err *err);

#endif
