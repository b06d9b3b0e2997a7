// SPDX-License-Identifier: MIT
//
// The file of a boot store. A changed store is written to a new file beside the
// old one, which then takes its name: an interruption leaves the old store or
// the new one.

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bcdedit.h"

#define STORE_MAX (64u << 20) // bytes; real stores have some tens of KiB

static int fail_errno(struct err *err, const char *what)
{
	int code = -errno;

	return err_set(err, code, what, ERR_NOWHERE, "%s", strerror(-code));
}

static int read_store(const char *path, uint8_t **ret, size_t *ret_size,
		      struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;
	uint8_t *data = NULL;
	size_t size = 0;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st)) {
		r = fail_errno(err, "boot store");
		goto out;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > STORE_MAX) {
		r = err_set(err, -EFBIG, "boot store", ERR_NOWHERE,
			    "no file, or over 64 MiB");
		goto out;
	}
	data = mem_alloc((size_t)st.st_size);
	if (!data) {
		r = err_nomem(err);
		goto out;
	}
	while (size < (size_t)st.st_size) {
		n = read(fd, data + size, (size_t)st.st_size - size);
		if (n < 0)
			r = fail_errno(err, "boot store");
		if (n <= 0)
			break;
		size += (size_t)n;
	}
out:
	if (fd >= 0)
		close(fd);
	if (r) {
		mem_free(data);
		return r;
	}
	*ret = data;
	*ret_size = size;
	return 0;
}

// Reads the log of a store; a store without one is the rule.
static int read_log(const char *path, const char *end, uint8_t **ret,
		    size_t *ret_size, struct err *err)
{
	char name[4096];

	if (snprintf(name, sizeof(name), "%s%s", path, end) >=
		    (int)sizeof(name) ||
	    access(name, F_OK))
		return 0;
	return read_store(name, ret, ret_size, err);
}

int bcdedit_load(const char *path, struct bcd **ret, struct err *err)
{
	static const char *const ends[HIVE_LOGS] = {".LOG1", ".LOG2"};
	struct hive_log logs[HIVE_LOGS] = {{NULL, 0}};
	uint8_t *data = NULL, *log[HIVE_LOGS] = {NULL};
	size_t size;
	int r = read_store(path, &data, &size, err);

	for (size_t i = 0; !r && i < HIVE_LOGS && hive_is_dirty(data, size);
	     i++) {
		r = read_log(path, ends[i], &log[i], &logs[i].size, err);
		logs[i].data = log[i];
	}
	if (!r)
		r = bcd_load_with_logs(data, size, logs, ret, err);
	for (size_t i = 0; i < HIVE_LOGS; i++)
		mem_free(log[i]);
	mem_free(data);
	return r;
}

static int write_all(int fd, const uint8_t *data, size_t size, struct err *err)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0)
			return fail_errno(err, "boot store");
		data += n;
		size -= (size_t)n;
	}
	return fsync(fd) ? fail_errno(err, "boot store") : 0;
}

static void sync_folder(const char *path)
{
	char *copy = mem_strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	mem_free(copy);
}

// Deletes logs that belong to the hive that was replaced.
static void delete_logs(const char *path)
{
	static const char *const ends[] = {".LOG", ".LOG1", ".LOG2"};
	char name[4096];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (snprintf(name, sizeof(name), "%s%s", path, ends[i]) <
		    (int)sizeof(name))
			unlink(name);
}

static int replace_file(const char *path, const void *data, size_t size,
			struct err *err)
{
	char name[4096];
	struct stat st;
	int fd, r;

	if (snprintf(name, sizeof(name), "%s.XXXXXX", path) >=
	    (int)sizeof(name))
		return err_set(err, -ENAMETOOLONG, path, ERR_NOWHERE,
			       "the name is too long");
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return fail_errno(err, "boot store");
	if (fchmod(fd, stat(path, &st) ? 0644 : st.st_mode & 07777))
		r = fail_errno(err, "boot store");
	else
		r = write_all(fd, data, size, err);
	if (close(fd) && !r)
		r = fail_errno(err, "boot store");
	if (!r && rename(name, path))
		r = fail_errno(err, "boot store");
	if (r) {
		unlink(name);
		return r;
	}
	sync_folder(path);
	delete_logs(path);
	return 0;
}

int bcdedit_save(const char *path, const struct bcd *bcd, struct err *err)
{
	size_t size;
	void *data;
	int r = bcd_save(bcd, &data, &size, err);

	if (r)
		return r;
	r = replace_file(path, data, size, err);
	mem_free(data);
	return r;
}
