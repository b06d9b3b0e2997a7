// SPDX-License-Identifier: MIT
//
// How a serving process ended, for whoever stopped its device: a file in memory
// (memfd_create(2)) among its open ones. Who opens that by /proc while the
// process lives can read it when it has ended; no path is needed, so that a
// change of the root file system, which may lie on the disk, does not matter.

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ublk_priv.h"

#define NAME  "slipway-ublk-result"
#define MAGIC "ublk end v1"

// Both programs need not be of one build.
struct result {
	char magic[12];
	uint32_t size; // of this
	int32_t code;  // 0, a negative errno, or 1: it serves
	struct err err;
};

static int failed(const char *doing, struct err *err)
{
	int r = -errno;

	return err_set(err, r, "the server's result", ERR_NOWHERE,
		       "%s failed: %s", doing, strerror(-r));
}

static int put(int fd, int code, const struct err *what, struct err *err)
{
	struct result result = {
		.magic = MAGIC, .size = sizeof(result), .code = code};
	ssize_t n;

	if (what)
		result.err = *what;
	n = pwrite(fd, &result, sizeof(result), 0);
	if (n >= 0 && n != (ssize_t)sizeof(result))
		errno = EIO;
	return n == (ssize_t)sizeof(result) ? 0 : failed("writing", err);
}

int ublk_result_new(int *ret, struct err *err)
{
	int fd = memfd_create(NAME, MFD_CLOEXEC), r;

	if (fd < 0)
		return failed("making a file in memory", err);
	r = put(fd, 1, NULL, err); // its memory is there from now on
	if (r) {
		close(fd);
		return r;
	}
	*ret = fd;
	return 0;
}

int ublk_result_put(int fd, int code, const struct err *what, struct err *err)
{
	return put(fd, code, what, err);
}

// Is it the file? Its link is "/memfd:NAME (deleted)".
static bool is_result(int folder, const char *name)
{
	static const char want[] = "/memfd:" NAME " (deleted)";
	char link[sizeof(want)];
	ssize_t n = readlinkat(folder, name, link, sizeof(link));

	return n == (ssize_t)sizeof(want) - 1 && !memcmp(link, want, (size_t)n);
}

int ublk_result_open(int pid)
{
	struct dirent *entry;
	char path[40];
	int fd = -ENOENT;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (fd == -ENOENT && (entry = readdir(dir))) {
		if (!is_result(dirfd(dir), entry->d_name))
			continue;
		fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	closedir(dir);
	return fd;
}

int ublk_result_get(int fd, struct err *err)
{
	struct result result;
	ssize_t n = pread(fd, &result, sizeof(result), 0);

	if (n < 0)
		return failed("reading", err);
	if (n != (ssize_t)sizeof(result) || result.size != sizeof(result) ||
	    memcmp(result.magic, MAGIC, sizeof(result.magic)) != 0)
		return err_set(err, -EPROTO, "the server's result", ERR_NOWHERE,
			       "it was started by another version of this "
			       "program: whether all was written is not known");
	if (result.code > 0)
		return err_set(err, -EPIPE, "the server", ERR_NOWHERE,
			       "it was ended before it had written all");
	return result.code ? err_pass(err, result.code, &result.err) : 0;
}
