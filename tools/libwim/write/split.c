// SPDX-License-Identifier: MIT
//
// A WIM as a set of files ("Windows Imaging File Format (WIM)" white paper, "Split
// WIM files"): each part has a header that says which it is, a blob table of what
// lies in it, and all of the XML data; metadata is in the first. What goes where is
// planned first, as each header says how many parts there are.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

// A resource, and the content that it has: itself, or all of a solid one.
struct unit {
	size_t first, count; // in the export's blobs
	uint64_t size;       // stored, with its entries in the blob table
	uint16_t part;
};

struct split {
	struct export x;
	uint64_t part_size;
	const struct wim_split_files *files;
	struct unit *units;
	size_t count;
	uint64_t overhead; // bytes of a part beside content
	uint64_t metadata; // bytes of all metadata, of part 1
	uint16_t parts;
	struct wim_header_disk header;
};

// --- The plan ----------------------------------------------------------------

static uint64_t stored_size(const struct split *s, const struct wim_blob *b)
{
	return b->solid ? s->x.src->solids[b->solid - 1].stored_size
			: b->stored_size;
}

static int list_units(struct split *s, struct err *err)
{
	const struct wim_blob **blobs = s->x.blobs;

	s->units = mem_array(s->x.count, sizeof(*s->units));
	if (!s->units)
		return err_nomem(err);
	for (size_t i = 0; i < s->x.count;) {
		struct unit *u = &s->units[s->count++];

		u->first = i;
		u->size = stored_size(s, blobs[i]);
		u->size += blobs[i]->solid ? sizeof(struct blob_disk) : 0;
		do {
			u->size += sizeof(struct blob_disk);
			i++;
		} while (i < s->x.count && blobs[i]->solid &&
			 blobs[i]->solid == blobs[i - 1]->solid);
		u->count = i - u->first;
		if (blobs[u->first]->solid &&
		    u->size > s->part_size - s->overhead)
			return err_set(err, -ENOTSUP, "WIM", ERR_NOWHERE,
				       "its content is compressed as one piece "
				       "of %llu bytes, which is larger than a "
				       "part; export it to a file that is not "
				       "solid first",
				       (unsigned long long)u->size);
	}
	return 0;
}

static int plan(struct split *s, struct err *err)
{
	uint64_t room = s->part_size - s->overhead, used = s->metadata;
	uint32_t part = 1;

	for (size_t i = 0; i < s->count; i++) {
		// A part has one resource at least, but for the first.
		if (used && (used > room || s->units[i].size > room - used)) {
			part++;
			used = 0;
		}
		used += s->units[i].size;
		s->units[i].part = (uint16_t)part;
	}
	if (part > UINT16_MAX)
		return err_set(err, -EFBIG, "WIM", ERR_NOWHERE,
			       "there would be more than %u parts", UINT16_MAX);
	s->parts = (uint16_t)part;
	return 0;
}

static int list_content(struct split *s, struct err *err)
{
	struct export *x = &s->x;

	x->count = x->src->blob_count;
	x->blobs = mem_array(x->count, sizeof(*x->blobs));
	if (!x->blobs)
		return err_nomem(err);
	for (size_t i = 0; i < x->count; i++) {
		x->blobs[i] = &x->src->blobs[i];
		x->total += x->blobs[i]->size;
	}
	qsort(x->blobs, x->count, sizeof(*x->blobs), wim_export_by_order);
	return 0;
}

static int measure(struct split *s, struct err *err)
{
	const struct wim *src = s->x.src;
	void *data;
	size_t size = 0;
	int r = 0;

	if (src->xml) {
		r = wim_xml_encode(src->xml, &data, &size, err);
		if (!r)
			mem_free(data);
	}
	s->overhead = sizeof(struct wim_header_disk) + size;
	if (src->info.has_integrity)
		s->overhead += wim_integrity_room(s->part_size);
	for (uint32_t i = 0; i < src->info.images; i++)
		s->metadata += src->metadata[i].stored_size +
			       sizeof(struct blob_disk);
	if (!r && s->part_size <= s->overhead)
		r = err_set(err, -EINVAL, "WIM", ERR_NOWHERE,
			    "a part of %llu bytes is too small for anything",
			    (unsigned long long)s->part_size);
	return r;
}

// --- A part ------------------------------------------------------------------

static int begin_part(struct split *s, uint16_t part, struct wim_writer **ret,
		      struct err *err)
{
	struct wim_header_disk h = s->header;
	struct disk *file;
	int r = s->files->make_file(s->files->ctx, part, s->parts, &file, err);

