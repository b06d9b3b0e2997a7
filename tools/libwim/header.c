// SPDX-License-Identifier: MIT
//
// The WIM header: opening a file, and what may be opened ("Windows Imaging File
// Format (WIM)" white paper, "WIM header").

#include <string.h>

#include "wim_priv.h"

#define XPRESS_MIN_ORDER 12
#define XPRESS_MAX_ORDER 16
#define LZX_MIN_ORDER	 15
#define LZX_MAX_ORDER	 21

int wim_resource_decode(const struct wim *w, const struct resource_disk *raw,
			const char *what, uint64_t where, struct resource *ret,
			struct err *err)
{
	struct resource res = {.offset = get_le64(raw->offset),
			       .size = get_le64(raw->size),
			       .flags = raw->flags};
	struct chunks chunks;

	for (unsigned i = 0; i < sizeof(raw->stored_size); i++)
		res.stored_size |= (uint64_t)raw->stored_size[i] << (8 * i);
	if (res.flags & RESOURCE_SOLID)
		return err_set(err, -ENOTSUP, what, where,
			       "the file is solid (ESD), which is not done");
	if (res.flags & RESOURCE_SPANNED)
		return err_set(err, -ENOTSUP, what, where,
			       "a resource spans several files (split WIM), "
			       "which is not done");
	if (!range_ok(res.offset, res.stored_size, w->file->size))
		return err_corrupt(err, what, where,
				   "a resource of %llu bytes at %llu is not "
				   "within the file of %llu bytes",
				   (unsigned long long)res.stored_size,
				   (unsigned long long)res.offset,
				   (unsigned long long)w->file->size);
	if (res.flags & RESOURCE_COMPRESSED) {
		if (!w->window_order)
			return err_corrupt(err, what, where,
					   "a resource is compressed, but the "
					   "header names no compression");
		if (!wim_chunks_layout(w, res.size, res.stored_size, &chunks))
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

// Copies what arrives to one place.
static int copy_piece(void *ctx, const struct wim_blob *blob, uint64_t off,
		      const void *data, size_t len, struct err *err)
{
	memcpy((uint8_t *)ctx + off, data, len);
	return 0;
}

static int read_content(struct wim *w, const struct wim_blob *blob,
			bool has_hash, void **ret, struct err *err)
{
	uint8_t *data = mem_alloc(blob->size);
	struct wim_sink sink = {copy_piece, data};
	int r;

	if (!data)
		return err_nomem(err);
	r = wim_extract_any(w, &blob, 1, &sink, has_hash, NULL, NULL, err);
	if (r)
		mem_free(data);
	else
		*ret = data;
	return r;
}

int wim_resource_read(struct wim *w, const struct resource *res,
		      const char *what, uint64_t limit, void **ret,
		      struct err *err)
{
	struct wim_blob blob = {
	    .size = res->size,
	    .offset = res->offset,
	    .stored_size = res->stored_size,
	    .compressed = res->flags & RESOURCE_COMPRESSED,
	};

	if (res->size > limit)
		return err_set(err, -EFBIG, what, res->offset,
			       "%llu bytes are more than the %llu allowed",
			       (unsigned long long)res->size,
			       (unsigned long long)limit);
	return read_content(w, &blob, false, ret, err);
}

int wim_read_blob(struct wim *w, const struct wim_blob *blob, uint64_t limit,
		  void **ret, struct err *err)
{
	if (blob->size > limit)
		return err_set(err, -EFBIG, "WIM blob", blob->offset,
			       "%llu bytes are more than the %llu allowed",
			       (unsigned long long)blob->size,
			       (unsigned long long)limit);
	return read_content(w, blob, true, ret, err);
}

static int decode_compression(struct wim *w, uint32_t flags, struct err *err)
{
	unsigned low = XPRESS_MIN_ORDER, high = XPRESS_MAX_ORDER;

	if (!(flags & WIM_FLAG_COMPRESSED)) {
		w->info.chunk_size = 0;
		return 0;
	}
	if (flags & WIM_FLAG_LZMS)
		return err_set(err, -ENOTSUP, "WIM header", 0x10,
			       "the compression is LZMS, which is not done");
	if (flags & WIM_FLAG_LZX) {
		w->info.compression = WIM_COMPRESSION_LZX;
		low = LZX_MIN_ORDER;
		high = LZX_MAX_ORDER;
	} else if (flags & (WIM_FLAG_XPRESS | WIM_FLAG_XPRESS2)) {
		w->info.compression = WIM_COMPRESSION_XPRESS;
	} else {
		return err_set(err, -ENOTSUP, "WIM header", 0x10,
			       "the compression is not known (flags 0x%x)",
			       (unsigned)flags);
	}
	w->window_order = low;
	while (w->window_order < high &&
	       w->info.chunk_size >> w->window_order > 1)
		w->window_order++;
	if (w->info.chunk_size != UINT32_C(1) << w->window_order)
		return err_corrupt(err, "WIM header", 0x14,
				   "a chunk size of %u is not possible",
				   (unsigned)w->info.chunk_size);
	return 0;
}

// What we do not do is said first, before any doubt about the rest.
static int check_kind(struct wim *w, uint32_t flags, struct err *err)
{
	if (w->info.version == WIM_VERSION_SOLID)
		return err_set(err, -ENOTSUP, "WIM header", 0x0c,
			       "the file is solid (ESD%s), which is not done",
			       flags & WIM_FLAG_LZMS ? ", LZMS" : "");
	if (w->info.version != WIM_VERSION)
		return err_set(err, -ENOTSUP, "WIM header", 0x0c,
			       "version 0x%x is not known",
			       (unsigned)w->info.version);
	if (!w->info.part || w->info.part > w->info.parts)
		return err_corrupt(err, "WIM header", 0x28,
				   "part %u of %u is not possible",
				   w->info.part, w->info.parts);
	if (w->info.parts > 1 || flags & WIM_FLAG_SPANNED)
		return err_set(err, -ENOTSUP, "WIM header", 0x28,
			       "this is part %u of %u of a split WIM, which is "
			       "not done",
			       w->info.part, w->info.parts);
	if (w->info.images > WIM_MAX_IMAGES)
		return err_set(err, -EFBIG, "WIM header", 0x2c,
			       "%u images are more than the %u allowed",
			       (unsigned)w->info.images, WIM_MAX_IMAGES);
	return 0;
}

static int header_decode(struct wim *w, struct err *err)
{
	struct wim_header_disk h;
	uint32_t flags;
	int r;

	if (w->file->size < sizeof(h))
		return err_corrupt(err, "WIM header", 0,
				   "the file is too short to be a WIM");
	r = disk_read(w->file, 0, &h, sizeof(h), err);
	if (r)
		return r;
	if (!memcmp(h.magic, WIM_MAGIC_PIPABLE, sizeof(h.magic)))
		return err_set(err, -ENOTSUP, "WIM header", 0,
			       "this is a pipable WIM of wimlib, which is not "
			       "done; \"wimexport FILE all NEW.wim "
			       "--not-pipable\" makes a plain one");
	if (memcmp(h.magic, WIM_MAGIC, sizeof(h.magic)))
		return err_corrupt(err, "WIM header", 0, "this is not a WIM");
	if (get_le32(h.header_size) != sizeof(h))
		return err_corrupt(err, "WIM header", 8,
				   "a header of %u bytes is not possible",
				   (unsigned)get_le32(h.header_size));
	flags = get_le32(h.flags);
	w->info.version = get_le32(h.version);
	w->info.chunk_size = get_le32(h.chunk_size);
	memcpy(w->info.guid.b, h.guid, sizeof(h.guid));
	w->info.part = get_le16(h.part);
	w->info.parts = get_le16(h.parts);
	w->info.images = get_le32(h.images);
	w->info.boot_index = get_le32(h.boot_index);
	w->info.size = w->file->size;
	r = check_kind(w, flags, err);
	if (!r)
		r = decode_compression(w, flags, err);
	if (!r)
		r = wim_resource_decode(w, &h.blobs, "WIM blob table", 0x30,
					&w->blob_table, err);
	if (!r)
		r = wim_resource_decode(w, &h.xml, "WIM XML data", 0x48,
					&w->xml, err);
	if (!r)
		r = wim_resource_decode(w, &h.integrity, "WIM integrity table",
					0x7c, &w->integrity, err);
	w->info.has_integrity =
	    !r && w->integrity.offset && w->integrity.stored_size;
	return r;
}

int wim_open(struct disk *file, struct wim **ret, struct err *err)
{
	struct wim *w = mem_alloc(sizeof(*w));
	int r;

	if (!w)
		return err_nomem(err);
	w->file = file;
	r = header_decode(w, err);
	if (!r)
		r = wim_blobs_read(w, err);
	if (!r)
		r = wim_images_read(w, err);
	if (r)
		wim_close(w);
	else
		*ret = w;
	return r;
}

void wim_close(struct wim *w)
{
	if (!w)
		return;
	wim_images_free(w);
	mem_free(w->metadata);
	mem_free(w->blobs);
	mem_free(w->hash_slots);
	mem_free(w);
}

const struct wim_info *wim_get_info(const struct wim *w)
{
	return &w->info;
}
