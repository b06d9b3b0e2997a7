// SPDX-License-Identifier: MIT
//
// The files of a place, and those of the host, as chains want them.

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../vdisk_priv.h"

int vdisk_files_ready(const struct vdisk_files *files, struct err *err)
{
	return files->ready ? files->ready(files->ctx, err) : 0;
}

int vdisk_files_sync(const struct vdisk_files *files, struct err *err)
{
	return files->sync ? files->sync(files->ctx, err) : 0;
}

int vdisk_files_made(const struct vdisk_files *files, const char *path,
		     struct disk *file, int r, struct err *err)
{
	if (!r)
		r = disk_finish(file, err);
	disk_close(file);
	if (!r)
		r = vdisk_files_sync(files, err);
	// On the host it had no name yet.
	if (r && files->is_volume)
		files->remove(files->ctx, path, NULL);
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

int vdisk_create_filled(const struct vdisk_files *files, const char *path,
			const struct vdisk_create *c,
			const struct vdisk_filling *f, struct err *err)
{
	struct vdisk_layout layout;
	struct disk *file;
	int r = vdisk_create_layout(c, &layout, err);

	if (!r)
		r = vdisk_files_ready(files, err);
	if (!r)
		r = files->create(files->ctx, path, layout.file_size, &file,
				  err);
	if (r)
		return r;
	r = disk_zero(file, 0, file->size, err);
	if (!r)
		r = vdisk_create(file, c, err);
	if (!r && f)
		r = fill(file, f, err);
	return vdisk_files_made(files, path, file, r, err);
}

int vdisk_create_file(const struct vdisk_files *files, const char *path,
		      const struct vdisk_create *c, struct err *err)
{
	return vdisk_create_filled(files, path, c, NULL, err);
}

int vdisk_remove_file(const struct vdisk_files *files, const char *path,
		      struct err *err)
{
	int r = vdisk_files_ready(files, err);

	if (!r)
		r = files->remove(files->ctx, path, err);
	return r ? r : vdisk_files_sync(files, err);
}

// --- Files of the host ---------------------------------------------------------

// What makes a path none of a file, as what a child says of its parent may be.
static bool is_missing(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG ||
	       error == ELOOP || error == EINVAL;
}

static int host_identify(void *ctx, const char *path, struct vdisk_file_id *ret,
			 struct err *err)
{
	struct stat st;
	int r;

	(void)ctx;
	if (!stat(path, &st)) {
		*ret = (struct vdisk_file_id){st.st_dev, st.st_ino};
		return 0;
	}
	r = is_missing(errno) ? -ENOENT : -errno;
	return err_set(err, r, path, ERR_NOWHERE, "%s", strerror(-r));
}

static int host_open(void *ctx, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	(void)ctx;
	return disk_open_file(path, flags, ret, err);
}

static int failed(const char *path, struct err *err)
{
	int r = -errno;

	return err_set(err, r, path, ERR_NOWHERE, "%s", strerror(-r));
}

static int host_modified(void *ctx, const char *path, int64_t *ret,
			 struct err *err)
{
	struct stat st;

	(void)ctx;
	if (stat(path, &st))
		return failed(path, err);
	*ret = st.st_mtime;
	return 0;
}

static int host_list(void *ctx, const char *path,
		     int (*fn)(void *fn_ctx, const char *path), void *fn_ctx,
		     struct err *err)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash - path + 1) : 0, r = 0;
	char name[PATH_MAX];
	struct dirent *e;
	DIR *dir;

	(void)ctx;
	snprintf(name, sizeof(name), "%.*s.", folder, path);
	dir = opendir(name);
	if (!dir)
		return failed(name, err);
	while (!r && (e = readdir(dir)))
		if (snprintf(name, sizeof(name), "%.*s%s", folder, path,
			     e->d_name) < (int)sizeof(name))
			r = fn(fn_ctx, name);
	closedir(dir);
	return r;
}

static int host_create(void *ctx, const char *path, uint64_t size,
		       struct disk **ret, struct err *err)
{
	(void)ctx;
	return disk_create_file(path, size, 512, ret, err);
}

static int host_remove(void *ctx, const char *path, struct err *err)
{
	(void)ctx;
	return unlink(path) ? failed(path, err) : 0;
}

const struct vdisk_files vdisk_host_files = {.identify = host_identify,
					     .open_file = host_open,
					     .modified = host_modified,
					     .list = host_list,
					     .create = host_create,
					     .remove = host_remove};
