// SPDX-License-Identifier: MIT
//
// Images made in memory, entry by entry. Nothing is in order before
// wim_image_finish, so adding an entry costs the same in a folder of any size.

#include <stdlib.h>
#include <string.h>

#include "../wim_priv.h"
#include "arena.h"
#include "wim_write.h"

// As many as a number in an entry can tell apart, and as large as NTFS stores
// ([MS-DTYP] 2.4.5: the size of an ACL is a le16).
#define MAX_SECURITY   (UINT32_C(1) << 24)
#define MAX_DESCRIPTOR (UINT32_C(256) << 10)

static const char what[] = "image";

// What a tree has while it is made.
struct wim_image_making {
	struct wim_arena *arena;
	size_t capacity; // of image.dentries
	size_t security_capacity;
	uint32_t *slots; // 1 + index of a security descriptor, by its bytes
	size_t slot_count;
	bool is_finished;
};

static struct wim_image_making *making(struct wim_image *image)
{
	return ((struct loaded_image *)image)->making;
}

static int check_making(struct wim_image *image, struct err *err)
{
	if (making(image) && !making(image)->is_finished)
		return 0;
	return err_set(err, -EINVAL, what, ERR_NOWHERE,
		       "it was loaded or is finished");
}

int wim_image_new(struct wim_image **ret, struct err *err)
{
	struct loaded_image *l = mem_alloc(sizeof(*l));

	if (!l)
		return err_nomem(err);
	l->making = mem_alloc(sizeof(*l->making));
	if (!l->making) {
		mem_free(l);
		return err_nomem(err);
	}
	*ret = &l->image;
	return 0;
}

void wim_making_free(struct wim_image_making *m)
{
	if (!m)
		return;
	wim_arena_free(m->arena);
	mem_free(m->slots);
	mem_free(m);
}

// --- Entries -----------------------------------------------------------------

static int keep_name(struct wim_image *image, const le16 *name, size_t len,
		     const le16 **ret, struct err *err)
{
	const void *copy = NULL;
	int r = 0;

	if (len)
		r = wim_image_keep(image, name, len * sizeof(*name), &copy,
				   err);
	if (!r)
		*ret = copy;
	return r;
}

static int check_place(struct wim_image *image, const struct wim_dentry *parent,
		       const le16 *name, size_t name_len, struct err *err)
{
	int r = check_making(image, err);

	if (r)
		return r;
	if (!parent)
		return image->root || name_len
			       ? err_set(err, -EINVAL, what, ERR_NOWHERE,
					 "there is one root, without a name")
			       : 0;
	if (!(parent->attributes & WIM_ATTRIBUTE_FOLDER))
		return err_set(err, -EINVAL, what, ERR_NOWHERE,
			       "an entry's parent is no folder");
	if (!wim_name_is_good(name, name_len, 0))
		return err_corrupt(err, what, ERR_NOWHERE,
				   "a name is empty, too long, or has units "
				   "that are not allowed");
	return 0;
}

int wim_image_add(struct wim_image *image, struct wim_dentry *parent,
		  const le16 *name, size_t name_len, struct wim_dentry **ret,
		  struct err *err)
{
	int r = check_place(image, parent, name, name_len, err);
	struct wim_dentry *d;

	if (r)
		return r;
	if (mem_grow((void **)&image->dentries, (size_t)image->dentry_count,
		     &making(image)->capacity, sizeof(*image->dentries)))
		return err_nomem(err);
	d = wim_arena_alloc(&making(image)->arena, sizeof(*d));
	if (!d)
		return err_nomem(err);
	r = keep_name(image, name, name_len, &d->name, err);
	if (r)
		return r;
	d->name_len = name_len;
	d->parent = parent;
	d->security = -1;
	d->index = (uint32_t)image->dentry_count;
	if (parent) {
		parent->child_count++;
	} else {
		d->attributes = WIM_ATTRIBUTE_FOLDER;
		image->root = d;
	}
	image->dentries[image->dentry_count++] = d;
	*ret = d;
	return 0;
}

