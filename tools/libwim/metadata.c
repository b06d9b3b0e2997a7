// SPDX-License-Identifier: MIT
//
// The tree of an image. It is walked twice, folder by folder, level by level:
// first to find and measure all entries, then to decode them into arrays of
// just the size. Nothing recurses, and no entry is looked at twice.

#include <stdlib.h>
#include <string.h>

#include "wim_priv.h"

static const char what[] = "WIM metadata";

// An entry found by the first walk.
struct place {
	uint64_t pos;
	uint64_t children; // offset; 0: none
	uint32_t parent;   // index; 512 MiB hold under 2^23 entries
	uint32_t first;    // of its children
	uint32_t count;
	uint32_t depth;
};

struct walk {
	const uint8_t *data;
	size_t size;
	uint8_t *seen; // a bit for each 8 bytes of the metadata
	struct place *places;
	size_t count, capacity;
	size_t streams, ea_size;
};

// Marks what an entry takes. Returns false when some of it is taken already: an
// entry that lies in two folders, or in itself. Without that a few bytes could
// describe a tree without end.
static bool mark(struct walk *walk, uint64_t begin, uint64_t end)
{
	for (uint64_t i = begin / 8; i < end / 8; i++) {
		uint8_t bit = (uint8_t)(1 << i % 8);

		if (walk->seen[i / 8] & bit)
			return false;
		walk->seen[i / 8] |= bit;
	}
	return true;
}

// Looks at the entry at *pos and puts it behind the others; *pos becomes where
// the next one is, or 0 at the end of the list.
static int add_place(struct walk *walk, uint64_t *pos, uint32_t parent,
		     uint32_t depth, struct err *err)
{
	struct place place = {.pos = *pos, .parent = parent, .depth = depth};
	struct dentry_shape shape;
	int r = wim_dentry_measure(walk->data, walk->size, *pos, &shape, err);

	if (r)
		return r;
	if (shape.length == 8) {
		*pos = 0;
		return 0;
	}
	if (!mark(walk, *pos, shape.end))
		return err_corrupt(err, what, *pos,
				   "a directory entry is in two places, or its "
				   "folder is within itself");
	if (depth > WIM_MAX_DEPTH)
		return err_set(err, -EFBIG, what, *pos,
			       "folders are nested more than %u deep",
			       WIM_MAX_DEPTH);
	if (mem_grow((void **)&walk->places, walk->count, &walk->capacity,
		     sizeof(*walk->places)))
		return err_nomem(err);
	if (shape.is_folder)
		place.children = shape.children;
	walk->places[walk->count++] = place;
	walk->streams += 1 + shape.streams;
	walk->ea_size += shape.ea_size;
	*pos = shape.end;
	return 0;
}

// The first walk.
static int find_places(struct walk *walk, uint64_t root, struct err *err)
{
	int r = add_place(walk, &root, 0, 0, err);

	if (r)
		return r;
	if (!walk->count)
		return err_corrupt(err, what, root, "there is no root folder");
	for (size_t i = 0; i < walk->count; i++) {
		uint64_t pos = walk->places[i].children;

		walk->places[i].first = (uint32_t)walk->count;
		while (pos) {
			r = add_place(walk, &pos, (uint32_t)i,
				      walk->places[i].depth + 1, err);
			if (r)
				return r;
		}
		walk->places[i].count = (uint32_t)walk->count -
					walk->places[i].first;
	}
	return 0;
}

// Without regard to case; names that differ in case alone have an order too:
// NTFS can hold both, as folders for WSL do.
static int compare(const struct wim_dentry *x, const struct wim_dentry *y)
{
	int r = utf16_casecmp(x->name, x->name_len, y->name, y->name_len);

	return r ? r : memcmp(x->name, y->name, x->name_len * sizeof(le16));
}

int wim_name_order(const void *a, const void *b)
{
	return compare(*(struct wim_dentry *const *)a,
		       *(struct wim_dentry *const *)b);
}

