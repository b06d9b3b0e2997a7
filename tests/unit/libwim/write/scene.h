// SPDX-License-Identifier: MIT
//
// Images made in memory with content of many sizes, written, and read again.

#ifndef SCENE_H
#define SCENE_H

#include "test.h"
#include "wim_write.h"

// A name in UTF-16 that lasts for the test.
static inline const le16 *scene_name(const char *s, size_t *ret_len)
{
	static le16 buf[8][256];
	static unsigned next;
	le16 *out = buf[next++ % 8];

	for (*ret_len = 0; s[*ret_len]; ++*ret_len)
		out[*ret_len] = to_le16((uint8_t)s[*ret_len]);
	return out;
}

static inline struct wim_dentry *scene_add(struct wim_image *image,
					   struct wim_dentry *parent,
					   const char *name,
					   uint32_t attributes)
{
	struct err err = {0};
	struct wim_dentry *d;
	size_t len;
	const le16 *n = scene_name(name, &len);

	check_ok(wim_image_add(image, parent, n, len, &d, &err), &err);
	d->attributes = attributes;
	d->created = 130000000000000000 + d->index;
	d->accessed = d->created + 1;
	d->modified = d->created + 2;
	return d;
}

static inline void scene_stream(struct wim_image *image, struct wim_dentry *d,
				const char *name, const struct wim_blob *blob)
{
	struct err err = {0};
	size_t len;
	const le16 *n = scene_name(name, &len);

	check_ok(wim_image_add_stream(image, d, n, len, blob, &err), &err);
}

static inline const struct wim_dentry *
scene_find(const struct wim_dentry *folder, const char *name)
{
	size_t len;
	const le16 *n = scene_name(name, &len);

	for (size_t i = 0; i < folder->child_count; i++)
		if (folder->children[i]->name_len == len &&
		    !memcmp(folder->children[i]->name, n, len * sizeof(*n)))
			return folder->children[i];
	return NULL;
}

// --- Content -----------------------------------------------------------------

// Bytes that compress (kind 0), that do not (1), or of which one chunk does and gains
// less than a table of small chunks takes (2).
static inline uint8_t *scene_bytes(size_t size, unsigned seed, int kind)
{
	uint8_t *data = malloc(size + 1);
	uint32_t x = seed * 2654435761u + 1;

	check(data);
	for (size_t i = 0; i < size; i++) {
		x = x * 1664525 + 1013904223;
		data[i] = kind ? (uint8_t)(x >> 24)
			       : (uint8_t)("abcdefgh"[(x >> 28) & 7] + seed);
	}
	if (kind == 2)
		memset(data, 7, size < 600 ? size : 600);
	return data;
}

static inline int scene_open(struct wim_content *c, struct disk **ret,
			     struct err *err)
{
	struct disk *d;
	int r = disk_memory(c->blob.size, 512, &d, err);

	if (!r)
		r = disk_write(d, 0, c->ctx, c->blob.size, err);
	if (!r)
		*ret = d;
	return r;
}

static inline struct wim_content *scene_content(size_t size, unsigned seed,
						int kind)
{
	struct wim_content *c = calloc(1, sizeof(*c));

	check(c);
	c->blob.size = size;
	c->open = scene_open;
	c->ctx = scene_bytes(size, seed, kind);
	return c;
}

static inline void scene_content_free(struct wim_content *c)
{
	free(c->ctx);
	free(c);
}

// The blob that an image of `w` has for content is what it should be.
static inline void scene_same(struct wim *w, const struct wim_blob *blob,
			      const struct wim_content *c)
{
	struct err err = {0};
	void *data;

	if (!c->blob.size) {
		check(!blob);
		return;
	}
	check(blob);
	check_eq(blob->size, c->blob.size);
	check(!memcmp(blob->sha1, c->blob.sha1, SHA1_SIZE));
	check_ok(wim_read_blob(w, blob, blob->size, &data, &err), &err);
	check(!memcmp(data, c->ctx, c->blob.size));
	mem_free(data);
}

// --- An image of many pieces -------------------------------------------------

struct scene_piece {
	size_t size;
	unsigned seed;
	int kind;
};

static const struct scene_piece scene_pieces[] = {
	{0, 0, 0},       {1, 1, 0},       {32768, 2, 0},   {32769, 3, 0},
	{100000, 4, 1},  {524288, 5, 0},  {524289, 6, 0},  {1500000, 7, 1},
	{1500000, 7, 1}, {1500001, 8, 2}, {100000, 4, 1},  {3, 9, 0},
	{700000, 10, 0}, {700000, 11, 0}, {700000, 10, 0}, {32768, 2, 0},
};
#define SCENE_PIECES (sizeof(scene_pieces) / sizeof(*scene_pieces))

struct scene {
	size_t count;
	struct wim_content *contents[SCENE_PIECES];
	struct wim_image *image;
};

static inline void scene_make(struct scene *s, const struct scene_piece *pieces,
			      size_t count)
{
	struct err err = {0};
	struct wim_dentry *root;
	char name[16];

	check_ok(wim_image_new(&s->image, &err), &err);
	check_ok(wim_image_add(s->image, NULL, NULL, 0, &root, &err), &err);
	s->count = count;
	for (size_t i = 0; i < count; i++) {
		struct wim_dentry *d;

		s->contents[i] = scene_content(pieces[i].size, pieces[i].seed,
					       pieces[i].kind);
		snprintf(name, sizeof(name), "f%u", (unsigned)i);
		d = scene_add(s->image, root, name, 0x20);
		scene_stream(s->image, d, "", &s->contents[i]->blob);
	}
	check_ok(wim_image_finish(s->image, &err), &err);
}

static inline void scene_free(struct scene *s)
{
	for (size_t i = 0; i < s->count; i++)
		scene_content_free(s->contents[i]);
	wim_image_free(s->image);
}

// Image `index` of a WIM has all of the scene.
static inline void scene_judge(const struct scene *s, struct wim *w,
			       uint32_t index)
{
	struct wim_image *image;
	struct err err = {0};
	char name[16];

	check_ok(wim_image_load(w, index, &image, &err), &err);
	check_eq(image->dentry_count, s->count + 1);
	for (size_t i = 0; i < s->count; i++) {
		const struct wim_dentry *d;

		snprintf(name, sizeof(name), "f%u", (unsigned)i);
		d = scene_find(image->root, name);
		check(d && d->stream_count == 1);
		scene_same(w, d->streams[0].blob, s->contents[i]);
	}
	wim_image_free(image);
}

// Adds a scene to what is being written.
static inline int scene_write(struct scene *s, struct wim_writer *w,
			      const char *name, struct err *err)
{
	const struct wim_new_image info = {.name = name};
	int r = wim_writer_add_content(w, s->contents, s->count, NULL, err);

	return r ? r : wim_writer_add_image(w, s->image, &info, err);
}

#endif
