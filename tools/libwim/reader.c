// SPDX-License-Identifier: MIT
//
// Content as disks: a chunk is decompressed when something of it is read, and kept
// until another one is. Where a resource's chunks end is read when the first of it
// is wanted.

#include <string.h>

#include "wim_priv.h"

static const char what[] = "WIM";

#define TABLE_PIECE (64 << 10)

struct wim_reader {
	struct wim *w;
	struct chunk_decoder decoder;
	uint8_t *in; // a stored chunk
	size_t in_size;
	// The resource whose chunks are known: of a solid one its number, else
	// where it lies.
	struct spread {
		bool is_known;
		uint32_t solid;
		uint16_t part;
		uint64_t offset; // of the resource in its file
		uint64_t chunks_at;
		uint64_t size, count;
		struct chunking chunking;
		unsigned gap;   // bytes before each chunk that are not its
		uint64_t *ends; // of each chunk, from chunks_at, without gaps
	} spread;
	uint8_t *out; // the chunk that was decompressed
	size_t out_size;
	uint64_t chunk; // its number, or NO_CHUNK
};

#define NO_CHUNK UINT64_MAX

struct blob_disk_view {
	struct disk disk;
	struct wim_reader *reader;
	const struct wim_blob *blob;
};

int wim_reader_new(struct wim *w, struct wim_reader **ret, struct err *err)
{
	struct wim_reader *r = mem_alloc(sizeof(*r));

	if (!r)
		return err_nomem(err);
	r->w = w;
	r->chunk = NO_CHUNK;
	*ret = r;
	return 0;
}

void wim_reader_free(struct wim_reader *r)
{
	if (!r)
		return;
	wim_chunk_decoder_done(&r->decoder);
	mem_free(r->in);
	mem_free(r->out);
	mem_free(r->spread.ends);
	mem_free(r);
}

// --- Where chunks lie --------------------------------------------------------

static int broken(const struct wim *w, const struct spread *s, uint64_t where,
		  struct err *err)
{
	struct err inner = {0};

	err_corrupt(&inner, what, where, "a table of chunks is broken");
	return wim_file_fail(w, s->part - 1u, &inner, err);
}

// Turns entries of a table into ends of chunks, from number `first` on.
static int take_entries(const struct wim *w, struct spread *s,
			const uint8_t *raw, unsigned entry_size, uint64_t first,
			uint64_t count, uint64_t stored, struct err *err)
{
	for (uint64_t i = first; i < first + count; i++, raw += entry_size) {
		uint64_t before = i ? s->ends[i - 1] : 0, end;
		uint64_t content = i + 1 < s->count
					   ? s->chunking.size
					   : s->size - i * s->chunking.size;

		end = entry_size == 8 ? load_le64(raw) : load_le32(raw);
		if (s->solid)
			end += before;
		if (end <= before || end > stored || end - before > content)
			return broken(w, s, s->offset, err);
		s->ends[i] = end;
	}
	return 0;
}

static int read_table(const struct wim *w, struct spread *s, uint64_t at,
		      unsigned entry_size, uint64_t entries, uint64_t stored,
		      struct err *err)
{
	uint8_t *raw = mem_alloc(TABLE_PIECE);
	uint64_t step = TABLE_PIECE / entry_size;
	int r = raw ? 0 : err_nomem(err);

	for (uint64_t i = 0; !r && i < entries; i += step) {
		uint64_t n = entries - i < step ? entries - i : step;

		r = wim_file_read(w, s->part - 1u, at + i * entry_size, raw,
				  (size_t)n * entry_size, err);
		if (!r)
			r = take_entries(w, s, raw, entry_size, i, n, stored,
					 err);
	}
	mem_free(raw);
	return r;
}

static int find_solid(struct wim *w, const struct wim_blob *blob,
		      struct spread *s, struct err *err)
{
	const struct solid_resource *solid = &w->solids[blob->solid - 1];
	uint64_t head = sizeof(struct solid_disk);

	s->solid = blob->solid;
	s->part = solid->part;
	s->offset = solid->offset;
	s->size = solid->size;
	s->chunking = solid->chunking;
	s->count = (s->size >> s->chunking.order) +
		   (s->size % s->chunking.size != 0);
	s->chunks_at = s->offset + head + s->count * sizeof(le32);
	s->ends = mem_array((size_t)s->count, sizeof(*s->ends));
	if (!s->ends)
		return err_nomem(err);
	return read_table(w, s, s->offset + head, sizeof(le32), s->count,
			  solid->stored_size - head - s->count * sizeof(le32),
			  err);
}

static int find_own(struct wim *w, const struct wim_blob *blob,
		    struct spread *s, struct err *err)
{
	struct chunks c;
	int r;

	s->part = blob->part;
	s->offset = blob->offset;
	s->size = blob->size;
	s->chunking = w->chunking;
	wim_chunks_layout(&w->chunking, blob->size, blob->stored_size, &c);
	s->count = c.count;
	s->chunks_at = s->offset + c.first;
	s->gap = c.gap;
	s->ends = mem_array((size_t)s->count, sizeof(*s->ends));
	if (!s->ends)
		return err_nomem(err);
	r = read_table(w, s, s->offset + c.table, c.entry_size, c.count - 1,
		       c.stored, err);
	if (r)
		return r;
	// The last one ends where the chunks do.
	s->ends[c.count - 1] = c.stored;
	if (c.count > 1 && s->ends[c.count - 2] >= c.stored)
		return broken(w, s, s->offset, err);
	return 0;
}

