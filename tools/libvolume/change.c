// SPDX-License-Identifier: MIT
//
// Changing a volume of either file system.

#include "volume.h"

int volume_check_writable(struct volume *v, struct err *err)
{
	return v->fat ? fat_check_writable(v->fat, err)
		      : ntfs_check_writable(v->ntfs, err);
}

int volume_check_in_place(struct volume *v, const char *path, struct err *err)
{
	uint64_t record;
	int r;

	if (v->fat)
		return 0;
	r = ntfs_lookup(v->ntfs, path, &record, err);
	return r ? r : ntfs_check_in_place(v->ntfs, record, path, err);
}

const char *volume_note(const struct volume *v)
{
	return v->fat ? fat_note(v->fat) : ntfs_note(v->ntfs);
}

int volume_change_begin(struct volume *v, struct err *err)
{
	int r = volume_check_writable(v, err);

	if (!r && v->ntfs)
		r = ntfs_change_begin(v->ntfs, err);
	v->is_ready = !r;
	return r;
}

static int check_ready(const struct volume *v, struct err *err)
{
	return v->is_ready ? 0
			   : err_set(err, -EINVAL, "volume", ERR_NOWHERE,
				     "it was not readied for changes");
}

// FAT counts bytes of a file in 32 bits.
static int check_fat_size(const char *path, uint64_t size, struct err *err)
{
	return size <= UINT32_MAX
		       ? 0
		       : err_set(err, -EFBIG, path, ERR_NOWHERE,
				 "FAT cannot hold a file of %llu bytes",
				 (unsigned long long)size);
}

int volume_mkdir_all(struct volume *v, const char *path, uint64_t time,
		     struct err *err)
{
	int r = check_ready(v, err);

	if (r)
		return r;
	return v->fat ? fat_mkdir_all(v->fat, path, filetime_to_unix(time), err)
		      : ntfs_mkdir_all(v->ntfs, path, time, err);
}

int volume_create_file(struct volume *v, const char *path, uint64_t size,
		       uint32_t attributes, uint64_t time, struct disk **ret,
		       struct err *err)
{
	int r = check_ready(v, err);

	if (!r && v->ntfs)
		return ntfs_create_file(v->ntfs, path, size, attributes, time,
					ret, err);
	if (!r)
		r = check_fat_size(path, size, err);
	return r ? r
		 : fat_create_file(v->fat, path, (uint32_t)size, attributes,
				   filetime_to_unix(time), ret, err);
}

int volume_write_file(struct volume *v, const char *path, const void *data,
		      size_t size, uint32_t attributes, uint64_t time,
		      struct err *err)
{
	int r = check_ready(v, err);

	if (!r && v->ntfs)
		return ntfs_write_file(v->ntfs, path, data, size, attributes,
				       time, err);
	if (!r)
		r = check_fat_size(path, size, err);
	return r ? r
		 : fat_write_file(v->fat, path, data, (uint32_t)size,
				  attributes, filetime_to_unix(time), err);
}

int volume_check_new(struct volume *v, const char *name, uint64_t size,
		     struct err *err)
{
	int r = v->fat ? fat_check_name(name, err) : ntfs_check_name(name, err);

	return r || v->ntfs ? r : check_fat_size(name, size, err);
}

int volume_set_info(struct volume *v, const char *path, uint32_t attributes,
		    uint64_t created, uint64_t modified, struct err *err)
{
	int r = check_ready(v, err);

	if (r)
		return r;
	if (v->ntfs)
		return ntfs_set_info(v->ntfs, path, attributes, created,
				     modified, err);
	return fat_set_info(v->fat, path, attributes,
			    created ? filetime_to_unix(created) : 0,
			    modified ? filetime_to_unix(modified) : 0, err);
}

int volume_remove(struct volume *v, const char *path, struct err *err)
{
	int r = check_ready(v, err);

	if (r)
		return r;
	return v->fat ? fat_remove(v->fat, path, err)
		      : ntfs_remove(v->ntfs, path, err);
}

int volume_sync(struct volume *v, struct err *err)
{
	int r = check_ready(v, err);

	if (r)
		return r;
	r = v->fat ? fat_sync(v->fat, err) : ntfs_sync(v->ntfs, err);
	return r ? r : disk_flush(v->disk, err);
}
