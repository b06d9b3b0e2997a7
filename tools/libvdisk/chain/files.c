// SPDX-License-Identifier: MIT
//
// Files that are made and deleted, as chains want them.

#include "chain_priv.h"

static int create(struct tree *files, const char *path, uint64_t size,
		  struct disk **ret, struct err *err)
{
	struct tree_stat stat;
	struct err why = {0};
	int r = tree_begin(files, err);

	if (r)
		return r;
	r = tree_stat(files, path, &stat, &why);
	if (!r)
		return err_set(err, -EEXIST, path, ERR_NOWHERE,
			       "it is there already");
	// In a volume what is there would be replaced; the host looks again.
	if (r != -ENOENT && r != -ENOTDIR && tree_is_volume(files))
		return err_pass(err, r, &why);
	return tree_create_file(files, path, size, TREE_ARCHIVE, filetime_now(),
				ret, err);
}

int vdisk_files_modified(struct tree *files, const char *path, int64_t *ret,
			 struct err *err)
{
	struct tree_stat stat;
	int r = tree_stat(files, path, &stat, err);

	if (!r)
		*ret = filetime_to_unix(stat.modified);
	return r;
}

// Ends the making of a file, which went as r tells: it is closed and made
// durable, or when anything failed deleted.
static int end(struct tree *files, const char *path, struct disk *file, int r,
	       struct err *err)
{
	if (!r)
		r = disk_finish(file, err);
	disk_close(file);
	if (!r)
		r = tree_sync(files, err);
	// On the host it had no name yet.
	if (r && tree_is_volume(files))
		best_effort(tree_remove(files, path, NULL));
	return r;
}

// Opens what is made, has it filled and finishes it.
static int fill(struct disk *file, const struct vdisk_filling *f,
		struct err *err)
{
	struct disk *d;
	int r = vdisk_open_child(file, f->parent, f->parent_id, &d, err);

	if (r)
		return r;
	r = f->fill(f->ctx, d, err);
	if (!r)
		r = disk_finish(d, err);
	disk_close(d);
	return r;
}

int vdisk_create_filled(struct tree *files, const char *path,
			const struct vdisk_create *c,
			const struct vdisk_filling *f, struct err *err)
{
	struct vdisk_layout layout;
	struct disk *file;
	int r = vdisk_create_layout(c, &layout, err);

	if (!r)
		r = create(files, path, layout.file_size, &file, err);
	if (r)
		return r;
	r = disk_zero(file, 0, file->size, err);
	if (!r)
		r = vdisk_create(file, c, err);
	if (!r && f)
		r = fill(file, f, err);
	return end(files, path, file, r, err);
}

int vdisk_create_file(struct tree *files, const char *path,
		      const struct vdisk_create *c, struct err *err)
{
	return vdisk_create_filled(files, path, c, NULL, err);
}

int vdisk_remove_file(struct tree *files, const char *path, struct err *err)
{
	int r = tree_begin(files, err);

	if (!r)
		r = tree_remove(files, path, err);
	return r ? r : tree_sync(files, err);
}
