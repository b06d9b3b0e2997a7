// SPDX-License-Identifier: MIT
//
// The files of an image as a tree, for reading: whoever takes files from an
// image that is not applied yet need not know that.

#include <string.h>

#include "image_priv.h"
#include "mount/mount.h"
#include "tree.h"

#define MAX_FILE                                                               \
	(UINT64_C(1) << 30) // is read into memory; SOFTWARE has some 100 MiB
#define PIECE (UINT64_C(1) << 20)

struct image_tree {
	struct tree tree; // first
	struct wim *wim;
	const struct apply *apply;
	// Keeps chunks of solid content, of some 64 MiB, of which hives and boot
	// files want little each; NULL until any is read.
	struct mount_content *solid;
};

static const struct apply *apply_of(const struct tree *t)
{
	return ((const struct image_tree *)t)->apply;
}

// The unnamed stream of a file comes first (wim.h).
static const struct wim_blob *content_of(const struct wim_dentry *d)
{
	return d->stream_count ? d->streams[0].blob : NULL;
}

static void describe(const struct wim_dentry *d, struct tree_stat *ret)
{
	const struct wim_blob *blob =
		d->attributes & NTFS_ATTR_DIRECTORY ? NULL : content_of(d);

	*ret = (struct tree_stat){
		.attributes = d->attributes,
		.is_directory = d->attributes & NTFS_ATTR_DIRECTORY,
		.size = blob ? blob->size : 0,
	};
}

static int stat_file(struct tree *t, const char *path, struct tree_stat *ret,
		     struct err *err)
{
	const struct wim_dentry *d;
	int r = apply_find(apply_of(t), path, &d, err);

	if (!r)
		describe(d, ret);
	return r;
}

static int list_folder(struct tree *t, const char *path, tree_list_fn *fn,
		       void *ctx, struct err *err)
{
	const struct wim_dentry *d;
	int r = apply_find(apply_of(t), path, &d, err);

	if (r)
		return r;
	// What a link leads to may lie outside of the image.
	if (!(d->attributes & NTFS_ATTR_DIRECTORY) ||
	    d->attributes & NTFS_ATTR_REPARSE)
		return err_set(err, -ENOTDIR, "image", ERR_NOWHERE,
			       "the image has a file or link where a folder "
			       "must be");
	for (size_t i = 0; i < d->child_count && !r; i++) {
		const struct wim_dentry *c = d->children[i];
		char *name = utf16_to_utf8(c->name, c->name_len);
		struct tree_stat entry;

		if (!name)
			return err_nomem(err);
		describe(c, &entry);
		strncpy(entry.name, name, sizeof(entry.name) - 1);
		mem_free(name);
		r = fn(ctx, &entry);
	}
	return r;
}

static int put_piece(void *ctx, const struct wim_blob *blob, uint64_t off,
		     const void *data, size_t len, struct err *err)
{
	return disk_write(ctx, off, data, len, err);
}

static int copy_solid(struct image_tree *t, const struct wim_blob *blob,
		      struct disk *to, uint8_t *buf, struct err *err)
{
	uint8_t found[SHA1_SIZE];
	struct sha1 hash;
	int r = 0;

	sha1_init(&hash);
	for (uint64_t at = 0; !r && at < blob->size; at += PIECE) {
		size_t n = blob->size - at < PIECE ? (size_t)(blob->size - at)
						   : PIECE;

		r = image_mount_content_read(t->solid, blob, at, buf, n, err);
		if (r)
			return r;
		sha1_update(&hash, buf, n);
		r = disk_write(to, at, buf, n, err);
	}
	sha1_final(&hash, found);
	if (!r && memcmp(found, blob->sha1, SHA1_SIZE))
		r = err_corrupt(err, "image", ERR_NOWHERE,
				"the content of a file does not match its "
				"SHA-1: the WIM file is damaged, copy it anew");
	return r;
}

static int read_solid(struct image_tree *t, const struct wim_blob *blob,
		      struct disk *to, struct err *err)
{
	uint8_t *buf;
	int r = t->solid
			? 0
			: image_mount_content_new(t->wim, true, &t->solid, err);

	if (r)
		return r;
	buf = mem_alloc(blob->size < PIECE ? (size_t)blob->size : PIECE);
	if (!buf)
		return err_nomem(err);
	r = copy_solid(t, blob, to, buf, err);
	mem_free(buf);
	return r;
}

// The content is read here, and with it checked against its hash.
static int read_blob(struct image_tree *t, const struct wim_blob *blob,
		     struct disk **ret, struct err *err)
{
	struct wim_sink sink = {.data = put_piece};
	int r = disk_memory(blob ? blob->size : 0, 512, ret, err);

	if (r || !blob)
		return r;
	sink.ctx = *ret;
	if (blob->solid && blob->size)
		r = read_solid(t, blob, *ret, err);
	else
		r = wim_extract(t->wim, &blob, 1, &sink, NULL, NULL, err);
	if (r)
		disk_close(*ret);
	return r;
}

static int open_file(struct tree *t, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	const struct wim_dentry *d;
	const struct wim_blob *blob;
	struct disk *disk;
	int r = apply_find(apply_of(t), path, &d, err);

	if (r)
		return r;
	if (!(flags & DISK_READ_ONLY))
		return err_set(err, -ENOTSUP, "image", ERR_NOWHERE,
			       "an image is read only");
	if (d->attributes & (NTFS_ATTR_DIRECTORY | NTFS_ATTR_REPARSE))
		return err_set(err, -EISDIR, "image", ERR_NOWHERE,
			       "the image has a folder or link where a file "
			       "must be");
	if (d->attributes & NTFS_ATTR_ENCRYPTED)
		return err_set(err, -ENOTSUP, "image", ERR_NOWHERE,
			       "the image holds it encrypted (EFS)");
	blob = content_of(d);
	if (blob && blob->size > MAX_FILE)
		return err_set(err, -EFBIG, "image", blob->offset,
			       "a file of %llu bytes is too large to be read "
			       "as a whole",
			       (unsigned long long)blob->size);
	r = read_blob((struct image_tree *)t, blob, &disk, err);
	if (!r)
		*ret = disk;
	return r;
}

static void close_tree(struct tree *t)
{
	image_mount_content_free(((struct image_tree *)t)->solid);
	mem_free(t);
}

static const struct tree_ops image_ops = {
	.stat = stat_file,
	.list = list_folder,
	.open_file = open_file,
	.close = close_tree,
};

int image_tree_open(struct wim *wim, const struct apply *apply,
		    struct tree **ret, struct err *err)
{
	struct image_tree *t = mem_alloc(sizeof(*t));

	if (!t)
		return err_nomem(err);
	*t = (struct image_tree){
		.tree = {.ops = &image_ops, .kind = "image", .slash = '\\'},
		.wim = wim,
		.apply = apply,
	};
	*ret = &t->tree;
	return 0;
}
