// SPDX-License-Identifier: MIT
//
// What is written behind all content, and the header that tells of it ("Windows
// Imaging File Format (WIM)" white paper, "Lookup table", "XML data", "WIM
// header").

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "write.h"

// --- Blob table --------------------------------------------------------------

static int put_entry(struct wim_writer *w, const struct resource_disk *resource,
		     uint32_t references, const uint8_t *sha1, struct err *err)
{
	struct blob_disk raw = {
		.resource = *resource,
		.part = w->header.part,
		.references = to_le32(references),
	};

	if (sha1)
		memcpy(raw.sha1, sha1, SHA1_SIZE);
	return wim_output_write(&w->output, &raw, sizeof(raw), err);
}

// A solid resource has an entry of its own.
static int put_solid(struct wim_writer *w, const struct listed_solid *s,
		     struct err *err)
{
	struct resource_disk resource =
		wim_resource_encode(s->offset, s->stored_size, SOLID_MAGIC,
				    RESOURCE_SOLID);

	return put_entry(w, &resource, 1, NULL, err);
}

static int put_listed(struct wim_writer *w, const struct listed *l,
		      struct err *err)
{
	struct resource_disk resource = wim_resource_encode(l->offset,
							    l->stored_size,
							    l->size, l->flags);

	return put_entry(w, &resource, l->references, l->sha1, err);
}

// By the resource they are in, the others last; then as they were listed.
static int by_solid(const void *a, const void *b)
{
	const struct listed *x = *(const struct listed *const *)a;
	const struct listed *y = *(const struct listed *const *)b;

	if (x->solid != y->solid)
		return x->solid - 1 < y->solid - 1 ? -1 : 1;
	return x < y ? -1 : 1;
}

// Entries that are solid and follow one another count as one: what lies in the
// second resource is told by its place in the content of the first and the second
// together.
static int put_solids(struct wim_writer *w, const struct listed *const *sorted,
		      size_t count, struct err *err)
{
	uint64_t before = 0;
	int r = 0;

	for (size_t i = 0; !r && i < count && sorted[i]->solid; i++) {
		const struct listed_solid *s =
			&w->list.solids[sorted[i]->solid - 1];
		struct listed entry = *sorted[i];

		if (!i || sorted[i - 1]->solid != entry.solid) {
			if (i)
				before +=
					w->list.solids[sorted[i - 1]->solid - 1]
						.size;
			r = put_solid(w, s, err);
		}
		// It has its size where others have what they take in the file.
		entry.offset += before;
		entry.stored_size = entry.size;
		entry.size = 0;
		if (!r)
			r = put_listed(w, &entry, err);
	}
	return r;
}

// What nobody refers to is left out.
static int put_content(struct wim_writer *w, struct err *err)
{
	const struct listed **sorted =
		mem_array(w->list.count, sizeof(struct listed *));
	size_t count = 0;
	int r;

	if (!sorted)
		return err_nomem(err);
	for (size_t i = 0; i < w->list.count; i++)
		if (w->list.items[i].references)
			sorted[count++] = &w->list.items[i];
	qsort(sorted, count, sizeof(*sorted), by_solid);
	r = put_solids(w, sorted, count, err);
	for (size_t i = 0; !r && i < count; i++)
		if (!sorted[i]->solid)
			r = put_listed(w, sorted[i], err);
	mem_free(sorted);
	return r;
}

static int put_blobs(struct wim_writer *w, struct resource_disk *ret,
		     struct err *err)
{
	uint64_t start = wim_output_place(&w->output), size;
	int r = put_content(w, err);

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

// TOTALBYTES of all is where the XML data begins: what the images take. The parts of
// a split WIM say it of the whole.
int wim_writer_put_xml(struct wim_writer *w, struct resource_disk *ret,
		       struct err *err)
{
	uint64_t start = wim_output_place(&w->output);
	char text[24];
	size_t size;
	void *data;
	int r = 0;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)start);
	if (!w->is_part)
		r = wim_writer_set(w->xml, wim_xml_root(w->xml), "TOTALBYTES",
				   text, err);
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

static void set_header(const struct wim_writer *w, struct wim_header_disk *h)
{
	const struct listed *boot = NULL;

	// Of a split WIM another part may have its metadata.
	if (w->boot_index && w->boot_index <= w->image_count)
		boot = &w->metadata[w->boot_index - 1];
	*h = w->header;
	if (w->list.solid_count)
		h->version = to_le32(WIM_VERSION_SOLID);
	// What a program left that was stopped while it wrote.
	h->flags = to_le32(get_le32(h->flags) & ~(uint32_t)WIM_FLAG_WRITING);
	if (!w->is_part)
		h->images = to_le32((uint32_t)w->image_count);
	h->boot_index = to_le32(w->boot_index);
	h->boot = (struct resource_disk){0};
	if (boot)
		h->boot = wim_resource_encode(boot->offset, boot->stored_size,
					      boot->size, boot->flags);
	h->integrity = (struct resource_disk){0};
}

int wim_writer_put_tables(struct wim_writer *w, struct progress *progress,
			  struct wim_header_disk *ret, struct err *err)
{
	struct wim_header_disk h;
	uint64_t end;
	int r;

	set_header(w, &h);
	r = put_blobs(w, &h.blobs, err);
	end = wim_output_place(&w->output);
	if (!r)
		r = wim_writer_put_xml(w, &h.xml, err);
	if (!r && w->has_integrity)
		r = wim_integrity_write(w, end, progress, &h.integrity, err);
	if (!r)
		r = wim_output_flush(&w->output, err);
	if (!r)
		*ret = h;
	return r;
}
