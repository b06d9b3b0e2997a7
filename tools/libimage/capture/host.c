// SPDX-License-Identifier: MIT
//
// A folder of the host is captured: what stat(2) tells, as wimlib keeps it, and
// content by the number of its inode, in which order most file systems lay it out.

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../image_priv.h"
#include "capture_priv.h"
#include "links.h"

#define MAX_STEP 3000u // bytes of a path that are given to the kernel at once

struct host {
	struct capture *c;
	const char *folder;
	char *real;                // its path without links; "" for the root
	struct capture_links seen; // files of several names
	const struct capture_rules *rules;
	struct stat output; // of what the image goes to; st_ino 0: none
	struct progress *progress;
	struct err *err;
};

int capture_host_failed(const char *path, struct err *err)
{
	int code = -errno;

	return err_set(err, code, path, ERR_NOWHERE, "%s", strerror(-code));
}

// --- Paths of any length -----------------------------------------------------

// A path in pieces, from the last one up.
struct steps {
	char **names;
	size_t count, capacity;
};

static int push(struct steps *s, const le16 *name, size_t len, struct err *err)
{
	if (mem_grow((void **)&s->names, s->count, &s->capacity,
		     sizeof(*s->names)))
		return err_nomem(err);
	s->names[s->count] = utf16_to_utf8(name, len);
	return s->names[s->count++] ? 0 : err_nomem(err);
}

static void steps_done(struct steps *s)
{
	while (s->count)
		mem_free(s->names[--s->count]);
	mem_free(s->names);
	*s = (struct steps){0};
}

// Goes down from `fd`, which is closed, by what was gathered of the path.
static int step_down(int *fd, char *path)
{
	int next = openat(*fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int code = errno;

	close(*fd);
	errno = code;
	*fd = next;
	*path = 0;
	return next < 0 ? -1 : 0;
}

// Opens the folder that all steps but the first `but` lead to. Many are given to the
// kernel at once, but never more than it takes. Returns it, or -1 with errno.
static int open_steps(const char *folder, const struct steps *s, size_t but)
{
	int fd = openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char path[MAX_STEP + NAME_MAX + 2] = "";

	for (size_t i = s->count; fd >= 0 && i-- > but;) {
		size_t at = strlen(path);

		snprintf(path + at, sizeof(path) - at, "%s%s", at ? "/" : "",
			 s->names[i]);
		if (strlen(path) > MAX_STEP && step_down(&fd, path))
			return -1;
	}
	if (fd >= 0 && *path && step_down(&fd, path))
		return -1;
	return fd;
}

// Writes what people see of a path: its end, where it is too long.
static void show(const char *folder, const struct steps *s, char *buf,
		 size_t size)
{
	size_t at = (size_t)snprintf(buf, size, "%s", folder);

	for (size_t i = s->count; i-- && at < size;)
		at += (size_t)snprintf(buf + at, size - at, "%s%s",
				       at && buf[at - 1] == '/' ? "" : "/",
				       s->names[i]);
}

// --- Content -----------------------------------------------------------------

static int open_by_path(struct capture *c, const struct steps *s,
			struct disk **ret, struct err *err)
{
	char path[PATH_MAX], name[NAME_MAX + 32];
	int fd;

	show(c->folder, s, path, sizeof(path));
	if (strlen(path) < sizeof(path) - NAME_MAX - 2)
		return capture_watch(c, path, path, -1, ret, err);
	fd = open_steps(c->folder, s, 1);
	if (fd < 0)
		return capture_host_failed(path, err);
	snprintf(name, sizeof(name), "/proc/self/fd/%d/%s", fd, s->names[0]);
	return capture_watch(c, path, name, fd, ret, err);
}

static int open_content(struct capture *c, const struct capture_source *source,
			struct disk **ret, struct err *err)
{
	const struct wim_dentry *d = source->dentry;
	struct steps s = {0};
	int r = 0;

	for (; d->parent && !r; d = d->parent)
		r = push(&s, d->name, d->name_len, err);
	if (!r)
		r = open_by_path(c, &s, ret, err);
	steps_done(&s);
	return r;
}

// --- A file ------------------------------------------------------------------

static uint64_t filetime(const struct timespec *t)
{
	return filetime_from_unix(t->tv_sec, (uint32_t)t->tv_nsec);
}

// What of an absolute target lies behind the folder that is captured, or NULL.
static const char *inside(const struct host *h, const char *target)
{
	size_t n = strlen(h->real);

	if (h->c->options.keep_links || *target != '/' ||
	    strncmp(target, h->real, n) || (target[n] && target[n] != '/'))
		return NULL;
	return target + n;
}

// Links that lead out of the folder stay as they are: in the system that they
// belong to they lead to what its image holds.
static int add_link(struct host *h, int fd, const char *name,
		    struct capture_file *f)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(fd, name, target, sizeof(target) - 1);
	struct capture_point point;
	struct err e = {0};
	struct stat st;
	int r;

	if (n < 0) {
		f->loss = CAPTURE_CHANGED;
		return 0;
	}
	target[n] = 0;
	f->attributes = NTFS_ATTR_REPARSE;
	f->reparse_tag = 0xa000000c;
	if (!fstatat(fd, name, &st, 0) && S_ISDIR(st.st_mode))
		f->attributes |= NTFS_ATTR_DIRECTORY;
	r = capture_make_link(target, inside(h, target), &point, &e);
	if (r == -EBADMSG) {
		f->loss = CAPTURE_NAME;
		return 0;
	}
	if (r)
		return err_pass(h->err, r, &e);
	f->reparse_flags = point.flags;
	r = capture_add_source(h->c, point.data, point.size, &f->reparse,
			       h->err);
	mem_free(point.memory);
	return r;
}

