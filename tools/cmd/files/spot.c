// SPDX-License-Identifier: MIT
//
// The files of the host and of volumes by one interface.

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../cmd.h"
#include "spot.h"

#define TAG_SYMLINK 0xa000000cu // [MS-FSCC] 2.1.2.1

// --- Opening -----------------------------------------------------------------

// Tells whether a file is a disk or holds a volume, be it one that cannot be
// read: then that is meant.
static bool holds_volume(const char *path)
{
	struct part_content content;
	struct vdisk_info info;
	struct disk *d;
	bool yes;

	if (disk_open_file(path, DISK_READ_ONLY | DISK_UNLOCKED, &d, NULL))
		return false;
	yes = !vdisk_probe(d, &info, NULL) || vdisk_check_foreign(d, NULL) ||
	      (!part_probe(d, &content, NULL) && !content.is_inside &&
	       content.kind != PART_HOLDS_NOTHING &&
	       content.kind != PART_HOLDS_DATA);
	disk_close(d);
	return yes;
}

// A file that is a disk, and a device, are what is in them, unless they are
// meant as they are.
static bool is_of_host(const char *text, unsigned flags)
{
	struct stat st;

	if ((flags & SPOT_HOST_FILE) || wildcard_is_pattern(text) ||
	    stat(text, &st) || S_ISDIR(st.st_mode))
		return true;
	return S_ISREG(st.st_mode) && !holds_volume(text);
}

// Servers give files by their names, and take none.
static int open_server(const char *text, unsigned flags, struct err *err)
{
	if (flags & ADDRESS_WRITE)
		return address_check_host(text, err);
	return err_set(
		err, -ENOTSUP, text, ERR_NOWHERE,
		"a server's folders cannot be listed: copy, type and dism "
		"take one file by its name");
}

static int open_host(const char *text, unsigned flags, struct spot *t,
		     struct err *err)
{
	if (net_is_name(text))
		return open_server(text, flags, err);
	t->slash = '/';
	t->prefix = mem_strdup("");
	t->path = mem_strdup(text);
	return t->prefix && t->path ? 0 : err_nomem(err);
}

// A volume alone stands for its root folder.
static int open_inner(const char *text, unsigned flags, struct spot *t,
		      struct err *err)
{
	size_t len = strlen(text);
	char *root;
	int r = address_open(text, flags, &t->place, err);

	if (r || t->place->path)
		return r;
	address_close(t->place);
	t->place = NULL;
	root = mem_alloc(len + 3);
	if (!root)
		return err_nomem(err);
	memcpy(root, text, len);
	memcpy(root + len, ":\\", 3);
	r = address_open(root, flags, &t->place, err);
	mem_free(root);
	return r;
}

static int open_volume(const char *text, unsigned flags, struct spot *t,
		       struct err *err)
{
	int r = open_inner(text, flags, t, err);
	size_t len, path_len;

	if (r)
		return r;
	t->slash = '\\';
	t->volume = t->place->volume;
	t->path = mem_strdup(t->place->path);
	t->prefix = mem_alloc(strlen(text) + 2);
	if (!t->path || !t->prefix)
		return err_nomem(err);
	// The last INNER ends the text, if it is in there.
	len = strlen(text);
	path_len = strlen(t->path);
	strcpy(t->prefix, text);
	if (len > path_len && text[len - path_len - 1] == ':')
		t->prefix[len - path_len] = 0;
	else
		strcat(t->prefix, ":");
	return 0;
}

int spot_open(const char *text, unsigned flags, struct spot **ret,
	      struct err *err)
{
	struct spot *t = mem_alloc(sizeof(*t));
	const char *rest;
	char *path;
	int r;

	if (!t)
		return err_nomem(err);
	r = address_split(text, &path, &rest, err);
	if (!r) {
		r = !*rest && is_of_host(path, flags)
			    ? open_host(text, flags, t, err)
			    : open_volume(text, flags & ~SPOT_HOST_FILE, t,
					  err);
		mem_free(path);
	}
	if (r) {
		spot_close(t);
		return r;
	}
	*ret = t;
	return 0;
}

void spot_close(struct spot *t)
{
	if (!t)
		return;
	cmd_place_close(t->place);
	mem_free(t->prefix);
	mem_free(t->path);
	mem_free(t);
}

// --- The host ----------------------------------------------------------------

static int failed(const char *path, struct err *err)
{
	int code = -errno;

	return code == -ENOENT ? err_set(err, code, path, ERR_NOWHERE,
					 "there is no such file or folder")
			       : err_set(err, code, path, ERR_NOWHERE, "%s",
					 strerror(-code));
}

static uint64_t filetime(const struct timespec *t)
{
	return filetime_from_unix(t->tv_sec, (uint32_t)t->tv_nsec);
}

