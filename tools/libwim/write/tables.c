// SPDX-License-Identifier: MIT
//
// What is written behind all content, and the header that tells of it ("Windows
// Imaging File Format (WIM)" white paper, "Lookup table", "XML data", "WIM
// header").

#include <stdio.h>
#include <string.h>

#include "write.h"

// The content size that marks a solid resource; its own is where it lies.
#define SOLID_MARK UINT64_C(0x100000000)

// --- Blob table --------------------------------------------------------------

static int put_entry(struct output *o, const struct resource_disk *resource,
		     uint32_t references, const uint8_t *sha1, struct err *err)
{
	struct blob_disk raw = {
		.resource = *resource,
		.part = to_le16(1),
		.references = to_le32(references),
	};

	if (sha1)
		memcpy(raw.sha1, sha1, SHA1_SIZE);
	return wim_output_write(o, &raw, sizeof(raw), err);
}

static int put_listed(struct wim_writer *w, const struct listed *l,
		      struct err *err)
{
	// What lies in a solid resource has its size where others have what
	// they take in the file.
	struct resource_disk resource =
		wim_resource_encode(l->offset, l->stored_size,
				    l->solid ? 0 : l->size, l->flags);

	return put_entry(&w->output, &resource, l->references, l->sha1, err);
}

// A solid resource has an entry of its own, and those of its content follow it.
static int put_solid(struct wim_writer *w, uint32_t solid, struct err *err)
{
	const struct listed_solid *s = &w->list.solids[solid - 1];
	struct resource_disk resource =
		wim_resource_encode(s->offset, s->stored_size, SOLID_MARK,
				    RESOURCE_SOLID);

	return put_entry(&w->output, &resource, 1, NULL, err);
}

static int put_blobs(struct wim_writer *w, struct resource_disk *ret,
		     struct err *err)
{
	uint64_t start = wim_output_place(&w->output), size;
	uint32_t solid = 0;
	int r = 0;

	for (size_t i = 0; !r && i < w->list.count; i++) {
		const struct listed *l = &w->list.items[i];

		if (!l->references)
			continue;
		if (l->solid && l->solid != solid)
			r = put_solid(w, l->solid, err);
		solid = l->solid;
		if (!r)
			r = put_listed(w, l, err);
	}
	for (size_t i = 0; !r && i < w->image_count; i++) {
		w->metadata[i].references = 1;
		r = put_listed(w, &w->metadata[i], err);
	}
	size = wim_output_place(&w->output) - start;
	// WIMGAPI marks both tables as metadata.
	*ret = wim_resource_encode(start, size, size, RESOURCE_METADATA);
	return r;
}

// --- XML data ----------------------------------------------------------------

// TOTALBYTES of all is where the XML data begins: what the images take.
static int put_xml(struct wim_writer *w, struct resource_disk *ret,
		   struct err *err)
{
	uint64_t start = wim_output_place(&w->output);
	char text[24];
	size_t size;
	void *data;
	int r;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)start);
	r = wim_writer_set(w->xml, wim_xml_root(w->xml), "TOTALBYTES", text,
			   err);
	if (!r)
		r = wim_xml_encode(w->xml, &data, &size, err);
	if (r)
		return r;
	if (size > WIM_MAX_XML)
		r = err_set(err, -EFBIG, "WIM XML data", ERR_NOWHERE,
			    "%zu bytes are more than the %llu allowed", size,
			    (unsigned long long)WIM_MAX_XML);
	if (!r)
		r = wim_output_write(&w->output, data, size, err);
	mem_free(data);
	*ret = wim_resource_encode(start, size, size, RESOURCE_METADATA);
	return r;
}

// --- Header ------------------------------------------------------------------

static uint32_t header_flags(const struct wim_writer *w)
{
	static const uint32_t flags[] = {
		[WIM_COMPRESSION_XPRESS] = WIM_FLAG_COMPRESSED |
					   WIM_FLAG_XPRESS,
		[WIM_COMPRESSION_LZX] = WIM_FLAG_COMPRESSED | WIM_FLAG_LZX,
		[WIM_COMPRESSION_LZMS] = WIM_FLAG_COMPRESSED | WIM_FLAG_LZMS,
	};

	return flags[w->packing.compression] |
	       (w->rp_fix ? WIM_FLAG_RP_FIX : 0);
}

static void set_header(const struct wim_writer *w, struct wim_header_disk *h)
{
	bool is_solid = w->is_solid || w->list.solid_count;
	const struct listed *boot = w->metadata + w->boot_index - 1;

	memcpy(h->magic, WIM_MAGIC, sizeof(h->magic));
	h->header_size = to_le32(sizeof(*h));
	h->version = to_le32(is_solid ? WIM_VERSION_SOLID : WIM_VERSION);
	h->flags = to_le32(header_flags(w));
	h->chunk_size = to_le32(w->packing.chunk_size);
	memcpy(h->guid, w->guid.b, sizeof(h->guid));
	h->part = h->parts = to_le16(1);
	h->images = to_le32((uint32_t)w->image_count);
	h->boot_index = to_le32(w->boot_index);
	if (w->boot_index)
		h->boot = wim_resource_encode(boot->offset, boot->stored_size,
					      boot->size, boot->flags);
}

int wim_writer_put_tables(struct wim_writer *w, struct progress *progress,
			  struct wim_header_disk *ret, struct err *err)
{
	struct wim_header_disk h = {0};
	uint64_t end;
	int r;

	set_header(w, &h);
	r = put_blobs(w, &h.blobs, err);
	end = wim_output_place(&w->output);
	if (!r)
		r = put_xml(w, &h.xml, err);
	if (!r && w->has_integrity)
		r = wim_integrity_write(&w->output, end, progress, &h.integrity,
					err);
	if (!r)
		r = wim_output_flush(&w->output, err);
	if (!r)
		*ret = h;
	return r;
}
