// SPDX-License-Identifier: MIT
//
// Unpacks an image into a folder of the host, for comparisons with others.

#ifndef UNPACK_H
#define UNPACK_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"
#include "wim.h"

#define UNPACK_FOLDER 0x10

struct unpack {
	struct wim_image *image;
	const char *dir;
	const struct wim_dentry **owners; // of each wanted blob, sorted by it
	const struct wim_blob **blobs;
	size_t count;
};

// Builds the host's path of an entry. Free with free().
static inline char *unpack_path(const char *dir, const struct wim_dentry *d)
{
	char *name, *parent, *path = NULL;

	if (!d->parent)
		return strdup(dir);
	name = utf16_to_utf8(d->name, d->name_len);
	parent = unpack_path(dir, d->parent);
	check(name && asprintf(&path, "%s/%s", parent, name) > 0);
	free(parent);
	mem_free(name);
	return path;
}

static inline bool unpack_has_data(const struct wim_dentry *d)
{
	return !(d->attributes & UNPACK_FOLDER) && d->streams[0].blob;
}

// Every file that has this blob gets the piece.
static inline int unpack_piece(void *ctx, const struct wim_blob *blob,
			       uint64_t off, const void *data, size_t len,
			       struct err *err)
{
	const struct unpack *u = ctx;
	size_t low = 0, high = u->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (u->owners[middle]->streams[0].blob < blob)
			low = middle + 1;
		else
			high = middle;
	}
	check(low < u->count && u->owners[low]->streams[0].blob == blob);
	for (; low < u->count && u->owners[low]->streams[0].blob == blob;
	     low++) {
		char *path = unpack_path(u->dir, u->owners[low]);
		int fd = open(path, O_WRONLY | O_CREAT, 0600);

		check(fd >= 0);
		check(pwrite(fd, data, len, (off_t)off) == (ssize_t)len);
		close(fd);
		free(path);
	}
	return 0;
}

static inline int unpack_by_blob(const void *a, const void *b)
{
	const struct wim_dentry *const *x = a, *const *y = b;
	const struct wim_blob *p = (*x)->streams[0].blob;
	const struct wim_blob *q = (*y)->streams[0].blob;

	return p == q ? 0 : p < q ? -1 : 1;
}

// Unpacks image `index` of a WIM into an existing folder: folders and the
// unnamed content of files.
// Returns 0, or the error of wim_image_load or wim_extract.
static inline int unpack_image(struct wim *w, uint32_t index, const char *dir,
			       struct pool *pool, struct err *err)
{
	struct unpack u = {.dir = dir};
	struct wim_sink sink = {unpack_piece, &u};
	int r = wim_image_load(w, index, &u.image, err);

	if (r)
		return r;
	u.owners = calloc(u.image->dentry_count, sizeof(*u.owners));
	u.blobs = calloc(u.image->dentry_count, sizeof(*u.blobs));
	check(u.owners && u.blobs);
	for (uint64_t i = 1; i < u.image->dentry_count; i++) {
		const struct wim_dentry *d = u.image->dentries[i];
		char *path = unpack_path(dir, d);

		if (d->attributes & UNPACK_FOLDER)
			check(!mkdir(path, 0700));
		else
			close(open(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
		if (unpack_has_data(d))
			u.owners[u.count++] = d;
		free(path);
	}
	qsort(u.owners, u.count, sizeof(*u.owners), unpack_by_blob);
	for (size_t i = 0; i < u.count; i++)
		u.blobs[i] = u.owners[i]->streams[0].blob;
	r = wim_extract(w, u.blobs, u.count, &sink, pool, NULL, err);
	free(u.owners);
	free(u.blobs);
	wim_image_free(u.image);
	return r;
}

#endif
