// SPDX-License-Identifier: MIT
//
// What of a volume is free, and whether that can be believed: $Bitmap, the flags
// of $Volume, the restart pages of $LogFile and hiberfil.sys, as the Linux-NTFS
// project's documentation and libfsntfs' format paper describe them.

#include <string.h>

#include "log.h"

#define PIECE 65536u

// --- Free ranges ---------------------------------------------------------------

struct walk {
	const struct ntfs_info *info;
	int (*fn)(void *ctx, uint64_t off, uint64_t len);
	void *ctx;
	uint64_t start; // of the run that is being followed
	bool in_run;
};

static int end_run(struct walk *w, uint64_t cluster)
{
	uint64_t size = w->info->cluster_size;

	if (!w->in_run)
		return 0;
	w->in_run = false;
	return w->fn(w->ctx, w->start * size, (cluster - w->start) * size);
}

// Takes `count` bits, those of clusters from `first` on.
static int take_bits(struct walk *w, const uint8_t *bits, uint64_t first,
		     uint64_t count)
{
	int r = 0;

	for (uint64_t i = 0; i < count && !r; i++) {
		bool used = bits[i / 8] >> i % 8 & 1;

		if (!used && !w->in_run) {
			w->start = first + i;
			w->in_run = true;
		} else if (used) {
			r = end_run(w, first + i);
		}
	}
	return r;
}

static int walk_bitmap(struct walk *w, struct disk *bitmap, struct err *err)
{
	uint64_t clusters = w->info->clusters;
	uint8_t *bits = mem_alloc(PIECE);
	int r = bits ? 0 : err_nomem(err);

	if (!r && bitmap->size < (clusters + 7) / 8)
		r = err_corrupt(err, "$Bitmap", ERR_NOWHERE,
				"it is too short for the volume");
	for (uint64_t at = 0; at < clusters && !r; at += PIECE * 8) {
		uint64_t n = clusters - at < PIECE * 8 ? clusters - at
						       : PIECE * 8;

		r = disk_read(bitmap, at / 8, bits, (size_t)(n + 7) / 8, err);
		if (!r)
			r = take_bits(w, bits, at, n);
	}
	mem_free(bits);
	return r ? r : end_run(w, clusters);
}

int ntfs_free_ranges(struct ntfs *n,
		     int (*fn)(void *ctx, uint64_t off, uint64_t len),
		     void *ctx, struct err *err)
{
	struct walk w = {.info = &n->info, .fn = fn, .ctx = ctx};
	struct disk *bitmap;
	int r = ntfs_stream_open_record(n, NTFS_REC_BITMAP, &bitmap, err);

	if (r)
		return r;
	r = walk_bitmap(&w, bitmap, err);
	disk_close(bitmap);
	return r;
}

// --- Whether somebody still uses it ----------------------------------------------

#define LOG_PAGES 2u

// The newer page counts; a log of ones was emptied.
static int is_log_closed(struct ntfs *n, bool *ret, struct err *err)
{
	struct ntfs_restart found[LOG_PAGES];
	bool is_empty = false, second;
	uint8_t page[NTFS_USA_STRIDE];
	struct disk *log;
	int r = ntfs_log_open(n, &log, err);

	if (r)
		return r;
	for (size_t i = 0; i < LOG_PAGES && !r; i++) {
		if (log->size >= i * NTFS_LOG_PAGE + sizeof(page))
			r = disk_read(log, i * NTFS_LOG_PAGE, page,
				      sizeof(page), err);
		else
			memset(page, 0xff, sizeof(page));
		if (r)
			break;
		if (!i)
			is_empty = page[0] == 0xff &&
				   !memcmp(page, page + 1, sizeof(page) - 1);
		found[i] = ntfs_restart_decode(page);
	}
	disk_close(log);
	if (r)
		return r;
	second = found[1].has_area &&
		 (!found[0].has_area || found[1].lsn > found[0].lsn);
	*ret = found[second].has_area ? found[second].is_closed : is_empty;
	return 0;
}

// A machine that sleeps, or was shut down to start faster, keeps its memory in
// this file, and with it what it knows of the volume.
static int is_hibernated(struct ntfs *n, bool *ret, struct err *err)
{
	struct err why = {0};
	uint8_t head[4] = {0};
	struct disk *file;
	int r = ntfs_open_file(n, "\\hiberfil.sys", &file, &why);

	*ret = false;
	if (r == -ENOENT)
		return 0;
	if (r)
		return err_pass(err, r, &why);
	if (file->size >= sizeof(head))
		r = disk_read(file, 0, head, sizeof(head), err);
	disk_close(file);
	for (size_t i = 0; i < sizeof(head); i++)
		head[i] |= 0x20;
	*ret = !memcmp(head, "hibr", sizeof(head));
	return r;
}

int ntfs_in_use(struct ntfs *n, const char **ret, struct err *err)
{
	bool sleeps = false, closed = true;
	int r = is_hibernated(n, &sleeps, err);

	if (!r)
		r = is_log_closed(n, &closed, err);
	if (r)
		return r;
	*ret = sleeps                          ? "Windows is hibernated on it"
	       : n->info.flags & NTFS_VF_DIRTY ? "it is marked dirty"
	       : !closed                       ? "it was not shut down properly"
					       : NULL;
	return 0;
}
