// SPDX-License-Identifier: MIT
//
// Changing a volume in place.

#include "read.h"

static int not_yet(struct err *err)
{
	return err_set(err, -ENOTSUP, "NTFS volume", ERR_NOWHERE,
		       "its files cannot be changed");
}

int ntfs_change_begin(struct ntfs *n, struct err *err)
{
	return not_yet(err);
}

int ntfs_mkdir_all(struct ntfs *n, const char *path, uint64_t time,
		   struct err *err)
{
	return not_yet(err);
}

int ntfs_create_file(struct ntfs *n, const char *path, uint64_t size,
		     uint32_t attributes, uint64_t time, bool contiguous,
		     struct disk **ret, struct err *err)
{
	return not_yet(err);
}

int ntfs_write_file(struct ntfs *n, const char *path, const void *data,
		    size_t size, uint32_t attributes, uint64_t time,
		    struct err *err)
{
	return not_yet(err);
}

int ntfs_resize_file(struct ntfs *n, const char *path, uint64_t size,
		     uint64_t time, struct err *err)
{
	return not_yet(err);
}

int ntfs_remove(struct ntfs *n, const char *path, struct err *err)
{
	return not_yet(err);
}

int ntfs_sync(struct ntfs *n, struct err *err)
{
	return not_yet(err);
}
