// SPDX-License-Identifier: MIT
//
// The files of a WIM: one, or the parts of a split one ("Windows Imaging File
// Format (WIM)" white paper, "WIM header": GUID, part number, total parts).

#include <string.h>

#include "wim_priv.h"

static const char *name_of(const struct wim_part *part)
{
	return part->name ? part->name : "WIM";
}

static int fail_named(const char *name, const struct err *inner,
		      struct err *err)
{
	return name ? err_of(err, name, inner)
		    : err_pass(err, inner->code, inner);
}

int wim_file_fail(const struct wim *w, size_t i, const struct err *inner,
		  struct err *err)
{
	return fail_named(w->files[i].name, inner, err);
}

int wim_file_read(const struct wim *w, size_t i, uint64_t off, void *buf,
		  size_t len, struct err *err)
{
	struct err inner = {0};
	int r = disk_read(w->files[i].disk, off, buf, len, &inner);

	return r ? wim_file_fail(w, i, &inner, err) : 0;
}

static int check_same(const struct wim *w, const struct header *h,
		      const struct wim_part *first, const struct wim_part *part,
		      struct err *err)
{
	const struct wim_info *a = &w->info, *b = &h->info;

	if (a->parts == 1 || b->parts == 1)
		return err_set(err, -ESTALE,
			       name_of(a->parts == 1 ? first : part),
			       ERR_NOWHERE, "this is not part of a split WIM");
	if (!guid_equal(&a->guid, &b->guid) || a->parts != b->parts)
		return err_set(err, -ESTALE, name_of(part), ERR_NOWHERE,
			       "this is a part of another split WIM than %s",
			       name_of(first));
	// Decoders are made for one compression.
	if (a->compression != b->compression ||
	    a->chunk_size != b->chunk_size || a->is_pipable != b->is_pipable)
		return err_corrupt(err, name_of(part), 0x10,
				   "its compression is another one than that "
				   "of %s",
				   name_of(first));
	return 0;
}

// Enters a file in its place; its resources are decoded when all are there.
static int enter(struct wim *w, struct header *headers, const struct header *h,
		 const struct wim_part *part, struct err *err)
{
	struct wim_file *file = &w->files[h->part - 1];

	if (file->disk)
		return err_set(err, -EEXIST, name_of(part), ERR_NOWHERE,
			       "this is part %u of the split WIM, as %s is",
			       h->part,
			       file->name ? file->name : "another file");
	file->disk = part->file;
	file->name = part->name;
	headers[h->part - 1] = *h;
	return 0;
}

static int check_all(const struct wim *w, const struct wim_part *first,
		     struct err *err)
{
	for (size_t i = 0; i < w->info.parts; i++)
		if (!w->files[i].disk)
			return err_set(err, -ENOENT, name_of(first),
				       ERR_NOWHERE,
				       "the WIM is split into %u parts, and "
				       "part %zu is missing",
				       w->info.parts, i + 1);
	return 0;
}

static int decode_file(struct wim *w, size_t i, const struct header *h,
		       struct err *err)
{
	struct wim_file *file = &w->files[i];
	struct err inner = {0};
	int r = wim_resource_decode(w, i, &h->blob_table, "WIM lookup table",
				    0x30, &file->blob_table, &inner);

	if (!r)
		r = wim_resource_decode(w, i, &h->xml, "WIM XML data", 0x48,
					&file->xml, &inner);
	if (!r)
		r = wim_resource_decode(w, i, &h->integrity,
					"WIM integrity table", 0x7c,
					&file->integrity, &inner);
	if (!r && file->disk->size > (uint64_t)INT64_MAX - w->info.size)
		r = err_set(&inner, -EFBIG, "WIM", ERR_NOWHERE,
			    "the files are too large together");
	if (r)
		return wim_file_fail(w, i, &inner, err);
	file->before = w->info.size;
	w->info.size += file->disk->size;
	// A split WIM can be checked when every part has a table.
	w->info.has_integrity &= file->integrity.offset &&
				 file->integrity.stored_size;
	return 0;
}

