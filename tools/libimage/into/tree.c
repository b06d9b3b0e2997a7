// SPDX-License-Identifier: MIT
//
// An image into a folder of any tree that is written through its interface: a FAT
// volume. Nothing is durable before all of it is there.

#include <string.h>

#include "into.h"

struct tree_place {
	struct tree *tree;
	const char *root;
	struct disk **disks; // of files, by dentry->index; NULL: not open
	bool *clashes;
	size_t dentries;
};

#define SETTABLE                                                               \
	(NTFS_ATTR_READONLY | NTFS_ATTR_HIDDEN | NTFS_ATTR_SYSTEM |            \
	 NTFS_ATTR_ARCHIVE)

// --- Where an entry lies -------------------------------------------------------

// Returns the path in new memory, or NULL.
static char *path_of(const struct tree_place *p, const struct wim_dentry *d)
{
	char *folder, *name, *path = NULL;

	if (!d->parent)
		return mem_dup(p->root, strlen(p->root) + 1);
	folder = path_of(p, d->parent);
	name = utf16_to_utf8(d->name, d->name_len);
	if (folder && name)
		path = tree_path_join(p->tree, folder, name);
	mem_free(folder);
	mem_free(name);
	return path;
}

static int stands_there(const char *path, const char *why, struct err *err)
{
	return err_set(err, -EEXIST, path, ERR_NOWHERE, "%s", why);
}

// Finds out whether the place can hold an entry. It may be left out by that.
static int check_new(struct into *into, const struct wim_dentry *d,
		     uint64_t size, struct err *err)
{
	struct tree_place *p = into->place;
	char *name = utf16_to_utf8(d->name, d->name_len);
	struct err inner = {0};
	int r;

	if (!name)
		return err_nomem(err);
	r = p->clashes[d->index] ? -EINVAL
				 : tree_check_new(p->tree, name, size, &inner);
	mem_free(name);
	if (r == -EINVAL || r == -ENAMETOOLONG)
		return into_leave_out(into, d, INTO_NAME, err);
	if (r == -EFBIG)
		return into_leave_out(into, d, INTO_SIZE, err);
	return r ? err_pass(err, r, &inner) : 0;
}

// --- Making ----------------------------------------------------------------------

static int put_folder(struct tree_place *p, const struct wim_dentry *d,
		      const char *path, struct err *err)
{
	struct err inner = {0};
	int r = tree_mkdir_all(p->tree, path, d->modified, &inner);

	if (r == -ENOTDIR)
		return stands_there(path,
				    "a file is there, and the image has a "
				    "folder by that name",
				    err);
	return r ? err_pass(err, r, &inner) : 0;
}

static int make_folder(struct into *into, const struct wim_dentry *d,
		       struct err *err)
{
	struct tree_place *p = into->place;
	char *path;
	int r = d->parent ? check_new(into, d, 0, err) : 0;

	if (r || into->is_left_out[d->index])
		return r;
	path = path_of(p, d);
	r = path ? put_folder(p, d, path, err) : err_nomem(err);
	mem_free(path);
	return r;
}

static uint64_t size_of(const struct wim_dentry *d)
{
	return d->stream_count && !d->streams[0].name && d->streams[0].blob
		       ? d->streams[0].blob->size
		       : 0;
}

static int create(struct into *into, const struct wim_dentry *d, uint64_t size,
		  struct err *err)
{
	struct tree_place *p = into->place;
	char *path = path_of(p, d);
	struct err inner = {0};
	int r = -ENOMEM;

	if (path)
		r = tree_create_file(p->tree, path, size,
				     d->attributes & SETTABLE, d->modified,
				     &p->disks[d->index], &inner);
	if (r == -EISDIR)
		r = stands_there(path,
				 "a folder is there, and the image has a file "
				 "by that name",
				 err);
	else if (r == -ENOMEM)
		r = err_nomem(err);
	else if (r)
		r = err_pass(err, r, &inner);
	mem_free(path);
	return r;
}

