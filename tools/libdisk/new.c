// SPDX-License-Identifier: MIT
//
// Files of the host that are made or replaced. Their content goes to a file
// without a name (open(2), O_TMPFILE), which disk_finish gives its name when
// all is durable: if we are stopped before, by whatever, nothing is left. Where
// a file system cannot do that (FAT, NFS), it has a name meanwhile that ends in
// DISK_PART_SUFFIX.

#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "file_priv.h"

#define MAX_STEM 200 // of a name in a name: the longest is 255 bytes

struct new_file {
	char *path;      // the name it is to have
	char *temporary; // the one that it has meanwhile, or NULL
	bool replaces;
	struct disk *old; // whose place it takes, locked; or NULL
};

static int failed(const char *path, const char *doing, struct err *err)
{
	int code = -errno;

	if (code == -EROFS)
		return err_set(err, code, path, ERR_NOWHERE,
			       "its medium is mounted for reading only; `mount "
			       "-o remount,rw FOLDER` changes that, if it is "
			       "not a CD");
	return err_set(err, code, path, ERR_NOWHERE, "%s failed: %s", doing,
		       code == -ENOENT    ? "its folder is not there"
		       : code == -ENOTDIR ? "a part of its path is a file, and "
					    "no folder"
					  : strerror(-code));
}

// --- Names ------------------------------------------------------------------

// Returns how much of a path is its folder, with the slash.
static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

// Writes the folder that a path lies in.
static int folder_of(const char *path, char ret[PATH_MAX], struct err *err)
{
	if (snprintf(ret, PATH_MAX, "%.*s.", (int)folder_length(path), path) >=
	    PATH_MAX)
		return err_set(err, -ENAMETOOLONG, path, ERR_NOWHERE,
			       "the name is too long");
	return 0;
}

// Returns a name beside `path` that nobody has, new memory, or NULL.
static char *beside(const char *path)
{
	size_t folder = folder_length(path), size = strlen(path) + 48;
	char *name = mem_alloc(size);
	uint32_t random = 0;

	if (!name || getrandom(&random, sizeof(random), 0) < 0) {
		mem_free(name);
		return NULL;
	}
	snprintf(name, size, "%.*s.%.*s.%08x" DISK_PART_SUFFIX, (int)folder,
		 path, MAX_STEM, path + folder, random);
	return name;
}

int disk_sync_name(const char *path, struct err *err)
{
	char folder[PATH_MAX];
	int fd, r = folder_of(path, folder, err);

	if (r)
		return r;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		// A folder may be written to by who may not read it; then there
		// is nothing to sync it by.
		return errno == EACCES ? 0 : failed(folder, "opening", err);
	// Not every file system has something to sync there.
	if (fsync(fd) && errno != EINVAL)
		r = failed(folder, "flushing", err);
	close(fd);
	return r;
}

// --- Making -----------------------------------------------------------------

static int open_unnamed(const char *path, struct err *err)
{
	char folder[PATH_MAX];
	int r = folder_of(path, folder, err);

	if (r)
		return r;
	// Its name will be given through this folder of the process.
	if (access("/proc/self/fd", X_OK))
		return -EOPNOTSUPP;
	r = open(folder, O_RDWR | O_TMPFILE | O_CLOEXEC, 0666);
	return r < 0 ? -errno : r;
}

static int open_temporary(struct new_file *n, struct err *err)
{
	int fd;

	n->temporary = beside(n->path);
	if (!n->temporary)
		return err_nomem(err);
	fd = open(n->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd >= 0)
		return fd;
	mem_free(n->temporary);
	n->temporary = NULL;
	return -errno;
}

static int open_new(struct new_file *n, struct err *err)
{
	int fd = open_unnamed(n->path, err);

	// What kernels say when a file system does not know O_TMPFILE.
	if (fd == -EOPNOTSUPP || fd == -EISDIR || fd == -EINVAL)
		fd = open_temporary(n, err);
	if (fd == -EACCES && n->replaces)
		return err_set(err, fd, n->path, ERR_NOWHERE,
			       "its folder cannot be written to, and the new "
			       "file is made there before it takes the old "
			       "one's place");
	errno = fd < 0 ? -fd : 0;
	return fd < 0 ? failed(n->path, "creating", err) : fd;
}