static bool is_same(const struct spread *s, const struct wim_blob *blob)
{
	if (!s->is_known || s->solid != blob->solid)
		return false;
	return s->solid || (s->part == blob->part && s->offset == blob->offset);
}

static int find_chunks(struct wim_reader *reader, const struct wim_blob *blob,
		       struct err *err)
{
	struct spread s = {0};
	int r;

	if (is_same(&reader->spread, blob))
		return 0;
	r = blob->solid ? find_solid(reader->w, blob, &s, err)
			: find_own(reader->w, blob, &s, err);
	if (r) {
		mem_free(s.ends);
		return r;
	}
	s.is_known = true;
	mem_free(reader->spread.ends);
	reader->spread = s;
	reader->chunk = NO_CHUNK;
	return 0;
}

// --- Chunks ------------------------------------------------------------------

static int make_room(uint8_t **buf, size_t *size, size_t wanted,
		     struct err *err)
{
	uint8_t *more;

	if (*size >= wanted)
		return 0;
	more = mem_alloc(wanted);
	if (!more)
		return err_nomem(err);
	mem_free(*buf);
	*buf = more;
	*size = wanted;
	return 0;
}

static size_t content_of(const struct spread *s, uint64_t chunk)
{
	uint64_t left = s->size - (chunk << s->chunking.order);

	return left < s->chunking.size ? (size_t)left : s->chunking.size;
}

// Decompresses a chunk into `out`, which has room for it.
static int decode(struct wim_reader *reader, uint64_t chunk, uint8_t *out,
		  struct err *err)
{
	const struct spread *s = &reader->spread;
	uint64_t begin = chunk ? s->ends[chunk - 1] : 0;
	size_t stored = (size_t)(s->ends[chunk] - begin);
	uint64_t at = s->chunks_at + begin + (chunk + 1) * s->gap;
	struct err inner = {0};
	int r = make_room(&reader->in, &reader->in_size, stored, err);

	if (!r)
		r = wim_file_read(reader->w, s->part - 1u, at, reader->in,
				  stored, err);
	if (r)
		return r;
	r = wim_chunk_decode(&reader->decoder, &s->chunking, reader->in, stored,
			     out, content_of(s, chunk));
	if (r == -ENOMEM)
		return err_nomem(err);
	if (!r)
		return 0;
	err_corrupt(&inner, what, at, "a chunk cannot be decompressed");
	return wim_file_fail(reader->w, s->part - 1u, &inner, err);
}

// Makes a chunk be the one that is kept.
static int load(struct wim_reader *reader, uint64_t chunk, struct err *err)
{
	int r;

	if (reader->chunk == chunk)
		return 0;
	reader->chunk = NO_CHUNK;
	r = make_room(&reader->out, &reader->out_size,
		      content_of(&reader->spread, chunk), err);
	if (!r)
		r = decode(reader, chunk, reader->out, err);
	if (!r)
		reader->chunk = chunk;
	return r;
}

// --- Disks -------------------------------------------------------------------

static int read_stored(struct wim_reader *reader, const struct wim_blob *blob,
		       uint64_t off, void *buf, size_t len, struct err *err)
{
	return wim_file_read(reader->w, blob->part - 1u, blob->offset + off,
			     buf, len, err);
}

static int view_read(struct disk *d, uint64_t off, void *buf, size_t len,
		     struct err *err)
{
	struct blob_disk_view *v = (struct blob_disk_view *)d;
	struct wim_reader *reader = v->reader;
	const struct spread *s = &reader->spread;
	uint8_t *to = buf;
	int r = 0;

	if (!v->blob->solid && !v->blob->compressed)
		return read_stored(reader, v->blob, off, buf, len, err);
	if (len)
		r = find_chunks(reader, v->blob, err);
	if (v->blob->solid)
		off += v->blob->offset;
	while (!r && len) {
		uint64_t chunk = off >> s->chunking.order;
		size_t within = (size_t)(off - (chunk << s->chunking.order));
		size_t n = content_of(s, chunk) - within;

		if (n > len)
			n = len;
		// A whole chunk needs no copy.
		if (n == content_of(s, chunk) && reader->chunk != chunk) {
			r = decode(reader, chunk, to, err);
		} else {
			r = load(reader, chunk, err);
			if (!r)
				memcpy(to, reader->out + within, n);
		}
		to += n;
		off += n;
		len -= n;
	}
	return r;
}

static void view_close(struct disk *d)
{
	mem_free(d);
}

static const struct disk_ops view_ops = {
	.read = view_read,
	.close = view_close,
};

int wim_reader_open(struct wim_reader *reader, const struct wim_blob *blob,
		    struct disk **ret, struct err *err)
{
	struct blob_disk_view *v = mem_alloc(sizeof(*v));

	if (!v)
		return err_nomem(err);
	v->disk = (struct disk){.ops = &view_ops,
				.size = blob->size,
				.sector_size = 512,
				.read_only = true};
	v->reader = reader;
	v->blob = blob;
	*ret = &v->disk;
	return 0;
}
