// SPDX-License-Identifier: MIT
//
// The integrity table ("Windows Imaging File Format (WIM)" white paper,
// "Integrity table"): SHA-1 of each piece between the header and the end of the
// blob table. The header is not covered, as the table's place goes into it when
// the table is done; nor is the XML data, so images can be renamed without
// reading all of the file again.

#include <string.h>

#include "wim_priv.h"

static const char what[] = "WIM integrity table";

// Checks what the table says of itself. One that covers less than it should
// would call sound what nobody looked at.
static int decode(const struct resource *integrity, const uint8_t *table,
		  uint64_t begin, uint64_t end, struct integrity_disk *ret,
		  struct err *err)
{
	struct integrity_disk head;
	uint64_t count, chunk, size = integrity->size;

	if (size < sizeof(head))
		return err_corrupt(err, what, integrity->offset,
				   "it is cut off");
	memcpy(&head, table, sizeof(head));
	count = get_le32(head.count);
	chunk = get_le32(head.chunk_size);
	if (get_le32(head.size) != size || !chunk || end < begin ||
	    size != sizeof(head) + count * SHA1_SIZE ||
	    count != (end - begin) / chunk + ((end - begin) % chunk != 0))
		return err_corrupt(err, what, integrity->offset,
				   "%llu pieces of %llu bytes do not cover the "
				   "file",
				   (unsigned long long)count,
				   (unsigned long long)chunk);
	*ret = head;
	return 0;
}

// Makes blobs of the pieces of a file.
static int list_pieces(struct wim *w, size_t i, const uint8_t *table,
		       struct wim_blob **ret, size_t *ret_count,
		       struct err *err)
{
	const struct wim_file *file = &w->files[i];
	uint64_t at = sizeof(struct wim_header_disk);
	uint64_t end = file->blob_table.offset + file->blob_table.stored_size;
	struct integrity_disk head = {0};
	struct wim_blob *pieces;
	uint64_t chunk;
	int r = decode(&file->integrity, table, at, end, &head, err);

	if (r)
		return r;
	chunk = get_le32(head.chunk_size);
	pieces = mem_array(get_le32(head.count), sizeof(*pieces));
	if (!pieces)
		return err_nomem(err);
	table += sizeof(head);
	for (size_t k = 0; at < end; k++, at += chunk, table += SHA1_SIZE) {
		uint64_t len = end - at < chunk ? end - at : chunk;

		pieces[k] = (struct wim_blob){.size = len,
					      .stored_size = len,
					      .order = at,
					      .part = (uint16_t)(i + 1),
					      .offset = at};
		memcpy(pieces[k].sha1, table, SHA1_SIZE);
	}
	*ret = pieces;
	*ret_count = get_le32(head.count);
	return 0;
}

static int drop_piece(void *ctx, const struct wim_blob *blob, uint64_t off,
		      const void *data, size_t len, struct err *err)
{
	return 0;
}

int wim_verify_blobs(struct wim *w, const struct wim_blob *const *blobs,
		     size_t count, enum read_for reading, struct pool *pool,
		     struct progress *progress, struct err *err)
{
	const struct wim_sink sink = {drop_piece, NULL};

	return wim_extract_any(w, blobs, count, &sink, reading, pool, progress,
			       err);
}

static int check_blobs(struct wim *w, const struct wim_blob *blobs,
		       size_t count, enum read_for reading, struct pool *pool,
		       struct progress *progress, struct err *err)
{
	const struct wim_blob **list = mem_array(count, sizeof(*list));
	int r;

	if (!list)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		list[i] = &blobs[i];
	r = wim_verify_blobs(w, list, count, reading, pool, progress, err);
	mem_free(list);
	return r;
}

static int check_file(struct wim *w, size_t i, struct pool *pool,
		      struct progress *progress, struct err *err)
{
	struct err inner = {0};
	struct wim_blob *pieces = NULL;
	size_t count = 0;
	void *table;
	int r = wim_resource_read(w, i, &w->files[i].integrity, what,
				  WIM_MAX_INTEGRITY, &table, &inner);

	if (r)
		return wim_file_fail(w, i, &inner, err);
	r = list_pieces(w, i, table, &pieces, &count, &inner);
	mem_free(table);
	if (r)
		return wim_file_fail(w, i, &inner, err);
	r = check_blobs(w, pieces, count, READ_INTEGRITY, pool, progress, err);
	mem_free(pieces);
	return r;
}

int wim_integrity_check(struct wim *w, struct pool *pool,
			struct progress *progress, struct err *err)
{
	int r = 0;

	if (!w->info.has_integrity)
		return err_set(err, -ENOENT, "WIM", ERR_NOWHERE,
			       "the file has no integrity table");
	for (size_t i = 0; !r && i < w->info.parts; i++)
		r = check_file(w, i, pool, progress, err);
	return r;
}

int wim_check_integrity(struct wim *w, struct progress *progress,
			struct err *err)
{
	struct pool *pool;
	int r = pool_new(0, &pool, err);

	if (r)
		return r;
	r = wim_integrity_check(w, pool, progress, err);
	pool_free(pool);
	return r;
}

// --- All of it ---------------------------------------------------------------

static int check_image(struct wim *w, uint32_t index, struct err *err)
{
	struct wim_image *image;
	int r = wim_image_load(w, index, &image, err);

	if (!r)
		wim_image_free(image);
	return r;
}

int wim_verify(struct wim *w, struct progress *progress, struct err *err)
{
	struct pool *pool;
	int r = pool_new(0, &pool, err);

	if (r)
		return r;
	if (w->info.has_integrity)
		r = wim_integrity_check(w, pool, progress, err);
	for (uint32_t i = 1; !r && i <= w->info.images; i++)
		r = check_image(w, i, err);
	if (!r)
		r = check_blobs(w, w->blobs, w->blob_count, READ_VERIFY, pool,
				progress, err);
	pool_free(pool);
	return r;
}