// Gives each folder its children, which follow one another in the array.
static int link_children(const struct walk *walk, struct loaded_image *image,
			 struct err *err)
{
	for (size_t i = 0; i < walk->count; i++) {
		const struct place *place = &walk->places[i];
		struct wim_dentry *d = &image->dentries[i];

		d->children = image->image.dentries + place->first;
		d->child_count = place->count;
		qsort(d->children, d->child_count, sizeof(*d->children),
		      wim_name_order);
		for (size_t k = 1; k < d->child_count; k++)
			if (!compare(d->children[k - 1], d->children[k]))
				return err_corrupt(err, what, place->children,
						   "two entries of a folder "
						   "have the same name");
	}
	return 0;
}

// The second walk.
static int decode_places(const struct wim *w, const struct walk *walk,
			 struct loaded_image *image, struct err *err)
{
	int r;

	image->dentries = mem_array(walk->count, sizeof(*image->dentries));
	image->image.dentries =
		mem_array(walk->count, sizeof(*image->image.dentries));
	image->streams = mem_array(walk->streams, sizeof(*image->streams));
	image->ea = mem_alloc(walk->ea_size);
	if (!image->dentries || !image->image.dentries || !image->streams ||
	    !image->ea)
		return err_nomem(err);
	for (size_t i = 0; i < walk->count; i++) {
		struct wim_dentry *d = &image->dentries[i];

		if (i)
			d->parent = &image->dentries[walk->places[i].parent];
		image->image.dentries[i] = d;
		r = wim_dentry_decode(w, image, walk->places[i].pos, !i, d,
				      err);
		if (r)
			return r;
	}
	image->image.root = image->dentries;
	image->image.dentry_count = walk->count;
	r = link_children(walk, image, err);
	for (size_t i = 0; i < walk->count; i++)
		image->image.dentries[i]->index = (uint32_t)i;
	return r;
}

static int load_tree(const struct wim *w, struct loaded_image *image,
		     size_t size, struct err *err)
{
	struct walk walk = {.data = image->metadata, .size = size};
	size_t root;
	int r = wim_security_read(image->metadata, size, &image->image, &root,
				  err);

	if (r)
		return r;
	walk.seen = mem_alloc(size / 64 + 1);
	if (!walk.seen)
		return err_nomem(err);
	r = find_places(&walk, root, err);
	if (!r)
		r = decode_places(w, &walk, image, err);
	mem_free(walk.places);
	mem_free(walk.seen);
	return r;
}

int wim_image_load(struct wim *w, uint32_t index, struct wim_image **ret,
		   struct err *err)
{
	struct loaded_image *image;
	const struct wim_blob *blob;
	void *metadata;
	int r;

	if (!index || index > w->info.images)
		return err_set(err, -ENOENT, "WIM", ERR_NOWHERE,
			       "there is no image %u; the file has %u",
			       (unsigned)index, (unsigned)w->info.images);
	blob = &w->metadata[index - 1];
	r = wim_read_blob(w, blob, WIM_MAX_METADATA, &metadata, err);
	if (r)
		return r;
	image = mem_alloc(sizeof(*image));
	if (!image) {
		mem_free(metadata);
		return err_nomem(err);
	}
	image->metadata = metadata;
	r = load_tree(w, image, (size_t)blob->size, err);
	if (!r)
		r = wim_kept_note(w, &image->image, err);
	if (r)
		wim_image_free(&image->image);
	else
		*ret = &image->image;
	return r;
}

void wim_image_free(struct wim_image *image)
{
	struct loaded_image *l = (struct loaded_image *)image;

	if (!l)
		return;
	wim_making_free(l->making);
	mem_free(image->security);
	mem_free(image->dentries);
	mem_free(l->dentries);
	mem_free(l->streams);
	mem_free(l->ea);
	mem_free(l->metadata);
	mem_free(l);
}