// Of a link, what it leads to, told to be one; itself when that is not there.
static int stat_at(int folder, const char *name, struct tree_stat *ret)
{
	struct tree_stat s = {.name = ""};
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
		return -1;
	if (S_ISLNK(st.st_mode)) {
		s.reparse_tag = TAG_SYMLINK;
		s.attributes |= NTFS_ATTR_REPARSE;
		if (fstatat(folder, name, &st, 0) &&
		    fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
			return -1;
	}
	s.is_directory = S_ISDIR(st.st_mode);
	s.attributes |= s.is_directory ? TREE_DIRECTORY : TREE_ARCHIVE;
	if (!(st.st_mode & 0222))
		s.attributes |= TREE_READONLY;
	s.size = s.is_directory ? 0 : (uint64_t)st.st_size;
	s.modified = s.created = filetime(&st.st_mtim);
	s.accessed = filetime(&st.st_atim);
	snprintf(s.name, sizeof(s.name), "%s", name);
	*ret = s;
	return 0;
}

static int stat_host(const char *path, struct tree_stat *ret, struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct tree_stat s;

	if (stat_at(AT_FDCWD, path, &s))
		return failed(path, err);
	s.reparse_tag = 0; // it is followed
	s.attributes &= ~(uint32_t)NTFS_ATTR_REPARSE;
	snprintf(s.name, sizeof(s.name), "%s", slash ? slash + 1 : path);
	*ret = s;
	return 0;
}

static int no_dots(const struct dirent *e)
{
	return strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int list_host(const char *path,
		     int (*fn)(void *ctx, const struct tree_stat *entry),
		     void *ctx, struct err *err)
{
	struct dirent **entries;
	const char *folder = *path ? path : ".";
	int count = scandir(folder, &entries, no_dots, by_name), fd, r = 0;

	if (count < 0)
		return failed(folder, err);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		r = failed(folder, err);
	for (int i = 0; i < count; i++) {
		struct tree_stat s;

		// One that went meanwhile is not there.
		if (!r && !stat_at(fd, entries[i]->d_name, &s))
			r = fn(ctx, &s);
		free(entries[i]);
	}
	free(entries);
	if (fd >= 0)
		close(fd);
	return r;
}

// The host's device stands for the serial number that a volume has.
static int info_host(const char *path, struct tree_info *ret, struct err *err)
{
	struct tree_info info = {0};
	struct statvfs fs;
	struct stat st;
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');

	snprintf(folder, sizeof(folder), "%s", *path ? path : ".");
	if (statvfs(folder, &fs) || stat(folder, &st)) {
		snprintf(folder, sizeof(folder), "%.*s.",
			 slash ? (int)(slash - path) + 1 : 0, path);
		if (statvfs(folder, &fs) || stat(folder, &st))
			return failed(folder, err);
	}
	info.serial = major(st.st_dev) << 16 | minor(st.st_dev);
	info.cluster_size = (uint32_t)fs.f_frsize;
	info.free = (uint64_t)fs.f_bavail * fs.f_frsize;
	*ret = info;
	return 0;
}

// --- Both --------------------------------------------------------------------

int spot_stat(struct spot *t, const char *path, struct tree_stat *ret,
	      struct err *err)
{
	return t->volume ? tree_stat(t->volume, path, ret, err)
			 : stat_host(*path ? path : ".", ret, err);
}

int spot_list(struct spot *t, const char *path,
	      int (*fn)(void *ctx, const struct tree_stat *entry), void *ctx,
	      struct err *err)
{
	return t->volume ? tree_list(t->volume, path, fn, ctx, err)
			 : list_host(path, fn, ctx, err);
}

char *spot_read_link(struct spot *t, const char *path)
{
	char target[PATH_MAX], *text = NULL;
	ssize_t n;

	if (t->volume)
		return tree_read_link(t->volume, path, &text, NULL) ? NULL
								    : text;
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return NULL;
	target[n] = 0;
	return mem_strdup(target);
}

int spot_get_info(struct spot *t, struct tree_info *ret, struct err *err)
{
	return t->volume ? tree_get_info(t->volume, "", ret, err)
			 : info_host(t->path, ret, err);
}

bool spot_is_root(const struct spot *t, const char *path)
{
	return *path == t->slash && path[strspn(path, "\\/")] == 0;
}

char *spot_join(const struct spot *t, const char *folder, const char *name)
{
	size_t len = strlen(folder), size = len + strlen(name) + 2;
	char *path = mem_alloc(size);

	if (!path)
		return NULL;
	memcpy(path, folder, len);
	if (len && folder[len - 1] != t->slash)
		path[len++] = t->slash;
	strcpy(path + len, name);
	return path;
}
