// SPDX-License-Identifier: MIT
//
// The files of the host as a tree.

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

#include "tree.h"

static int failed(const char *path, struct err *err)
{
	int code = -errno;

	return err_set(err, code, path, ERR_NOWHERE, "%s",
		       code == -ENOENT    ? "there is no such file or folder"
		       : code == -ENOTDIR ? "a part of the path is a file, and "
					    "no folder"
					  : strerror(-code));
}

static const char *or_here(const char *path)
{
	return *path ? path : ".";
}

// --- Reading -----------------------------------------------------------------

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
		s.reparse_tag = TREE_TAG_SYMLINK;
		s.attributes |= TREE_REPARSE;
		if (fstatat(folder, name, &st, 0) &&
		    fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
			return -1;
	}
	s.is_directory = S_ISDIR(st.st_mode);
	s.attributes |= s.is_directory ? TREE_DIRECTORY : TREE_ARCHIVE;
	if (!(st.st_mode & 0222))
		s.attributes |= TREE_READONLY;
	s.size = s.is_directory ? 0 : (uint64_t)st.st_size;
	// stat(2) does not tell when a file was made.
	s.modified = s.created = filetime(&st.st_mtim);
	s.accessed = filetime(&st.st_atim);
	snprintf(s.name, sizeof(s.name), "%s", name);
	*ret = s;
	return 0;
}

static int host_stat(struct tree *t, const char *path, struct tree_stat *ret,
		     struct err *err)
{
	struct tree_stat s;

	path = or_here(path);
	if (stat_at(AT_FDCWD, path, &s))
		return failed(path, err);
	s.reparse_tag = 0; // it is followed
	s.attributes &= ~(uint32_t)TREE_REPARSE;
	snprintf(s.name, sizeof(s.name), "%s", tree_path_name(t, path));
	*ret = s;
	return 0;
}

static int host_stat_link(struct tree *t, const char *path,
			  struct tree_stat *ret, struct err *err)
{
	struct tree_stat s = {.name = "",
			      .attributes = TREE_REPARSE,
			      .reparse_tag = TREE_TAG_SYMLINK};
	struct stat st;

	if (lstat(or_here(path), &st) || !S_ISLNK(st.st_mode))
		return host_stat(t, path, ret, err);
	s.modified = s.created = filetime(&st.st_mtim);
	s.accessed = filetime(&st.st_atim);
	snprintf(s.name, sizeof(s.name), "%s", tree_path_name(t, path));
	*ret = s;
	return 0;
}

// Errors by which a path is that of no file: what a child says of its parent
// may be anything.
static bool is_missing(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG ||
	       error == ELOOP || error == EINVAL;
}

static int host_identify(struct tree *t, const char *path, struct tree_id *ret,
			 struct err *err)
{
	struct stat st;
	int r;

	if (!stat(path, &st)) {
		*ret = (struct tree_id){st.st_dev, st.st_ino};
		return 0;
	}
	r = is_missing(errno) ? -ENOENT : -errno;
	return err_set(err, r, path, ERR_NOWHERE, "%s", strerror(-r));
}

struct names {
	char **names;
	size_t count, capacity;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

// Sorted: the same folder is the same list everywhere, whatever its file
// system.
static int read_names(DIR *dir, struct names *n, struct err *err)
{
	const struct dirent *e;

	while ((e = readdir(dir))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (mem_grow((void **)&n->names, n->count, &n->capacity,
			     sizeof(*n->names)) ||
		    !(n->names[n->count] = mem_strdup(e->d_name)))
			return err_nomem(err);
		n->count++;
	}
	if (n->count)
		qsort(n->names, n->count, sizeof(*n->names), by_name);
	return 0;
}

static int host_list(struct tree *t, const char *path, tree_list_fn *fn,
		     void *ctx, struct err *err)
{
	struct names n = {0};
	DIR *dir = opendir(or_here(path));
	int r;

	if (!dir)
		return failed(or_here(path), err);
	r = read_names(dir, &n, err);
	for (size_t i = 0; i < n.count; i++) {
		struct tree_stat s;

		// One that went meanwhile is not there.
		if (!r && !stat_at(dirfd(dir), n.names[i], &s))
			r = fn(ctx, &s);
		mem_free(n.names[i]);
	}
	mem_free(n.names);
	closedir(dir);
	return r;
}

static int host_read_link(struct tree *t, const char *path, char **ret,
			  struct err *err)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	char *copy;

	if (n < 0)
		return errno == EINVAL ? err_set(err, -ENOENT, path,
						 ERR_NOWHERE, "it is no link")
				       : failed(path, err);
	target[n] = 0;
	copy = mem_strdup(target);
	if (!copy)
		return err_nomem(err);
	*ret = copy;
	return 0;
}

static int host_open(struct tree *t, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	return disk_open_file(path, flags, ret, err);
}

// The host's device stands for the serial number that a volume has.
static int host_get_info(struct tree *t, const char *path,
			 struct tree_info *ret, struct err *err)
{
	char folder[PATH_MAX];
	struct statvfs fs;
	struct stat st;

	// Of what is still to be made: that of the folder it will lie in.
	snprintf(folder, sizeof(folder), "%s", or_here(path));
	if (statvfs(folder, &fs) || stat(folder, &st)) {
		snprintf(folder, sizeof(folder), "%.*s.",
			 (int)(tree_path_name(t, path) - path), path);
		if (statvfs(folder, &fs) || stat(folder, &st))
			return failed(folder, err);
	}
	*ret = (struct tree_info){.serial = major(st.st_dev) << 16 |
					    minor(st.st_dev),
				  .cluster_size = (uint32_t)fs.f_frsize,
				  .free = (uint64_t)fs.f_bavail * fs.f_frsize};
	return 0;
}