// Makes the file; `old` is what it is to look like, or NULL.
static int make(const char *path, const struct stat *old, uint64_t size,
		uint32_t sector_size, struct file_disk **ret, struct err *err)
{
	struct file_disk *f = disk_file_new(path);
	int r;

	if (!f)
		return err_nomem(err);
	f->disk.size = size;
	f->disk.sector_size = sector_size;
	f->made = mem_alloc(sizeof(*f->made));
	if (f->made)
		f->made->path = mem_strdup(path);
	if (!f->made || !f->made->path) {
		disk_close(&f->disk);
		return err_nomem(err);
	}
	f->made->replaces = old;
	r = open_new(f->made, err);
	if (r >= 0) {
		f->fd = r;
		r = disk_file_lock(f, DISK_EXCLUSIVE, err);
	}
	if (!r && ftruncate(f->fd, (off_t)size))
		r = failed(path, "setting its size", err);
	if (r) {
		disk_close(&f->disk);
		return r;
	}
	*ret = f;
	return 0;
}

int disk_create_file(const char *path, uint64_t size, uint32_t sector_size,
		     struct disk **ret, struct err *err)
{
	struct file_disk *f;
	struct stat st;
	int r;

	if (sector_size != 512 && sector_size != 4096)
		return err_set(err, -EINVAL, path, ERR_NOWHERE,
			       "a sector is 512 or 4096 bytes");
	if (!lstat(path, &st))
		return err_set(err, -EEXIST, path, ERR_NOWHERE,
			       "it is there already");
	r = make(path, NULL, size, sector_size, &f, err);
	if (!r)
		*ret = &f->disk;
	return r;
}

// --- Replacing --------------------------------------------------------------

int disk_check_writable(const char *path, const struct stat *st,
			struct err *err)
{
	if (!(st->st_mode & 0222))
		return err_set(
			err, -EACCES, path, ERR_NOWHERE,
			"it is read-only (mode %03o); `chmod u+w` makes it "
			"writable",
			(unsigned)st->st_mode & 0777);
	if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS))
		return failed(path, "opening it for writing", err);
	return 0;
}

static int check_old(const char *path, const struct stat *st, struct err *err)
{
	if (!S_ISREG(st->st_mode))
		return err_set(err, S_ISDIR(st->st_mode) ? -EISDIR : -EINVAL,
			       path, ERR_NOWHERE, "it is no file");
	if (st->st_nlink > 1)
		return err_set(
			err, -EMLINK, path, ERR_NOWHERE,
			"the file has %lu names (hard links), and under "
			"the others it would stay as it is: make a copy, "
			"and change that",
			(unsigned long)st->st_nlink);
	return disk_check_writable(path, st, err);
}

// These are made of the content: kept, they would call the new one forged.
static bool is_of_content(const char *attribute)
{
	return !strcmp(attribute, "security.ima") ||
	       !strcmp(attribute, "security.evm");
}

static int keep_attribute(int from, int to, const char *path, const char *name,
			  struct err *err)
{
	char value[65536], now[65536]; // XATTR_SIZE_MAX
	ssize_t n = fgetxattr(from, name, value, sizeof(value));

	if (n < 0)
		return failed(path, "reading its attributes", err);
	if (fgetxattr(to, name, now, sizeof(now)) == n &&
	    !memcmp(value, now, (size_t)n))
		return 0;
	if (!fsetxattr(to, name, value, (size_t)n, 0))
		return 0;
	return err_set(err, -errno, path, ERR_NOWHERE,
		       "its attribute %s cannot be kept: %s", name,
		       strerror(errno));
}

// Extended attributes; access control lists are among them.
static int keep_attributes(int from, int to, const char *path, struct err *err)
{
	char names[65536]; // XATTR_LIST_MAX
	ssize_t n = flistxattr(from, names, sizeof(names));
	int r = 0;

	if (n < 0)
		return errno == ENOTSUP
			       ? 0
			       : failed(path, "reading its attributes", err);
	for (const char *name = names; name < names + n && !r;
	     name += strlen(name) + 1)
		if (!is_of_content(name))
			r = keep_attribute(from, to, path, name, err);
	return r;
}

// Owner, group and mode first: they may change what the rest means.
static int look_like(const struct file_disk *f, int old, const struct stat *st,
		     struct err *err)
{
	const char *path = f->made->path;
	struct stat now;

	if (fstat(f->fd, &now))
		return failed(path, "looking at it", err);
	if ((now.st_uid != st->st_uid || now.st_gid != st->st_gid) &&
	    fchown(f->fd, st->st_uid, st->st_gid))
		return err_set(err, -errno, path, ERR_NOWHERE,
			       "it belongs to another user or group, and only "
			       "root can replace it so that it stays theirs");
	// A file system without modes (FAT) says so here.
	if ((now.st_mode & 07777) != (st->st_mode & 07777) &&
	    fchmod(f->fd, st->st_mode & 07777) && errno != EPERM)
		return failed(path, "setting its mode", err);
	return keep_attributes(old, f->fd, path, err);
}

