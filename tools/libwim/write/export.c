// SPDX-License-Identifier: MIT
//
// Images from one file to another: what content they need is found first, for all
// of them, so each piece is read once and in the order of the file.

#include <stdlib.h>
#include <string.h>

#include "export.h"

// --- What is wanted ----------------------------------------------------------

static void want(struct export *x, const struct wim_blob *blob)
{
	if (blob && blob->size)
		x->uses[blob - x->src->blobs]++;
}

static int count_uses(struct export *x, uint32_t index, struct err *err)
{
	struct wim_image *image;
	int r = wim_image_load(x->src, index, &image, err);

	if (r)
		return r;
	for (size_t i = 0; i < image->dentry_count; i++) {
		const struct wim_dentry *d = image->dentries[i];

		want(x, d->reparse);
		for (size_t k = 0; k < d->stream_count; k++)
			want(x, d->streams[k].blob);
	}
	wim_image_free(image);
	return 0;
}

int wim_export_uses(struct export *x, struct err *err)
{
	int r = 0;

	for (uint32_t i = 1; !r && i <= x->src->info.images; i++)
		r = count_uses(x, i, err);
	return r;
}

int wim_export_by_order(const void *a, const void *b)
{
	const struct wim_blob *x = *(const struct wim_blob *const *)a;
	const struct wim_blob *y = *(const struct wim_blob *const *)b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	// Of a solid resource all have one.
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x < y ? -1 : x > y;
}

// Lists the content that is wanted and not there yet.
static int list_wanted(struct export *x, struct err *err)
{
	size_t n = x->src->blob_count;

	x->blobs = mem_array(n, sizeof(*x->blobs));
	if (!x->blobs)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++) {
		const struct wim_blob *b = &x->src->blobs[i];

		if (!x->uses[i] || wim_list_find(&x->writer->list, b->sha1))
			continue;
		x->blobs[x->count++] = b;
		x->total += b->size;
	}
	qsort(x->blobs, x->count, sizeof(*x->blobs), wim_export_by_order);
	return 0;
}

// --- As it is ----------------------------------------------------------------

int wim_export_count(struct export *x, uint64_t size, struct err *err)
{
	x->done += size;
	if (!progress_report(x->progress, "Saving image", x->done, x->total))
		return 0;
	return err_set(err, -ECANCELED, "WIM", ERR_NOWHERE, "stopped");
}

int wim_export_bytes(struct export *x, uint16_t part, uint64_t offset,
		     uint64_t size, struct err *err)
{
	int r = 0;

	for (uint64_t at = 0; !r && at < size; at += EXPORT_BUFFER) {
		size_t n = size - at < EXPORT_BUFFER ? (size_t)(size - at)
						     : EXPORT_BUFFER;

		r = wim_file_read(x->src, part - 1u, offset + at, x->buf, n,
				  err);
		if (!r)
			r = wim_output_write(&x->writer->output, x->buf, n,
					     err);
		if (!r)
			r = wim_export_count(x, 0, err);
	}
	return r;
}

int wim_export_as_is(struct export *x, const struct wim_blob *b,
		     struct listed *ret, struct err *err)
{
	struct listed l = {
		.flags = b->compressed ? RESOURCE_COMPRESSED : 0,
		.offset = wim_output_place(&x->writer->output),
		.stored_size = b->stored_size,
		.size = b->size,
	};
	int r;

	memcpy(l.sha1, b->sha1, SHA1_SIZE);
	r = wim_export_bytes(x, b->part, b->offset, b->stored_size, err);
	if (!r)
		*ret = l;
	return r;
}

int wim_export_solid(struct export *x, uint32_t solid, struct err *err)
{
	const struct solid_resource *s = &x->src->solids[solid - 1];
	const struct listed_solid listed = {
		.offset = wim_output_place(&x->writer->output),
		.stored_size = s->stored_size,
		.size = s->size,
	};
	int r = wim_export_bytes(x, s->part, s->offset, s->stored_size, err);

	return r ? r : wim_list_add_solid(&x->writer->list, &listed, err);
}

