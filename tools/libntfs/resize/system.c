// SPDX-License-Identifier: MIT
//
// Files whose place more than their own record tells, or that are written while they
// are moved. Each is moved in three steps: its new clusters are marked as used, and
// that is written; they are filled, and what leads to them is written; the old ones
// are given back. A cut between leaves clusters marked and nothing else.
//
//     $Bitmap   is written with each step: what is copied already has the new
//               clusters marked
//     $MFT      holds its own record. Where that lies is in the boot sector, whose
//               one write then is what moves it
//     $MFTMirr  has its place in its record and in the boot sector. The record comes
//               first: a cut between the two is mended by the next change

#include "resize.h"

struct moving {
	struct resize *z;
	struct change_file f;
	struct ntfs_runs old, fresh;
};

static void moving_done(struct moving *m)
{
	ntfs_change_done(&m->f);
	ntfs_runs_done(&m->old);
	ntfs_runs_done(&m->fresh);
}

static int replace_all(struct moving *m, uint64_t grain, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < m->f.count; i++)
		if (ntfs_resize_reaches(m->z, &m->f.attrs[i].runs))
			r = ntfs_resize_replace(m->z, &m->f.attrs[i].runs,
						grain, &m->old, &m->fresh, err);
	if (!r && (m->f.extension_count || !ntfs_change_fits(&m->f)))
		r = err_set(err, -ENOSPC, NTFS_RECORD(m->f.number), ERR_NOWHERE,
			    "it would be in too many pieces for its record: "
			    "the free space before the new end is in too small "
			    "ones");
	return r;
}

// The first step. Nothing is to be moved when m->old has no runs.
static int mark(struct resize *z, uint64_t number, uint64_t grain,
		struct moving *m, struct err *err)
{
	int r;

	*m = (struct moving){.z = z};
	ntfs_operation_begin(z->c);
	r = ntfs_change_load(z->c, number, &m->f, err);
	if (!r)
		r = replace_all(m, grain, err);
	r = ntfs_operation_end(z->c, r);
	if (r || !m->old.count)
		return r;
	z->is_torn = true;
	return ntfs_resize_sync(z, err);
}

static int store(struct moving *m, struct err *err)
{
	int r;

	ntfs_operation_begin(m->z->c);
	r = ntfs_operation_end(m->z->c, ntfs_change_store(&m->f, err));
	return r ? r : ntfs_resize_sync(m->z, err);
}

// The third step.
static int give(struct moving *m, struct err *err)
{
	struct ntfs_change *c = m->z->c;
	int r;

	ntfs_operation_begin(c);
	r = ntfs_operation_end(c, ntfs_space_give(c, &m->old, 0, err));
	if (!r)
		r = ntfs_resize_sync(m->z, err);
	m->z->is_torn = r;
	return r;
}

// --- $Bitmap -------------------------------------------------------------------

static int move_bitmap(struct moving *m, struct err *err)
{
	struct resize *z = m->z;
	int r = ntfs_resize_copy(z, &m->old, &m->fresh, err);

	if (!r)
		r = store(m, err);
	if (!r)
		r = ntfs_clusters_open(z->c, z->limit, err);
	return r ? r : give(m, err);
}

int ntfs_resize_move_bitmap(struct resize *z, struct err *err)
{
	struct moving m;
	int r = mark(z, NTFS_REC_BITMAP, 1, &m, err);

	if (!r && m.old.count)
		r = move_bitmap(&m, err);
	moving_done(&m);
	return r;
}

// --- $MFT ----------------------------------------------------------------------

// Makes record 0 as it will be.
static int encode_record(struct moving *m, uint8_t *buf, struct err *err)
{
	struct ntfs_change *c = m->z->c;
	int r;

	ntfs_operation_begin(c);
	r = ntfs_change_store(&m->f, err);
	if (!r)
		r = disk_read(c->n->mft, 0, buf, c->n->info.record_size, err);
	// It is written where it will lie, past the cache.
	(void)ntfs_operation_end(c, r ? r : -ECANCELED);
	return r;
}

static int switch_mft(struct moving *m, const uint8_t *record, struct err *err)
{
	struct resize *z = m->z;
	struct ntfs *n = z->n;
	const struct change_attr *data =
		ntfs_change_find(&m->f, NTFS_AT_DATA, NULL);
	uint64_t lcn = data->runs.items[0].lcn;
	uint64_t mirror = n->mftmirr_lcn * n->info.cluster_size;
	struct ntfs_boot_disk boot;
	int r = disk_write(z->c->base, lcn * n->info.cluster_size, record,
			   n->info.record_size, err);

	if (!r && lcn != n->info.mft_lcn) {
		r = disk_flush(z->c->base, err);
		if (!r)
			r = ntfs_resize_read_boot(z, &boot, err);
		boot.mft_lcn = to_le64(lcn);
		if (!r)
			r = ntfs_resize_write_boot(z, &boot, err);
	}
	if (!r)
		r = disk_write(z->c->base, mirror, record, n->info.record_size,
			       err);
	if (!r)
		r = disk_flush(z->c->base, err);
	if (r)
		return r;
	n->info.mft_lcn = lcn;
	ntfs_operation_begin(z->c);
	return ntfs_operation_end(z->c, ntfs_mft_open(z->c, err));
}

static int move_mft(struct moving *m, struct err *err)
{
	struct resize *z = m->z;
	uint8_t *record = mem_alloc(z->n->info.record_size);
	int r = record ? ntfs_resize_copy(z, &m->old, &m->fresh, err)
		       : err_nomem(err);

	if (!r)
		r = disk_flush(z->c->base, err);
	if (!r)
		r = encode_record(m, record, err);
	if (!r)
		r = switch_mft(m, record, err);
	mem_free(record);
	return r ? r : give(m, err);
}

int ntfs_resize_move_mft(struct resize *z, struct err *err)
{
	uint32_t cluster = z->n->info.cluster_size;
	struct moving m;
	// No record may lie in two runs.
	uint64_t grain = (z->n->info.record_size + cluster - 1) / cluster;
	int r = mark(z, NTFS_REC_MFT, grain, &m, err);

	if (!r && m.old.count)
		r = move_mft(&m, err);
	moving_done(&m);
	return r;
}

// --- $MFTMirr ------------------------------------------------------------------

static int move_mirror(struct moving *m, struct err *err)
{
	struct resize *z = m->z;
	uint64_t lcn = m->fresh.items[0].lcn;
	struct ntfs_boot_disk boot;
	int r = ntfs_resize_copy(z, &m->old, &m->fresh, err);

	if (!r)
		r = ntfs_resize_read_boot(z, &boot, err);
	if (!r)
		r = store(m, err);
	// Again, with its own record as it is now.
	if (!r)
		r = ntfs_resize_copy(z, &m->old, &m->fresh, err);
	if (!r)
		r = disk_flush(z->c->base, err);
	boot.mftmirr_lcn = to_le64(lcn);
	if (!r)
		r = ntfs_resize_write_boot(z, &boot, err);
	if (r)
		return r;
	z->n->mftmirr_lcn = lcn;
	return give(m, err);
}

int ntfs_resize_move_mirror(struct resize *z, struct err *err)
{
	uint32_t cluster = z->n->info.cluster_size;
	uint64_t size = (uint64_t)z->c->mirrored * z->n->info.record_size;
	struct moving m;
	int r = mark(z, NTFS_REC_MFTMIRR, (size + cluster - 1) / cluster, &m,
		     err);

	if (!r && m.old.count)
		r = move_mirror(&m, err);
	moving_done(&m);
	return r;
}
