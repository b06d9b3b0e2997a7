// SPDX-License-Identifier: MIT
//
// Files of hives. One of the host is replaced by a new file (disk_put_file); one
// in a volume by content in other clusters. An interruption leaves the old
// content or the new one. From before reading to after writing nobody else has
// the file, so that of changes at the same time none is lost.

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "cmd.h"
#include "hive_file.h"
#include "hive_logs.h"

struct hive_file {
	char *path;    // on the host, or in the volume
	char *real;    // in a volume: what a link at `path` leads to, or NULL
	size_t prefix; // of the address
	const char *key;
	struct place *place; // NULL: on the host
	bool no_logs;
	struct disk *held; // the host's, locked until it is closed; or NULL
};

static int fail_errno(struct err *err, const char *what)
{
	int code = -errno;

	return err_set(err, code, what, ERR_NOWHERE, "%s", strerror(-code));
}

// --- Finding -----------------------------------------------------------------

static bool is_host_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISDIR(st.st_mode);
}

static bool is_inner_file(const struct place *place, const char *path)
{
	struct tree_stat s;

	return !tree_stat(place->volume, path, &s, NULL) && !s.is_directory;
}

// Cuts f->path after its first part that is a file, where a key follows. `text`
// is the same path as it was written. Returns false when no part is one.
static bool cut_key(struct hive_file *f, const char *text)
{
	for (size_t i = 1; text[i - 1]; i++) {
		char c = f->path[i];

		if (c && text[i] != '\\')
			continue;
		f->path[i] = 0;
		if (f->place ? is_inner_file(f->place, f->path)
			     : is_host_file(f->path)) {
			f->key = text + i + (c != 0);
			return true;
		}
		f->path[i] = c;
	}
	return false;
}

static int missing(const char *address, struct err *err)
{
	struct stat st;

	if (!stat(address, &st) && S_ISDIR(st.st_mode))
		return err_set(err, -EISDIR, address, ERR_NOWHERE,
			       "this is a folder; a file is needed");
	return err_set(err, -ENOENT, address, ERR_NOWHERE,
		       "No such file or directory");
}

#define MAX_LINKS 32 // as many as are followed where a file is opened

// Where the content is, and its logs.
static const char *real_path(const struct hive_file *f)
{
	return f->real ? f->real : f->path;
}

// Follows links in a volume: a target counts from the link's folder or from the
// root; others are refused by who opens them.
static int follow_links(struct hive_file *f, struct err *err)
{
	struct tree *v = f->place->volume;
	char *target;

	for (int i = 0;
	     i < MAX_LINKS && !tree_read_link(v, real_path(f), &target, NULL);
	     i++) {
		const char *path = real_path(f);
		size_t folder = (size_t)(tree_path_name(v, path) - path);
		char *next = mem_alloc(folder + strlen(target) + 1);

		if (next)
			sprintf(next, "%.*s%s",
				strchr("\\/", *target) ? 0 : (int)folder, path,
				target);
		mem_free(target);
		if (!next)
			return err_nomem(err);
		mem_free(f->real);
		f->real = next;
	}
	return 0;
}

static int open_inner(struct hive_file *f, const char *address, unsigned flags,
		      struct err *err)
{
	const char *inner;
	int r = address_open(address,
			     flags & HIVE_FILE_WRITE ? ADDRESS_WRITE : 0,
			     &f->place, err);

	if (r)
		return r;
	if (!f->place->path)
		return err_set(err, -EISDIR, address, ERR_NOWHERE,
			       "this is a disk; name a file in it, as in "
			       "disk.img@1:\\EFI\\Microsoft\\Boot\\BCD "
			       "(which bcdedit has /sysstore disk.img@1 for)");
	if (flags & HIVE_FILE_WRITE) {
		r = tree_begin(f->place->volume, err);
		if (r)
			return r;
	}
	f->path = mem_strdup(f->place->path);
	if (!f->path)
		return err_nomem(err);
	inner = address + strlen(address) - strlen(f->path);
	if (flags & HIVE_FILE_KEY)
		return cut_key(f, inner) ? follow_links(f, err)
					 : missing(address, err);
	if (is_inner_file(f->place, f->path) != !(flags & HIVE_FILE_NEW))
		return flags & HIVE_FILE_NEW
			       ? err_set(err, -EEXIST, address, ERR_NOWHERE,
					 "the file is there already")
			       : missing(address, err);
	return follow_links(f, err);
}

// "Windows\\System32\\config\\SYSTEM", and a key behind it, on the host.
static bool find_windows_path(struct hive_file *f, const char *address,
			      unsigned flags)
{
	size_t len;
	char *path = strchr(address, '\\') ? address_find_host(address, &len)
					   : NULL;

	if (!path)
		return false;
	if (address[len] && !(flags & HIVE_FILE_KEY)) {
		mem_free(path);
		return false;
	}
	mem_free(f->path);
	f->path = path;
	f->key = address + len + (address[len] != 0);
	return true;
}

