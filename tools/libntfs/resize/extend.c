// SPDX-License-Identifier: MIT
//
// A volume made larger:
//
//     1  $Bitmap and $BadClus become as long as the larger volume needs them; to the
//        old one that is of no meaning, and the next change mends it
//     2  the boot sector's copy is written at the new end, and then the boot sector:
//        from there on it is the new volume
//     3  what was over in the last piece of $Bitmap, and marked, is free
//
// What $Bitmap needs lies in the old volume. When that is too full it grows in
// steps: each ends where $Bitmap does, and gives room for a longer one.

#include "resize.h"

static int grow_runs(struct resize *z, struct change_attr *a, uint64_t size,
		     struct err *err)
{
	uint32_t cluster = z->n->info.cluster_size;
	int r = 0;

	if (size > a->allocated)
		r = ntfs_space_take(z->c,
				    (size - a->allocated + cluster - 1) /
					    cluster,
				    0, &a->runs, err);
	a->allocated = a->total = a->runs.clusters * cluster;
	return r;
}

// What lies behind the volume's last piece of the bitmap is written at once: nobody
// looks there. It may hold what was marked when the volume ended elsewhere, and the
// sector where it begins may be in the cache.
static int clear_end(struct resize *z, const struct change_attr *a,
		     struct err *err)
{
	uint64_t from = round_up(z->n->info.clusters, BITMAP_GROUP) / 8;
	uint64_t to = round_up(from, CHANGE_SECTOR);
	struct disk *d;
	int r;

	if (from >= a->size)
		return 0;
	r = ntfs_runs_base(z->c, &a->runs, a->size, &d, err);
	if (r)
		return r;
	r = disk_zero(d, from, a->size - from, err);
	disk_close(d);
	to = to < a->size ? to : a->size;
	return r ? r : ntfs_bits_zero(z->c, a, from, to, err);
}

static int grow_bitmap(struct resize *z, struct change_file *f,
		       uint64_t clusters, struct err *err)
{
	struct change_attr *a = ntfs_change_find(f, NTFS_AT_DATA, NULL);
	uint64_t size = round_up(clusters, BITMAP_GROUP) / 8;
	int r = grow_runs(z, a, size, err);

	if (r)
		return r;
	a->size = a->valid = size > a->size ? size : a->size;
	r = clear_end(z, a, err);
	return r ? r : ntfs_change_store(f, err);
}

// The first step. *ret_most is how many clusters $Bitmap has room for as it is.
static int grow_files(struct resize *z, uint64_t clusters, uint64_t *ret_most,
		      struct err *err)
{
	const struct change_attr *a;
	struct change_file f;
	int r;

	ntfs_operation_begin(z->c);
	r = ntfs_change_load(z->c, NTFS_REC_BITMAP, &f, err);
	a = r ? NULL : ntfs_change_find(&f, NTFS_AT_DATA, NULL);
	if (a)
		*ret_most = round_down(a->allocated, 8) * 8;
	if (!r)
		r = grow_bitmap(z, &f, clusters, err);
	ntfs_change_done(&f);
	if (!r)
		r = ntfs_fit_bad(z->c, clusters, true, err);
	return ntfs_operation_end(z->c, r);
}

// Marks what is over at the new end, before it is that.
static int mark_over(struct resize *z, uint64_t clusters, struct err *err)
{
	struct ntfs_change *c = z->c;
	uint64_t end = c->clusters.now->size * 8;
	int r;

	ntfs_operation_begin(c);
	r = clusters < end ? ntfs_bits_set(c, &c->clusters, clusters,
					   end - clusters, true, err)
			   : 0;
	return ntfs_operation_end(c, r);
}

// The third step, of what the second one left marked.
static int free_over(struct resize *z, uint64_t before, struct err *err)
{
	struct ntfs_change *c = z->c;
	uint64_t end = round_up(before, BITMAP_GROUP);
	int r;

	end = end < c->clusters.count ? end : c->clusters.count;
	ntfs_operation_begin(c);
	r = end > before ? ntfs_bits_set(c, &c->clusters, before, end - before,
					 false, err)
			 : 0;
	return ntfs_operation_end(c, r);
}

// All three, as far as there is room for: *clusters becomes what was reached.
static int grow(struct resize *z, uint64_t *clusters, uint64_t sectors,
		uint64_t in_cluster, struct err *err)
{
	uint64_t before = z->n->info.clusters, most = 0;
	struct err e = {0};
	int r = grow_files(z, *clusters, &most, &e);

	if (r == -ENOSPC && most > before) {
		*clusters = most;
		sectors = most * in_cluster;
		e = (struct err){0};
		r = grow_files(z, most, &most, &e);
	}
	if (r)
		return err_pass(err, r, &e);
	z->is_torn = true; // until the boot sector fits
	r = ntfs_resize_sync(z, err);
	if (!r)
		r = ntfs_clusters_open(z->c, before, err);
	if (!r)
		r = mark_over(z, *clusters, err);
	if (!r)
		r = ntfs_resize_sync(z, err);
	if (!r)
		r = ntfs_resize_switch(z, sectors, err);
	if (!r)
		r = free_over(z, before, err);
	if (!r)
		r = ntfs_resize_sync(z, err);
	z->is_torn = r;
	return r;
}

static int extend(struct resize *z, uint64_t sectors, uint64_t in_cluster,
		  struct err *err)
{
	uint64_t want = sectors / in_cluster, now;
	int r = progress_report(z->progress, "Extending", 0, 1);

	if (r)
		return r;
	z->c->keeps_dirty = true;
	z->c->changes++; // what was mended, and the mark
	r = ntfs_resize_sync(z, err);
	do {
		now = want;
		if (!r)
			r = grow(z, &now, sectors, in_cluster, err);
	} while (!r && now < want);
	return r;
}

static int check_size(const struct resize *z, uint64_t size,
		      const struct ntfs_boot_disk *boot, uint64_t sectors,
		      struct err *err)
{
	uint64_t before = get_le64(boot->sectors);
	uint32_t sector = get_le16(boot->sector_size);

	if (sectors < before)
		return err_set(err, -EINVAL, "NTFS volume", ERR_NOWHERE,
			       "it is larger than that");
	if (size > z->c->base->size)
		return err_set(err, -ENOSPC, "NTFS volume", ERR_NOWHERE,
			       "its partition is smaller than that");
	if (ntfs_resize_clusters(z->n, boot, sectors) > NTFS_MAX_CLUSTERS)
		return err_set(err, -EFBIG, "NTFS volume", ERR_NOWHERE,
			       "with clusters of %u bytes it can have %llu "
			       "bytes",
			       z->n->info.cluster_size,
			       (unsigned long long)NTFS_MAX_CLUSTERS *
					       z->n->info.cluster_size +
				       sector);
	return 0;
}

int ntfs_extend(struct disk *dev, uint64_t size, struct progress *progress,
		struct err *err)
{
	struct ntfs_boot_disk boot;
	struct resize z;
	uint64_t sectors;
	int r = ntfs_resize_begin(dev, progress, &z, err);

	if (!r)
		r = ntfs_resize_read_boot(&z, &boot, err);
	if (!r) {
		sectors = ntfs_resize_sectors(&boot, size);
		r = check_size(&z, size, &boot, sectors, err);
		if (!r && sectors > get_le64(boot.sectors))
			r = extend(&z, sectors,
				   z.n->info.cluster_size /
					   get_le16(boot.sector_size),
				   err);
		else if (!r)
			r = ntfs_sync(z.n, err);
	}
	r = ntfs_resize_end(&z, r, err);
	return r ? r : progress_report(progress, "Extending", 1, 1);
}
