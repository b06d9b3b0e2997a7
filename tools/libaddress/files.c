// SPDX-License-Identifier: MIT
//
// The files of a volume, as chains of virtual disks look for parents, and as they
// are made, merged and deleted.

#include <string.h>

#include "address_priv.h"

// FAT has no number of a file: the path, without case and in one form (of several
// slashes one counts), is its identity there. 8.3 names of a file are another path.
static uint64_t hash_path(const char *path)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (char last = 0; *path; path++) {
		char c = *path == '/' ? '\\' : *path;

		if (c == '\\' && last == c)
			continue;
		last = c;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 0x20);
		hash = (hash ^ (uint8_t)c) * UINT64_C(0x100000001b3);
	}
	return hash;
}

static int identify(void *ctx, const char *path, struct vdisk_file_id *ret,
		    struct err *err)
{
	const struct volume *volume = ctx;
	struct vdisk_file_id id = {0};
	struct fat_stat stat;
	int r;

	if (volume->ntfs) {
		r = ntfs_lookup(volume->ntfs, path, &id.file, err);
	} else {
		r = fat_stat(volume->fat, path, &stat, err);
		id.file = hash_path(path);
	}
	if (!r)
		*ret = id;
	return r == -ENOTDIR ? -ENOENT : r;
}

static int open_file(void *ctx, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	struct disk *d;
	int r;

	if (!(flags & DISK_READ_ONLY))
		return address_open_growing(ctx, path, ret, err);
	r = volume_open_file(ctx, path, &d, err);
	if (r)
		return r;
	d->read_only = true;
	*ret = d;
	return 0;
}

// --- Making and deleting -------------------------------------------------------

static int modified(void *ctx, const char *path, int64_t *ret, struct err *err)
{
	struct volume_stat stat;
	int r = volume_stat(ctx, path, &stat, err);

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

static int list_one(void *ctx, const struct volume_stat *entry)
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
	r = volume_list(ctx, folder, list_one, &l, err);
	mem_free(folder);
	return r;
}

static int ready(void *ctx, struct err *err)
{
	struct volume *volume = ctx;

	return volume->is_ready ? 0 : volume_change_begin(volume, err);
}

static int add_free(void *ctx, uint64_t off, uint64_t len)
{
	uint64_t *sum = ctx;

	*sum += len;
	return 0;
}

static int has_room(void *ctx, const char *path, uint64_t more, struct err *err)
{
	const uint32_t fixed = NTFS_ATTR_SPARSE | NTFS_ATTR_COMPRESSED |
			       NTFS_ATTR_ENCRYPTED;
	struct volume *volume = ctx;
	struct volume_stat stat;
	uint64_t free = 0;
	int r;

	if (volume->fat)
		return err_set(err, -ENOTSUP, path, ERR_NOWHERE,
			       "it would become up to %llu bytes longer, and a "
			       "file in a FAT volume keeps its size",
			       (unsigned long long)more);
	r = volume_stat(volume, path, &stat, err);
	if (!r && (stat.attributes & fixed))
		return err_set(err, -ENOTSUP, path, ERR_NOWHERE,
			       "it would become longer, and is sparse, "
			       "compressed or encrypted");
	if (!r)
		r = ntfs_free_ranges(volume->ntfs, add_free, &free, err);
	if (r || more <= free)
		return r;
	return err_set(
		err, -ENOSPC, path, ERR_NOWHERE,
		"it would become up to %llu bytes longer, and its volume "
		"has %llu",
		(unsigned long long)more, (unsigned long long)free);
}

static int create(void *ctx, const char *path, uint64_t size, struct disk **ret,
		  struct err *err)
{
	struct volume_stat stat;

	if (!volume_stat(ctx, path, &stat, NULL))
		return err_set(err, -EEXIST, path, ERR_NOWHERE,
			       "it is there already");
	return volume_create_file(ctx, path, size, VOLUME_ARCHIVE,
				  filetime_now(), ret, err);
}

static int remove_file(void *ctx, const char *path, struct err *err)
{
	return volume_remove(ctx, path, err);
}

static int sync_files(void *ctx, struct err *err)
{
	return volume_sync(ctx, err);
}

struct vdisk_files address_files(struct volume *volume)
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