	if (r)
		return r;
	h.part = to_le16(part);
	h.parts = to_le16(s->parts);
	h.flags = to_le32(s->parts > 1 ? get_le32(h.flags) | WIM_FLAG_SPANNED
				       : get_le32(h.flags) &
						 ~(uint32_t)WIM_FLAG_SPANNED);
	return wim_writer_create_part(file, &h, s->x.src, ret, err);
}

static int put_unit(struct split *s, const struct unit *u, struct err *err)
{
	struct export *x = &s->x;
	const struct wim_blob **blobs = x->blobs + u->first;
	struct listed l;
	int r;

	if (blobs[0]->solid) {
		r = wim_export_solid(x, blobs[0]->solid, err);
		for (size_t i = 0; !r && i < u->count; i++)
			r = wim_export_list_solid(x, blobs[i], err);
	} else {
		r = wim_export_as_is(x, blobs[0], &l, err);
		if (!r)
			r = wim_list_add(&x->writer->list, &l, err);
	}
	for (size_t i = 0; !r && i < u->count; i++) {
		wim_list_find(&x->writer->list, blobs[i]->sha1)->references =
			x->uses[blobs[i] - x->src->blobs];
		r = wim_export_count(x, blobs[i]->size, err);
	}
	return r;
}

static int put_metadata(struct split *s, struct err *err)
{
	struct wim_writer *w = s->x.writer;
	int r = 0;

	for (uint32_t i = 0; !r && i < s->x.src->info.images; i++) {
		r = wim_writer_new_metadata(w, err);
		if (!r)
			r = wim_export_as_is(&s->x, &s->x.src->metadata[i],
					     &w->metadata[i], err);
		if (r)
			return r;
		w->metadata[i].flags |= RESOURCE_METADATA;
		w->image_count++;
	}
	return r;
}

static int put_part(struct split *s, uint16_t part, size_t *unit,
		    struct err *err)
{
	int r = begin_part(s, part, &s->x.writer, err);

	if (r)
		return r;
	for (; !r && *unit < s->count && s->units[*unit].part == part; ++*unit)
		r = put_unit(s, &s->units[*unit], err);
	if (!r && part == 1)
		r = put_metadata(s, err);
	if (!r)
		r = wim_writer_finish(s->x.writer, NULL, err);
	wim_writer_free(s->x.writer);
	s->x.writer = NULL;
	return r;
}

// --- The whole ---------------------------------------------------------------

// The parts bear a GUID of their own, the same each time that the file is split so:
// those of another size do not belong to them.
static int read_header(struct split *s, struct err *err)
{
	struct wim *src = s->x.src;
	struct guid guid;
	char name[32];
	int r = disk_read(src->files[0].disk, 0, &s->header, sizeof(s->header),
			  err);

	snprintf(name, sizeof(name), "split %llu",
		 (unsigned long long)s->part_size);
	guid_from_name(&src->info.guid, name, &guid);
	memcpy(s->header.guid, guid.b, sizeof(guid.b));
	return r;
}

// Content is copied as it is: whether it is sound is seen before.
static int verify(struct split *s, struct err *err)
{
	struct pool *pool;
	int r = pool_new(0, &pool, err);

	if (r)
		return r;
	r = wim_verify_blobs(s->x.src, s->x.blobs, s->x.count, READ_VERIFY,
			     pool, s->x.progress, err);
	pool_free(pool);
	return r;
}

static int split(struct split *s, struct err *err)
{
	size_t unit = 0;
	int r = read_header(s, err);

	if (!r)
		r = measure(s, err);
	if (!r)
		r = wim_export_uses(&s->x, err);
	if (!r)
		r = list_content(s, err);
	if (!r)
		r = list_units(s, err);
	if (!r)
		r = plan(s, err);
	if (!r)
		r = verify(s, err);
	for (uint16_t part = 1; !r && part <= s->parts; part++) {
		r = put_part(s, part, &unit, err);
		if (part == UINT16_MAX)
			break;
	}
	return r;
}

int wim_split(struct wim *src, uint64_t part_size,
	      const struct wim_split_files *files, struct progress *progress,
	      struct err *err)
{
	struct split s = {.part_size = part_size, .files = files};
	int r;

	if (src->info.is_pipable)
		return err_set(
			err, -ENOTSUP, "WIM", ERR_NOWHERE,
			"a pipable WIM cannot be split; export it first");
	r = wim_export_init(&s.x, src, NULL, progress, err);
	if (r)
		return r;
	r = split(&s, err);
	mem_free(s.units);
	wim_export_done(&s.x);
	return r;
}