static int add_data(struct host *h, const struct stat *st,
		    struct capture_file *f)
{
	struct capture_source *s;
	int r;

	f->attributes = NTFS_ATTR_NORMAL;
	if ((uint64_t)st->st_blocks * 512 < (uint64_t)st->st_size)
		f->attributes = NTFS_ATTR_SPARSE;
	if (!st->st_size)
		return 0;
	r = capture_add_source(h->c, NULL, (uint64_t)st->st_size, &s, h->err);
	if (r)
		return r;
	s->place = st->st_ino;
	s->file = st->st_dev;
	return capture_add_stream(h->c, f, NULL, 0, s, h->err);
}

static int add_kind(struct host *h, int fd, const char *name,
		    const struct stat *st, struct capture_file *f)
{
	if (S_ISDIR(st->st_mode))
		f->attributes = NTFS_ATTR_DIRECTORY;
	else if (S_ISLNK(st->st_mode))
		return add_link(h, fd, name, f);
	else if (S_ISREG(st->st_mode))
		return add_data(h, st, f);
	else if (!h->c->options.unix_data)
		f->loss = CAPTURE_SPECIAL;
	return 0;
}

// What Linux has and Windows has not. A folder's own descriptor leads to its files
// by names that are short, whatever its path is.
static int add_unix(struct host *h, int fd, const char *name,
		    const struct stat *st, struct capture_file *f)
{
	char path[PATH_MAX];

	if (!h->c->options.unix_data || f->loss != CAPTURE_LOSSES)
		return 0;
	f->uid = st->st_uid;
	f->gid = st->st_gid;
	f->mode = st->st_mode;
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		f->rdev = (uint32_t)((minor(st->st_rdev) & 0xff) |
				     major(st->st_rdev) << 8 |
				     (minor(st->st_rdev) & ~0xffu) << 12);
	if (fd == AT_FDCWD)
		snprintf(path, sizeof(path), "%s", name);
	else
		snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", fd, name);
	return capture_host_attributes(h->c, path, f, h->err);
}

static int add_new(struct host *h, int fd, const char *name,
		   const struct stat *st, uint32_t *ret)
{
	struct capture_file *f;
	int r = capture_add_file(h->c, ret, h->err);

	if (r)
		return r;
	f = &h->c->files[*ret];
	f->created = f->modified = filetime(&st->st_mtim);
	f->accessed = filetime(&st->st_atim);
	f->number = st->st_ino;
	f->volume = st->st_dev;
	r = add_kind(h, fd, name, st, f);
	return r ? r : add_unix(h, fd, name, st, f);
}

// Finds the file of an inode that was met by another name, or makes it.
static int add_file(struct host *h, int fd, const char *name,
		    const struct stat *st, uint32_t *ret)
{
	uint32_t *known = NULL;
	int r;

	if (st->st_nlink > 1 && !S_ISDIR(st->st_mode)) {
		r = capture_links_find(&h->seen, st->st_dev, st->st_ino, &known,
				       h->err);
		if (r)
			return r;
		if (*known != CAPTURE_NO_FILE) {
			*ret = *known;
			return 0;
		}
	}
	r = add_new(h, fd, name, st, ret);
	if (!r && known)
		*known = *ret;
	return r;
}

// --- A folder ----------------------------------------------------------------

static int lose(struct host *h, enum capture_loss loss, const struct steps *s,
		const char *name)
{
	char path[1024];
	size_t at;

	show(h->folder, s, path, sizeof(path) - NAME_MAX - 2);
	at = strlen(path);
	snprintf(path + at, sizeof(path) - at, "/%s", name);
	return capture_lose(h->c, loss, path, h->err);
}

// A new file may have another name until it is whole.
static bool is_output(const struct host *h, const char *name,
		      const struct stat *st)
{
	size_t len = strlen(name), end = strlen(DISK_PART_SUFFIX);

	return (h->output.st_ino == st->st_ino &&
		h->output.st_dev == st->st_dev) ||
	       (len > end && !strcmp(name + len - end, DISK_PART_SUFFIX));
}

