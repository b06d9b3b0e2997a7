// SPDX-License-Identifier: MIT
//
// A folder of the host as a place for an image.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

#define WHOLE (64u << 10) // a file of as much is written at once, by one thread
#define BLOCK 4096u       // holes of sparse files are made of these

// What the host says, and what is to be done.
static const char *words_of(int code)
{
	switch (code) {
	case -ENOTDIR:
		return "a file stands where the image has a folder: move it "
		       "away";
	case -EISDIR:
	case -EEXIST:
	case -ENOTEMPTY:
		return "a folder stands where the image has a file: move it "
		       "away";
	case -ENOSPC:
		return "there is no room left";
	case -EACCES:
	case -EPERM:
		return "the target does not let this user write here: root "
		       "may, or the owner of the folder";
	default:
		return strerror(-code);
	}
}

static int failed(const struct wim_dentry *d, struct err *err)
{
	int code = errno ? -errno : -EIO;
	char path[96];

	if (code == -ENOMEM || apply_path(d, path, sizeof(path), NULL))
		return err_nomem(err);
	return err_set(err, code, *path ? path : "\\", ERR_NOWHERE, "%s",
		       words_of(code));
}

// --- Where an entry lies -----------------------------------------------------

// The folder of an entry, kept for the next one. On the calling thread alone.
// Returns a file descriptor that stays the place's, or -1.
static int folder_of(struct host_place *p, const struct wim_dentry *d)
{
	if (p->folder == d->parent && p->at >= 0)
		return p->at;
	if (p->at >= 0)
		close(p->at);
	p->folder = d->parent;
	p->at = host_open_folder(p, d->parent);
	return p->at;
}

// Whether an error says that this place holds no such name.
static bool is_of_name(int code)
{
	return code == ENAMETOOLONG || code == EILSEQ || code == EINVAL;
}

// --- Folders -----------------------------------------------------------------

static int make_folder(struct into *into, const struct wim_dentry *d,
		       struct err *err)
{
	struct host_place *p = into->place;
	char name[HOST_NAME];
	struct stat st;
	int at, r = 0;

	if (!d->parent)
		return 0;
	at = folder_of(p, d);
	host_name(d, name);
	if (at < 0)
		r = failed(d, err);
	else if (!mkdirat(at, name, 0777))
		p->is_new[d->index] = true;
	else if (is_of_name(errno))
		r = into_leave_out(into, d, INTO_NAME, err);
	else if (errno != EEXIST)
		r = failed(d, err);
	else if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW))
		r = failed(d, err);
	else if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		r = failed(d, err);
	}
	return r;
}

// --- Files -------------------------------------------------------------------

// Tells whether something has an entry's name, and which is no folder.
// Returns 1, 0, or -1 with errno.
static int stands_there(int at, const char *name)
{
	struct stat st;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -1;
	if (!S_ISDIR(st.st_mode))
		return 1;
	errno = EISDIR;
	return -1;
}

static const struct wim_blob *unnamed(const struct wim_dentry *d)
{
	return d->stream_count && !d->streams[0].name ? d->streams[0].blob
						      : NULL;
}

// Tells whether a file's content may come in pieces.
static bool is_large(const struct wim_dentry *d)
{
	return unnamed(d) && unnamed(d)->size > WHOLE;
}

// Settles under which name an entry is made. *ret_at and `name` are where.
static int find_place(struct into *into, const struct wim_dentry *d,
		      int *ret_at, char name[HOST_NAME], struct err *err)
{
	struct host_place *p = into->place;
	int at = folder_of(p, d), there = 0;

	host_name(d, name);
	if (at >= 0 && !p->is_new[d->parent->index])
		there = stands_there(at, name);
	if (at < 0 || (there < 0 && !is_of_name(errno)))
		return failed(d, err);
	p->is_part[d->index] = there > 0 || is_large(d);
	p->is_ours[d->index] = !there;
	*ret_at = at;
	host_part_name(p, d, name);
	// of a run that was killed
	if (p->is_part[d->index])
		unlinkat(at, name, 0);
	return 0;
}

