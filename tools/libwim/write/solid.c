// SPDX-License-Identifier: MIT
//
// Solid resources, as ESD files have them (wim_disk.h): all content as one, so that
// chunks reach over many files.
//
// How many chunks there will be is known when all content was read, and what is
// there twice left out. Room is kept for all that could be, and the resource then
// begins so late that its table ends where its chunks begin.

#include <string.h>

#include "pack.h"

static const uint32_t compressions[] = {
	[WIM_COMPRESSION_XPRESS] = SOLID_XPRESS,
	[WIM_COMPRESSION_LZX] = SOLID_LZX,
	[WIM_COMPRESSION_LZMS] = SOLID_LZMS,
};

// --- Writing -----------------------------------------------------------------

static int grow_table(struct long_resource *l, size_t more, struct err *err)
{
	while (l->table_used + more > l->table_capacity) {
		size_t n = l->table_capacity ? l->table_capacity * 2 : 1024;
		uint8_t *table = mem_resize(l->table, n, 1);

		if (!table)
			return err_nomem(err);
		l->table = table;
		l->table_capacity = n;
	}
	return 0;
}

int wim_solid_write(struct pack_job *job, struct err *err)
{
	struct packer *p = job->packer;
	struct long_resource *l = job->resource;
	size_t chunk = p->packing.chunk_size;
	struct output *o = &p->writer->output;
	int r = 0;

	if (!l->start) {
		l->start = wim_output_place(o);
		r = wim_output_skip(o,
				    sizeof(struct solid_disk) + l->table_size,
				    err);
	}
	if (!r)
		r = wim_output_write(o, job->out, job->out_size, err);
	for (size_t at = 0, i = 0; !r && at < job->in_size; at += chunk, i++) {
		r = grow_table(l, sizeof(le32), err);
		if (r)
			break;
		store_le32(l->table + l->table_used, job->stored[i]);
		l->table_used += sizeof(le32);
	}
	l->stored += job->out_size;
	return r;
}

// Writes head and table, and lists the resource. `size` is of what it holds.
static int end_solid(struct packer *p, struct long_resource *l, uint64_t size,
		     struct err *err)
{
	struct solid_disk head = {
		.size = to_le64(size),
		.chunk_size = to_le32(p->packing.chunk_size),
		.compression = to_le32(compressions[p->packing.compression]),
	};
	struct output *o = &p->writer->output;
	uint64_t chunks_at = wim_output_place(o) - l->stored;
	struct listed_solid solid = {
		.offset = chunks_at - l->table_used - sizeof(head),
		.stored_size = sizeof(head) + l->table_used + l->stored,
		.size = size,
	};
	int r = wim_output_patch(o, solid.offset, &head, sizeof(head), err);

	if (!r)
		r = wim_output_patch(o, solid.offset + sizeof(head), l->table,
				     l->table_used, err);
	return r ? r : wim_list_add_solid(&p->writer->list, &solid, err);
}

// --- Reading -----------------------------------------------------------------

struct solid {
	struct packer *p;
	struct long_resource *resource;
	struct pack_job *job; // that is being filled, or NULL
	uint64_t size;        // of what is in
};

static void submit(struct solid *s)
{
	if (s->job)
		wim_packer_submit(s->p, s->job);
	s->job = NULL;
}

static int take(struct solid *s, struct err *err)
{
	int r;

	if (s->job && s->job->in_size == s->p->job_size)
		submit(s);
	if (s->job)
		return 0;
	r = wim_packer_take(s->p, &s->job, err);
	if (!r)
		s->job->resource = s->resource;
	return r;
}

// Reads all of a piece of content into jobs.
static int read_in(struct solid *s, struct wim_content *c, uint8_t *sha1,
		   struct err *err)
{
	struct reading reading;
	struct sha1 hash;
	int r = wim_reading_open(&reading, c, err);

	if (r)
		return r;
	sha1_init(&hash);
	for (uint64_t at = 0; !r && at < c->blob.size;) {
		uint64_t left = c->blob.size - at;
		uint8_t *to;
		size_t n;

		r = take(s, err);
		if (r)
			break;
		to = s->job->in + s->job->in_size;
		n = s->p->job_size - s->job->in_size;
		if (left < n)
			n = (size_t)left;
		r = wim_reading_read(&reading, at, to, n, err);
		if (!r)
			sha1_update(&hash, to, n);
		s->job->in_size += n;
		at += n;
	}
	sha1_final(&hash, sha1);
	wim_reading_close(&reading);
	return r;
}

static int list_it(struct solid *s, const struct wim_content *c,
		   struct err *err)
{
	struct listed entry = {
		.flags = RESOURCE_SOLID,
		.solid = (uint32_t)s->p->writer->list.solid_count + 1,
		.offset = s->size,
		.stored_size = c->blob.size,
		.size = c->blob.size,
	};

	memcpy(entry.sha1, c->blob.sha1, SHA1_SIZE);
	s->size += c->blob.size;
	return wim_list_add(&s->p->writer->list, &entry, err);
}

static bool is_listed(const struct solid *s, const struct wim_content *c)
{
	return wim_list_find(&s->p->writer->list, c->blob.sha1);
}

// Content that fits into the job is taken back when it is there already; of
// other content that is found out before.
static int add(struct solid *s, struct wim_content *c, struct err *err)
{
	uint8_t known[SHA1_SIZE];
	bool is_whole, is_known;
	size_t before;
	int r = take(s, err);

	if (r)
		return r;
	before = s->job->in_size;
	is_whole = c->blob.size <= s->p->job_size - before;
	is_known = !is_whole && !c->is_unique &&
		   wim_writer_has_size(s->p->writer, c->blob.size);
	if (is_known) {
		r = wim_content_hash(s->p, c, c->blob.sha1, err);
		if (r || is_listed(s, c))
			return r ? r
				 : wim_packer_count(s->p, c->blob.size, err);
		memcpy(known, c->blob.sha1, SHA1_SIZE);
	}
	r = read_in(s, c, c->blob.sha1, err);
	if (!r && is_known && memcmp(known, c->blob.sha1, SHA1_SIZE))
		r = wim_content_changed(c, err);
	if (!r)
		r = wim_writer_note_size(s->p->writer, c->blob.size, err);
	if (r)
		return r;
	if (is_whole && is_listed(s, c)) {
		s->job->in_size = before;
		return wim_packer_count(s->p, c->blob.size, err);
	}
	return list_it(s, c, err);
}

static int add_all(struct solid *s, struct wim_content *const *list,
		   size_t count, struct err *err)
{
	struct wim_content **sorted;
	int r = wim_solid_order(list, count, &sorted, err);

	if (r)
		return r;
	for (size_t i = 0; !r && i < count; i++)
		if (wim_content_is_there(s->p->writer, sorted[i]))
			r = wim_packer_count(s->p, sorted[i]->blob.size, err);
		else if (sorted[i]->blob.size)
			r = add(s, sorted[i], err);
	mem_free(sorted);
	return r;
}

int wim_pack_solid(struct packer *p, struct wim_content *const *list,
		   size_t count, struct err *err)
{
	struct solid s = {.p = p};
	int r = wim_packer_begin_long(p, NULL, p->total, &s.resource, err);

	if (!r)
		r = add_all(&s, list, count, err);
	if (r)
		return r;
	if (s.job && s.job->in_size)
		submit(&s);
	r = wim_packer_drain(p, err);
	// All of it may have been there.
	return r || !s.size ? r : end_solid(p, s.resource, s.size, err);
}
