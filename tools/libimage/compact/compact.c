// SPDX-License-Identifier: MIT
//
// Which content is held compressed, and how many bytes each of its chunks takes.

#include <stdlib.h>

#include "../image_priv.h"
#include "codec.h"
#include "compact.h"

// A file that fits into a cluster takes no more as it is.
static const struct wim_blob *content_of(const struct wim_dentry *d,
					 uint32_t cluster)
{
	const uint32_t other = NTFS_ATTR_DIRECTORY | NTFS_ATTR_REPARSE |
			       NTFS_ATTR_ENCRYPTED;
	const struct wim_blob *blob;

	if (d->attributes & other || !d->stream_count || d->streams[0].name)
		return NULL;
	blob = d->streams[0].blob;
	return blob && blob->size > cluster ? blob : NULL;
}

// The stream has a name that the file may have for one of its own already.
static bool has_stream(const struct wim_dentry *d)
{
	static const char name[] = NTFS_WOF_STREAM;

	for (size_t i = 0; i < d->stream_count; i++) {
		size_t n = d->streams[i].name_len, k = 0;

		while (k < n && n == sizeof(name) - 1 &&
		       (get_le16(d->streams[i].name[k]) | 0x20) ==
			       ((uint8_t)name[k] | 0x20))
			k++;
		if (k == sizeof(name) - 1)
			return true;
	}
	return false;
}

static int by_blob(const void *a, const void *b)
{
	const struct pressed *x = a, *y = b;

	return (x->blob > y->blob) - (x->blob < y->blob);
}

// --- What there is -----------------------------------------------------------

static bool is_as_there(const struct compact *c, const struct wim *w,
			const struct wim_blob *blob)
{
	const struct wim_info *info = wim_get_info(w);
	enum wim_compression wanted = c->algorithm == NTFS_WOF_LZX
					      ? WIM_COMPRESSION_LZX
					      : WIM_COMPRESSION_XPRESS;

	return info->compression == wanted && info->chunk_size == c->chunk &&
	       blob->compressed && !blob->solid;
}

static int gather(struct compact *c, const struct wim *w,
		  const struct wim_image *image, uint32_t cluster,
		  struct err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < image->dentry_count; i++) {
		const struct wim_dentry *d = image->dentries[i];
		const struct wim_blob *blob = content_of(d, cluster);

		if (!blob || has_stream(d) || !image_compact_may(c->names, d))
			continue;
		if (mem_grow((void **)&c->items, c->count, &c->room,
			     sizeof(*c->items)))
			return err_nomem(err);
		c->items[c->count++] = (struct pressed){
			.blob = blob, .is_as_there = is_as_there(c, w, blob)};
	}
	if (c->count)
		qsort(c->items, c->count, sizeof(*c->items), by_blob);
	for (size_t i = 0; i < c->count; i++)
		if (!i || c->items[i].blob != c->items[i - 1].blob)
			c->items[kept++] = c->items[i];
	c->count = kept;
	return 0;
}

// Gives all content its places in `sizes` and `starts`.
static int make_tables(struct compact *c, struct err *err)
{
	uint64_t chunks = 0, starts = 0;

	for (size_t i = 0; i < c->count; i++) {
		struct pressed *p = &c->items[i];

		p->table =
			ntfs_wof_table(p->blob->size, c->algorithm, &p->entry);
		p->chunks = p->table / p->entry + 1;
		p->first = (size_t)chunks;
		p->first_start = (size_t)starts;
		chunks += p->chunks;
		starts += p->chunks / COMPACT_STARTS + 1;
	}
	c->sizes = mem_array((size_t)chunks, sizeof(*c->sizes));
	c->starts = mem_array((size_t)starts, sizeof(*c->starts));
	return c->sizes && c->starts ? 0 : err_nomem(err);
}

struct pressed *image_compact_of(const struct compact *c,
				 const struct wim_blob *blob)
{
	struct pressed key = {.blob = blob};

	return c->count ? bsearch(&key, c->items, c->count, sizeof(*c->items),
				  by_blob)
			: NULL;
}

// --- Measuring ---------------------------------------------------------------

