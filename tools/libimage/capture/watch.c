// SPDX-License-Identifier: MIT
//
// A file of the host that others may write to while it is read: what was read may be
// of two moments, and with the same size nothing else would tell. A small file is read
// as a whole, and again when it changed meanwhile; of a large one, and one that does
// not rest, the capture says so.

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture_priv.h"

#define SMALL (256u << 10) // bytes that are read as a whole

struct watched {
	struct disk disk; // first
	struct disk *file;
	struct capture *c;
	char *path; // for messages
	char *name; // by which it is opened
	int folder; // that lies in it, if it is too long otherwise; -1: none
	struct stat before;
	uint8_t *data; // of a small file
};

static struct watched *watched_of(struct disk *d)
{
	return (struct watched *)(void *)d;
}

static bool is_same(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

// Looks at the file again. Returns whether it was written to; what is not there any
// more was not.
static bool has_changed(struct watched *w)
{
	struct stat before = w->before;

	return !stat(w->name, &w->before) &&
	       w->before.st_ino == before.st_ino &&
	       (w->before.st_size != before.st_size ||
		!is_same(&w->before.st_mtim, &before.st_mtim) ||
		!is_same(&w->before.st_ctim, &before.st_ctim));
}

static int read_watched(struct disk *d, uint64_t off, void *buf, size_t len,
			struct err *err)
{
	struct watched *w = watched_of(d);

	if (!w->data)
		return disk_read(w->file, off, buf, len, err);
	memcpy(buf, w->data + off, len);
	return 0;
}

static void close_watched(struct disk *d)
{
	struct watched *w = watched_of(d);

	// Without memory it is not told, as for want of it all ends anyway.
	if (w->file && !w->data && has_changed(w))
		best_effort(capture_lose(w->c, CAPTURE_TORN, w->path, NULL));
	disk_close(w->file);
	if (w->folder >= 0)
		close(w->folder);
	mem_free(w->data);
	mem_free(w->name);
	mem_free(w->path);
	mem_free(w);
}

static const struct disk_ops ops = {
	.read = read_watched,
	.close = close_watched,
};

static int read_whole(struct watched *w, struct err *err)
{
	size_t size = (size_t)w->file->size;
	bool has_rest = false;
	int r = 0;

	w->data = mem_alloc(size);
	if (!w->data)
		return err_nomem(err);
	for (int i = 0; !r && !has_rest && i < 2; i++) {
		r = disk_read(w->file, 0, w->data, size, err);
		has_rest = !r && !has_changed(w);
	}
	return r || has_rest ? r
			     : capture_lose(w->c, CAPTURE_TORN, w->path, err);
}

int capture_watch(struct capture *c, const char *path, const char *name,
		  int folder, struct disk **ret, struct err *err)
{
	struct watched *w = mem_alloc(sizeof(*w));
	int r = 0;

	if (!w && folder >= 0)
		close(folder);
	if (!w)
		return err_nomem(err);
	*w = (struct watched){.c = c, .folder = folder};
	w->name = mem_strdup(name);
	w->path = mem_strdup(path);
	if (!w->name || !w->path)
		r = err_nomem(err);
	if (!r && stat(name, &w->before))
		r = capture_host_failed(path, err);
	if (!r)
		r = disk_open_file(name, DISK_READ_ONLY | DISK_UNLOCKED,
				   &w->file, err);
	if (!r && w->file->size <= SMALL)
		r = read_whole(w, err);
	w->disk = (struct disk){.ops = &ops,
				.size = w->file ? w->file->size : 0,
				.sector_size = 512,
				.read_only = true};
	if (r)
		close_watched(&w->disk);
	else
		*ret = &w->disk;
	return r;
}
