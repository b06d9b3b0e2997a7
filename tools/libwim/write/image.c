// SPDX-License-Identifier: MIT
//
// An image that is added: its content is counted, its metadata written, and told of
// in the XML data.

#include "encode.h"
#include "pack.h"

// --- References --------------------------------------------------------------

// Counts a use of content, or with -1 takes one back. Returns 0 or -ENOENT.
static int refer(struct wim_writer *w, const struct wim_blob *blob, int change,
		 struct err *err)
{
	struct listed *l;

	if (!blob || !blob->size)
		return 0;
	l = wim_list_find(&w->list, blob->sha1);
	if (!l)
		return err_set(err, -ENOENT, "", ERR_NOWHERE,
			       "its content is not in the WIM");
	l->references += (uint32_t)change;
	return 0;
}

static int refer_all(struct wim_writer *w, const struct wim_image *image,
		     int change, struct err *err)
{
	struct err inner = {0};

	for (size_t i = 0; i < image->dentry_count; i++) {
		const struct wim_dentry *d = image->dentries[i];
		int r = refer(w, d->reparse, change, &inner);

		for (size_t k = 0; !r && k < d->stream_count; k++)
			r = refer(w, d->streams[k].blob, change, &inner);
		if (r)
			return wim_dentry_fail(d, &inner, err);
	}
	return 0;
}

int wim_writer_refer(struct wim_writer *w, const struct wim_image *image,
		     struct err *err)
{
	return refer_all(w, image, 1, err);
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

// Writes the metadata behind that of the images that are counted.
static int put_metadata(struct wim_writer *w, const struct wim_image *image,
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
	return r;
}

// --- All of it ---------------------------------------------------------------

static int check_finished(const struct wim_image *image, struct err *err)
{
	return image->root ? 0
			   : err_set(err, -EINVAL, "image", ERR_NOWHERE,
				     "it was not finished");
}

int wim_writer_add_image(struct wim_writer *w, const struct wim_image *image,
			 const struct wim_new_image *info, struct err *err)
{
	const struct wim_xml_node *like =
		info->like ? wim_xml_image(w->xml, info->like) : NULL;
	struct wim_xml_node *node;
	int r = wim_writer_check_name(w->xml, info->name, NULL, err);

	if (!r)
		r = check_finished(image, err);
	if (!r)
		r = wim_writer_refer(w, image, err);
	if (!r)
		r = put_metadata(w, image, err);
	if (r)
		return r;
	w->image_count++;
	r = wim_xml_add_image(w->xml, (uint32_t)w->image_count, like, &node,
			      err);
	if (!r)
		r = wim_writer_describe(w->xml, node, image, info, err);
	if (!r && info->is_boot)
		w->boot_index = (uint32_t)w->image_count;
	return r;
}

// Takes back the uses of content by an image of the base.
static int drop_uses(struct wim_writer *w, uint32_t index, struct err *err)
{
	struct wim_image *old;
	int r = wim_image_load(w->base, index, &old, err);

	if (r)
		return r;
	r = refer_all(w, old, -1, err);
	wim_image_free(old);
	return r;
}

int wim_writer_replace_image(struct wim_writer *w, uint32_t index,
			     const struct wim_image *image,
			     const struct wim_new_image *info, struct err *err)
{
	int r = w->base ? wim_base_index(w->base, index, err)
			: err_set(err, -ENOENT, "WIM", ERR_NOWHERE,
				  "a new file has no image to be replaced");

	if (!r)
		r = check_finished(image, err);
	if (!r)
		r = drop_uses(w, index, err);
	if (!r)
		r = wim_writer_refer(w, image, err);
	if (!r)
		r = put_metadata(w, image, err);
	if (r)
		return r;
	w->metadata[index - 1] = w->metadata[w->image_count];
	return wim_writer_describe_again(w->xml, wim_xml_image(w->xml, index),
					 image, info, err);
}
