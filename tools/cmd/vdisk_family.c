// SPDX-License-Identifier: MIT
//
// Which virtual disks in a folder are children of one, so that it is not changed
// under them.

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "vdisk.h"
#include "vdisk_cmd.h"

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

// Tells whether a file is a child of the disk with this identity. One that
// cannot be read is none.
static bool is_child(const char *path, const struct guid *id)
{
	struct vdisk_info info;
	struct disk *file;
	bool found;

	if (disk_open_file(path, DISK_READ_ONLY, &file, NULL))
		return false;
	found = !vdisk_probe(file, &info, NULL) &&
		info.type == VDISK_DIFFERENCING &&
		guid_equal(&info.parent_id, id);
	disk_close(file);
	return found;
}

static bool is_same(const char *a, const char *b)
{
	struct stat x, y;

	return b && !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

bool vdisk_find_child(const char *path, const struct guid *id,
		      const char *except, char *ret, size_t room)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash - path + 1) : 0;
	char name[PATH_MAX];
	struct dirent *e;
	bool found = false;
	DIR *dir;

	snprintf(name, sizeof(name), "%.*s.", folder, path);
	dir = opendir(name);
	while (dir && !found && (e = readdir(dir))) {
		int n = snprintf(name, sizeof(name), "%.*s%s", folder, path,
				 e->d_name);

		if (n >= (int)sizeof(name) || !has_known_end(e->d_name) ||
		    is_same(name, path) || is_same(name, except))
			continue;
		found = is_child(name, id);
		if (found)
			snprintf(ret, room, "%s", name);
	}
	if (dir)
		closedir(dir);
	return found;
}

int vdisk_guard_children(const char *path, const struct guid *id,
			 const char *except, const char *harm, struct err *err)
{
	char child[PATH_MAX];

	if (!vdisk_find_child(path, id, except, child, sizeof(child)))
		return 0;
	return err_set(err, -EBUSY, path, ERR_NOWHERE,
		       "%s is a child of it and %s; --force does it all the "
		       "same",
		       child, harm);
}
