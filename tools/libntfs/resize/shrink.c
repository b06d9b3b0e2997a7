// SPDX-License-Identifier: MIT
//
// A volume made smaller:
//
//     1  files are moved out of the way, several at once, then $Bitmap, $MFT and
//        $MFTMirr. A cut leaves the old volume, with clusters marked that no file has
//     2  in $Bitmap, what is over in its last piece is marked; bad clusters behind the
//        new end are forgotten
//     3  the boot sector's copy is written, and then the boot sector: from there on
//        it is the new volume
//     4  $Bitmap and $BadClus become shorter. Before, they are those of a larger
//        volume; the next change mends that

#include <stdlib.h>

#include "resize.h"

// So much is moved, or so many files, before it is written.
#define BATCH_BYTES (64u << 20)
#define BATCH_FILES 512u

// --- Begin and end -----------------------------------------------------------

int ntfs_resize_sync(struct resize *z, struct err *err)
{
	return ntfs_sync(z->n, err);
}

int ntfs_resize_begin(struct disk *dev, struct progress *progress,
		      struct resize *ret, struct err *err)
{
	struct resize z = {.progress = progress};
	int r = ntfs_open(dev, &z.n, err);

	if (!r)
		r = ntfs_change_begin(z.n, err);
	if (!r)
		z.c = ntfs_change_of(z.n);
	*ret = z;
	return r;
}

int ntfs_resize_end(struct resize *z, int r, struct err *err)
{
	if (z->c && !z->is_torn && z->c->keeps_dirty) {
		int end;

		z->c->keeps_dirty = false;
		// What an error left in the cache is a change like others.
		end = ntfs_sync(z->n, r ? NULL : err);
		r = r ? r : end;
	}
	ntfs_close(z->n);
	mem_free(z->buf);
	return r;
}

// --- What is in the way --------------------------------------------------------

struct list {
	const struct resize *z;
	uint64_t *items, clusters;
	size_t count, capacity;
};

static int enter(void *ctx, uint64_t record, const struct ntfs_run *run,
		 struct err *err)
{
	struct list *l = ctx;
	uint64_t end = run->lcn + run->len;

