// SPDX-License-Identifier: MIT
//
// Resources: where they lie, and reading one whole ("Windows Imaging File
// Format (WIM)" white paper, "Resources").

#include <string.h>

#include "wim_priv.h"

uint64_t wim_resource_stored_size(const struct resource_disk *raw)
{
	uint64_t size = 0;

	for (unsigned k = 0; k < sizeof(raw->stored_size); k++)
		size |= (uint64_t)raw->stored_size[k] << (8 * k);
	return size;
}

int wim_resource_decode(const struct wim *w, size_t i,
			const struct resource_disk *raw, const char *what,
			uint64_t where, struct resource *ret, struct err *err)
{
	uint64_t file_size = w->files[i].disk->size;
	struct resource res = {.offset = get_le64(raw->offset),
			       .stored_size = wim_resource_stored_size(raw),
			       .size = get_le64(raw->size),
			       .flags = raw->flags};
	struct chunks chunks;

	if (res.flags & RESOURCE_SOLID)
		return err_set(err, -ENOTSUP, what, where,
			       "a resource is solid that should be by itself, "
			       "which is not done");
	if (res.flags & RESOURCE_SPANNED)
		return err_set(err, -ENOTSUP, what, where,
			       "a resource is spread over several files, which "
			       "is not done");
	if (!range_ok(res.offset, res.stored_size, file_size))
		return err_corrupt(err, what, where,
				   "a resource of %llu bytes at %llu is not "
				   "within the file of %llu bytes",
				   (unsigned long long)res.stored_size,
				   (unsigned long long)res.offset,
				   (unsigned long long)file_size);
	if (res.flags & RESOURCE_COMPRESSED) {
		if (!w->chunking.order)
			return err_corrupt(err, what, where,
					   "a resource is compressed, but the "
					   "header names no compression");
		if (!wim_chunks_layout(&w->chunking, res.size, res.stored_size,
				       &chunks))
			return err_corrupt(err, what, where,
					   "%llu bytes of content cannot be "
					   "stored in %llu bytes",
					   (unsigned long long)res.size,
					   (unsigned long long)res.stored_size);
	} else if (res.size != res.stored_size) {
		return err_corrupt(err, what, where,
				   "an uncompressed resource has two sizes, "
				   "%llu and %llu",
				   (unsigned long long)res.stored_size,
				   (unsigned long long)res.size);
	}
	*ret = res;
	return 0;
}

// Copies what arrives to one place; pieces may arrive in any order.
static int copy_piece(void *ctx, const struct wim_blob *blob, uint64_t off,
		      const void *data, size_t len, struct err *err)
{
	memcpy((uint8_t *)ctx + off, data, len);
	return 0;
}

static int read_content(struct wim *w, const struct wim_blob *blob,
			enum read_for reading, void **ret, struct err *err)
{
	uint8_t *data = mem_alloc(blob->size);
	struct wim_sink sink = {copy_piece, data};
	int r;

	if (!data)
		return err_nomem(err);
	r = wim_extract_any(w, &blob, 1, &sink, reading, NULL, NULL, err);
	if (r)
		mem_free(data);
	else
		*ret = data;
	return r;
}

int wim_resource_read(struct wim *w, size_t i, const struct resource *res,
		      const char *what, uint64_t limit, void **ret,
		      struct err *err)
{
	struct wim_blob blob = {
		.size = res->size,
		.part = (uint16_t)(i + 1),
		.offset = res->offset,
		.stored_size = res->stored_size,
		.compressed = res->flags & RESOURCE_COMPRESSED,
	};

	if (res->size > limit)
		return err_set(err, -EFBIG, what, res->offset,
			       "%llu bytes are more than the %llu allowed",
			       (unsigned long long)res->size,
			       (unsigned long long)limit);
	return read_content(w, &blob, READ_UNCHECKED, ret, err);
}

int wim_read_blob(struct wim *w, const struct wim_blob *blob, uint64_t limit,
		  void **ret, struct err *err)
{
	int r;

	if (blob->size > limit)
		return err_set(err, -EFBIG, "a file in the WIM", blob->offset,
			       "%llu bytes are more than the %llu allowed",
			       (unsigned long long)blob->size,
			       (unsigned long long)limit);
	r = wim_kept_read(w, blob, ret, err);
	return r == -ENOENT ? read_content(w, blob, READ_CONTENT, ret, err) : r;
}