static int add_entry(struct host *h, uint32_t parent, const struct steps *s,
		     int fd, const char *name)
{
	struct capture_node n = {.parent = parent};
	size_t files = h->c->file_count, len;
	uint32_t number;
	struct stat st;
	le16 *units;
	int r;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? lose(h, CAPTURE_CHANGED, s, name)
				       : capture_host_failed(name, h->err);
	if (S_ISREG(st.st_mode) && is_output(h, name, &st))
		return lose(h, CAPTURE_OUTPUT, s, name);
	r = utf16_from_utf8(name, &units, &len);
	if (r == -EINVAL || (!r && len > 255)) {
		if (!r)
			mem_free(units);
		return lose(h, CAPTURE_NAME, s, name);
	}
	if (r)
		return err_nomem(h->err);
	r = capture_keep_name(h->c, units, len, &n.name, h->err);
	mem_free(units);
	n.name_len = (uint8_t)len;
	if (!r)
		r = add_file(h, fd, name, &st, &n.file);
	if (!r)
		r = capture_add_node(h->c, h->rules, &n, &number, h->err);
	// A file of which no other name is known went with its name.
	if (!r && number == CAPTURE_NO_FILE && h->c->file_count > files &&
	    st.st_nlink == 1)
		h->c->file_count = files;
	return r;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

// Takes over fd.
static int read_names(int fd, struct steps *ret, struct err *err)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *e;
	int r = 0;

	if (!dir) {
		close(fd);
		return err_nomem(err);
	}
	while (!r && (e = readdir(dir))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (mem_grow((void **)&ret->names, ret->count, &ret->capacity,
			     sizeof(*ret->names)) ||
		    !(ret->names[ret->count] = mem_strdup(e->d_name)))
			r = err_nomem(err);
		else
			ret->count++;
	}
	closedir(dir);
	if (ret->count)
		qsort(ret->names, ret->count, sizeof(*ret->names), by_name);
	return r;
}

static int list_folder(struct host *h, uint32_t node, const struct steps *s)
{
	int fd = open_steps(h->folder, s, 0), copy, r;
	struct steps names = {0};
	char path[1024];

	if (fd < 0) {
		show(h->folder, s, path, sizeof(path));
		return capture_host_failed(path, h->err);
	}
	copy = dup(fd);
	r = copy < 0 ? capture_host_failed(h->folder, h->err)
		     : read_names(copy, &names, h->err);
	for (size_t i = 0; !r && i < names.count; i++)
		r = add_entry(h, node, s, fd, names.names[i]);
	steps_done(&names);
	close(fd);
	return r;
}

static int add_folder(struct host *h, uint32_t node)
{
	const struct capture_node *n = &h->c->nodes[node];
	struct steps s = {0};
	int r = 0;

	for (; n->name && !r; n = &h->c->nodes[n->parent])
		r = push(&s, n->name, n->name_len, h->err);
	if (!r)
		r = list_folder(h, node, &s);
	steps_done(&s);
	return r;
}

// Level by level; a link to a folder is none.
static int walk(struct host *h)
{
	int r = 0;

	for (size_t i = 0; !r && i < h->c->node_count; i++) {
		const struct capture_file *f =
			&h->c->files[h->c->nodes[i].file];

		if ((f->attributes &
		     (NTFS_ATTR_DIRECTORY | NTFS_ATTR_REPARSE)) !=
		    NTFS_ATTR_DIRECTORY)
			continue;
		r = add_folder(h, (uint32_t)i);
		if (!r)
			r = progress_report(h->progress, "Reading files",
					    h->c->file_count, 0);
	}
	return r;
}

// --- All of it ---------------------------------------------------------------

static int add_root(struct host *h)
{
	struct capture_node root = {0};
	uint32_t number;
	char real[PATH_MAX];
	struct stat st;
	int r;

	if (stat(h->folder, &st))
		return capture_host_failed(h->folder, h->err);
	if (!S_ISDIR(st.st_mode))
		return err_set(h->err, -ENOTDIR, h->folder, ERR_NOWHERE,
			       "it is a file, not a folder");
	if (!realpath(h->folder, real))
		return capture_host_failed(h->folder, h->err);
	h->real = mem_strdup(strcmp(real, "/") ? real : "");
	h->c->folder = mem_strdup(h->folder);
	if (!h->real || !h->c->folder)
		return err_nomem(h->err);
	r = add_new(h, AT_FDCWD, h->folder, &st, &root.file);
	return r ? r : capture_add_node(h->c, NULL, &root, &number, h->err);
}

int capture_host(const char *folder, const struct capture_options *options,
		 struct progress *progress, struct capture **ret,
		 struct err *err)
{
	struct host h = {.folder = *folder ? folder : ".",
			 .rules = options->rules,
			 .progress = progress,
			 .err = err};
	int r = capture_begin(options, &h.c, err);

	if (r)
		return r;
	h.c->open_source = open_content;
	if (options->output && stat(options->output, &h.output))
		h.output.st_ino = 0;
	r = add_root(&h);
	if (!r)
		r = walk(&h);
	capture_links_done(&h.seen);
	mem_free(h.real);
	return capture_end(h.c, r, ret, err);
}