// Reads all headers and puts the files in their order; headers[] too.
static int sort_parts(struct wim *w, struct header *headers,
		      const struct wim_part *parts, size_t count,
		      const struct header *first, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < count && !r; i++) {
		struct err inner = {0};
		struct header h = *first;

		if (i && wim_header_read(parts[i].file, &h, &inner))
			return err_of(err, name_of(&parts[i]), &inner);
		r = i ? check_same(w, &h, &parts[0], &parts[i], err) : 0;
		if (!r)
			r = enter(w, headers, &h, &parts[i], err);
	}
	return r ? r : check_all(w, &parts[0], err);
}

static int open_parts(struct wim *w, const struct wim_part *parts, size_t count,
		      struct err *err)
{
	struct header first, *headers;
	struct err inner = {0};
	int r = wim_header_read(parts[0].file, &first, &inner);

	if (r)
		return parts[0].name ? err_of(err, parts[0].name, &inner)
				     : err_pass(err, r, &inner);
	w->info = first.info;
	w->info.has_integrity = true;
	w->chunking = first.chunking;
	w->files = mem_array(w->info.parts, sizeof(*w->files));
	headers = mem_array(w->info.parts, sizeof(*headers));
	r = w->files && headers
		    ? sort_parts(w, headers, parts, count, &first, err)
		    : err_nomem(err);
	if (!r) // what part 1 says of the images counts
		w->info.images = headers[0].info.images;
	if (!r)
		w->info.boot_index = headers[0].info.boot_index;
	for (size_t i = 0; !r && i < w->info.parts; i++)
		r = decode_file(w, i, &headers[i], err);
	mem_free(headers);
	return r;
}

static uint64_t stored_size(const struct wim_blob *blob)
{
	return blob->solid ? 0 : blob->stored_size;
}

// What of the files is neither content nor tells of any.
static uint64_t count_unused(const struct wim *w)
{
	uint64_t used = 0;

	for (size_t i = 0; i < w->info.parts; i++) {
		const struct wim_file *f = &w->files[i];

		used += sizeof(struct wim_header_disk) +
			f->blob_table.stored_size + f->xml.stored_size +
			f->integrity.stored_size;
	}
	for (size_t i = 0; i < w->solid_count; i++)
		used += w->solids[i].stored_size;
	for (size_t i = 0; i < w->blob_count; i++)
		used += stored_size(&w->blobs[i]);
	for (size_t i = 0; i < w->info.images; i++)
		used += stored_size(&w->metadata[i]);
	// Content may lie twice in the table of a damaged one.
	return used < w->info.size ? w->info.size - used : 0;
}

int wim_open_parts(const struct wim_part *parts, size_t count, struct wim **ret,
		   struct err *err)
{
	struct wim *w = mem_alloc(sizeof(*w));
	int r;

	if (!w)
		return err_nomem(err);
	r = open_parts(w, parts, count, err);
	// First, as it says whether the rest is encrypted.
	if (!r)
		r = wim_images_read(w, err);
	if (!r)
		r = wim_blobs_read(w, err);
	if (r) {
		wim_close(w);
		return r;
	}
	if (!w->info.is_pipable)
		w->info.unused = count_unused(w);
	*ret = w;
	return 0;
}

int wim_open(struct disk *file, struct wim **ret, struct err *err)
{
	const struct wim_part part = {NULL, file};

	return wim_open_parts(&part, 1, ret, err);
}

void wim_close(struct wim *w)
{
	if (!w)
		return;
	wim_images_free(w);
	mem_free(w->metadata);
	mem_free(w->blobs);
	mem_free(w->hash_slots);
	wim_kept_free(w->kept);
	mem_free(w->solids);
	mem_free(w->files);
	wim_opened_close(w->opened);
	mem_free(w);
}

const struct wim_info *wim_get_info(const struct wim *w)
{
	return &w->info;
}
