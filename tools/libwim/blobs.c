// SPDX-License-Identifier: MIT
//
// The blob table ("Windows Imaging File Format (WIM)" white paper, "Lookup
// table"): metadata of the images, in their order, and content by its SHA-1.

#include <string.h>

#include "wim_priv.h"

static const char what[] = "WIM lookup table";

// SHA-1 is evenly spread, so a part of it is a good hash; a file made to be
// slow gets a long run at worst as long as its own table.
static size_t first_slot(const struct wim *w, const uint8_t *sha1)
{
	be64 raw;

	memcpy(&raw, sha1, sizeof(raw));
	return (size_t)get_be64(raw) & w->hash_mask;
}

const struct wim_blob *wim_blobs_find(const struct wim *w,
				      const uint8_t sha1[SHA1_SIZE])
{
	size_t i = first_slot(w, sha1);

	for (; w->hash_slots[i]; i = (i + 1) & w->hash_mask) {
		const struct wim_blob *b = &w->blobs[w->hash_slots[i] - 1];

		if (!memcmp(b->sha1, sha1, SHA1_SIZE))
			return b;
	}
	return NULL;
}

static int make_room(struct wim *w, size_t entries, struct err *err)
{
	size_t slots = 16;

	// At least half of them stay free, so every search comes to an end.
	while (slots < entries * 2)
		slots *= 2;
	w->hash_mask = slots - 1;
	w->hash_slots = mem_array(slots, sizeof(*w->hash_slots));
	w->blobs = mem_array(entries, sizeof(*w->blobs));
	w->metadata = mem_array(w->info.images, sizeof(*w->metadata));
	if (!w->hash_slots || !w->blobs || !w->metadata)
		return err_nomem(err);
	return 0;
}

// Enters the blob that was put behind the others; one of equal SHA-1 is
// dropped: its content is the same, wherever it lies.
static void enter(struct wim *w)
{
	const struct wim_blob *b = &w->blobs[w->blob_count];
	size_t i = first_slot(w, b->sha1);

	if (wim_blobs_find(w, b->sha1))
		return;
	while (w->hash_slots[i])
		i = (i + 1) & w->hash_mask;
	w->hash_slots[i] = (uint32_t)++w->blob_count;
}

// A blob table being read.
struct reader {
	size_t file; // whose it is
	uint64_t where;
	uint32_t images; // whose metadata was met, in all tables
	struct solid_run run;
};

// Content that is by itself.
static int decode_plain(const struct wim *w, const struct blob_disk *raw,
			uint64_t where, struct wim_blob *b, struct err *err)
{
	uint16_t part = get_le16(raw->part);
	struct resource res;
	int r;

	if (!part || part > w->info.parts)
		return err_corrupt(err, what, where,
				   "content lies in part %u of %u", part,
				   w->info.parts);
	r = wim_resource_decode(w, part - 1u, &raw->resource, what, where, &res,
				err);
	if (r)
		return r;
	*b = (struct wim_blob){
		.size = res.size,
		// Content that is read in this order is one sweep over all the
		// files, which matters on disks that turn and on a network.
		.order = w->files[part - 1].before + res.offset,
		.part = part,
		.offset = res.offset,
		.stored_size = res.stored_size,
		.compressed = res.flags & RESOURCE_COMPRESSED,
	};
	return 0;
}

static int decode_entry(struct wim *w, struct reader *t,
			const struct blob_disk *raw, struct err *err)
{
	uint8_t flags = raw->resource.flags;
	struct wim_blob blob;
	int r = flags & RESOURCE_SOLID
			? wim_solid_locate(w, &t->run, raw, t->where, &blob,
					   err)
			: decode_plain(w, raw, t->where, &blob, err);

	if (r)
		return r;
	memcpy(blob.sha1, raw->sha1, SHA1_SIZE);
	if (!(flags & RESOURCE_METADATA)) {
		w->blobs[w->blob_count] = blob;
		enter(w);
		return 0;
	}
	if (t->images == w->info.images)
		return err_corrupt(err, what, t->where,
				   "there is metadata of more than %u images",
				   (unsigned)t->images);
	w->metadata[t->images++] = blob;
	return 0;
}

// Decodes the table of a file. Its entries may be of content in other files of
// the set; metadata counts in that of the first alone.
static int decode(struct wim *w, struct reader *t, const struct blob_disk *raw,
		  size_t count, struct err *err)
{
	bool was_solid = false;
	int r = 0;

	for (size_t i = 0; i < count && !r; i++, t->where += sizeof(*raw)) {
		uint8_t flags = raw[i].resource.flags;
		bool is_solid = flags & RESOURCE_SOLID;

		if (is_solid && !was_solid)
			r = wim_solid_read(w, raw + i, count - i, t->where,
					   &t->run, err);
		was_solid = is_solid;
		if (r || (t->file && flags & RESOURCE_METADATA) ||
		    (is_solid && get_le64(raw[i].resource.size) == SOLID_MAGIC))
			continue;
		r = decode_entry(w, t, raw + i, err);
	}
	return r;
}

static int read_table(struct wim *w, struct reader *t, struct err *err)
{
	size_t i = t->file;
	const struct resource *table = &w->files[i].blob_table;
	struct err inner = {0};
	void *raw;
	int r = wim_resource_read(w, i, table, what, WIM_MAX_BLOB_TABLE, &raw,
				  &inner);

	if (r)
		return wim_file_fail(w, i, &inner, err);
	t->where = table->offset;
	r = decode(w, t, raw, (size_t)(table->size / sizeof(struct blob_disk)),
		   &inner);
	mem_free(raw);
	return r ? wim_file_fail(w, i, &inner, err) : 0;
}

// How many entries all tables have.
static int count_entries(const struct wim *w, size_t *ret, struct err *err)
{
	uint64_t left = WIM_MAX_BLOB_TABLE;
	struct err inner = {0};

	for (size_t i = 0; i < w->info.parts; i++) {
		uint64_t size = w->files[i].blob_table.size;

		if (size % sizeof(struct blob_disk))
			err_corrupt(&inner, what, 0x40,
				    "its size of %llu bytes is not a multiple "
				    "of %zu",
				    (unsigned long long)size,
				    sizeof(struct blob_disk));
		else if (size > left)
			err_set(&inner, -EFBIG, what, ERR_NOWHERE,
				"%llu bytes more are over the limit of %llu",
				(unsigned long long)size,
				(unsigned long long)WIM_MAX_BLOB_TABLE);
		if (inner.code)
			return wim_file_fail(w, i, &inner, err);
		left -= size;
	}
	*ret = (size_t)((WIM_MAX_BLOB_TABLE - left) / sizeof(struct blob_disk));
	return 0;
}

int wim_blobs_read(struct wim *w, struct err *err)
{
	struct reader t = {0};
	size_t count;
	int r = count_entries(w, &count, err);

	if (!r)
		r = make_room(w, count, err);
	for (; !r && t.file < w->info.parts; t.file++)
		r = read_table(w, &t, err);
	if (!r && t.images < w->info.images)
		return err_corrupt(err, what, w->files[0].blob_table.offset,
				   "there is metadata of %u images, not of %u",
				   (unsigned)t.images,
				   (unsigned)w->info.images);
	return r;
}
