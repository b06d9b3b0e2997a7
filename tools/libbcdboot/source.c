// SPDX-License-Identifier: MIT
//
// Where BCDBoot finds the files of a Windows: on the volume that it lies on, or in
// the image that will be applied to it.

#include <string.h>

#include "bcdboot_priv.h"

// --- A volume ----------------------------------------------------------------

static int find_on_volume(const struct bcdboot_source *s, const char *path,
			  struct bcdboot_node *ret, struct err *err)
{
	return ntfs_lookup(s->ntfs, path, &ret->record, err);
}

struct list {
	int (*fn)(void *ctx, const struct bcdboot_entry *entry);
	void *ctx;
};

static int pass_on(void *ctx, const struct ntfs_entry *e)
{
	const struct list *l = ctx;
	const struct bcdboot_entry entry = {
		.name = e->utf8,
		.is_folder = e->attributes & NTFS_ATTR_DIRECTORY,
		.node = {.record = e->record},
	};

	// 2: the 8.3 name of a longer one
	return e->name_space == 2 ? 0 : l->fn(l->ctx, &entry);
}

static int
list_on_volume(const struct bcdboot_source *s, const struct bcdboot_node *node,
	       int (*fn)(void *ctx, const struct bcdboot_entry *entry),
	       void *ctx, struct err *err)
{
	struct list l = {fn, ctx};

	return ntfs_list(s->ntfs, node->record, pass_on, &l, err);
}

static int open_on_volume(const struct bcdboot_source *s,
			  const struct bcdboot_node *node, uint64_t limit,
			  struct disk **ret, struct err *err)
{
	return ntfs_open_stream(s->ntfs, node->record, 0x80, NULL, ret, err);
}

static const struct bcdboot_source_ops volume_ops = {
	find_on_volume, list_on_volume, open_on_volume};

struct bcdboot_source bcdboot_from_volume(struct ntfs *ntfs)
{
	return (struct bcdboot_source){.ops = &volume_ops, .ntfs = ntfs};
}

// --- An image ----------------------------------------------------------------

static int find_in_image(const struct bcdboot_source *s, const char *path,
			 struct bcdboot_node *ret, struct err *err)
{
	return apply_find(s->apply, path, &ret->dentry, err);
}

static int
list_in_image(const struct bcdboot_source *s, const struct bcdboot_node *node,
	      int (*fn)(void *ctx, const struct bcdboot_entry *entry),
	      void *ctx, struct err *err)
{
	const struct wim_dentry *d = node->dentry;
	int r = 0;

	if (!(d->attributes & NTFS_ATTR_DIRECTORY) ||
	    d->attributes & NTFS_ATTR_REPARSE)
		return err_set(err, -ENOTDIR, "image", ERR_NOWHERE,
			       "the image has a file or link where a folder of "
			       "boot files must be");
	for (size_t i = 0; i < d->child_count && !r; i++) {
		const struct wim_dentry *c = d->children[i];
		char *name = utf16_to_utf8(c->name, c->name_len);
		const struct bcdboot_entry entry = {
			.name = name,
			.is_folder = c->attributes & NTFS_ATTR_DIRECTORY,
			.node = {.dentry = c},
		};

		r = name ? fn(ctx, &entry) : err_nomem(err);
		mem_free(name);
	}
	return r;
}

static int put_piece(void *ctx, const struct wim_blob *blob, uint64_t off,
		     const void *data, size_t len, struct err *err)
{
	return disk_write(ctx, off, data, len, err);
}

// The content is read here, and with it checked against its hash.
static int open_in_image(const struct bcdboot_source *s,
			 const struct bcdboot_node *node, uint64_t limit,
			 struct disk **ret, struct err *err)
{
	const struct wim_dentry *d = node->dentry;
	const struct wim_blob *blob;
	struct wim_sink sink = {.data = put_piece};
	struct disk *disk;
	int r;

	if (d->attributes & (NTFS_ATTR_DIRECTORY | NTFS_ATTR_REPARSE))
		return err_set(err, -EISDIR, "image", ERR_NOWHERE,
			       "the image has a folder or link where a boot "
			       "file must be");
	blob = d->streams[0].blob;
	if (blob && blob->size > limit)
		return err_set(err, -EFBIG, "image", blob->offset,
			       "%llu bytes are too many for a boot file",
			       (unsigned long long)blob->size);
	r = disk_memory(blob ? blob->size : 0, 512, &disk, err);
	if (r)
		return r;
	sink.ctx = disk;
	if (blob)
		r = wim_extract(s->wim, &blob, 1, &sink, NULL, NULL, err);
	if (r)
		disk_close(disk);
	else
		*ret = disk;
	return r;
}

static const struct bcdboot_source_ops image_ops = {
	find_in_image, list_in_image, open_in_image};

struct bcdboot_source bcdboot_from_image(struct wim *wim,
					 const struct apply *apply)
{
	return (struct bcdboot_source){
		.ops = &image_ops, .wim = wim, .apply = apply};
}

// --- Both --------------------------------------------------------------------

int bcdboot_read_file(const struct bcdboot_source *s, const char *path,
		      uint64_t limit, void **ret, size_t *ret_size,
		      struct err *err)
{
	struct bcdboot_node node;
	struct disk *d;
	int r = s->ops->find(s, path, &node, err);

	if (!r)
		r = s->ops->open_file(s, &node, limit, &d, err);
	if (r)
		return r;
	if (d->size > limit) {
		disk_close(d);
		return err_set(err, -EFBIG, path, ERR_NOWHERE,
			       "it is over %llu bytes",
			       (unsigned long long)limit);
	}
	r = disk_read_all(d, ret, err);
	if (!r)
		*ret_size = (size_t)d->size;
	disk_close(d);
	return r;
}
