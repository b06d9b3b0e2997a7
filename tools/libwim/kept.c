// SPDX-License-Identifier: MIT
//
// Data of reparse points that lies in solid resources: whoever applies an image
// wants it piece by piece, in the order of the tree, and to read one piece is to
// decompress some 64 MiB. So with the first all pieces of the image are read, in one
// sweep, and kept.

#include <stdlib.h>
#include <string.h>

#include "wim_priv.h"

// The data of a reparse point is at most 16 KiB ([MS-FSCC] 2.1.2).
#define MAX_PIECE (UINT64_C(16) << 10)
#define MAX_ALL   (UINT64_C(64) << 20)

struct kept {
	const struct wim_blob **blobs; // sorted by address
	size_t *places;                // of each in data
	size_t count, size;
	uint8_t *data; // NULL: not read yet
};

static bool is_wanted(const struct wim_dentry *d)
{
	return d->reparse && d->reparse->solid && d->reparse->size <= MAX_PIECE;
}

static int by_address(const void *a, const void *b)
{
	const struct wim_blob *x = *(const struct wim_blob *const *)a;
	const struct wim_blob *y = *(const struct wim_blob *const *)b;

	return x == y ? 0 : x < y ? -1 : 1;
}

// Sorts, drops what is there twice or over the limit, and gives each its place.
static void place(struct kept *k)
{
	size_t n = 0;

	qsort(k->blobs, k->count, sizeof(*k->blobs), by_address);
	for (size_t i = 0; i < k->count; i++) {
		const struct wim_blob *blob = k->blobs[i];

		if ((n && k->blobs[n - 1] == blob) ||
		    blob->size > MAX_ALL - k->size)
			continue;
		k->places[n] = k->size;
		k->blobs[n++] = blob;
		k->size += (size_t)blob->size;
	}
	k->count = n;
}

int wim_kept_note(struct wim *w, const struct wim_image *image, struct err *err)
{
	size_t count = 0;
	struct kept *k;

	wim_kept_free(w->kept);
	w->kept = NULL;
	for (uint64_t i = 0; w->solid_count && i < image->dentry_count; i++)
		count += is_wanted(image->dentries[i]);
	if (!count)
		return 0;
	k = mem_alloc(sizeof(*k));
	if (!k)
		return err_nomem(err);
	w->kept = k;
	k->blobs = mem_array(count, sizeof(*k->blobs));
	k->places = mem_array(count, sizeof(*k->places));
	if (!k->blobs || !k->places)
		return err_nomem(err);
	for (uint64_t i = 0; i < image->dentry_count; i++)
		if (is_wanted(image->dentries[i]))
			k->blobs[k->count++] = image->dentries[i]->reparse;
	place(k);
	return 0;
}

// Returns the number of a blob that is kept, or k->count.
static size_t find(const struct kept *k, const struct wim_blob *blob)
{
	const struct wim_blob **found = bsearch(&blob, k->blobs, k->count,
						sizeof(*k->blobs), by_address);

	return found ? (size_t)(found - k->blobs) : k->count;
}

static int put_piece(void *ctx, const struct wim_blob *blob, uint64_t off,
		     const void *data, size_t len, struct err *err)
{
	const struct kept *k = ctx;

	memcpy(k->data + k->places[find(k, blob)] + off, data, len);
	return 0;
}

static int read_all(struct wim *w, struct err *err)
{
	struct kept *k = w->kept;
	struct wim_sink sink = {put_piece, k};
	struct pool *pool;
	int r = pool_new(0, &pool, err);

	if (r)
		return r;
	k->data = mem_alloc(k->size);
	r = k->data ? wim_extract(w, k->blobs, k->count, &sink, pool, NULL, err)
		    : err_nomem(err);
	pool_free(pool);
	if (r) {
		mem_free(k->data);
		k->data = NULL;
	}
	return r;
}

int wim_kept_read(struct wim *w, const struct wim_blob *blob, void **ret,
		  struct err *err)
{
	struct kept *k = w->kept;
	size_t i = k ? find(k, blob) : 0;
	int r = 0;

	if (!k || i == k->count)
		return -ENOENT;
	if (!k->data)
		r = read_all(w, err);
	if (r)
		return r;
	*ret = mem_dup(k->data + k->places[i], (size_t)blob->size);
	return *ret ? 0 : err_nomem(err);
}

void wim_kept_free(struct kept *k)
{
	if (!k)
		return;
	mem_free(k->blobs);
	mem_free(k->places);
	mem_free(k->data);
	mem_free(k);
}
