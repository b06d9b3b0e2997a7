// SPDX-License-Identifier: MIT
//
// An image that is added: its content is counted, its metadata written, and told of
// in the XML data.

#include "encode.h"
#include "pack.h"

// --- References --------------------------------------------------------------

// Counts a use of content. Returns 0 or -ENOENT.
static int refer(struct wim_writer *w, const struct wim_blob *blob,
		 struct err *err)
{
	struct listed *l;

	if (!blob || !blob->size)
		return 0;
	l = wim_list_find(&w->list, blob->sha1);
	if (!l)
		return err_set(err, -ENOENT, "", ERR_NOWHERE,
			       "its content is not in the WIM");
	l->references++;
	return 0;
}

int wim_writer_refer(struct wim_writer *w, const struct wim_image *image,
		     struct err *err)
{
	struct err inner = {0};

	for (size_t i = 0; i < image->dentry_count; i++) {
		const struct wim_dentry *d = image->dentries[i];
		int r = refer(w, d->reparse, &inner);

		for (size_t k = 0; !r && k < d->stream_count; k++)
			r = refer(w, d->streams[k].blob, &inner);
		if (r)
			return wim_dentry_fail(d, &inner, err);
	}
	return 0;
}

// --- Metadata ----------------------------------------------------------------

int wim_writer_new_metadata(struct wim_writer *w, struct err *err)
{
	if (w->image_count == WIM_MAX_IMAGES)
		return err_set(err, -EFBIG, "WIM", ERR_NOWHERE,
			       "there are %u images already", WIM_MAX_IMAGES);
	if (mem_grow((void **)&w->metadata, w->image_count, &w->image_capacity,
		     sizeof(*w->metadata)))
		return err_nomem(err);
	return 0;
}

int wim_writer_pack_metadata(struct wim_writer *w, const void *data,
			     size_t size, struct err *err)
{
	struct wim_content content = {.blob.size = size, .data = data};
	struct wim_content *list[] = {&content};
	struct packer p;
	int r = wim_packer_init(&p, w, &w->packing, size, err);

	if (r)
		return r;
	p.is_metadata = true;
	r = wim_pack_content(&p, list, 1, err);
	if (!r)
		w->metadata[w->image_count] = p.metadata;
	wim_packer_done(&p);
	return r;
}

static int add_metadata(struct wim_writer *w, const struct wim_image *image,
			struct err *err)
{
	void *metadata;
	size_t size;
	int r = wim_writer_new_metadata(w, err);

	if (!r)
		r = wim_metadata_encode(image, &metadata, &size, err);
	if (r)
		return r;
	r = wim_writer_pack_metadata(w, metadata, size, err);
	mem_free(metadata);
	if (!r)
		w->image_count++;
	return r;
}

// --- All of it ---------------------------------------------------------------

int wim_writer_add_image(struct wim_writer *w, const struct wim_image *image,
			 const struct wim_new_image *info, struct err *err)
{
	struct wim_xml_node *node;
	int r = wim_writer_check_name(w->xml, info->name, NULL, err);

	if (!r && !image->root)
		return err_set(err, -EINVAL, "image", ERR_NOWHERE,
			       "it was not finished");
	if (!r)
		r = wim_writer_refer(w, image, err);
	if (!r)
		r = add_metadata(w, image, err);
	if (!r)
		r = wim_xml_add_image(w->xml, (uint32_t)w->image_count, NULL,
				      &node, err);
	if (!r)
		r = wim_writer_describe(w->xml, node, image, info, err);
	if (!r && info->is_boot)
		w->boot_index = (uint32_t)w->image_count;
	return r;
}
