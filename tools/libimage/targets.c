// SPDX-License-Identifier: MIT
//
// Where the content of an image goes: each piece of it is read once, however many
// streams it fills.

#include <stdlib.h>

#include "image_priv.h"

int image_targets_add(struct targets *t, const struct target *target,
		      struct err *err)
{
	if (mem_grow((void **)&t->items, t->count, &t->room, sizeof(*t->items)))
		return err_nomem(err);
	t->items[t->count++] = *target;
	return 0;
}

static int by_blob(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	if (x->blob != y->blob)
		return x->blob < y->blob ? -1 : 1;
	if (x->dentry != y->dentry)
		return x->dentry < y->dentry ? -1 : 1;
	return x->stream < y->stream ? -1 : x->stream > y->stream;
}

void image_targets_sort(struct targets *t)
{
	if (t->count)
		qsort(t->items, t->count, sizeof(*t->items), by_blob);
}

const struct target *image_targets_of(const struct targets *t,
				      const struct wim_blob *blob)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->items[middle].blob < blob)
			low = middle + 1;
		else
			high = middle;
	}
	return &t->items[low];
}

int image_targets_blobs(const struct targets *t, const struct wim_blob ***ret,
			size_t *ret_count, struct err *err)
{
	const struct wim_blob **blobs = mem_array(t->count, sizeof(*blobs));
	size_t count = 0;

	if (!blobs)
		return err_nomem(err);
	for (size_t i = 0; i < t->count; i++)
		if (!i || t->items[i].blob != t->items[i - 1].blob)
			blobs[count++] = t->items[i].blob;
	*ret = blobs;
	*ret_count = count;
	return 0;
}

int image_targets_extract(const struct targets *t, struct wim *w,
			  const struct wim_sink *sink, const char *stage,
			  struct pool *pool, struct progress *progress,
			  struct err *err)
{
	const struct wim_blob **blobs;
	size_t count;
	int r = image_targets_blobs(t, &blobs, &count, err);

	if (r)
		return r;
	r = image_extract(w, blobs, count, sink, stage, pool, progress, err);
	mem_free(blobs);
	return r;
}

// Only the hashes are of interest.
static int drop_piece(void *ctx, const struct wim_blob *blob, uint64_t off,
		      const void *data, size_t len, struct err *err)
{
	return 0;
}

int image_targets_check(const struct targets *t, struct wim *w,
			struct pool *pool, struct progress *progress,
			struct err *err)
{
	const struct wim_sink sink = {drop_piece, NULL};

	return image_targets_extract(t, w, &sink, "Checking image", pool,
				     progress, err);
}
