// SPDX-License-Identifier: MIT
//
// What a file says of its images is changed: new XML data at its end, or the header
// alone. The blob table stays where it is, and so does all that the integrity
// table covers.

#include <strings.h>

#include "write.h"

// Writes XML data, integrity table and header.
static int rewrite(struct wim_writer *w, struct err *err)
{
	struct wim_header_disk h = w->header;
	int r = wim_writer_put_xml(w, &h.xml, err);

	if (!r)
		r = wim_integrity_copy(&w->output, w->base, &h.integrity, err);
	if (!r)
		r = wim_output_flush(&w->output, err);
	return r ? r : wim_writer_put_header(w, &h, err);
}

static int set_all(struct wim_writer *w, uint32_t index,
		   const struct wim_property *properties, size_t count,
		   struct err *err)
{
	struct wim_xml_node *node = wim_xml_image(w->xml, index);
	int r = 0;

	for (size_t i = 0; !r && i < count; i++) {
		if (!strcasecmp(properties[i].path, "NAME"))
			r = wim_writer_check_name(w->xml, properties[i].value,
						  node, err);
		if (!r)
			r = wim_writer_set(w->xml, node, properties[i].path,
					   properties[i].value, err);
	}
	return r;
}

int wim_set_properties(struct wim *w, uint32_t index,
		       const struct wim_property *properties, size_t count,
		       struct err *err)
{
	struct wim_writer *writer;
	int r = wim_base_index(w, index, err);

	if (!r)
		r = wim_writer_change(w, &writer, err);
	if (r)
		return r;
	r = set_all(writer, index, properties, count, err);
	if (!r)
		r = rewrite(writer, err);
	wim_writer_free(writer);
	return r;
}

int wim_set_boot(struct wim *w, uint32_t index, struct err *err)
{
	struct disk *file = w->files[0].disk;
	const struct wim_blob *boot;
	struct wim_header_disk h;
	int r = index ? wim_base_index(w, index, err) : 0;

	if (!r)
		r = wim_base_header(w, &h, err);
	if (r)
		return r;
	h.boot_index = to_le32(index);
	h.boot = (struct resource_disk){0};
	if (index) {
		boot = &w->metadata[index - 1];
		h.boot = wim_resource_encode(
			boot->offset, boot->stored_size, boot->size,
			RESOURCE_METADATA |
				(boot->compressed ? RESOURCE_COMPRESSED : 0));
	}
	r = disk_write(file, 0, &h, sizeof(h), err);
	return r ? r : disk_flush(file, err);
}
