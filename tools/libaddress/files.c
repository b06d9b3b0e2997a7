// SPDX-License-Identifier: MIT
//
// The files of an NTFS or FAT volume: opened for an address, and as chains of
// virtual disks look for parents.

#include "address_priv.h"

static int open_ntfs(struct ntfs *n, const char *path, struct disk **ret,
		     struct err *err)
{
	struct err why = {0};
	struct ntfs_stat stat;
	uint64_t record;
	int r = ntfs_open_file(n, path, ret, &why);

	if (r == -ENOENT && !ntfs_lookup(n, path, &record, NULL) &&
	    !ntfs_stat(n, record, &stat, NULL) && stat.is_directory)
		return err_set(err, -EISDIR, path, ERR_NOWHERE,
			       "it is a folder");
	if (r && err && !err->code)
		*err = why;
	return r;
}

int address_open_file(const struct address_volume *volume, const char *path,
		      struct disk **ret, struct err *err)
{
	return volume->ntfs ? open_ntfs(volume->ntfs, path, ret, err)
			    : fat_open_file(volume->fat, path, ret, err);
}

// FAT has no number of a file: the path, without case and in one form, is its
// identity there. 8.3 names of a file are another path.
static uint64_t hash_path(const char *path)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *path; path++) {
		char c = *path == '/' ? '\\' : *path;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 0x20);
		hash = (hash ^ (uint8_t)c) * UINT64_C(0x100000001b3);
	}
	return hash;
}

static int identify(void *ctx, const char *path, struct vdisk_file_id *ret,
		    struct err *err)
{
	const struct address_volume *volume = ctx;
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
	int r = address_open_file(ctx, path, &d, err);

	if (r)
		return r;
	if (flags & DISK_READ_ONLY)
		d->read_only = true;
	*ret = d;
	return 0;
}

struct vdisk_files address_files(struct address_volume *volume)
{
	return (struct vdisk_files){.ctx = volume,
				    .is_volume = true,
				    .identify = identify,
				    .open_file = open_file};
}