int wim_image_keep(struct wim_image *image, const void *data, size_t size,
		   const void **ret, struct err *err)
{
	void *copy;

	if (!making(image))
		return check_making(image, err);
	copy = wim_arena_alloc(&making(image)->arena, size);
	if (!copy)
		return err_nomem(err);
	if (size)
		memcpy(copy, data, size);
	*ret = copy;
	return 0;
}

// --- Streams -----------------------------------------------------------------

static int stream_order(const struct wim_stream *s, const le16 *name,
			size_t name_len)
{
	return utf16_casecmp(s->name, s->name_len, name, name_len);
}

// Makes room for one more. The array is as long as the power of two that holds
// its streams, so it is full when their number is one.
static int grow_streams(struct wim_image *image, struct wim_dentry *d,
			struct err *err)
{
	size_t n = d->stream_count;
	struct wim_stream *more;

	if (n && !is_power_of_two(n))
		return 0;
	more = wim_arena_alloc(&making(image)->arena,
			       (n ? n * 2 : 1) * sizeof(*more));
	if (!more)
		return err_nomem(err);
	if (n)
		memcpy(more, d->streams, n * sizeof(*more));
	d->streams = more;
	return 0;
}

int wim_image_add_stream(struct wim_image *image, struct wim_dentry *d,
			 const le16 *name, size_t name_len,
			 const struct wim_blob *blob, struct err *err)
{
	int r = check_making(image, err);
	const le16 *copy = NULL;
	size_t at = 0;

	if (!r && name_len && !wim_name_is_good(name, name_len, ':'))
		return err_corrupt(err, what, ERR_NOWHERE,
				   "a stream's name is not allowed");
	if (!r && !name_len && d->attributes & WIM_ATTRIBUTE_FOLDER)
		return err_set(err, -EINVAL, what, ERR_NOWHERE,
			       "a folder has no content");
	// Without a name it is the first, as none sorts before no units at all.
	while (!r && at < d->stream_count &&
	       stream_order(&d->streams[at], name, name_len) < 0)
		at++;
	if (!r && at < d->stream_count &&
	    !stream_order(&d->streams[at], name, name_len))
		return err_set(err, -EEXIST, what, ERR_NOWHERE,
			       "two streams have the same name");
	if (!r)
		r = keep_name(image, name, name_len, &copy, err);
	if (!r)
		r = grow_streams(image, d, err);
	if (r)
		return r;
	memmove(d->streams + at + 1, d->streams + at,
		(d->stream_count - at) * sizeof(*d->streams));
	d->streams[at] = (struct wim_stream){copy, name_len,
					     blob && blob->size ? blob : NULL};
	d->stream_count++;
	return 0;
}

// --- Security descriptors ----------------------------------------------------

static bool is_same(const struct wim_security *s, const void *data, size_t size)
{
	return s->size == size && !memcmp(s->descriptor, data, size);
}

// Returns the slot of a descriptor, or the free one where it belongs.
static uint32_t *find_slot(const struct wim_image *image,
			   const struct wim_image_making *m, const void *data,
			   size_t size)
{
	size_t i = crc32_update(0, data, size) & (m->slot_count - 1);

	while (m->slots[i] &&
	       !is_same(&image->security[m->slots[i] - 1], data, size))
		i = (i + 1) & (m->slot_count - 1);
	return &m->slots[i];
}

// At least half of the slots stay free, so every search comes to an end.
static int grow_slots(const struct wim_image *image, struct wim_image_making *m,
		      struct err *err)
{
	struct wim_image_making larger = *m;