static int measure_chunks(void *ctx, const struct pressed *p, uint64_t index,
			  const uint8_t *data, size_t size, struct err *err)
{
	struct compact *c = ctx;
	struct packer *packer = image_compact_take_packer(c);

	if (!packer)
		return err_nomem(err);
	for (; size; index++) {
		size_t n = size < c->chunk ? size : c->chunk;

		packer->used = 0;
		c->sizes[p->first + index] =
			(uint16_t)(image_compact_pack(packer, data, n) - 1);
		data += n;
		size -= n;
	}
	image_compact_give_packer(c, packer);
	return 0;
}

static int measure(void *ctx, const struct wim_blob *blob, uint64_t off,
		   const void *data, size_t len, struct err *err)
{
	struct compact *c = ctx;
	const struct chunk_sink sink = {measure_chunks, c};
	const struct pressed *p = image_compact_of(c, blob);

	return p->is_as_there
		       ? 0
		       : image_compact_feed(c, p, off, data, len, &sink, err);
}

static int measure_stored(void *ctx, const struct wim_blob *blob, uint64_t off,
			  const void *chunk, size_t size, struct err *err)
{
	struct compact *c = ctx;
	const struct pressed *p = image_compact_of(c, blob);

	if (p->is_as_there)
		c->sizes[p->first + off / c->chunk] = (uint16_t)(size - 1);
	return 0;
}

// Adds the chunks up, and drops what takes no fewer clusters.
static void sum_up(struct compact *c, struct pressed *p, uint32_t cluster)
{
	uint64_t at = 0;

	for (uint64_t i = 0; i < p->chunks; i++) {
		if (i % COMPACT_STARTS == 0)
			c->starts[p->first_start + i / COMPACT_STARTS] = at;
		at += compact_size(c, p, i);
	}
	p->stored = p->table + at;
	p->is_smaller = round_up(p->stored, cluster) <
			round_up(p->blob->size, cluster);
}

static int measure_all(struct compact *c, struct wim *w,
		       const struct apply_compact *how, struct err *err)
{
	const struct wim_chunk_sink sink = {{measure, c}, measure_stored};
	const struct wim_blob **blobs = mem_array(c->count, sizeof(*blobs));
	int r;

	if (!blobs)
		return err_nomem(err);
	for (size_t i = 0; i < c->count; i++)
		blobs[i] = c->items[i].blob;
	r = image_extract_chunks(w, blobs, c->count, &sink, "Compressing",
				 how->pool, how->progress, err);
	mem_free(blobs);
	return r;
}

int image_compact_new(struct wim *w, const struct wim_image *image,
		      const struct apply_compact *how, uint32_t cluster,
		      struct compact **ret, struct err *err)
{
	struct compact *c = mem_alloc(sizeof(*c));
	int r;

	if (!c)
		return err_nomem(err);
	c->algorithm = how->algorithm;
	c->chunk = ntfs_wof_chunk(how->algorithm);
	pthread_mutex_init(&c->lock, NULL);
	r = image_compact_names_new(how->algorithm, image, &c->names, err);
	if (!r)
		r = gather(c, w, image, cluster, err);
	if (!r)
		r = make_tables(c, err);
	if (!r && c->count)
		r = measure_all(c, w, how, err);
	if (r) {
		image_compact_free(c);
		return r;
	}
	for (size_t i = 0; i < c->count; i++)
		sum_up(c, &c->items[i], cluster);
	*ret = c;
	return 0;
}

void image_compact_free(struct compact *c)
{
	if (!c)
		return;
	image_compact_free_packers(c);
	image_compact_names_free(c->names);
	pthread_mutex_destroy(&c->lock);
	mem_free(c->items);
	mem_free(c->sizes);
	mem_free(c->starts);
	mem_free(c);
}

const struct pressed *image_compact_find(const struct compact *c,
					 const struct wim_dentry *d)
{
	const struct wim_blob *blob = content_of(d, 0);
	const struct pressed *p = blob ? image_compact_of(c, blob) : NULL;

	return p && p->is_smaller && !has_stream(d) &&
			       image_compact_may(c->names, d)
		       ? p
		       : NULL;
}
