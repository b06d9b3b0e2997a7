// SPDX-License-Identifier: MIT
//
// What is taken over of a file that is changed.

#include <string.h>

#include "write.h"

int wim_base_header(const struct wim *base, struct wim_header_disk *ret,
		    struct err *err)
{
	struct disk *file = base->files[0].disk;
	struct wim_header_disk h;
	int r;

	if (base->info.parts > 1)
		return err_set(err, -ENOTSUP, "WIM", ERR_NOWHERE,
			       "a split WIM cannot be changed; export it to a "
			       "file of its own");
	if (file->read_only)
		return err_set(err, -EROFS, "WIM", ERR_NOWHERE,
			       "the file was opened for reading");
	r = disk_read(file, 0, &h, sizeof(h), err);
	if (r)
		return r;
	if (base->info.is_pipable)
		return err_set(err, -ENOTSUP, "WIM", ERR_NOWHERE,
			       "a pipable WIM cannot be changed; export it to "
			       "a file of its own");
	if (get_le32(h.flags) & WIM_FLAG_READ_ONLY)
		return err_set(err, -EROFS, "WIM", ERR_NOWHERE,
			       "its header says that it is read-only");
	*ret = h;
	return 0;
}

int wim_base_index(const struct wim *base, uint32_t index, struct err *err)
{
	if (index && index <= base->info.images)
		return 0;
	return err_set(err, -ENOENT, "WIM", ERR_NOWHERE,
		       "there is no image %u; the file has %u", (unsigned)index,
		       (unsigned)base->info.images);
}

static struct listed listed_of(const struct wim_blob *b)
{
	struct listed l = {
		.flags = b->compressed ? RESOURCE_COMPRESSED : 0,
		.offset = b->offset,
		.stored_size = b->stored_size,
		.size = b->size,
		.solid = b->solid,
	};

	if (l.solid)
		l.flags = RESOURCE_SOLID;
	memcpy(l.sha1, b->sha1, SHA1_SIZE);
	return l;
}

static int take_blobs(struct wim_writer *w, struct err *err)
{
	const struct wim *base = w->base;
	int r = 0;

	for (size_t i = 0; !r && i < base->solid_count; i++) {
		const struct listed_solid solid = {
			.offset = base->solids[i].offset,
			.stored_size = base->solids[i].stored_size,
			.size = base->solids[i].size,
		};

		r = wim_list_add_solid(&w->list, &solid, err);
	}
	for (size_t i = 0; !r && i < base->blob_count; i++) {
		struct listed l = listed_of(&base->blobs[i]);

		r = wim_list_add(&w->list, &l, err);
		if (!r)
			r = wim_writer_note_size(w, l.size, err);
	}
	return r;
}

static int take_metadata(struct wim_writer *w, struct err *err)
{
	size_t n = w->base->info.images;

	w->metadata = mem_array(n, sizeof(*w->metadata));
	if (!w->metadata)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++) {
		w->metadata[i] = listed_of(&w->base->metadata[i]);
		w->metadata[i].flags |= RESOURCE_METADATA;
	}
	w->image_count = w->image_capacity = n;
	return 0;
}

static int copy_xml(const struct wim *base, struct wim_xml **ret,
		    struct err *err)
{
	void *data;
	size_t size;
	int r;

	if (!base->xml)
		return wim_xml_new(ret, err);
	r = wim_xml_encode(base->xml, &data, &size, err);
	if (r)
		return r;
	r = wim_xml_parse(data, size, ret, err);
	mem_free(data);
	return r;
}

int wim_base_xml(const struct wim *base, struct wim_xml **ret, struct err *err)
{
	struct wim_xml *xml;
	int r = copy_xml(base, &xml, err);

	if (r)
		return r;
	for (uint32_t i = 1; !r && i <= base->info.images; i++) {
		struct wim_xml_node *node;

		if (!wim_xml_image(xml, i))
			r = wim_xml_add_image(xml, i, NULL, &node, err);
	}
	if (r)
		wim_xml_free(xml);
	else
		*ret = xml;
	return r;
}

int wim_base_take(struct wim_writer *w, struct err *err)
{
	int r = take_blobs(w, err);

	if (!r)
		r = take_metadata(w, err);
	return r ? r : wim_base_xml(w->base, &w->xml, err);
}

int wim_base_count(struct wim_writer *w, uint32_t but, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < w->list.count; i++)
		w->list.items[i].references = 0;
	for (uint32_t i = 1; !r && i <= w->base->info.images; i++) {
		struct wim_image *image;

		if (i == but)
			continue;
		r = wim_image_load(w->base, i, &image, err);
		if (r)
			break;
		r = wim_writer_refer(w, image, err);
		wim_image_free(image);
	}
	return r;
}