	if (image->security_count * 2 < m->slot_count)
		return 0;
	larger.slot_count = m->slot_count ? m->slot_count * 2 : 64;
	larger.slots = mem_array(larger.slot_count, sizeof(*larger.slots));
	if (!larger.slots)
		return err_nomem(err);
	for (size_t i = 0; i < image->security_count; i++)
		*find_slot(image, &larger, image->security[i].descriptor,
			   image->security[i].size) = (uint32_t)i + 1;
	mem_free(m->slots);
	*m = larger;
	return 0;
}

int wim_image_security(struct wim_image *image, const void *descriptor,
		       size_t size, int32_t *ret, struct err *err)
{
	struct wim_image_making *m = making(image);
	int r = check_making(image, err);
	const void *copy = NULL;
	uint32_t *slot;

	if (r)
		return r;
	if (size < WIM_MIN_DESCRIPTOR)
		return err_corrupt(
			err, what, ERR_NOWHERE,
			"a security descriptor cannot have %zu bytes", size);
	if (size > MAX_DESCRIPTOR || image->security_count == MAX_SECURITY)
		return err_set(err, -EFBIG, what, ERR_NOWHERE,
			       "there are too many security descriptors, or "
			       "one is larger than %u bytes",
			       MAX_DESCRIPTOR);
	r = grow_slots(image, m, err);
	if (r)
		return r;
	slot = find_slot(image, m, descriptor, size);
	if (!*slot) {
		if (mem_grow((void **)&image->security, image->security_count,
			     &m->security_capacity, sizeof(*image->security)))
			return err_nomem(err);
		r = wim_image_keep(image, descriptor, size, &copy, err);
		if (r)
			return r;
		image->security[image->security_count++] =
			(struct wim_security){copy, size};
		*slot = (uint32_t)image->security_count;
	}
	*ret = (int32_t)*slot - 1;
	return 0;
}

// --- The end -----------------------------------------------------------------

static int same_names(const struct wim_dentry *d, struct err *err)
{
	char *name = utf16_to_utf8(d->name, d->name_len);
	int r;

	if (!name)
		return err_nomem(err);
	r = err_set(err, -EEXIST, name, ERR_NOWHERE,
		    "two entries of a folder have this name");
	mem_free(name);
	return r;
}

static int sort_folder(struct wim_dentry *d, struct err *err)
{
	qsort(d->children, d->child_count, sizeof(*d->children),
	      wim_name_order);
	for (size_t i = 1; i < d->child_count; i++)
		if (!wim_name_order(&d->children[i - 1], &d->children[i]))
			return same_names(d->children[i], err);
	return 0;
}

// As in an image that was loaded, what is no folder has an unnamed stream, though
// it may be empty.
static int add_unnamed(struct wim_image *image, struct wim_dentry *d,
		       struct err *err)
{
	if (d->attributes & WIM_ATTRIBUTE_FOLDER ||
	    (d->stream_count && !d->streams[0].name_len))
		return 0;
	return wim_image_add_stream(image, d, NULL, 0, NULL, err);
}

int wim_image_finish(struct wim_image *image, struct err *err)
{
	size_t n = (size_t)image->dentry_count, used = 0;
	struct wim_dentry **all;
	int r = check_making(image, err);

	if (r)
		return r;
	if (!image->root)
		return err_set(err, -EINVAL, what, ERR_NOWHERE,
			       "it has no root");
	all = wim_arena_alloc(&making(image)->arena,
			      n * sizeof(struct wim_dentry *));
	if (!all)
		return err_nomem(err);
	// A parent comes before its children: it has its place already.
	for (size_t i = 0; i < n; i++) {
		struct wim_dentry *d = image->dentries[i];

		d->children = all + used;
		used += d->child_count;
		d->child_count = 0;
		if (d->parent)
			d->parent->children[d->parent->child_count++] = d;
	}
	for (size_t i = 0; !r && i < n; i++)
		r = sort_folder(image->dentries[i], err);
	for (size_t i = 0; !r && i < n; i++)
		r = add_unnamed(image, image->dentries[i], err);
	making(image)->is_finished = !r;
	return r;
}
