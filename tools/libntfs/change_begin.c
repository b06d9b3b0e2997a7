// SPDX-License-Identifier: MIT
//
// What a volume must be before anything on it is changed: closed in order by
// its last user, and without a single problem.

#include <string.h>

#include "change.h"
#include "log.h"

#define MFT_ZONE 8 // that part of the volume is left to the MFT at first

static int refuse(int code, const char *why, struct err *err)
{
	return err_set(err, code, "NTFS volume", ERR_NOWHERE, "%s", why);
}

static int check_flags(const struct ntfs *n, struct err *err)
{
	if (n->info.major != 3)
		return refuse(-ENOTSUP, "it is of a version before 3.0", err);
	if (n->info.flags & NTFS_VF_DIRTY)
		return refuse(-EBUSY,
			      "it is marked as dirty: let Windows check it first "
			      "(chkdsk /f)", err);
	if (n->info.flags & (NTFS_VF_RESIZE_LOG | NTFS_VF_UPGRADE |
			     NTFS_VF_USN_DELETION | NTFS_VF_CHKDSK_UNDERWAY))
		return refuse(-EBUSY,
			      "Windows has work on it that is not done: start "
			      "Windows and shut it down first", err);
	return 0;
}

static int check_log(struct ntfs *n, bool *ret_empty, struct err *err)
{
	enum ntfs_log_state state;
	int r = ntfs_log_read(n, &state, err);

	if (r)
		return r;
	*ret_empty = state == NTFS_LOG_EMPTY;
	return state == NTFS_LOG_OPEN
		       ? refuse(-EBUSY,
				"it was not closed in order, its log holds "
				"changes: start Windows and shut it down, or let "
				"it check the volume (chkdsk /f)", err)
		       : 0;
}

// Windows that sleeps on the disk, or was shut down for a fast start, holds
// parts of the volume in its memory.
static int check_hibernation(struct ntfs *n, struct err *err)
{
	static const char *const marks[] = {"HIBR", "hibr", "RSTR", "rstr"};
	uint8_t begin[4] = {0};
	struct disk *d;
	int r = ntfs_open_file(n, "\\hiberfil.sys", &d, NULL);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r)
		return refuse(r, "its hiberfil.sys cannot be read", err);
	if (d->size >= sizeof(begin))
		r = disk_read(d, 0, begin, sizeof(begin), err);
	disk_close(d);
	for (size_t i = 0; !r && i < 4; i++)
		if (!memcmp(begin, marks[i], 4))
			r = refuse(-EBUSY,
				   "a Windows sleeps on it (hiberfil.sys): start "
				   "it and shut it down wholly (shutdown /s /f "
				   "/t 0)", err);
	return r;
}

static void report(void *ctx, const struct ntfs_problem *p)
{
	struct err *first = ctx;

	if (!first->code)
		err_corrupt(first, "NTFS volume",
			    p->record == ERR_NOWHERE ? ERR_NOWHERE : p->record,
			    "%s (%s): let Windows check it first (chkdsk /f)",
			    p->text, p->rule);
}

static int check_all(struct ntfs *n, struct err *err)
{
	struct ntfs_check_result result;
	struct err first = {0};
	int r = ntfs_check(n->dev, report, &first, NULL, &result, err);

	if (r || !result.problems)
		return r;
	return err_corrupt(err, first.what, first.where, "%s", first.why);
}

// --- Starting ----------------------------------------------------------------

static int open_clusters(struct ntfs_change *c, struct err *err)
{
	const struct change_attr *a;
	struct change_file f;
	uint64_t clusters = c->n->info.clusters;
	int r = ntfs_change_load(c, NTFS_REC_BITMAP, &f, err);

	a = r ? NULL : ntfs_change_find(&f, NTFS_AT_DATA, NULL);
	if (!r && (!a || a->resident || a->runs.has_holes ||
		   a->size < (clusters + 7) / 8 || a->valid < a->size))
		r = refuse(-ENOTSUP, "its $Bitmap is not all in clusters", err);
	if (!r)
		r = ntfs_bits_open(c, &a->runs, a->size, clusters, &c->clusters,
				   err);
	ntfs_change_done(&f);
	return r;
}

// How many records $MFTMirr has. The first four are always among them.
static int open_mirror(struct ntfs_change *c, struct err *err)
{
	const struct change_attr *a;
	struct change_file f;
	int r = ntfs_change_load(c, NTFS_REC_MFTMIRR, &f, err);

	a = r ? NULL : ntfs_change_find(&f, NTFS_AT_DATA, NULL);
	if (!r && (!a || a->resident || a->runs.count != 1 ||
		   a->size / c->n->info.record_size < NTFS_MFT_MIRROR))
		r = refuse(-ENOTSUP, "its $MFTMirr is in pieces or too short",
			   err);
	if (!r)
		c->mirrored = (uint32_t)(a->size / c->n->info.record_size);
	ntfs_change_done(&f);
	return r;
}

static int start(struct ntfs_change *c, struct err *err)
{
	struct ntfs *n = c->n;
	int r = ntfs_cache_new(c, err);

	if (r)
		return r;
	n->dev = c->cache;
	r = ntfs_mft_open(c, err);
	if (!r)
		r = open_clusters(c, err);
	if (!r)
		r = open_mirror(c, err);
	if (!r && c->mft.runs.count) {
		const struct ntfs_run *last =
			&c->mft.runs.items[c->mft.runs.count - 1];

		c->cluster_hint =
			(last->lcn + last->len + n->info.clusters / MFT_ZONE) %
			n->info.clusters;
	}
	c->record_hint = NTFS_REC_USER;
	return r;
}

int ntfs_change_begin(struct ntfs *n, struct err *err)
{
	struct ntfs_change *c;
	bool log_is_empty;
	int r = 0;

	if (n->change)
		return 0;
	if (n->dev->read_only)
		return refuse(-EROFS, "it is open for reading only", err);
	r = check_flags(n, err);
	if (!r)
		r = check_log(n, &log_is_empty, err);
	if (!r)
		r = check_hibernation(n, err);
	if (!r)
		r = check_all(n, err);
	if (r)
		return r;
	c = mem_alloc(sizeof(*c));
	if (!c)
		return err_nomem(err);
	c->n = n;
	c->base = n->dev;
	c->log_is_reset = log_is_empty;
	c->mft.disk = n->mft; // becomes old_mft, to go back to
	n->change = c;
	r = start(c, err);
	if (r)
		ntfs_mft_undo(c);
	else
		ntfs_mft_done(&c->old_mft);
	if (r) {
		c->mft.disk = NULL; // it stays n->mft
		ntfs_change_free(n);
	}
	return r;
}

void ntfs_change_free(struct ntfs *n)
{
	struct ntfs_change *c = n->change;

	if (!c)
		return;
	if (c->mft.disk)
		n->mft = NULL;
	ntfs_mft_done(&c->mft);
	ntfs_bits_done(&c->clusters);
	ntfs_cache_done(c);
	n->dev = c->base;
	n->change = NULL;
	mem_free(c);
}