static int open_new(int at, const char *name)
{
	return openat(at, name,
		      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		      0666);
}

static int lose_metadata(struct into *into, const struct wim_dentry *d,
			 struct err *err)
{
	uint32_t attributes = NTFS_ATTR_READONLY | NTFS_ATTR_HIDDEN |
			      NTFS_ATTR_SYSTEM | NTFS_ATTR_COMPRESSED;
	int r = 0;

	if (d->attributes & attributes)
		r = into_lose(into, d, INTO_ATTRIBUTES, err);
	if (!r && d->security >= 0)
		r = into_lose(into, d, INTO_SECURITY, err);
	return r;
}

static int make_special(struct into *into, const struct wim_dentry *d, int at,
			const char *name, struct err *err)
{
	if (into->options->unix_data && !host_make_special(at, name, d))
		return 0;
	return into_leave_out(into, d, INTO_SPECIAL, err);
}

static int make_file(struct into *into, const struct wim_dentry *d,
		     struct err *err)
{
	struct host_place *p = into->place;
	char name[HOST_NAME];
	int at, fd = -1, r = find_place(into, d, &at, name, err);

	if (r)
		return r;
	if (strlen(name) > p->name_max)
		r = into_leave_out(into, d, INTO_NAME, err);
	else if (host_is_special(d))
		r = make_special(into, d, at, name, err);
	else if (unnamed(d) && p->is_new[d->parent->index])
		r = 0; // made with its content
	else if ((fd = open_new(at, name)) < 0)
		r = is_of_name(errno) ? into_leave_out(into, d, INTO_NAME, err)
				      : failed(d, err);
	if (fd >= 0)
		close(fd);
	return r;
}

// --- Links -------------------------------------------------------------------

static int make_reparse(struct into *into, const struct wim_dentry *d,
			struct err *err)
{
	struct host_place *p = into->place;
	bool fix = into_fixes_link(into, d);
	struct err inner = {0};
	char *target, name[HOST_NAME];
	int at, r;

	r = into_read_link(into, d, fix ? p->path : NULL, &target, &inner);
	if (r == -ENOENT)
		return into_leave_out(into, d, INTO_REPARSE, err);
	if (r)
		return err_pass(err, r, &inner);
	r = find_place(into, d, &at, name, err);
	if (!r && symlinkat(target, at, name))
		r = is_of_name(errno) ? into_leave_out(into, d, INTO_NAME, err)
		    : errno == EPERM || errno == EOPNOTSUPP
			    ? into_leave_out(into, d, INTO_REPARSE, err)
			    : failed(d, err);
	mem_free(target);
	return r;
}

// --- Content -----------------------------------------------------------------