// --- Changing ----------------------------------------------------------------

// Each file tells whether it may be written to.
static int host_check_writable(struct tree *t, struct err *err)
{
	return 0;
}

static int host_check_new(struct tree *t, const char *name, uint64_t size,
			  struct err *err)
{
	if (strlen(name) > NAME_MAX)
		return err_set(err, -ENAMETOOLONG, name, ERR_NOWHERE,
			       "a host's file has a name of at most %d bytes",
			       NAME_MAX);
	return 0;
}

// Whether there is room is known only when it is written.
static int host_check_growth(struct tree *t, const char *path, uint64_t more,
			     struct err *err)
{
	return 0;
}

// Returns 0 also when it is there, or -1 with errno.
static int make_folder(const char *path)
{
	struct stat st;

	if (!mkdir(path, 0777))
		return 0;
	if (errno != EEXIST || stat(path, &st))
		return -1;
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode) ? 0 : -1;
}

static int host_mkdir_all(struct tree *t, const char *path, uint64_t time,
			  struct err *err)
{
	char *copy = mem_strdup(path);
	int r = copy ? 0 : err_nomem(err);

	for (char *c = copy; c && !r; c = strchr(c + 1, '/')) {
		char *end = strchr(c + 1, '/');

		if (end)
			*end = 0;
		if (*copy && make_folder(copy))
			r = err_set(err, -errno, copy, ERR_NOWHERE,
				    "making the folder failed: %s",
				    strerror(errno));
		if (!end)
			break;
		*end = '/';
	}
	mem_free(copy);
	return r;
}

static int host_create_file(struct tree *t, const char *path, uint64_t size,
			    uint32_t attributes, uint64_t time,
			    struct disk **ret, struct err *err)
{
	struct stat st;

	return lstat(path, &st) ? disk_create_file(path, size, 512, ret, err)
				: disk_replace_file(path, size, ret, err);
}

static int host_write_file(struct tree *t, const char *path, const void *data,
			   size_t size, uint32_t attributes, uint64_t time,
			   struct err *err)
{
	return disk_put_file(path, data, size, err);
}

// 0 is no time given: it is left as it is.
static struct timespec timespec(uint64_t filetime)
{
	int64_t seconds = filetime_to_unix(filetime);
	uint64_t rest = filetime - filetime_from_unix(seconds, 0);

	return filetime ? (struct timespec){seconds, (long)rest * 100}
			: (struct timespec){.tv_nsec = UTIME_OMIT};
}

// The host has no other attributes, nor a time of creation that can be set.
static int host_set_info(struct tree *t, const char *path, uint32_t attributes,
			 uint64_t created, uint64_t modified, struct err *err)
{
	struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, timespec(modified)};
	struct stat st;

	if (stat(path, &st) ||
	    (modified && utimensat(AT_FDCWD, path, times, 0)))
		return failed(path, err);
	if ((attributes & TREE_READONLY) && chmod(path, st.st_mode & 0555))
		return err_set(err, -errno, path, ERR_NOWHERE,
			       "making it read-only failed: %s",
			       strerror(errno));
	return 0;
}

static int failed_rename(const char *from, const char *to, struct err *err)
{
	// Either is said of a folder that holds something.
	int r = errno == EEXIST ? -ENOTEMPTY : -errno;
	struct stat st;

	if (r == -ENOENT)
		return err_set(err, r, lstat(from, &st) ? from : to,
			       ERR_NOWHERE, "there is no such %s",
			       lstat(from, &st) ? "file or folder" : "folder");
	return err_set(err, r, to, ERR_NOWHERE, "renaming it failed: %s",
		       strerror(-r));
}

// Two names of one file: rename(2) then does nothing. One name that a file system
// without case, or with 8.3 names, finds by both texts has no second link.
static bool are_links(const char *from, const char *to)
{
	struct stat a, b;

	return !lstat(from, &a) && !lstat(to, &b) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino && !S_ISDIR(a.st_mode) && a.st_nlink > 1 &&
	       strcmp(from, to);
}

static int host_rename(struct tree *t, const char *from, const char *to,
		       uint64_t time, struct err *err)
{
	int r = are_links(from, to) ? unlink(from) : rename(from, to);

	if (r)
		return failed_rename(from, to, err);
	r = disk_sync_name(to, err);
	return r ? r : disk_sync_name(from, err);
}

static int host_remove(struct tree *t, const char *path, struct err *err)
{
	return remove(path) ? failed(path, err) : 0;
}

static void host_close(struct tree *t)
{
	mem_free(t);
}

static const struct tree_ops host_ops = {
	.stat = host_stat,
	.stat_link = host_stat_link,
	.identify = host_identify,
	.list = host_list,
	.read_link = host_read_link,
	.open_file = host_open,
	.get_info = host_get_info,
	.check_writable = host_check_writable,
	.check_new = host_check_new,
	.check_growth = host_check_growth,
	.mkdir_all = host_mkdir_all,
	.create_file = host_create_file,
	.write_file = host_write_file,
	.set_info = host_set_info,
	.rename = host_rename,
	.remove = host_remove,
	.close = host_close,
};

int tree_open_host(struct tree **ret, struct err *err)
{
	struct tree *t = mem_alloc(sizeof(*t));

	if (!t)
		return err_nomem(err);
	*t = (struct tree){.ops = &host_ops, .kind = "host", .slash = '/'};
	*ret = t;
	return 0;
}