int wim_export_list_solid(struct export *x, const struct wim_blob *b,
			  struct err *err)
{
	struct listed l = {
		.flags = RESOURCE_SOLID,
		.solid = (uint32_t)x->writer->list.solid_count,
		.offset = b->offset,
		.stored_size = b->size,
		.size = b->size,
	};

	memcpy(l.sha1, b->sha1, SHA1_SIZE);
	return wim_list_add(&x->writer->list, &l, err);
}

// Whether resources compressed in the source's way can be in the new file.
static bool fits(const struct export *x)
{
	const struct packing *p = &x->writer->packing;

	return !x->recompress && !x->src->info.is_pipable &&
	       p->compression == x->src->chunking.compression &&
	       p->chunk_size == x->src->info.chunk_size;
}

// Content that could be compressed and is not is taken as it is when the same
// compression has tried.
static bool is_copied(const struct export *x, const struct wim_blob *b)
{
	return !b->solid && !x->writer->is_solid && fits(x);
}

// --- Solid resources ---------------------------------------------------------

// Copies a solid resource whole when it would be compressed in the same way, and
// enough of it is wanted: of all images all but a sixteenth, as what little is saved
// then is not worth compressing all again; of one two thirds. Its chunks need not be
// as those of others: each says how large they are. Returns whether it is to be.
static bool is_solid_copied(const struct export *x,
			    const struct wim_blob *const *blobs, size_t count)
{
	const struct solid_resource *s = &x->src->solids[blobs[0]->solid - 1];
	const struct packing *p = &x->writer->solid_packing;
	uint64_t wanted = 0;

	if (x->recompress || !x->writer->is_solid ||
	    p->compression != s->chunking.compression)
		return false;
	for (size_t i = 0; i < count; i++)
		wanted += blobs[i]->size;
	return wanted >= (x->is_all ? s->size - s->size / 16 : s->size / 3 * 2);
}

static int copy_solid(struct export *x, const struct wim_blob *const *blobs,
		      size_t count, struct err *err)
{
	int r = wim_export_solid(x, blobs[0]->solid, err);

	for (size_t i = 0; !r && i < count; i++) {
		r = wim_export_list_solid(x, blobs[i], err);
		if (!r)
			r = wim_export_count(x, blobs[i]->size, err);
	}
	return r;
}

// How many of the blobs lie in the same solid resource as the first.
static size_t run_length(const struct wim_blob *const *blobs, size_t count)
{
	size_t n = 1;

	while (n < count && blobs[n]->solid == blobs[0]->solid)
		n++;
	return n;
}

// How many blobs from the i-th on go the same way: all of a solid resource, or one.
static size_t next_run(const struct export *x, size_t i, bool *ret_is_copied)
{
	const struct wim_blob **blobs = x->blobs + i;
	size_t n = blobs[0]->solid ? run_length(blobs, x->count - i) : 1;

	*ret_is_copied = blobs[0]->solid ? is_solid_copied(x, blobs, n)
					 : is_copied(x, blobs[0]);
	return n;
}

// Moves what is copied as it is to the front, in its order, and the rest, in its own,
// behind it. Returns how much is copied.
static int divide(struct export *x, size_t *ret, struct err *err)
{
	const struct wim_blob **rest = mem_array(x->count, sizeof(*rest));
	size_t front = 0, back = 0, n;

	if (!rest)
		return err_nomem(err);
	for (size_t i = 0; i < x->count; i += n) {
		bool is_copied;

		n = next_run(x, i, &is_copied);
		memmove(is_copied ? x->blobs + front : rest + back,
			x->blobs + i, n * sizeof(*rest));
		*(is_copied ? &front : &back) += n;
	}
	memcpy(x->blobs + front, rest, back * sizeof(*rest));
	mem_free(rest);
	*ret = front;
	return 0;
}

