// SPDX-License-Identifier: MIT
//
// Which virtual disks in a folder are children of one, so that it is not changed
// under them.

#include <strings.h>

#include "../vdisk_priv.h"

struct family {
	const struct vdisk_files *files;
	struct vdisk_file_id others[VDISK_MAX_CHAIN + 1]; // that do not count
	size_t count;
	const struct guid *link_id;
	char *found;
	struct err *err;
};

static bool has_known_end(const char *name)
{
	static const char *const ends[] = {".vhd", ".vhdx", ".avhd", ".avhdx",
					   ".vhdpmem"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!strcasecmp(dot, ends[i]))
			return true;
	return false;
}

// Tells whether a file is a child of the disk. One that cannot be read is none.
static bool is_child(const struct family *f, const char *path)
{
	struct vdisk_info info;
	struct disk *file;
	bool found;

	if (f->files->open_file(f->files->ctx, path,
				DISK_READ_ONLY | DISK_UNLOCKED, &file, NULL))
		return false;
	found = !vdisk_probe(file, &info, NULL) &&
		info.type == VDISK_DIFFERENCING &&
		vdisk_is_parent(&info, f->link_id);
	disk_close(file);
	return found;
}

static int look(void *ctx, const char *path)
{
	struct family *f = ctx;
	struct vdisk_file_id id;

	if (!has_known_end(path) ||
	    f->files->identify(f->files->ctx, path, &id, NULL))
		return 0;
	for (size_t i = 0; i < f->count; i++)
		if (vdisk_is_same_file(&id, &f->others[i]))
			return 0;
	if (!is_child(f, path))
		return 0;
	f->found = mem_strdup(path);
	return f->found ? 1 : err_nomem(f->err);
}

int vdisk_guard_children(const struct vdisk_files *files, const char *path,
			 const struct guid *link_id, char *const *except,
			 size_t count, const char *harm, struct err *err)
{
	struct family f = {.files = files, .link_id = link_id, .err = err};
	int r = files->identify(files->ctx, path, &f.others[f.count++], err);

	if (r)
		return r;
	for (size_t i = 0; i < count && i < VDISK_MAX_CHAIN; i++)
		f.count += !files->identify(files->ctx, except[i],
					    &f.others[f.count], NULL);
	r = files->list(files->ctx, path, look, &f, err);
	if (r <= 0)
		return r;
	r = err_set(err, -EBUSY, path, ERR_NOWHERE,
		    "%s is a child of it and %s", f.found, harm);
	mem_free(f.found);
	return r;
}