static int write_all(int fd, const uint8_t *p, size_t len, uint64_t off)
{
	while (len) {
		ssize_t n = pwrite(fd, p, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

// Leaves out blocks of zeroes; the file's size is set by who opened it.
static int write_sparse(int fd, const uint8_t *p, size_t len, uint64_t off)
{
	while (len) {
		size_t n = BLOCK - off % BLOCK;

		n = n < len ? n : len;
		if (!mem_is_zero(p, n) && write_all(fd, p, n, off))
			return -1;
		p += n;
		off += n;
		len -= n;
	}
	return 0;
}

static struct timespec to_timespec(uint64_t filetime)
{
	return (struct timespec){
		.tv_sec = filetime_to_unix(filetime),
		.tv_nsec = (long)(filetime % 10000000) * 100,
	};
}

static void get_times(const struct wim_dentry *d, struct timespec ret[2])
{
	ret[0] = to_timespec(d->accessed);
	ret[1] = to_timespec(d->modified);
}

static int put(const struct wim_dentry *d, int fd, uint64_t size, uint64_t off,
	       const void *data, size_t len)
{
	bool is_sparse = d->attributes & NTFS_ATTR_SPARSE;
	struct timespec times[2];

	if ((is_sparse || len != size) && ftruncate(fd, (off_t)size))
		return -1;
	if (is_sparse ? write_sparse(fd, data, len, off)
		      : write_all(fd, data, len, off))
		return -1;
	get_times(d, times);
	return len == size ? futimens(fd, times) : 0;
}

// A file that cannot be made or held is left out, once.
static int give_up(struct into *into, const struct wim_dentry *d, int code,
		   struct err *err)
{
	struct host_place *p = into->place;
	int r = 0;

	errno = code;
	if (!is_of_name(code) && code != EFBIG)
		return failed(d, err);
	pthread_mutex_lock(&p->lock);
	if (!into->is_left_out[d->index])
		r = into_leave_out(into, d,
				   code == EFBIG ? INTO_SIZE : INTO_NAME, err);
	pthread_mutex_unlock(&p->lock);
	return r;
}

static int write_piece(struct into *into, const struct wim_dentry *d,
		       const struct wim_stream *stream, uint64_t off,
		       const void *data, size_t len, struct err *err)
{
	struct host_place *p = into->place;
	char name[HOST_NAME];
	int at, fd = -1, code = 0;

	host_part_name(p, d, name);
	at = host_open_folder(p, d->parent);
	if (at >= 0)
		fd = openat(at, name,
			    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0 || put(d, fd, stream->blob->size, off, data, len))
		code = errno;
	if (fd >= 0 && close(fd) && !code)
		code = errno;
	if (at >= 0)
		close(at);
	return code ? give_up(into, d, code, err) : 0;
}

// --- Further names -----------------------------------------------------------

// Copies a file where file systems have one name for each.
static int copy_file(int from_at, const char *from, int at, const char *name)
{
	int in = openat(from_at, from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int out = in < 0 ? -1 : open_new(at, name);
	ssize_t n = 0;

	if (out >= 0) {
		uint8_t *buf = mem_alloc(1 << 16);

		n = -1;
		errno = ENOMEM;
		while (buf && (n = read(in, buf, 1 << 16)) > 0 &&
		       write(out, buf, (size_t)n) == n)
			;
		mem_free(buf);
		close(out);
	}
	if (in >= 0)
		close(in);
	return out < 0 || n ? -1 : 0;
}

static int link_or_copy(struct into *into, const struct wim_dentry *d,
			int from_at, const char *from, int at, const char *name,
			struct err *err)
{
	if (!linkat(from_at, from, at, name, 0))
		return 0;
	if (is_of_name(errno))
		return into_leave_out(into, d, INTO_NAME, err);
	if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK)
		return failed(d, err);
	if (copy_file(from_at, from, at, name))
		return failed(d, err);
	return into_lose(into, d, INTO_LINKS, err);
}

static int make_link(struct into *into, const struct wim_dentry *d,
		     const struct wim_dentry *first, struct err *err)
{
	struct host_place *p = into->place;
	char from[HOST_NAME], name[HOST_NAME];
	int from_at = host_open_folder(p, first->parent), at;
	int r = find_place(into, d, &at, name, err);

	host_part_name(p, first, from);

	if (!r && from_at < 0)
		r = failed(first, err);
	if (!r)
		r = link_or_copy(into, d, from_at, from, at, name, err);
	if (from_at >= 0)
		close(from_at);
	return r;
}

// --- The end -----------------------------------------------------------------

static int set_times(int at, const char *name, const struct wim_dentry *d)
{
	struct timespec times[2];

	get_times(d, times);
	return utimensat(at, name, times, AT_SYMLINK_NOFOLLOW);
}

static int end_root(struct into *into, const struct wim_dentry *d,
		    struct err *err)
{
	struct host_place *p = into->place;
	int r = host_set_unix(into, p->root, ".", d, err);

	return !r && set_times(p->root, ".", d) ? failed(d, err) : r;
}

static int end_entry(struct into *into, const struct wim_dentry *d,
		     struct err *err)
{
	struct host_place *p = into->place;
	char part[HOST_NAME], name[HOST_NAME];
	int at, r = 0;

	host_name(d, name);
	host_part_name(p, d, part);
	if (!d->parent)
		r = end_root(into, d, err);
	else if ((at = folder_of(p, d)) < 0)
		r = failed(d, err);
	else if (p->is_part[d->index] && renameat(at, part, at, name))
		r = failed(d, err);
	else if (!(r = host_set_unix(into, at, name, d, err)) &&
		 set_times(at, name, d))
		r = failed(d, err);
	return r ? r : lose_metadata(into, d, err);
}

// After a failure: what was made goes again, the parts of files too.
static void drop(struct into *into, const struct wim_dentry *d)
{
	struct host_place *p = into->place;
	char name[HOST_NAME];
	int at;

	if (!p->is_part[d->index] && !p->is_ours[d->index] &&
	    !p->is_new[d->index])
		return;
	at = host_open_folder(p, d->parent);
	if (at < 0)
		return;
	if (p->is_part[d->index])
		unlinkat(at, host_part_name(p, d, name), 0);
	if (p->is_ours[d->index] || p->is_new[d->index])
		unlinkat(at, host_name(d, name),
			 p->is_new[d->index] ? AT_REMOVEDIR : 0);
	close(at);
}

// --- All of it ---------------------------------------------------------------

static int open_place(struct host_place *p, const char *folder, struct err *err)
{
	long name_max;

	if (mkdir(folder, 0777) && errno != EEXIST)
		return err_set(err, -errno, folder, ERR_NOWHERE,
			       "making the folder failed: %s",
			       errno == ENOENT ? "the one that it is to lie in "
						 "is not there"
					       : strerror(errno));
	p->root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->root < 0)
		return err_set(err, -errno, folder, ERR_NOWHERE, "%s",
			       errno == ENOTDIR ? "this is a file, and no "
						  "folder"
						: strerror(errno));
	name_max = fpathconf(p->root, _PC_NAME_MAX);
	p->name_max = name_max > 0 ? (size_t)name_max : 255;
	if (!realpath(folder, p->path))
		return err_set(err, -errno, folder, ERR_NOWHERE, "%s",
			       strerror(errno));
	return 0;
}

static int finish(struct into *into, struct err *err)
{
	const struct host_place *p = into->place;

	return syncfs(p->root) ? err_set(err, -errno, p->path, ERR_NOWHERE,
					 "%s", strerror(errno))
			       : 0;
}

static int prepare(struct into *into, struct err *err)
{
	struct host_place *p = into->place;
	size_t count = into->image->dentry_count;

	host_find_unix(into);
	p->is_new = mem_array(count, sizeof(*p->is_new));
	p->is_part = mem_array(count, sizeof(*p->is_part));
	p->is_ours = mem_array(count, sizeof(*p->is_ours));
	return p->is_new && p->is_part && p->is_ours ? 0 : err_nomem(err);
}

int image_into_host(struct wim *w, uint32_t index, const char *folder,
		    const struct into_options *options,
		    struct progress *progress, struct into_result *ret,
		    struct err *err)
{
	static const struct into_ops ops = {
		.prepare = prepare,
		.make_folder = make_folder,
		.make_file = make_file,
		.make_reparse = make_reparse,
		.make_link = make_link,
		.write = write_piece,
		.end = end_entry,
		.finish = finish,
		.drop = drop,
	};
	struct host_place p = {
		.root = -1, .at = -1, .lock = PTHREAD_MUTEX_INITIALIZER};
	struct into into = {.ops = &ops, .place = &p};
	int r = open_place(&p, folder, err);

	if (!r)
		r = into_run(&into, w, index, options, progress, ret, err);
	if (p.at >= 0)
		close(p.at);
	if (p.root >= 0)
		close(p.root);
	mem_free(p.is_new);
	mem_free(p.is_part);
	mem_free(p.is_ours);
	return r;
}
