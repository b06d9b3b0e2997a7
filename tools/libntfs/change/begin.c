// SPDX-License-Identifier: MIT
//
// Readying a volume for changes: what writable.c asks for, and the state that
// changes are kept in.

#include "change.h"

#define MFT_ZONE 8 // that part of the volume is left to the MFT at first

static int refuse(int code, const char *why, struct err *err)
{
	return err_set(err, code, "NTFS volume", ERR_NOWHERE, "%s", why);
}

// --- Starting ----------------------------------------------------------------

int ntfs_clusters_open(struct ntfs_change *c, uint64_t clusters,
		       struct err *err)
{
	const struct change_attr *a;
	struct change_file f;
	struct ntfs_bits bits = {0};
	int r = ntfs_change_load(c, NTFS_REC_BITMAP, &f, err);

	a = r ? NULL : ntfs_change_find(&f, NTFS_AT_DATA, NULL);
	if (!r && (!a || a->resident || a->runs.has_holes ||
		   a->size < (clusters + 7) / 8 || a->valid < a->size))
		r = refuse(-ENOTSUP, "its $Bitmap is not all in clusters", err);
	if (!r)
		r = ntfs_bits_open(c, &a->runs, a->size, clusters, &bits, err);
	ntfs_change_done(&f);
	if (r)
		return r;
	ntfs_bits_done(&c->clusters);
	c->clusters = bits;
	return 0;
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
		r = ntfs_clusters_open(c, n->info.clusters, err);
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

// What was mended before something failed is a change like others, and does no
// harm; but nothing is done on top of it before the rest is mended too.
static int mend(struct ntfs_change *c, struct err *err)
{
	int r;

	c->is_begun = true;
	r = ntfs_mend(c, err);
	c->is_begun = !r;
	return r;
}

static int open_data(struct ntfs *n, uint64_t number, struct disk **ret,
		     struct err *err)
{
	return ntfs_content_open(n, number, false, ret, err);
}

int ntfs_change_start(struct ntfs *n, struct err *err)
{
	struct ntfs_change *c = mem_alloc(sizeof(*c));
	int r;

	if (!c)
		return err_nomem(err);
	c->n = n;
	c->base = n->dev;
	c->log_is_reset = ntfs_state_of(n)->log_is_empty;
	c->mft.disk = n->mft; // becomes old_mft, to go back to
	ntfs_state_of(n)->change = c;
	n->writer->open_data = open_data;
	r = start(c, err);
	if (r)
		ntfs_mft_undo(c);
	else
		ntfs_mft_done(&c->old_mft);
	if (r) {
		c->mft.disk = NULL; // it stays n->mft
		ntfs_state_drop(n);
	}
	return r;
}

int ntfs_change_begin(struct ntfs *n, struct err *err)
{
	struct ntfs_change *c = ntfs_change_of(n);
	int r = 0;

	if (c)
		return c->is_begun ? 0 : mend(c, err);
	r = ntfs_check_writable(n, err);
	if (!r)
		r = ntfs_change_start(n, err);
	return r ? r : mend(ntfs_change_of(n), err);
}
