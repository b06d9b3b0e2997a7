// SPDX-License-Identifier: MIT
//
// The integrity table of a file that is written ("Windows Imaging File Format
// (WIM)" white paper, "Integrity table"): what was written is read again, as tables
// of chunks came behind their chunks. All cores hash.

#include <stdio.h>
#include <string.h>

#include "write.h"

#define PIECE_SIZE (UINT64_C(10) << 20) // as WIMGAPI and wimlib take
#define READ_SIZE  (1 << 20)

static const char what[] = "WIM integrity table";

// A piece being hashed, on a thread of the pool.
struct piece_job {
	struct disk *file;
	uint64_t at, len;
	uint8_t *buf; // READ_SIZE bytes
	uint8_t *hash;
	int result;
	struct err error;
};

static int hash_piece(struct piece_job *job)
{
	struct sha1 sha1;

	sha1_init(&sha1);
	for (uint64_t done = 0; done < job->len; done += READ_SIZE) {
		size_t n = job->len - done < READ_SIZE
				   ? (size_t)(job->len - done)
				   : READ_SIZE;
		int r = disk_read(job->file, job->at + done, job->buf, n,
				  &job->error);

		if (r)
			return r;
		sha1_update(&sha1, job->buf, n);
	}
	sha1_final(&sha1, job->hash);
	return 0;
}

static void run_piece(void *arg)
{
	struct piece_job *job = arg;

	job->result = hash_piece(job);
}

// Takes what the old table has of pieces that end before it did: nothing that was
// in the file is written to. *ret is how many pieces it was; a table that is
// corrupt has none.
static int take_old(struct wim *base, uint8_t *table, uint64_t *ret,
		    struct err *err)
{
	const struct resource *blobs = &base->files[0].blob_table;
	const struct resource *old = &base->files[0].integrity;
	struct integrity_disk head;
	struct err inner = {0};
	uint64_t count = (blobs->offset + blobs->stored_size -
			  sizeof(struct wim_header_disk)) /
			 PIECE_SIZE;
	uint8_t *data;
	void *read;
	int r;

	if (!base->info.has_integrity ||
	    old->size < sizeof(head) + count * SHA1_SIZE)
		return 0;
	r = wim_resource_read(base, 0, old, what, WIM_MAX_INTEGRITY, &read,
			      &inner);
	if (r)
		return r == -EBADMSG ? 0 : err_pass(err, r, &inner);
	data = read;
	memcpy(&head, data, sizeof(head));
	if (get_le32(head.chunk_size) == PIECE_SIZE &&
	    get_le32(head.count) >= count) {
		memcpy(table, data + sizeof(head), (size_t)count * SHA1_SIZE);
		*ret = count;
	}
	mem_free(data);
	return 0;
}

// Hashes as many pieces from *at on as there are jobs, and goes on to the next.
static int hash_some(struct pool *pool, struct piece_job *jobs, size_t count,
		     uint64_t *at, uint64_t end, uint8_t **hash,
		     struct err *err)
{
	size_t n = 0;

	for (; n < count && *at < end; n++) {
		jobs[n].at = *at;
		jobs[n].len = end - *at < PIECE_SIZE ? end - *at : PIECE_SIZE;
		jobs[n].hash = *hash;
		*at += jobs[n].len;
		*hash += SHA1_SIZE;
		pool_submit(pool, run_piece, &jobs[n]);
	}
	pool_wait(pool);
	for (size_t i = 0; i < n; i++)
		if (jobs[i].result)
			return err_pass(err, jobs[i].result, &jobs[i].error);
	return 0;
}

static int hash_all(struct pool *pool, struct piece_job *jobs, size_t count,
		    uint64_t at, uint64_t end, uint8_t *hash,
		    struct progress *progress, struct err *err)
{
	uint64_t begin = sizeof(struct wim_header_disk);
	int r = 0;

	while (!r && at < end) {
		r = hash_some(pool, jobs, count, &at, end, &hash, err);
		if (!r && progress_report(progress, "Checking integrity",
					  at - begin, end - begin))
			r = err_set(err, -ECANCELED, what, ERR_NOWHERE,
				    "stopped");
	}
	return r;
}

// Hashes all pieces from number `first` on.
static int hash_pieces(struct wim_writer *w, uint64_t first, uint64_t end,
		       uint8_t *table, struct progress *progress,
		       struct err *err)
{
	uint64_t at = sizeof(struct wim_header_disk) + first * PIECE_SIZE;
	size_t count = pool_threads(w->pool);
	struct piece_job *jobs = mem_array(count, sizeof(*jobs));
	uint8_t *buf = mem_array(count, READ_SIZE);
	int r = jobs && buf ? 0 : err_nomem(err);

	for (size_t i = 0; !r && i < count; i++) {
		jobs[i].file = w->file;
		jobs[i].buf = buf + i * READ_SIZE;
	}
	if (!r)
		r = hash_all(w->pool, jobs, count, at, end,
			     table + first * SHA1_SIZE, progress, err);
	mem_free(buf);
	mem_free(jobs);
	return r;
}

uint64_t wim_integrity_room(uint64_t size)
{
	return sizeof(struct integrity_disk) +
	       (size / PIECE_SIZE + 1) * SHA1_SIZE;
}

int wim_integrity_write(struct wim_writer *w, uint64_t end,
			struct progress *progress, struct resource_disk *ret,
			struct err *err)
{
	struct output *o = &w->output;
	uint64_t covered = end - sizeof(struct wim_header_disk);
	uint64_t count = (covered + PIECE_SIZE - 1) / PIECE_SIZE;
	uint64_t size = sizeof(struct integrity_disk) + count * SHA1_SIZE;
	struct integrity_disk head = {to_le32((uint32_t)size),
				      to_le32((uint32_t)count),
				      to_le32((uint32_t)PIECE_SIZE)};
	uint64_t start, known = 0;
	uint8_t *table;
	int r;

	// 32 TB and more: a larger table is not read.
	if (size > WIM_MAX_INTEGRITY)
		return err_set(err, -EFBIG, what, ERR_NOWHERE,
			       "the file is too large for one");
	table = mem_alloc((size_t)size);
	if (!table)
		return err_nomem(err);
	memcpy(table, &head, sizeof(head));
	r = wim_output_flush(o, err);
	if (!r && w->base)
		r = take_old(w->base, table + sizeof(head), &known, err);
	if (!r)
		r = wim_writer_pool(w, err);
	if (!r)
		r = hash_pieces(w, known, end, table + sizeof(head), progress,
				err);
	start = wim_output_place(o);
	if (!r)
		r = wim_output_write(o, table, (size_t)size, err);
	mem_free(table);
	*ret = wim_resource_encode(start, size, size, 0);
	return r;
}

int wim_integrity_copy(struct output *o, struct wim *base,
		       struct resource_disk *ret, struct err *err)
{
	const struct resource *old = &base->files[0].integrity;
	uint64_t start = wim_output_place(o);
	void *table;
	int r;

	if (!base->info.has_integrity)
		return 0;
	r = wim_resource_read(base, 0, old, what, WIM_MAX_INTEGRITY, &table,
			      err);
	if (r)
		return r;
	r = wim_output_write(o, table, (size_t)old->size, err);
	mem_free(table);
	*ret = wim_resource_encode(start, old->size, old->size, 0);
	return r;
}
