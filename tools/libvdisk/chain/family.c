// SPDX-License-Identifier: MIT
//
// Which virtual disks in a folder are children of one, so that it is not changed
// under them.

#include <strings.h>

#include "chain_priv.h"

struct family {
	struct tree *files;
	struct tree_id others[VDISK_MAX_CHAIN + 1]; // that do not count
	size_t count;
	const struct guid *link_id;
	char *found;
	char *folder;
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

	if (tree_open_file(f->files, path, DISK_READ_ONLY | DISK_UNLOCKED,
			   &file, NULL))
		return false;
	found = !vdisk_probe(file, &info, NULL) &&
		info.type == VDISK_DIFFERENCING &&
		vdisk_is_parent(&info, f->link_id);
	disk_close(file);
	return found;
}

static int look_at(struct family *f, const char *path)
{
	struct tree_id id;

	if (!has_known_end(path) || tree_identify(f->files, path, &id, NULL))
		return 0;
	for (size_t i = 0; i < f->count; i++)
		if (tree_is_same(&id, &f->others[i]))
			return 0;
	if (!is_child(f, path))
		return 0;
	f->found = mem_strdup(path);
	return f->found ? 1 : err_nomem(f->err);
}

static int look(void *ctx, const struct tree_stat *entry)
{
	struct family *f = ctx;
	char *path;
	int r;

	if (entry->is_directory)
		return 0;
	path = tree_path_join(f->files, f->folder, entry->name);
	if (!path)
		return err_nomem(f->err);
	r = look_at(f, path);
	mem_free(path);
	return r;
}

int vdisk_guard_children(struct tree *files, const char *path,
			 const struct guid *link_id, char *const *except,
			 size_t count, const char *harm, struct err *err)
{
	struct family f = {.files = files, .link_id = link_id, .err = err};
	int r = tree_identify(files, path, &f.others[f.count++], err);

	if (r)
		return r;
	for (size_t i = 0; i < count && i < VDISK_MAX_CHAIN; i++)
		f.count += !tree_identify(files, except[i], &f.others[f.count],
					  NULL);
	f.folder = mem_strdup(path);
	if (!f.folder)
		return err_nomem(err);
	f.folder[tree_path_name(files, path) - path] = 0;
	r = tree_list(files, f.folder, look, &f, err);
	mem_free(f.folder);
	if (r <= 0)
		return r;
	r = err_set(err, -EBUSY, path, ERR_NOWHERE,
		    "%s is a child of it and %s", f.found, harm);
	mem_free(f.found);
	return r;
}
