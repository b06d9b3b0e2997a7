// SPDX-License-Identifier: MIT
//
// The MFT made longer. Its new records are written to the device as free ones
// first, where nothing looks yet; record 0 then makes them part of it.
//
// The MFT is a file, which is stored as any other (file.c), and a file that needs
// another record takes one (records.c), for which the MFT grows: these three know
// each other. It ends there, as record 0 is never given an extension record.

#include <string.h>

#include "change.h"
#include "../encode/record.h"

// At once: so much, or one cluster, or a quarter of what there is. Its runs must fit
// into its own record, however many files are added one by one.
#define GROW_BYTES 65536u
#define GROW_PART  4

static int unsupported(const char *why, struct err *err)
{
	return err_set(err, -ENOTSUP, "NTFS volume", ERR_NOWHERE, "%s", why);
}

// Writes free records into [from, to) of the MFT.
static int format_records(struct ntfs_change *c, const struct ntfs_runs *runs,
			  uint64_t from, uint64_t to, struct err *err)
{
	uint32_t size = c->n->info.record_size;
	uint8_t *record = mem_alloc(size);
	struct disk *d = NULL;
	int r = record ? ntfs_runs_base(c, runs, to, &d, err) : err_nomem(err);

	for (; !r && from < to; from += size) {
		struct ntfs_record_disk head = {
			.sequence = to_le16(1),
			.number = to_le32((uint32_t)(from / size)),
		};

		ntfs_encode_record(record, size, ntfs_record_first(size),
				   &head);
		ntfs_encode_usa(record, size, NULL);
		r = disk_write(d, from, record, size, err);
	}
	disk_close(d);
	mem_free(record);
	return r;
}

// A sector of the bitmap that is in the cache has what lay behind the old end.
int ntfs_bits_zero(struct ntfs_change *c, const struct change_attr *a,
		   uint64_t from, uint64_t to, struct err *err)
{
	static const uint8_t zeroes[CHANGE_SECTOR];
	struct disk *d;
	int r = ntfs_runs_open(c->n, &a->runs, a->allocated, a->allocated, &d,
			       err);

	if (r)
		return r;
	while (!r && from < to) {
		size_t n = CHANGE_SECTOR - (size_t)(from % CHANGE_SECTOR);

		n = n < to - from ? n : (size_t)(to - from);
		r = ntfs_cache_write(c, d, from, zeroes, n, STAGE_BITMAP, err);
		from += n;
	}
	disk_close(d);
	return r;
}

// Makes the MFT's bitmap long enough.
static int grow_bitmap(struct change_file *f, uint64_t records, struct err *err)
{
	struct change_attr *a = ntfs_change_find(f, NTFS_AT_BITMAP, NULL);
	struct ntfs_change *c = f->c;
	uint32_t cluster = c->n->info.cluster_size;
	uint64_t bytes = round_up((records + 7) / 8, 8), from = a->valid;
	struct disk *d;
	int r = 0;

	if (bytes <= a->size)
		return 0;
	if (bytes > a->allocated)
		r = ntfs_space_take(c,
				    (bytes - a->allocated + cluster - 1) /
					    cluster,
				    0, &a->runs, err);
	if (r)
		return r;
	a->allocated = a->total = a->runs.clusters * cluster;
	a->size = a->valid = bytes;
	// What lies behind its old end is nothing to the device's state.
	r = ntfs_runs_base(c, &a->runs, a->allocated, &d, err);
	if (!r) {
		r = disk_zero(d, from, a->allocated - from, err);
		disk_close(d);
	}
	return r ? r : ntfs_bits_zero(c, a, from, bytes, err);
}

static int take_run(struct ntfs_change *c, struct change_attr *data,
		    struct err *err)
{
	uint32_t cluster = c->n->info.cluster_size;
	uint64_t least = (c->n->info.record_size + cluster - 1) / cluster;
	uint64_t want = GROW_BYTES > cluster ? GROW_BYTES / cluster : 1;
	uint64_t part = data->runs.clusters / GROW_PART;
	struct err e;
	int r;

	want = want < part ? part : want;
	// No new record lies in two runs.
	do {
		e = (struct err){0};
		r = ntfs_space_take(c, want, SPACE_ONE_RUN, &data->runs, &e);
		want /= 2;
	} while (r == -ENOSPC && want >= least);
	return r ? err_pass(err, r, &e) : 0;
}