// Tells whether what was written, up to a key's path, leads into a disk.
static int ask_meaning(const struct hive_file *f, const char *address,
		       bool *ret_inner, struct err *err)
{
	size_t n = *f->key ? (size_t)(f->key - address) - 1 : strlen(address);
	char *written = mem_strdup(address), *path;
	const char *rest;
	int r;

	if (!written)
		return err_nomem(err);
	written[n] = 0;
	r = address_split(written, &path, &rest, err);
	if (!r) {
		*ret_inner = *rest;
		mem_free(path);
	}
	mem_free(written);
	return r;
}

// Takes what is to be changed: others wait, and then read what became of it.
static int hold(struct hive_file *f, unsigned flags, struct err *err)
{
	if (!(flags & HIVE_FILE_WRITE))
		return 0;
	return disk_open_file(f->path, DISK_EXCLUSIVE, &f->held, err);
}

static int find(struct hive_file *f, const char *address, unsigned flags,
		struct err *err)
{
	bool is_found, is_inner = false;
	int r;

	f->path = mem_strdup(address);
	if (!f->path)
		return err_nomem(err);
	is_found = (flags & HIVE_FILE_KEY ? cut_key(f, address)
					  : is_host_file(f->path)) ||
		   find_windows_path(f, address, flags);
	r = ask_meaning(f, address, &is_inner, err);
	if (r)
		return r;
	if (is_inner) {
		mem_free(f->path);
		f->path = NULL;
		f->key = "";
		return open_inner(f, address, flags, err);
	}
	if (is_found)
		return flags & HIVE_FILE_NEW
			       ? err_set(err, -EEXIST, address, ERR_NOWHERE,
					 "the file is there already")
			       : hold(f, flags, err);
	return flags & HIVE_FILE_NEW ? address_check_host(address, err)
				     : missing(address, err);
}

int hive_file_open(const char *address, unsigned flags, struct hive_file **ret,
		   struct err *err)
{
	struct hive_file *f;
	int r;

	if (flags & HIVE_FILE_WRITE && flags & HIVE_FILE_NO_LOGS)
		return err_set(err, -EINVAL, "--ignore-logs", ERR_NOWHERE,
			       "for reading alone: a changed hive would lose "
			       "for good what its logs hold");
	f = mem_alloc(sizeof(*f));
	if (!f)
		return err_nomem(err);
	f->no_logs = flags & HIVE_FILE_NO_LOGS;
	f->key = "";
	r = find(f, address, flags, err);
	if (r) {
		hive_file_close(f);
		return r;
	}
	f->prefix = *f->key ? (size_t)(f->key - address) - 1 : strlen(address);
	*ret = f;
	return 0;
}

const char *hive_file_key(const struct hive_file *f)
{
	return f->key;
}

size_t hive_file_prefix(const struct hive_file *f)
{
	return f->prefix;
}

const char *hive_file_name(const struct hive_file *f)
{
	const char *name = f->path;

	for (const char *p = f->path; *p; p++)
		if (*p == '/' || (f->place && *p == '\\'))
			name = p + 1;
	return name;
}

void hive_file_close(struct hive_file *f)
{
	if (!f)
		return;
	cmd_place_close(f->place);
	disk_close(f->held);
	mem_free(f->real);
	mem_free(f->path);
	mem_free(f);
}

// --- Reading -----------------------------------------------------------------

static int read_host(const char *path, uint8_t **ret, size_t *ret_size,
		     struct err *err)
{
	// a pipe is refused, not waited for
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), r = 0;
	uint8_t *data = NULL;
	size_t size = 0;
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return fail_errno(err, path);
	if (fstat(fd, &st)) {
		r = fail_errno(err, path);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		r = err_set(err, -EINVAL, path, ERR_NOWHERE,
			    "a pipe or device, not a file");
		goto out;
	}
	if ((uint64_t)st.st_size > HIVE_FILE_MAX) {
		r = err_set(err, -EFBIG, path, ERR_NOWHERE,
			    "too large for a hive");
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
			r = fail_errno(err, path);
		if (n <= 0)
			break;
		size += (size_t)n;
	}
out:
	close(fd);
	if (r) {
		mem_free(data);
		return r;
	}
	*ret = data;
	*ret_size = size;
	return 0;
}

static int read_one(const struct hive_file *f, const char *path, uint8_t **ret,
		    size_t *ret_size, struct err *err)
{
	void *data;
	int r;

	if (!f->place)
		return read_host(path, ret, ret_size, err);
	r = tree_read_file(f->place->volume, path, HIVE_FILE_MAX, &data,
			   ret_size, err);
	if (!r)
		*ret = data;
	return r;
}

// Logs lie beside the hive itself, not beside a link to it.
static int find_log(const struct hive_file *f, size_t i, char **ret,
		    struct err *err)
{
	struct stat st;
	char *real;
	int r;

