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
// dropped.
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

static int decode(struct wim *w, const struct blob_disk *raw, size_t count,
		  struct err *err)
{
	uint32_t images = 0;

	for (size_t i = 0; i < count; i++) {
		struct resource res;
		struct wim_blob *b = &w->blobs[w->blob_count];
		uint64_t where = w->blob_table.offset + i * sizeof(*raw);
		int r = wim_resource_decode(w, &raw[i].resource,
					    "WIM blob table", where, &res, err);

		if (r)
			return r;
		if (get_le16(raw[i].part) != w->info.part)
			return err_set(err, -ENOTSUP, "WIM blob table", where,
				       "content lies in part %u of a split "
				       "WIM, which is not done",
				       get_le16(raw[i].part));
		if (res.flags & RESOURCE_METADATA) {
			if (images == w->info.images)
				return err_corrupt(err, "WIM blob table", where,
						   "there is metadata of more "
						   "than %u images",
						   (unsigned)images);
			b = &w->metadata[images++];
		}
		memcpy(b->sha1, raw[i].sha1, SHA1_SIZE);
		b->size = res.size;
		b->offset = res.offset;
		b->stored_size = res.stored_size;
		b->compressed = res.flags & RESOURCE_COMPRESSED;
		if (!(res.flags & RESOURCE_METADATA))
			enter(w);
	}
	if (images < w->info.images)
		return err_corrupt(err, "WIM blob table", w->blob_table.offset,
				   "there is metadata of %u images, not of %u",
				   (unsigned)images, (unsigned)w->info.images);
	return 0;
}

int wim_blobs_read(struct wim *w, struct err *err)
{
	size_t count = (size_t)(w->blob_table.size / sizeof(struct blob_disk));
	void *raw;
	int r;

	if (w->blob_table.size % sizeof(struct blob_disk))
		return err_corrupt(err, "WIM blob table", 0x40,
				   "its size of %llu bytes is not a multiple "
				   "of %zu",
				   (unsigned long long)w->blob_table.size,
				   sizeof(struct blob_disk));
	r = wim_resource_read(w, &w->blob_table, "WIM blob table",
			      WIM_MAX_BLOB_TABLE, &raw, err);
	if (r)
		return r;
	r = make_room(w, count, err);
	if (!r)
		r = decode(w, raw, count, err);
	mem_free(raw);
	return r;
}
