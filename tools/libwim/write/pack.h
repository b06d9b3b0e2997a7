// SPDX-License-Identifier: MIT
//
// The ring of jobs on their way from the reader to the file. A job holds several
// whole pieces of content, or a part of what is larger: of one piece, or of a
// solid resource. Its buffers are made when it is used first, so that what is
// small takes little.

#ifndef WIM_PACK_H
#define WIM_PACK_H

#include <pthread.h>

#include "write.h"

#define PACK_JOB    (UINT64_C(512) << 10) // content bytes a job, or a chunk
#define PACK_PIECES 1024
#define PACK_MEMORY (UINT64_C(288) << 20) // of all buffers; one job has any
#define TABLE_PIECE (64 << 10)            // of a table of chunks, in memory

// A whole piece of content.
struct piece {
	struct wim_content *content;
	size_t at;      // in the job's `in`
	size_t out_at;  // in its `out`, where the resource is when it is
	size_t stored;  // compressed
	bool is_raw;    // it is stored as it is
	bool is_listed; // it need not be stored at all
	uint8_t sha1[SHA1_SIZE];
};

// A resource that takes several jobs. It is the calling thread's alone.
struct long_resource {
	struct wim_content *content; // NULL: solid
	uint64_t size;               // of the content
	uint64_t start;              // where its table begins
	uint64_t table_size;
	unsigned entry_size; // 4 or 8
	uint64_t chunks;     // written
	uint64_t stored;     // bytes of them
	bool is_smaller;     // any chunk is
	uint8_t *table;      // entries not written yet, of a solid one all
	size_t table_used, table_capacity;
	struct long_resource *next;
};

struct pack_job {
	struct packer *packer;
	bool is_done; // under the packer's lock
	struct compressor *compressor;
	uint8_t *in, *out;
	size_t in_size, out_size;
	struct piece *pieces;
	size_t piece_count;
	// of a part
	struct long_resource *resource; // NULL: whole pieces
	bool is_last;
	uint32_t *stored; // bytes of each chunk
};

struct packer {
	struct wim_writer *writer;
	struct packing packing;
	bool is_metadata; // the result is in `metadata` alone
	struct listed metadata;
	size_t job_size; // content bytes
	size_t chunks;   // of a job
	struct pack_job *jobs;
	size_t job_count, first, queued;
	struct long_resource *resources;
	struct progress *progress;
	uint64_t done, total;
	pthread_mutex_t lock; // over is_done, and over the list while jobs run
	pthread_cond_t changed;
};

// --- pack.c ------------------------------------------------------------------

// Begins for content of which the largest piece has `largest` bytes.
// wim_packer_done ends. Returns 0, -ENOMEM, or the error of thread creation.
int wim_packer_init(struct packer *p, struct wim_writer *writer,
		    const struct packing *packing, uint64_t largest,
		    struct err *err);

// Waits for what runs, and frees. A packer of zeroes is fine.
void wim_packer_done(struct packer *p);

// Gives a job that is free, after writing those before it.
// Returns 0, -ENOMEM, -ECANCELED, or as wim_job_write.
int wim_packer_take(struct packer *p, struct pack_job **ret, struct err *err);

// Hands the job that was taken to the pool.
void wim_packer_submit(struct packer *p, struct pack_job *job);

// Waits for all jobs and writes them. Returns as wim_packer_take.
int wim_packer_drain(struct packer *p, struct err *err);

// Begins a resource of several jobs. Returns 0 or -ENOMEM.
int wim_packer_begin_long(struct packer *p, struct wim_content *content,
			  uint64_t size, struct long_resource **ret,
			  struct err *err);

// Counts what need not be written. Returns 0 or -ECANCELED.
int wim_packer_count(struct packer *p, uint64_t bytes, struct err *err);

// --- job.c -------------------------------------------------------------------

// Tells whether a job for a long resource compresses: not content that is stored.
bool wim_job_compresses(const struct pack_job *job);

// Hashes and compresses; for pool_submit.
void wim_pack_run(void *job);

// --- resource.c, solid.c -----------------------------------------------------

// Writes what a job made. Returns 0, -ESTALE, -ENOMEM, -EFBIG, or the disks'
// errors.
int wim_job_write(struct pack_job *job, struct err *err);

// Writes a part of a solid resource. Returns as wim_job_write.
int wim_solid_write(struct pack_job *job, struct err *err);

// --- content.c ---------------------------------------------------------------

// Packs content that is listed by its hash. Returns as wim_writer_add_content.
int wim_pack_content(struct packer *p, struct wim_content *const *list,
		     size_t count, struct err *err);

// The same into one solid resource.
int wim_pack_solid(struct packer *p, struct wim_content *const *list,
		   size_t count, struct err *err);

// Sorts content for a solid resource. *ret is a new list (free with mem_free).
// Returns 0 or -ENOMEM.
int wim_solid_order(struct wim_content *const *list, size_t count,
		    struct wim_content ***ret, struct err *err);

// Hashes content without packing it. Returns as wim_writer_add_content.
int wim_content_hash(struct packer *p, struct wim_content *c,
		     uint8_t sha1[SHA1_SIZE], struct err *err);

// --- reading.c ---------------------------------------------------------------

// Content that is being read.
struct reading {
	struct wim_content *content;
	struct disk *disk; // NULL: it is in memory
};

// Opens it. Returns 0, -ESTALE, or the error of opening.
int wim_reading_open(struct reading *r, struct wim_content *content,
		     struct err *err);

// Reads a piece. Returns 0 or the disk's error.
int wim_reading_read(const struct reading *r, uint64_t off, void *buf,
		     size_t len, struct err *err);

// Closes it.
void wim_reading_close(struct reading *r);

#endif
