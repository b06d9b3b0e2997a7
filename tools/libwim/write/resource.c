// SPDX-License-Identifier: MIT
//
// What becomes of a job that is done: resources at the end of the file ("Windows
// Imaging File Format (WIM)" white paper, "Compressed resources").

#include <string.h>

#include "pack.h"

// --- Whole pieces ------------------------------------------------------------

static int enter(struct packer *p, struct listed *entry, struct err *err)
{
	int r;

	if (p->is_metadata) {
		entry->flags |= RESOURCE_METADATA;
		p->metadata = *entry;
		return 0;
	}
	pthread_mutex_lock(&p->lock);
	r = wim_list_add(&p->writer->list, entry, err);
	pthread_mutex_unlock(&p->lock);
	return r;
}

static int write_piece(struct pack_job *job, const struct piece *piece,
		       struct err *err)
{
	struct packer *p = job->packer;
	struct output *o = &p->writer->output;
	struct wim_content *c = piece->content;
	struct listed entry = {.offset = wim_output_place(o),
			       .size = c->blob.size};
	int r;

	memcpy(c->blob.sha1, piece->sha1, SHA1_SIZE);
	memcpy(entry.sha1, piece->sha1, SHA1_SIZE);
	// Another piece with the same content may have been written since the
	// job looked.
	if (piece->is_listed ||
	    (!p->is_metadata && wim_list_find(&p->writer->list, entry.sha1)))
		return 0;
	if (piece->is_raw) {
		entry.stored_size = entry.size;
		r = wim_output_write(o, job->in + piece->at, (size_t)entry.size,
				     err);
	} else {
		entry.flags = RESOURCE_COMPRESSED;
		entry.stored_size = piece->stored;
		r = wim_output_write(o, job->out + piece->out_at, piece->stored,
				     err);
	}
	return r ? r : enter(p, &entry, err);
}

// --- Parts -------------------------------------------------------------------

// Writes the entries of the table that are in memory to their place.
static int flush_table(struct packer *p, struct long_resource *l,
		       struct err *err)
{
	uint64_t entries = l->chunks ? l->chunks - 1 : 0;
	uint64_t at = l->start + entries * l->entry_size - l->table_used;
	int r = 0;

	if (l->table_used)
		r = wim_output_patch(&p->writer->output, at, l->table,
				     l->table_used, err);
	l->table_used = 0;
	return r;
}

// Enters a chunk of `size` bytes.
static int add_chunk(struct packer *p, struct long_resource *l, uint32_t size,
		     struct err *err)
{
	int r = 0;

	if (l->chunks) {
		le64 entry = to_le64(l->stored);

		if (l->table_used + l->entry_size > TABLE_PIECE)
			r = flush_table(p, l, err);
		memcpy(l->table + l->table_used, &entry, l->entry_size);
		l->table_used += l->entry_size;
	}
	l->chunks++;
	l->stored += size;
	return r;
}

static int write_part(struct pack_job *job, struct err *err)
{
	struct packer *p = job->packer;
	struct long_resource *l = job->resource;
	size_t chunk = p->packing.chunk_size;
	int r = 0;

	if (!wim_job_compresses(job)) {
		l->stored += job->in_size;
		return wim_output_write(&p->writer->output, job->in,
					job->in_size, err);
	}
	l->is_smaller |= job->out_size < job->in_size;
	r = wim_output_write(&p->writer->output, job->out, job->out_size, err);
	for (size_t at = 0, i = 0; !r && at < job->in_size; at += chunk, i++)
		r = add_chunk(p, l, job->stored[i], err);
	return r;
}

// Puts the content itself in the place of chunks that are no smaller.
static int write_again(struct packer *p, struct long_resource *l,
		       struct err *err)
{
	struct reading reading;
	uint8_t sha1[SHA1_SIZE];
	struct sha1 hash;
	uint8_t *buf;
	int r = wim_output_rewind(&p->writer->output, l->start, err);

	if (!r)
		r = wim_reading_open(&reading, l->content, err);
	if (r)
		return r;
	buf = mem_alloc(PACK_JOB);
	if (!buf)
		r = err_nomem(err);
	sha1_init(&hash);
	for (uint64_t at = 0; !r && at < l->size; at += PACK_JOB) {
		size_t n = l->size - at < PACK_JOB ? (size_t)(l->size - at)
						   : PACK_JOB;

		r = wim_reading_read(&reading, at, buf, n, err);
		if (!r)
			sha1_update(&hash, buf, n);
		if (!r)
			r = wim_output_write(&p->writer->output, buf, n, err);
	}
	sha1_final(&hash, sha1);
	if (!r && memcmp(sha1, l->content->blob.sha1, SHA1_SIZE))
		r = wim_content_changed(l->content, err);
	mem_free(buf);
	wim_reading_close(&reading);
	return r;
}

// Ends a resource of its own.
static int end_long(struct packer *p, struct long_resource *l, struct err *err)
{
	struct listed entry = {.offset = l->start,
			       .stored_size = l->table_size + l->stored,
			       .size = l->size,
			       .flags = RESOURCE_COMPRESSED};
	int r = flush_table(p, l, err);

	memcpy(entry.sha1, l->content->blob.sha1, SHA1_SIZE);
	if (!l->is_smaller) {
		// The chunks are the content as it is, behind a table that
		// nobody needs: no byte in 8000.
		entry.offset += l->table_size;
		entry.stored_size = l->size;
		entry.flags = 0;
	} else if (!r && entry.stored_size >= l->size) {
		r = write_again(p, l, err);
		entry.stored_size = l->size;
		entry.flags = 0;
	}
	return r ? r : enter(p, &entry, err);
}

static int begin_long(struct packer *p, struct long_resource *l,
		      struct err *err)
{
	l->start = wim_output_place(&p->writer->output);
	if (!l->table_size)
		return 0;
	l->table_capacity = l->table_size < TABLE_PIECE ? (size_t)l->table_size
							: TABLE_PIECE;
	l->table = mem_alloc(l->table_capacity);
	if (!l->table)
		return err_nomem(err);
	return wim_output_skip(&p->writer->output, l->table_size, err);
}

static void free_long(struct packer *p, struct long_resource *l)
{
	struct long_resource **link = &p->resources;

	while (*link != l)
		link = &(*link)->next;
	*link = l->next;
	mem_free(l->table);
	mem_free(l);
}

int wim_job_write(struct pack_job *job, struct err *err)
{
	struct long_resource *l = job->resource;
	int r = 0;

	if (l && !l->content)
		return wim_solid_write(job, err);
	for (size_t i = 0; !r && i < job->piece_count; i++)
		r = write_piece(job, &job->pieces[i], err);
	if (!l)
		return r;
	if (!l->start)
		r = begin_long(job->packer, l, err);
	if (!r)
		r = write_part(job, err);
	if (!r && job->is_last)
		r = end_long(job->packer, l, err);
	if (!r && job->is_last)
		free_long(job->packer, l);
	return r;
}
