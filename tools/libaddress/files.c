// SPDX-License-Identifier: MIT
//
// The files of a volume, as chains of virtual disks look for parents, and as they
// are made, merged and deleted.

#include <string.h>

#include "address_priv.h"

static int identify(void *ctx, const char *path, struct vdisk_file_id *ret,
		    struct err *err)
{
	struct tree_id id;
	int r = tree_identify(ctx, path, &id, err);

	if (!r)
		*ret = (struct vdisk_file_id){id.volume, id.file};
	return r;
}

static int open_file(void *ctx, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	return tree_open_file(ctx, path, flags, ret, err);
}

// --- Making and deleting -------------------------------------------------------

static int modified(void *ctx, const char *path, int64_t *ret, struct err *err)
{
	struct tree_stat stat;
	int r = tree_stat(ctx, path, &stat, err);

	if (!r)
		*ret = filetime_to_unix(stat.modified);
	return r;
}

// One folder's files, told with their paths.
struct listing {
	const char *path;
	size_t folder; // bytes of the path that name it, with a slash
	int (*fn)(void *fn_ctx, const char *path);
	void *fn_ctx;
	struct err *err;
};

static int list_one(void *ctx, const struct tree_stat *entry)
{
	const struct listing *l = ctx;
	char *path = mem_alloc(l->folder + strlen(entry->name) + 1);
	int r;

	if (!path)
		return err_nomem(l->err);
	memcpy(path, l->path, l->folder);
	strcpy(path + l->folder, entry->name);
	r = entry->is_directory ? 0 : l->fn(l->fn_ctx, path);
	mem_free(path);
	return r;
}

static int list(void *ctx, const char *path,
		int (*fn)(void *fn_ctx, const char *path), void *fn_ctx,
		struct err *err)
{
	struct listing l = {
		.path = path, .fn = fn, .fn_ctx = fn_ctx, .err = err};
	char *folder = mem_strdup(path);
	int r;

	if (!folder)
		return err_nomem(err);
	for (size_t i = 0; path[i]; i++)
		if (path[i] == '\\' || path[i] == '/')
			l.folder = i + 1;
	folder[l.folder] = 0;
	r = tree_list(ctx, folder, list_one, &l, err);
	mem_free(folder);
	return r;
}

static int ready(void *ctx, struct err *err)
{
	return tree_begin(ctx, err);
}

static int has_room(void *ctx, const char *path, uint64_t more, struct err *err)
{
	return tree_check_growth(ctx, path, more, err);
}

static int create(void *ctx, const char *path, uint64_t size, struct disk **ret,
		  struct err *err)
{
	struct tree_stat stat;

	if (!tree_stat(ctx, path, &stat, NULL))
		return err_set(err, -EEXIST, path, ERR_NOWHERE,
			       "it is there already");
	return tree_create_file(ctx, path, size, TREE_ARCHIVE, filetime_now(),
				ret, err);
}

static int remove_file(void *ctx, const char *path, struct err *err)
{
	return tree_remove(ctx, path, err);
}

static int sync_files(void *ctx, struct err *err)
{
	return tree_sync(ctx, err);
}

struct vdisk_files address_files(struct tree *volume)
{
	return (struct vdisk_files){.ctx = volume,
				    .is_volume = true,
				    .identify = identify,
				    .open_file = open_file,
				    .modified = modified,
				    .list = list,
				    .ready = ready,
				    .has_room = has_room,
				    .create = create,
				    .remove = remove_file,
				    .sync = sync_files};
}
