// SPDX-License-Identifier: MIT
//
// Content that is held compressed goes to its places, whose sizes are known.

#include <string.h>

#include "compact.h"

#define TABLE_PIECE 65536u // bytes of a table that are written at once

static uint64_t start_of(const struct compact *c, const struct pressed *p,
			 uint64_t index)
{
	uint64_t from = round_down(index, COMPACT_STARTS);
	uint64_t at = c->starts[p->first_start + from / COMPACT_STARTS];

	for (; from < index; from++)
		at += compact_size(c, p, from);
	return at;
}

static int changed(const struct pressed *p, struct err *err)
{
	return err_corrupt(err, "WIM", p->blob->offset,
			   "its content changed while it was read");
}

// --- Tables ------------------------------------------------------------------

static void put_entry(uint8_t *to, uint64_t start, uint32_t entry)
{
	le64 v = to_le64(start);

	memcpy(to, v.b, entry);
}

static int write_table(const struct compact_out *out, const struct pressed *p,
		       uint8_t *piece, struct err *err)
{
	uint64_t start = 0, done = 0;
	int r = 0;

	for (uint64_t i = 0; i + 1 < p->chunks && !r;) {
		uint32_t used = 0;

		for (; i + 1 < p->chunks && used < TABLE_PIECE; i++) {
			start += compact_size(out->compact, p, i);
			put_entry(piece + used, start, p->entry);
			used += p->entry;
		}
		r = out->write(out->ctx, p, done, piece, used, err);
		done += used;
	}
	return r;
}

int image_compact_write_tables(const struct compact_out *out, struct err *err)
{
	const struct compact *c = out->compact;
	uint8_t *piece = mem_alloc(TABLE_PIECE);
	int r = piece ? 0 : err_nomem(err);

	for (size_t i = 0; i < c->count && !r; i++)
		if (c->items[i].is_smaller)
			r = write_table(out, &c->items[i], piece, err);
	mem_free(piece);
	return r;
}

// --- Chunks ------------------------------------------------------------------

// Compresses as many chunks as there is room for, and writes them at once.
static int write_some(const struct compact_out *out, struct packer *packer,
		      const struct pressed *p, uint64_t *index,
		      const uint8_t **data, size_t *size, struct err *err)
{
	const struct compact *c = out->compact;
	uint64_t start = start_of(c, p, *index);

	packer->used = 0;
	while (*size && packer->used < COMPACT_ROOM) {
		size_t n = *size < c->chunk ? *size : c->chunk;

		if (image_compact_pack(packer, *data, n) !=
		    compact_size(c, p, *index))
			return changed(p, err);
		++*index;
		*data += n;
		*size -= n;
	}
	return out->write(out->ctx, p, p->table + start, packer->out,
			  packer->used, err);
}

static int write_chunks(void *ctx, const struct pressed *p, uint64_t index,
			const uint8_t *data, size_t size, struct err *err)
{
	const struct compact_out *out = ctx;
	struct packer *packer = image_compact_take_packer(out->compact);
	int r = packer ? 0 : err_nomem(err);

	while (size && !r)
		r = write_some(out, packer, p, &index, &data, &size, err);
	if (packer)
		image_compact_give_packer(out->compact, packer);
	return r;
}

int image_compact_write(const struct compact_out *out,
			const struct wim_blob *blob, uint64_t off,
			const void *data, size_t len, struct err *err)
{
	struct compact_out copy = *out;
	const struct chunk_sink sink = {write_chunks, &copy};
	const struct pressed *p = image_compact_of(out->compact, blob);

	return p->is_as_there ? 0
			      : image_compact_feed(out->compact, p, off, data,
						   len, &sink, err);
}

int image_compact_write_stored(const struct compact_out *out,
			       const struct wim_blob *blob, uint64_t off,
			       const void *chunk, size_t size, struct err *err)
{
	const struct pressed *p = image_compact_of(out->compact, blob);
	uint64_t index = off / out->compact->chunk;

	if (!p || !p->is_as_there || !p->is_smaller)
		return 0;
	if (size != compact_size(out->compact, p, index))
		return changed(p, err);
	return out->write(out->ctx, p,
			  p->table + start_of(out->compact, p, index), chunk,
			  size, err);
}