static int replace(const char *path, uint64_t size, struct disk **ret,
		   struct err *err)
{
	struct file_disk *f;
	struct disk *old;
	struct stat st;
	int fd, r;

	// Asked before it is opened, so that the message is ours.
	r = stat(path, &st) ? failed(path, "opening", err)
			    : check_old(path, &st, err);
	if (!r)
		r = disk_open_file(path, 0, &old, err);
	if (r)
		return r;
	fd = ((struct file_disk *)old)->fd;
	r = fstat(fd, &st) ? failed(path, "looking at it", err)
			   : check_old(path, &st, err);
	if (!r)
		r = make(path, &st, size, 512, &f, err);
	if (r) {
		disk_close(old);
		return r;
	}
	f->made->old = old;
	r = look_like(f, fd, &st, err);
	if (r)
		disk_close(&f->disk);
	else
		*ret = &f->disk;
	return r;
}

int disk_replace_file(const char *path, uint64_t size, struct disk **ret,
		      struct err *err)
{
	char real[PATH_MAX];
	struct stat st;

	if (lstat(path, &st) && errno == ENOENT)
		return disk_create_file(path, size, 512, ret, err);
	if (!realpath(path, real))
		return failed(path, "following it", err);
	return replace(real, size, ret, err);
}

int disk_put_file(const char *path, const void *data, size_t size,
		  struct err *err)
{
	struct disk *d;
	int r = disk_replace_file(path, size, &d, err);

	if (r)
		return r;
	r = disk_write(d, 0, data, size, err);
	if (!r)
		r = disk_finish(d, err);
	disk_close(d);
	return r;
}

// --- Naming -----------------------------------------------------------------

// Gives what has no name one. Returns 0 or -errno.
static int link_unnamed(int fd, const char *path)
{
	char self[32];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW)
		       ? -errno
		       : 0;
}

// Renames, but not over a file. Where the kernel cannot do that in one step, a
// second name is tried, and at last a look before.
static int rename_new(const char *from, const char *to)
{
	struct stat st;

	if (!syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to,
		     RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (!link(from, to)) {
		unlink(from);
		return 0;
	}
	if (errno == EEXIST)
		return -EEXIST;
	if (!lstat(to, &st))
		return -EEXIST;
	return rename(from, to) ? -errno : 0;
}

// linkat(2) takes no name that is there, rename(2) does in one step: at any
// time there is one whole file under the name, the old or the new.
static int rename_over(struct new_file *n, int fd)
{
	int r;

	if (!n->temporary) {
		char *name = beside(n->path);

		if (!name)
			return -ENOMEM;
		r = link_unnamed(fd, name);
		if (r) {
			mem_free(name);
			return r;
		}
		n->temporary = name;
	}
	return rename(n->temporary, n->path) ? -errno : 0;
}

// Signals wait meanwhile, as some ways take two steps.
static int take_name(struct new_file *n, int fd)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	if (n->replaces)
		r = rename_over(n, fd);
	else if (n->temporary)
		r = rename_new(n->temporary, n->path);
	else
		r = link_unnamed(fd, n->path);
	if (!r) {
		mem_free(n->temporary);
		n->temporary = NULL;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

int disk_new_finish(struct file_disk *f, struct err *err)
{
	struct new_file *n = f->made;
	int r;

	// Before the name: otherwise it may lead to an empty file after a power
	// cut.
	if (fsync(f->fd))
		return failed(f->name, "flushing", err);
	r = take_name(n, f->fd);
	if (r) {
		errno = -r;
		return r == -EEXIST
			       ? err_set(err, r, n->path, ERR_NOWHERE,
					 "it is there already")
			       : failed(n->path, "giving it its name", err);
	}
	// It has its name: that is durable with the file (btrfs) and its
	// folder.
	r = fsync(f->fd) ? failed(f->name, "flushing", err)
			 : disk_sync_name(n->path, err);
	if (r && !n->replaces)
		unlink(n->path);
	disk_new_done(f);
	return r;
}

void disk_new_done(struct file_disk *f)
{
	struct new_file *n = f->made;

	if (!n)
		return;
	if (n->temporary)
		unlink(n->temporary);
	disk_close(n->old);
	mem_free(n->temporary);
	mem_free(n->path);
	mem_free(n);
	f->made = NULL;
}