static int copy_run(struct export *x, const struct wim_blob **blobs, size_t n,
		    struct err *err)
{
	struct listed l;
	int r;

	if (blobs[0]->solid)
		return copy_solid(x, blobs, n, err);
	r = wim_export_as_is(x, blobs[0], &l, err);
	if (!r)
		r = wim_list_add(&x->writer->list, &l, err);
	return r ? r : wim_export_count(x, l.size, err);
}

// Copies what can be, which is verified first; what is left over is moved to the
// front.
static int copy_all(struct export *x, struct err *err)
{
	const struct wim_blob **blobs = x->blobs;
	size_t count = 0, n;
	int r = divide(x, &count, err);

	if (!r && count)
		r = wim_writer_pool(x->writer, err);
	if (!r && count)
		r = wim_verify_blobs(x->src, blobs, count, READ_VERIFY,
				     x->writer->pool, x->progress, err);
	for (size_t i = 0; !r && i < count; i += n) {
		n = blobs[i]->solid ? run_length(blobs + i, count - i) : 1;
		r = copy_run(x, blobs + i, n, err);
	}
	if (r)
		return r;
	x->count -= count;
	memmove(blobs, blobs + count, x->count * sizeof(*blobs));
	return 0;
}

// --- Compressed again --------------------------------------------------------

static int open_blob(struct wim_content *c, struct disk **ret, struct err *err)
{
	struct export *x = c->ctx;

	return wim_ahead_open(x->ahead, (size_t)(c - x->contents), ret, err);
}

// What was read has the hash that it should have.
static int check_hashes(const struct export *x, struct err *err)
{
	for (size_t i = 0; i < x->count; i++)
		if (memcmp(x->contents[i].blob.sha1, x->blobs[i]->sha1,
			   SHA1_SIZE))
			return wim_hash_damaged(x->src, x->blobs[i],
						x->blobs[i]->offset,
						"it has another hash", err);
	return 0;
}

static int report_rest(void *ctx, const char *stage, uint64_t done,
		       uint64_t total)
{
	struct export *x = ctx;

	return progress_report(x->progress, stage, x->done + done, x->total);
}

static int pack_rest(struct export *x, struct err *err)
{
	struct progress progress = {.report = report_rest, .ctx = x};
	struct wim_content **list = mem_array(x->count, sizeof(*list));
	int r = 0;

	x->contents = mem_array(x->count, sizeof(*x->contents));
	if (!list || !x->contents)
		r = err_nomem(err);
	if (!r)
		r = wim_writer_pool(x->writer, err);
	// Which puts them into the order that they are read in.
	if (!r)
		r = wim_ahead_new(x->src, x->blobs, x->count,
				  pool_threads(x->writer->pool), &x->ahead,
				  err);
	for (size_t i = 0; !r && i < x->count; i++) {
		x->contents[i].blob.size = x->blobs[i]->size;
		x->contents[i].open = open_blob;
		x->contents[i].ctx = x;
		// Its hash was looked for in the file.
		x->contents[i].is_unique = true;
		list[i] = &x->contents[i];
	}
	if (!r)
		r = wim_writer_add_content(x->writer, list, x->count, &progress,
					   err);
	mem_free(list);
	return r ? r : check_hashes(x, err);
}

// --- Images ------------------------------------------------------------------

// Counts what the images use: all of it is there by now.
static void refer(struct export *x)
{
	for (size_t i = 0; i < x->src->blob_count; i++)
		if (x->uses[i])
			wim_list_find(&x->writer->list, x->src->blobs[i].sha1)
				->references += x->uses[i];
}

