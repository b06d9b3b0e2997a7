// SPDX-License-Identifier: MIT
//
// Tables of chunks: the ends of all chunks but the last, counted from the
// table's own end ("Windows Imaging File Format (WIM)" white paper, "Compressed
// resources"). Nothing says how long a table is but the size of the content.

#include "extract.h"

// Enters where chunk i of a job ends; `end` is counted from the first chunk without
// gaps, as *begin is, where this one begins. `end` is 0 for one that is not inside,
// which is no chunk's. Nothing else keeps a decoder within what was read.
static int enter_end(struct job *job, const struct wim_blob *blob, size_t i,
		     uint64_t *begin, uint64_t end, uint64_t size, size_t base,
		     struct err *err)
{
	if (end > *begin && end - *begin <= size) {
		job->ends[i] = base + job->gap + (size_t)(end - *begin);
		*begin = end;
		return 0;
	}
	return wim_hash_damaged(job->engine->w, blob, blob->offset,
				"its table of chunks is broken", err);
}

int wim_table_whole(struct job *job, const struct wim_blob *blob, size_t *at,
		    struct err *err)
{
	const struct chunking *chunking = &job->engine->w->chunking;
	const uint8_t *table;
	uint64_t left = blob->size, begin = 0;
	struct chunks c;
	size_t base;

	wim_chunks_layout(chunking, blob->size, blob->stored_size, &c);
	table = job->in + *at + c.table;
	job->gap = c.gap;
	base = *at += (size_t)c.first;
	for (uint64_t i = 0; i < c.count; i++) {
		uint64_t n = left < chunking->size ? left : chunking->size;
		uint64_t end = i + 1 < c.count ? wim_chunks_entry(&c, table, i)
					       : c.stored;
		int r = enter_end(job, blob, i, &begin,
				  end <= c.stored ? end : 0, n, base, err);

		if (r)
			return r;
		base = job->ends[i];
		left -= n;
	}
	return 0;
}

// A table of chunks in a file.
struct place {
	uint16_t part;
	uint64_t offset;
	uint64_t count; // of entries
	unsigned entry_size;
};

// Makes entries [first, first + count) readable.
static int load_table(struct table *t, const struct wim *w,
		      const struct place *place, uint64_t first, uint64_t count,
		      struct err *err)
{
	uint64_t room = TABLE_BYTES / place->entry_size,
		 rest = place->count - first;
	int r;

	if (first >= t->first && first + count <= t->first + t->count)
		return 0;
	if (rest > room)
		rest = room;
	t->count = 0;
	r = wim_file_read(w, place->part - 1u,
			  place->offset + first * place->entry_size, t->bytes,
			  (size_t)rest * place->entry_size, err);
	if (r)
		return r;
	t->first = first;
	t->count = rest;
	return 0;
}

int wim_table_part(struct table *table, struct job *job, const struct chunks *c,
		   struct err *err)
{
	const struct wim_blob *blob = job->head.large->blob;
	const struct wim *w = job->engine->w;
	uint32_t chunk_size = w->chunking.size;
	uint64_t chunk = job->off / chunk_size;
	uint64_t count = (job->out_size + chunk_size - 1) / chunk_size;
	uint64_t from = chunk ? chunk - 1 : 0; // the first entry wanted
	uint64_t to = chunk + count < c->count ? chunk + count : c->count - 1;
	uint64_t begin = 0, left = job->out_size;
	const struct place place = {blob->part, blob->offset + c->table,
				    c->count - 1, c->entry_size};
	int r = load_table(table, w, &place, from, to - from, err);

	if (r)
		return r;
	if (chunk)
		begin = wim_chunks_entry(c, table->bytes, from - table->first);
	job->start = blob->offset + c->first + begin + chunk * c->gap;
	job->in_size = 0;
	job->gap = c->gap;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t n = left < chunk_size ? left : chunk_size;
		uint64_t end =
			chunk + i < c->count - 1
				? wim_chunks_entry(c, table->bytes,
						   chunk + i - table->first)
				: c->stored;

		r = enter_end(job, blob, i, &begin, end <= c->stored ? end : 0,
			      n, job->in_size, err);
		if (r)
			return r;
		job->in_size = job->ends[i];
		left -= n;
	}
	return 0;
}

void wim_table_solid_begin(struct table *table)
{
	table->count = 0;
	table->chunk = table->stored = 0;
}

static uint64_t chunks_of(const struct solid_resource *s)
{
	return (s->size >> s->chunking.order) + !!(s->size % s->chunking.size);
}

// Reads the stored size of the next chunk of a solid resource, as it stands there.
static int read_size(struct table *table, const struct wim *w,
		     const struct solid_resource *s, uint32_t *ret,
		     struct err *err)
{
	const struct place place = {s->part,
				    s->offset + sizeof(struct solid_disk),
				    chunks_of(s), sizeof(le32)};
	int r = load_table(table, w, &place, table->chunk, 1, err);

	if (!r)
		*ret = load_le32(table->bytes +
				 (table->chunk - table->first) * sizeof(le32));
	return r;
}

int wim_table_solid_largest(struct table *table, const struct wim *w,
			    const struct solid_resource *s, uint32_t *ret,
			    struct err *err)
{
	uint32_t largest = 0, size = 0;
	int r = 0;

	wim_table_solid_begin(table);
	for (; !r && table->chunk < chunks_of(s); table->chunk++) {
		r = read_size(table, w, s, &size, err);
		if (size > largest)
			largest = size;
	}
	if (!r) // what is larger is damage, and told when it is its turn
		*ret = largest < s->chunking.size ? largest : s->chunking.size;
	return r;
}

static int next_size(struct table *table, const struct job *job,
		     uint64_t *ret_begin, uint32_t *ret_size, struct err *err)
{
	const struct solid_resource *s = job->solid;
	uint64_t rest = s->size - (table->chunk << s->chunking.order);
	uint64_t header = sizeof(struct solid_disk) +
			  chunks_of(s) * sizeof(le32);
	uint32_t size = 0;
	int r = read_size(table, job->engine->w, s, &size, err);

	if (r)
		return r;
	if (!size ||
	    size > (rest < s->chunking.size ? rest : s->chunking.size) ||
	    !range_ok(table->stored, size, s->stored_size - header))
		return wim_hash_damaged(job->engine->w, job->blobs[0],
					s->offset,
					"the table of chunks of its solid "
					"resource is broken",
					err);
	*ret_begin = s->offset + header + table->stored;
	*ret_size = size;
	table->stored += size;
	table->chunk++;
	return 0;
}

int wim_table_solid(struct table *table, struct job *job, struct err *err)
{
	unsigned order = job->solid->chunking.order;
	uint64_t first = job->off >> order;
	uint64_t last = (job->off + job->out_size - 1) >> order;
	uint64_t begin = 0;
	uint32_t size = 0;
	int r = 0;

	job->in_size = job->gap = 0;
	while (!r && table->chunk <= last) {
		uint64_t chunk = table->chunk;

		r = next_size(table, job, &begin, &size, err);
		if (r || chunk < first)
			continue;
		if (chunk == first)
			job->start = begin;
		job->in_size += size;
		job->ends[chunk - first] = job->in_size;
	}
	// The room was made by what the table said before.
	if (!r && job->in_size > job->engine->sizes.in)
		r = wim_hash_damaged(job->engine->w, job->blobs[0], job->start,
				     "the file changed while it was read", err);
	return r;
}