	if (end <= l->z->limit)
		return 0;
	l->clusters += run->lcn < l->z->limit ? end - l->z->limit : run->len;
	if (l->count && l->items[l->count - 1] == record)
		return 0;
	if (mem_grow((void **)&l->items, l->count, &l->capacity,
		     sizeof(*l->items)))
		return err_nomem(err);
	l->items[l->count++] = record;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

// A file may come again, where its extension records are.
static void make_unique(struct list *l)
{
	size_t n = 0;

	if (l->count)
		qsort(l->items, l->count, sizeof(*l->items), by_number);
	for (size_t i = 0; i < l->count; i++)
		if (!n || l->items[n - 1] != l->items[i])
			l->items[n++] = l->items[i];
	l->count = n;
}

// --- Moving --------------------------------------------------------------------

// Clusters and records that were given back are free only when that is written.
static int move_file(struct resize *z, uint64_t number, struct err *err)
{
	struct err e = {0};
	int r = ntfs_resize_move(z, number, &e);

	if (r == -ENOSPC && z->c->changes) {
		e = (struct err){0};
		r = ntfs_resize_sync(z, &e);
		if (!r)
			r = ntfs_resize_move(z, number, &e);
	}
	return r ? err_pass(err, r, &e) : 0;
}

static bool is_apart(uint64_t number)
{
	return number == NTFS_REC_MFT || number == NTFS_REC_MFTMIRR ||
	       number == NTFS_REC_BITMAP;
}

static int move_files(struct resize *z, const struct list *l, struct err *err)
{
	uint64_t written = 0;
	int r = 0;

	for (size_t i = 0; !r && i < l->count; i++) {
		if (is_apart(l->items[i]))
			continue;
		r = move_file(z, l->items[i], err);
		if (r || (z->done - written < BATCH_BYTES &&
			  z->c->changes < BATCH_FILES))
			continue;
		written = z->done;
		r = ntfs_resize_sync(z, err);
	}
	return r ? r : ntfs_resize_sync(z, err);
}

static int move_all(struct resize *z, struct err *err)
{
	struct list l = {.z = z};
	int r = ntfs_resize_scan(z->n, enter, &l, err);

	make_unique(&l);
	z->total = l.clusters * z->n->info.cluster_size;
	if (!r && l.count) {
		z->buf = mem_alloc(RESIZE_BUFFER);
		r = z->buf ? move_files(z, &l, err) : err_nomem(err);
	}
	mem_free(l.items);
	if (!r && z->buf)
		r = ntfs_resize_move_bitmap(z, err);
	if (!r && z->buf)
		r = ntfs_resize_move_mft(z, err);
	return !r && z->buf ? ntfs_resize_move_mirror(z, err) : r;
}

// --- The new end ---------------------------------------------------------------

// The second step.
static int prepare(struct resize *z, struct err *err)
{
	struct ntfs_change *c = z->c;
	uint64_t over = round_up(z->limit, BITMAP_GROUP) - z->limit;
	int r;

	ntfs_operation_begin(c);
	r = ntfs_bits_set(c, &c->clusters, z->limit, over, true, err);
	if (!r)
		r = ntfs_fit_bad(c, z->limit, false, err);
	r = ntfs_operation_end(c, r);
	return r ? r : ntfs_resize_sync(z, err);
}

static int cut_bitmap(struct resize *z, struct change_file *f, struct err *err)
{
	struct change_attr *a = ntfs_change_find(f, NTFS_AT_DATA, NULL);
	uint64_t size = round_up(z->limit, BITMAP_GROUP) / 8;
	uint32_t cluster = z->n->info.cluster_size;
	uint64_t keep = (size + cluster - 1) / cluster;
	int r;

	if (a->size <= size)
		return 0;
	r = ntfs_space_give(z->c, &a->runs, keep, err);
	if (r)
		return r;
	ntfs_runs_cut(&a->runs, keep);
	a->size = a->valid = size;
	a->allocated = a->total = keep * cluster;
	return ntfs_change_store(f, err);
}

// The fourth step.
static int shorten(struct resize *z, struct err *err)
{
	struct change_file f;
	int r;

	ntfs_operation_begin(z->c);
	r = ntfs_change_load(z->c, NTFS_REC_BITMAP, &f, err);
	if (!r)
		r = cut_bitmap(z, &f, err);
	ntfs_change_done(&f);
	if (!r)
		r = ntfs_fit_bad(z->c, z->limit, true, err);
	return ntfs_operation_end(z->c, r);
}

static int check_size(struct resize *z, struct err *err)
{
	uint32_t cluster = z->n->info.cluster_size;
	char path[NTFS_RESIZE_PATH];
	struct resize_limits l;
	int r = ntfs_resize_find_limits(z->n, &l, err);

	if (r || z->limit >= l.minimum)
		return r;
	if (l.record == ERR_NOWHERE || z->limit > l.cluster)
		return err_set(err, -ENOSPC, "NTFS volume", ERR_NOWHERE,
			       "it holds more than that: %llu bytes must be "
			       "freed",
			       (unsigned long long)(l.minimum - z->limit) *
				       cluster);
	ntfs_resize_path(z->n, l.record, path);
	return err_set(err, -ENOSPC, path, ERR_NOWHERE,
		       "it lies at cluster %llu, where the volume would end, "
		       "and cannot be moved: %s",
		       (unsigned long long)l.cluster, l.why);
}

static int shrink(struct resize *z, uint64_t sectors, struct err *err)
{
	int r = check_size(z, err);

	if (!r)
		r = progress_report(z->progress, "Moving", 0, 1);
	if (r)
		return r;
	z->c->keeps_dirty = true;
	z->c->changes++; // what was mended, and the mark
	r = ntfs_resize_sync(z, err);
	z->c->clusters.count = z->limit;
	z->c->cluster_hint = 0;
	if (!r)
		r = move_all(z, err);
	if (r)
		return r;
	z->is_torn = true;
	r = prepare(z, err);
	if (!r)
		r = ntfs_resize_switch(z, sectors, err);
	if (!r)
		r = shorten(z, err);
	z->is_torn = r;
	return r;
}

int ntfs_shrink(struct disk *dev, uint64_t size, struct progress *progress,
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
		z.limit = ntfs_resize_clusters(z.n, &boot, sectors);
		if (sectors > get_le64(boot.sectors))
			r = err_set(err, -EINVAL, "NTFS volume", ERR_NOWHERE,
				    "it is smaller than that");
		else if (sectors < get_le64(boot.sectors))
			r = shrink(&z, sectors, err);
		else
			r = ntfs_sync(z.n, err);
	}
	r = ntfs_resize_end(&z, r, err);
	return r ? r : progress_report(progress, "Moving", 1, 1);
}