	if (f->place)
		return hive_log_find(f->place->volume, real_path(f), i, ret,
				     err);
	if (lstat(f->path, &st) || !S_ISLNK(st.st_mode))
		return hive_log_find(NULL, f->path, i, ret, err);
	real = realpath(f->path, NULL);
	if (!real)
		return fail_errno(err, f->path);
	r = hive_log_find(NULL, real, i, ret, err);
	free(real);
	return r;
}

// Reads a log, if there is one.
static int read_log(const struct hive_file *f, size_t i, struct hive_log *ret,
		    struct err *err)
{
	char *path;
	uint8_t *data;
	int r = find_log(f, i, &path, err);

	if (r || !path)
		return r;
	r = read_one(f, path, &data, &ret->size, NULL);
	if (!r)
		ret->data = data;
	else
		err_set(err, r, path, ERR_NOWHERE, "the log cannot be read");
	mem_free(path);
	return r;
}

static int read_logs(const struct hive_file *f, struct hive_bytes *b,
		     struct err *err)
{
	bool any = false;
	int r = 0;

	for (size_t i = 0; !r && i < HIVE_LOGS; i++) {
		r = read_log(f, i, &b->logs[i], err);
		any |= b->logs[i].size;
	}
	return r || any ? r : hive_logs_missing(f->path, err);
}

int hive_file_read(struct hive_file *f, struct hive_bytes *ret, struct err *err)
{
	struct hive_bytes b = {0};
	int r = read_one(f, f->path, &b.data, &b.size, err);

	if (!r && hive_is_dirty(b.data, b.size)) {
		b.is_stale = f->no_logs;
		if (b.is_stale)
			hive_forget_logs(b.data, b.size);
		else
			r = read_logs(f, &b, err);
	}
	if (r)
		hive_bytes_done(&b);
	else
		*ret = b;
	return r;
}

void hive_bytes_done(struct hive_bytes *bytes)
{
	for (size_t i = 0; i < HIVE_LOGS; i++)
		mem_free((void *)bytes->logs[i].data);
	mem_free(bytes->data);
}

int hive_file_load(struct hive_file *f, struct hive **ret, struct err *err)
{
	struct hive_bytes b;
	int r = hive_file_read(f, &b, err);

	if (r)
		return r;
	r = hive_load_owned(b.data, b.size, b.logs, ret, err);
	if (r)
		hive_logs_advise(b.data, b.size, err);
	else
		b.data = NULL;
	hive_bytes_done(&b);
	return r;
}

// --- Replacing ---------------------------------------------------------------

static int replace_inner(struct hive_file *f, const void *data, size_t size,
			 struct err *err)
{
	struct tree *v = f->place->volume;
	uint32_t attributes = TREE_ARCHIVE;
	struct tree_stat stat;
	int r;

	if (!tree_stat(v, real_path(f), &stat, NULL))
		attributes |= stat.attributes &
			      (TREE_HIDDEN | TREE_SYSTEM | TREE_READONLY);
	r = tree_write_file(v, real_path(f), data, size, attributes,
			    filetime_now(), err);
	return r ? r : tree_sync(v, err);
}

// Deletes logs that belong to the hive that was replaced. Of several names that
// differ in case alone none is: they harm no hive that is closed.
static int delete_logs(struct hive_file *f, struct err *err)
{
	struct tree *v = f->place ? f->place->volume : NULL;
	int r = 0;

	for (size_t i = 0; !r && i < HIVE_LOGS; i++) {
		char *path = NULL;

		r = find_log(f, i, &path, NULL);
		if (r == -ENOTUNIQ)
			r = 0;
		else if (r)
			return err_set(err, r, f->path, ERR_NOWHERE,
				       "its logs cannot be looked for");
		if (path && v)
			r = tree_remove(v, path, err);
		else if (path)
			unlink(path);
		mem_free(path);
	}
	return r || !v ? r : tree_sync(v, err);
}

static int write_file(struct hive_file *f, const void *data, size_t size,
		      struct err *err)
{
	return f->place ? replace_inner(f, data, size, err)
			: disk_put_file(f->path, data, size, err);
}

static int finish(struct hive_file *f, struct err *err)
{
	return f->place ? address_finish(f->place, err) : 0;
}

int hive_file_write(struct hive_file *f, const void *data, size_t size,
		    struct err *err)
{
	int r = write_file(f, data, size, err);

	return r ? r : finish(f, err);
}

int hive_file_replace(struct hive_file *f, const void *data, size_t size,
		      struct err *err)
{
	int r = write_file(f, data, size, err);

	if (!r)
		r = delete_logs(f, err);
	return r ? r : finish(f, err);
}

int hive_file_save(struct hive_file *f, const struct hive *hive,
		   struct err *err)
{
	size_t size;
	void *data;
	int r = hive_save(hive, &data, &size, err);

	if (r)
		return r;
	r = hive_file_replace(f, data, size, err);
	mem_free(data);
	return r;
}
