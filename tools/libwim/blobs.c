// SPDX-License-Identifier: MIT
//
// The blob table ("Windows Imaging File Format (WIM)" white paper, "Lookup
// table"): metadata of the images, in their order, and content by its SHA-1.

#include <string.h>

#include "wim_priv.h"

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

// Decodes the table of file i. Its entries may be of content in other files of
// the set; metadata counts in that of the first alone.
static int decode(struct wim *w, size_t i, const struct blob_disk *raw,
		  size_t count, uint32_t *images, struct err *err)
{
	uint64_t where = w->files[i].blob_table.offset;

	for (; count--; raw++, where += sizeof(*raw)) {
		bool is_metadata = raw->resource.flags & RESOURCE_METADATA;
		struct wim_blob *b = &w->blobs[w->blob_count];
		uint16_t part = get_le16(raw->part);
		struct resource res;
		int r;

		if (i && is_metadata)
			continue;
		if (!part || part > w->info.parts)
			return err_corrupt(err, "WIM lookup table", where,
					   "content lies in part %u of %u",
					   part, w->info.parts);
		r = wim_resource_decode(w, part - 1u, &raw->resource,
					"WIM lookup table", where, &res, err);
		if (r)
			return r;
		if (is_metadata) {
			if (*images == w->info.images)
				return err_corrupt(err, "WIM lookup table",
						   where,
						   "there is metadata of more "
						   "than %u images",
						   (unsigned)*images);
			b = &w->metadata[(*images)++];
		}
		memcpy(b->sha1, raw->sha1, SHA1_SIZE);
		b->size = res.size;
		// Content that is read in this order is one sweep over all the
		// files, which matters on disks that turn and on a network.
		b->order = w->files[part - 1].before + res.offset;
		b->part = part;
		b->offset = res.offset;
		b->stored_size = res.stored_size;
		b->compressed = res.flags & RESOURCE_COMPRESSED;
		if (!is_metadata)
			enter(w);
	}
	return 0;
}

static int read_table(struct wim *w, size_t i, uint32_t *images,
		      struct err *err)
{
	const struct resource *table = &w->files[i].blob_table;
	struct err inner = {0};
	void *raw;
	int r = wim_resource_read(w, i, table, "WIM lookup table",
				  WIM_MAX_BLOB_TABLE, &raw, &inner);

	if (r)
		return wim_file_fail(w, i, &inner, err);
	r = decode(w, i, raw, (size_t)(table->size / sizeof(struct blob_disk)),
		   images, &inner);
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
			err_corrupt(&inner, "WIM lookup table", 0x40,
				    "its size of %llu bytes is not a multiple "
				    "of %zu",
				    (unsigned long long)size,
				    sizeof(struct blob_disk));
		else if (size > left)
			err_set(&inner, -EFBIG, "WIM lookup table", ERR_NOWHERE,
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
	uint32_t images = 0;
	size_t count;
	int r = count_entries(w, &count, err);

	if (!r)
		r = make_room(w, count, err);
	for (size_t i = 0; !r && i < w->info.parts; i++)
		r = read_table(w, i, &images, err);
	if (!r && images < w->info.images)
		return err_corrupt(err, "WIM lookup table",
				   w->files[0].blob_table.offset,
				   "there is metadata of %u images, not of %u",
				   (unsigned)images, (unsigned)w->info.images);
	return r;
}
