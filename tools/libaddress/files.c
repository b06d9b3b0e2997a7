// SPDX-License-Identifier: MIT
//
// The files of a volume, as chains of virtual disks look for parents.

#include "address_priv.h"

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

struct vdisk_files address_files(struct volume *volume)
{
	return (struct vdisk_files){.ctx = volume,
				    .is_volume = true,
				    .identify = identify,
				    .open_file = open_file};
}
