// SPDX-License-Identifier: MIT
//
// Who uses a file: processes that hold locks on it (proc(5), /proc/PID/fdinfo),
// loop devices, and file systems in FUSE that are made of it, which hold none.

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "file_priv.h"

// The name of a process that serves a disk, and that of the device follows.
#define SERVER "vdisk-"

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

// Reads the first line of a small file. Returns false when it cannot be read.
static bool read_line(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, line, size - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	line[n] = 0;
	line[strcspn(line, "\n")] = 0;
	return true;
}

// --- Processes --------------------------------------------------------------

// Counts the locks that a descriptor has; *ret_key is how the kernel names the
// file in its lists of them ("fe:00:1234").
static unsigned count_locks(const char *fdinfo, char ret_key[64])
{
	FILE *in = fopen(fdinfo, "re");
	unsigned count = 0;
	char line[256];

	while (in && fgets(line, sizeof(line), in))
		if (!strncmp(line, "lock:", 5) &&
		    sscanf(line, "lock: %*s %*s %*s %*s %*s %63s", ret_key) ==
			    1)
			count++;
	if (in)
		fclose(in);
	return count;
}

// Tells whether this process opened a descriptor itself: it inherits none of
// those that are closed by exec.
static bool is_own(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags >= 0 && flags & FD_CLOEXEC;
}

// Counts the locks that a process has on a file; with `is_self` those that it
// opened itself, but for one of its descriptors.
static unsigned locks_of(const char *pid, const struct stat *file, bool is_self,
			 int except, char key[64])
{
	char path[320];
	unsigned count = 0;
	struct dirent *e;
	struct stat st;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		int fd = atoi(e->d_name);

		if (!isdigit((unsigned char)e->d_name[0]) ||
		    (is_self && (fd == except || !is_own(fd))))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid, e->d_name);
		if (stat(path, &st) || !is_same(&st, file))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid,
			 e->d_name);
		count += count_locks(path, key);
	}
	if (dir)
		closedir(dir);
	return count;
}

// Counts all locks on the file that the kernel knows, without those that wait.
static unsigned all_locks(const char *key)
{
	FILE *in = fopen("/proc/locks", "re");
	char line[256], found[64];
	unsigned count = 0;

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "%*s %*s %*s %*s %*s %63s", found) == 1 &&
		    !strcmp(found, key))
			count++;
	if (in)
		fclose(in);
	return count;
}

static void describe(const char *pid, struct disk_user *ret)
{
	char path[64], self[PATH_MAX], other[PATH_MAX];
	ssize_t a, b;

	ret->pid = atoi(pid);
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	if (!read_line(path, ret->name, sizeof(ret->name))) {
		ret->pid = 0; // it has gone
		return;
	}
	if (!strncmp(ret->name, SERVER, strlen(SERVER))) {
		snprintf(ret->attached, sizeof(ret->attached), "%s",
			 ret->name + strlen(SERVER));
		return;
	}
	snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	a = readlink(path, other, sizeof(other));
	if (a < 0) {
		// A process that ends has no program any more, and locks still.
		ret->is_brief = errno == ENOENT;
		return;
	}
	b = readlink("/proc/self/exe", self, sizeof(self));
	ret->is_brief = a == b && !memcmp(self, other, (size_t)a);
}

bool disk_user_find(int fd, struct disk_user *ret)
{
	char self[16], key[64] = "";
	struct dirent *e;
	struct stat file;
	DIR *dir;

	*ret = (struct disk_user){0};
	if (fstat(fd, &file))
		return false;
	snprintf(self, sizeof(self), "%d", getpid());
	// All locks that the kernel knows are ours. Those that we inherited are
	// of who started us, and count as another's.
	if (locks_of(self, &file, true, fd, key) &&
	    all_locks(key) == locks_of(self, &file, true, -1, key))
		return true;
	dir = opendir("/proc");
	while (dir && !ret->pid && (e = readdir(dir)))
		if (isdigit((unsigned char)e->d_name[0]) &&
		    strcmp(e->d_name, self) &&
		    locks_of(e->d_name, &file, false, -1, key))
			describe(e->d_name, ret);
	if (dir)
		closedir(dir);
	return false;
}

// --- Loop devices -----------------------------------------------------------

static bool is_loop(const char *name, const struct stat *file, bool writes)
{
	char path[300], backing[PATH_MAX], ro[8] = "";
	struct stat st;

	snprintf(path, sizeof(path), "/sys/block/%s/loop/backing_file", name);
	if (!read_line(path, backing, sizeof(backing)) || stat(backing, &st) ||
	    !is_same(&st, file))
		return false;
	snprintf(path, sizeof(path), "/sys/block/%s/ro", name);
	return writes || !read_line(path, ro, sizeof(ro)) || *ro != '1';
}

static int check_loops(const struct file_disk *f, const struct stat *file,
		       bool writes, struct err *err)
{
	DIR *dir = opendir("/sys/block");
	struct dirent *e;
	int r = 0;

	while (dir && !r && (e = readdir(dir)))
		if (!strncmp(e->d_name, "loop", 4) &&
		    is_loop(e->d_name, file, writes))
			r = err_set(err, -EBUSY, f->name, ERR_NOWHERE,
				    "it is the loop device /dev/%s: `losetup "
				    "-d /dev/%s` ends that",
				    e->d_name, e->d_name);
	if (dir)
		closedir(dir);
	return r;
}

// --- FUSE -------------------------------------------------------------------

// Takes the octal escapes of proc(5), mountinfo, out of a word.
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] && s[2] && s[3]) {
			*to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 +
				       (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = 0;
}

// Tells whether a line of mountinfo is of a file system in FUSE that is made of
// the file; *ret_point is where it is mounted, in the line.
static bool is_mount(char *line, const struct stat *file, bool writes,
		     char **ret_point)
{
	char *rest = strstr(line, " - "), *words[6] = {0};
	char *type, *source, *save;
	struct stat st;

	if (!rest)
		return false;
	*rest = 0;
	type = strtok_r(rest + 3, " \n", &save);
	source = strtok_r(NULL, " \n", &save);
	if (!source || strncmp(type, "fuse", 4) || *source != '/')
		return false;
	words[0] = strtok_r(line, " ", &save);
	for (int i = 1; i < 6; i++)
		words[i] = strtok_r(NULL, " ", &save);
	unescape(source);
	if (!words[5] || stat(source, &st) || !is_same(&st, file))
		return false;
	unescape(words[4]);
	*ret_point = words[4];
	return writes || strncmp(words[5], "ro", 2);
}

static int check_mounts(const struct file_disk *f, const struct stat *file,
			bool writes, struct err *err)
{
	FILE *in = fopen("/proc/self/mountinfo", "re");
	char line[8192], *point;
	int r = 0;

	while (in && !r && fgets(line, sizeof(line), in))
		if (is_mount(line, file, writes, &point))
			r = err_set(err, -EBUSY, f->name, ERR_NOWHERE,
				    "it is mounted on %s: unmount it first",
				    point);
	if (in)
		fclose(in);
	return r;
}

int disk_user_check(const struct file_disk *f, bool writes, struct err *err)
{
	struct stat file;
	int r;

	if (fstat(f->fd, &file))
		return 0;
	r = check_loops(f, &file, writes, err);
	return r ? r : check_mounts(f, &file, writes, err);
}