static int make_file(struct into *into, const struct wim_dentry *d,
		     struct err *err)
{
	int r = check_new(into, d, size_of(d), err);

	return r || into->is_left_out[d->index]
		       ? r
		       : create(into, d, size_of(d), err);
}

static int make_reparse(struct into *into, const struct wim_dentry *d,
			struct err *err)
{
	return into_leave_out(into, d, INTO_REPARSE, err);
}

static int make_link(struct into *into, const struct wim_dentry *d,
		     const struct wim_dentry *first, struct err *err)
{
	struct tree_place *p = into->place;
	uint64_t size = size_of(first);
	int r = check_new(into, d, size, err);

	if (r || into->is_left_out[d->index])
		return r;
	r = create(into, d, size, err);
	if (!r)
		r = disk_copy(p->disks[first->index], p->disks[d->index], size,
			      err);
	return r ? r : into_lose(into, d, INTO_LINKS, err);
}

static int write_piece(struct into *into, const struct wim_dentry *d,
		       const struct wim_stream *stream, uint64_t off,
		       const void *data, size_t len, struct err *err)
{
	struct tree_place *p = into->place;

	return disk_write(p->disks[d->index], off, data, len, err);
}

// --- The end -----------------------------------------------------------------------

static int lose_metadata(struct into *into, const struct wim_dentry *d,
			 struct err *err)
{
	int r = 0;

	if (d->attributes & (NTFS_ATTR_COMPRESSED | NTFS_ATTR_SPARSE |
			     NTFS_ATTR_NOT_INDEXED | NTFS_ATTR_OFFLINE))
		r = into_lose(into, d, INTO_ATTRIBUTES, err);
	if (!r && d->security >= 0)
		r = into_lose(into, d, INTO_SECURITY, err);
	if (!r && d->ea_size)
		r = into_lose(into, d, INTO_EA, err);
	if (!r && d->has_unix)
		r = into_lose(into, d, INTO_UNIX, err);
	if (!r && !guid_is_zero(&d->object_id))
		r = into_lose(into, d, INTO_OBJECT_ID, err);
	return r;
}

static int end_entry(struct into *into, const struct wim_dentry *d,
		     struct err *err)
{
	struct tree_place *p = into->place;
	char *path;
	int r;

	disk_close(p->disks[d->index]);
	p->disks[d->index] = NULL;
	if (!d->parent)
		return 0;
	path = path_of(p, d);
	r = path ? tree_set_info(p->tree, path, d->attributes & SETTABLE,
				 d->created, d->modified, err)
		 : err_nomem(err);
	mem_free(path);
	return r ? r : lose_metadata(into, d, err);
}

static int finish(struct into *into, struct err *err)
{
	struct tree_place *p = into->place;

	return tree_sync(p->tree, err);
}

static int prepare(struct into *into, struct err *err)
{
	struct tree_place *p = into->place;

	p->dentries = into->image->dentry_count;
	p->disks = mem_array(p->dentries, sizeof(struct disk *));
	p->clashes = mem_array(p->dentries, sizeof(*p->clashes));
	if (!p->disks || !p->clashes)
		return err_nomem(err);
	into_find_clashes(into->image, false, p->clashes);
	return 0;
}

int image_into_tree(struct wim *w, uint32_t index, struct tree *t,
		    const char *folder, const struct into_options *options,
		    struct progress *progress, struct into_result *ret,
		    struct err *err)
{
	static const struct into_ops ops = {
		.prepare = prepare,
		.make_folder = make_folder,
		.make_file = make_file,
		.make_reparse = make_reparse,
		.make_link = make_link,
		.write = write_piece,
		.end = end_entry,
		.finish = finish,
	};
	struct tree_place p = {.tree = t, .root = folder};
	struct into into = {.ops = &ops, .place = &p};
	int r = into_run(&into, w, index, options, progress, ret, err);

	for (size_t i = 0; p.disks && i < p.dentries; i++)
		disk_close(p.disks[i]);
	mem_free(p.disks);
	mem_free(p.clashes);
	return r;
}