static int grow_mft(struct change_file *f, struct err *err)
{
	struct ntfs_change *c = f->c;
	uint32_t size = c->n->info.record_size;
	struct change_attr *data = ntfs_change_find(f, NTFS_AT_DATA, NULL);
	uint64_t from = round_down(data->valid, size), to;
	int r = 0;

	if (f->extension_count)
		return unsupported(
			"its MFT is full, and in so many pieces that "
			"it cannot grow; defragment it",
			err);
	if (data->allocated - from < size)
		r = take_run(c, data, err);
	if (r)
		return r;
	data->allocated = data->total = data->runs.clusters *
					c->n->info.cluster_size;
	to = round_down(data->allocated, size);
	if (to / size > UINT32_MAX)
		return err_set(err, -ENOSPC, "NTFS volume", ERR_NOWHERE,
			       "it has as many files as there can be");
	r = format_records(c, &data->runs, from, to, err);
	data->size = data->valid = to;
	if (!r)
		r = grow_bitmap(f, to / size, err);
	if (!r && !ntfs_change_fits(f))
		r = unsupported("its MFT would be in too many pieces", err);
	return r ? r : ntfs_change_store(f, err);
}

int ntfs_mft_grow(struct ntfs_change *c, struct err *err)
{
	struct change_file f;
	int r = ntfs_change_load(c, NTFS_REC_MFT, &f, err);

	if (!r)
		r = grow_mft(&f, err);
	ntfs_change_done(&f);
	return r ? r : ntfs_mft_open(c, err);
}

// --- Opening -----------------------------------------------------------------

static int open_bits(struct ntfs_change *c, struct change_mft *m,
		     struct err *err)
{
	const struct change_attr *data, *bits;
	uint32_t size = c->n->info.record_size;
	struct change_file f;
	int r = ntfs_change_load(c, NTFS_REC_MFT, &f, err);

	data = r ? NULL : ntfs_change_find(&f, NTFS_AT_DATA, NULL);
	bits = r ? NULL : ntfs_change_find(&f, NTFS_AT_BITMAP, NULL);
	if (!r && (!data || data->resident || !bits || bits->resident ||
		   bits->runs.has_holes || data->runs.has_holes ||
		   bits->valid < bits->size))
		r = unsupported("the bitmap of its MFT is not in clusters",
				err);
	if (!r) {
		uint64_t bytes = data->valid < data->size ? data->valid
							  : data->size;
		uint64_t count = bytes / size;

		if (count > bits->size * 8)
			count = bits->size * 8;
		r = ntfs_bits_open(c, &bits->runs, bits->size, count, &m->bits,
				   err);
	}
	for (size_t i = 0; !r && i < data->runs.count; i++)
		r = ntfs_runs_add(&m->runs, data->runs.items[i].lcn,
				  data->runs.items[i].len, err);
	ntfs_change_done(&f);
	return r;
}

static void use(struct ntfs_change *c)
{
	c->n->mft = c->mft.disk;
	c->n->records = c->mft.disk->size / c->n->info.record_size;
}

int ntfs_mft_open(struct ntfs_change *c, struct err *err)
{
	struct change_mft m = {0};
	struct ntfs *fresh;
	int r = ntfs_open_mft(c->n->dev, &fresh, err);

	if (r)
		return r;
	m.disk = fresh->mft;
	fresh->mft = NULL;
	ntfs_close(fresh);
	c->n->mft = m.disk;
	r = open_bits(c, &m, err);
	if (r) {
		c->n->mft = c->mft.disk;
		ntfs_mft_done(&m);
		return r;
	}
	if (c->old_mft.disk)
		ntfs_mft_done(&c->mft);
	else
		c->old_mft = c->mft;
	c->mft = m;
	use(c);
	return 0;
}

void ntfs_mft_done(struct change_mft *m)
{
	disk_close(m->disk);
	ntfs_bits_done(&m->bits);
	ntfs_runs_done(&m->runs);
	*m = (struct change_mft){0};
}

void ntfs_mft_undo(struct ntfs_change *c)
{
	if (!c->old_mft.disk)
		return;
	ntfs_mft_done(&c->mft);
	c->mft = c->old_mft;
	c->old_mft = (struct change_mft){0};
	use(c);
}