static int copy_metadata(struct export *x, uint32_t index, struct err *err)
{
	const struct wim_blob *b = &x->src->metadata[index - 1];
	struct wim_writer *w = x->writer;
	void *data;
	int r = wim_writer_new_metadata(w, err);

	if (r)
		return r;
	if (!b->solid && fits(x)) {
		r = wim_export_as_is(x, b, &w->metadata[w->image_count], err);
		w->metadata[w->image_count].flags |= RESOURCE_METADATA;
	} else {
		r = wim_read_blob(x->src, b, WIM_MAX_METADATA, &data, err);
		if (r)
			return r;
		r = wim_writer_pack_metadata(w, data, (size_t)b->size, err);
		mem_free(data);
	}
	if (!r)
		w->image_count++;
	return r;
}

static int copy_words(struct export *x, uint32_t index,
		      const struct wim_export_options *options, struct err *err)
{
	struct wim_xml *xml = x->writer->xml;
	const struct wim_xml_node *from =
		x->src->xml ? wim_xml_image(x->src->xml, index) : NULL;
	struct wim_xml_node *node;
	int r = wim_xml_add_image(xml, (uint32_t)x->writer->image_count, from,
				  &node, err);

	if (!r && options->name)
		r = wim_writer_set(xml, node, "NAME", options->name, err);
	if (!r && options->description)
		r = wim_writer_set(xml, node, "DESCRIPTION",
				   options->description, err);
	return r;
}

static int copy_image(struct export *x, uint32_t index,
		      const struct wim_export_options *options, struct err *err)
{
	int r = copy_metadata(x, index, err);

	if (!r)
		r = copy_words(x, index, options, err);
	if (!r && options->is_boot &&
	    (!x->is_all || x->src->info.boot_index == index))
		x->writer->boot_index = (uint32_t)x->writer->image_count;
	return r;
}

// --- The whole ---------------------------------------------------------------

int wim_export_init(struct export *x, struct wim *src,
		    struct wim_writer *writer, struct progress *progress,
		    struct err *err)
{
	*x = (struct export){
		.src = src, .writer = writer, .progress = progress};
	x->uses = mem_array(src->blob_count, sizeof(*x->uses));
	x->buf = mem_alloc(EXPORT_BUFFER);
	if (x->uses && x->buf)
		return 0;
	wim_export_done(x);
	return err_nomem(err);
}

void wim_export_done(struct export *x)
{
	wim_ahead_free(x->ahead);
	mem_free(x->contents);
	mem_free(x->blobs);
	mem_free(x->uses);
	mem_free(x->buf);
}

// Checks that no image has the name that one will have.
static int check_names(struct export *x, uint32_t first, uint32_t last,
		       const char *name, struct err *err)
{
	int r = 0;

	for (uint32_t i = first; !r && i <= last; i++)
		r = wim_writer_check_name(x->writer->xml,
					  name ? name
					       : x->src->images[i - 1].name,
					  NULL, err);
	return r;
}

static int export(struct export *x, uint32_t first, uint32_t last,
		  const struct wim_export_options *options, struct err *err)
{
	int r = check_names(x, first, last, options->name, err);

	for (uint32_t i = first; !r && i <= last; i++)
		r = count_uses(x, i, err);
	if (!r)
		r = list_wanted(x, err);
	if (!r)
		r = copy_all(x, err);
	if (!r && x->count)
		r = pack_rest(x, err);
	if (!r)
		refer(x);
	for (uint32_t i = first; !r && i <= last; i++)
		r = copy_image(x, i, options, err);
	return r;
}

int wim_export(struct wim *src, uint32_t index, struct wim_writer *writer,
	       const struct wim_export_options *options,
	       struct progress *progress, struct err *err)
{
	const struct wim_export_options none = {0};
	struct export x;
	int r = index ? wim_base_index(src, index, err) : 0;

	if (!r)
		r = wim_export_init(&x, src, writer, progress, err);
	if (r)
		return r;
	if (!options)
		options = &none;
	x.recompress = options->recompress;
	x.is_all = !index;
	r = export(&x, index ? index : 1, index ? index : src->info.images,
		   options, err);
	wim_export_done(&x);
	return r;
}
