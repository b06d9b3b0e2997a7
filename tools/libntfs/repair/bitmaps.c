// SPDX-License-Identifier: MIT
//
// $Bitmap and the MFT's bitmap, which say nothing that the file records do not: they
// are set to what these say.

#include <string.h>

#include "repair.h"
#include "../encode/record.h"

struct bitmap {
	const uint8_t *bits, *more; // what it must be: either has it
	uint64_t count;
	uint64_t set, cleared;
};

static int open_stream(struct ntfs_repair *r, struct ntfs *n, uint64_t number,
		       uint32_t type, struct disk **ret)
{
	struct ntfs_file f;
	struct ntfs_attr a;
	int err = ntfs_file_open(n, number, &f, NULL);

	if (!err) {
		err = ntfs_file_find(&f, type, NULL, 0, &a, NULL);
		if (!err)
			err = ntfs_stream_open(&f, &a, ret, NULL);
		ntfs_file_done(&f);
	}
	return ntfs_repair_hide(r, err);
}

// What is behind the last bit is set in $Bitmap, as Windows has it.
static uint8_t wanted(const struct bitmap *b, uint64_t byte, bool fill)
{
	uint8_t v = 0;
	uint64_t first = byte * 8;

	if (first < b->count)
		v = (uint8_t)(b->bits[byte] | (b->more ? b->more[byte] : 0));
	if (first + 8 > b->count && first < b->count)
		v &= (uint8_t)~(0xff << (b->count - first));
	if (fill && first + 8 > b->count)
		v |= first < b->count ? (uint8_t)(0xff << (b->count - first))
				      : 0xff;
	return v;
}

static void count_bits(struct bitmap *b, uint64_t byte, uint8_t was, uint8_t is)
{
	uint8_t mask = byte * 8 + 8 <= b->count ? 0xff
		       : byte * 8 >= b->count
			       ? 0
			       : (uint8_t)~(0xff << (b->count - byte * 8));

	b->set += (uint64_t)__builtin_popcount(is & ~was & mask);
	b->cleared += (uint64_t)__builtin_popcount(was & ~is & mask);
}

static int write_bitmap(struct ntfs_repair *r, struct disk *d, struct bitmap *b,
			bool fill)
{
	uint8_t *buf = mem_alloc(ntfs_check_piece(d->size));
	int err = buf ? 0 : err_nomem(r->err);

	for (uint64_t off = 0; !err && off < d->size; off += CHECK_PIECE) {
		uint64_t left = d->size - off;
		size_t len = left < CHECK_PIECE ? (size_t)left : CHECK_PIECE;
		size_t first = len, last = 0;

		err = disk_read(d, off, buf, len, r->err);
		for (size_t i = 0; !err && i < len; i++) {
			uint8_t v = wanted(b, off + i, fill);

			if (v == buf[i])
				continue;
			count_bits(b, off + i, buf[i], v);
			buf[i] = v;
			first = first < i ? first : i;
			last = i + 1;
		}
		if (!err && first < last)
			err = disk_write(d, off + first, buf + first,
					 last - first, r->err);
	}
	mem_free(buf);
	return err;
}

static int set_clusters(struct ntfs_repair *r, struct ntfs *n,
			const struct repair_scan *scan,
			const struct check *check)
{
	struct bitmap b = {.bits = scan->claims,
			   .more = check ? check->used : NULL,
			   .count = n->info.clusters};
	struct disk *d;
	int err;

	if (open_stream(r, n, NTFS_REC_BITMAP, NTFS_AT_DATA, &d))
		return 0; // it is repaired as a file first
	err = d->read_only ? 0 : write_bitmap(r, d, &b, true);
	disk_close(d);
	if (!err && (b.set || b.cleared) && !r->bitmap_told)
		ntfs_repair_say(r, NTFS_REC_BITMAP,
				"$Bitmap: %llu clusters are marked as used, "
				"%llu as free",
				(unsigned long long)b.set,
				(unsigned long long)b.cleared);
	r->bitmap_told = true;
	return err;
}

static int set_records(struct ntfs_repair *r, struct ntfs *n,
		       const struct repair_scan *scan)
{
	struct bitmap b = {.count = scan->count};
	uint8_t *bits = mem_alloc((size_t)(scan->count / 8 + 1));
	struct disk *d;
	int err;

	if (!bits)
		return err_nomem(r->err);
	for (uint64_t i = 0; i < scan->count; i++)
		if (scan->flags[i] & SCAN_IN_USE ||
		    (scan->flags[i] && i < NTFS_REC_FREE))
			bits[i / 8] |= (uint8_t)(1 << i % 8);
	b.bits = bits;
	if (open_stream(r, n, NTFS_REC_MFT, NTFS_AT_BITMAP, &d)) {
		mem_free(bits);
		return 0;
	}
	err = d->read_only ? 0 : write_bitmap(r, d, &b, false);
	disk_close(d);
	mem_free(bits);
	if (!err && (b.set || b.cleared) && !r->mft_bitmap_told)
		ntfs_repair_say(r, NTFS_REC_MFT,
				"The MFT's bitmap: %llu records are marked as "
				"used, %llu as free",
				(unsigned long long)b.set,
				(unsigned long long)b.cleared);
	r->mft_bitmap_told = true;
	return err;
}

// --- Their sizes -------------------------------------------------------------
// No file can be changed before these two are as long as they must be: room for more
// is found by them.

static int fit_attr(struct ntfs_repair *r, struct ntfs *n,
		    struct ntfs_record *rec, const struct ntfs_attr *a,
		    uint64_t bytes)
{
	struct ntfs_nonresident_disk *h = (void *)(rec->data + a->offset);
	uint32_t size = n->info.record_size;
	struct ntfs_runs runs = {0};
	bool whole;
	uint64_t room, now;
	int err = ntfs_repair_runs(n, a, &runs, &whole, r->err);

	room = runs.clusters * n->info.cluster_size;
	whole = whole && !runs.has_holes;
	ntfs_runs_done(&runs);
	now = a->size > room ? room : a->size < bytes ? bytes : a->size;
	if (err || !whole || room < bytes ||
	    (a->allocated == room && a->size == now && a->valid == now))
		return err;
	h->allocated = to_le64(room);
	h->size = h->valid = to_le64(now);
	ntfs_repair_say(r, rec->number,
			"its bitmap's sizes are set to %llu bytes in clusters, "
			"%llu of content",
			(unsigned long long)room, (unsigned long long)now);
	ntfs_encode_usa(rec->data, size, rec->data);
	return disk_write(n->mft, rec->number * size, rec->data, size, r->err);
}

static int fit(struct ntfs_repair *r, struct ntfs *n, uint64_t number,
	       uint32_t type, uint64_t bytes)
{
	struct ntfs_attr a = {0};
	struct ntfs_record rec;
	int err = 0;

	if (ntfs_repair_hide(r, ntfs_record_read(n, number, &rec, NULL)))
		return 0;
	while (ntfs_attr_next(&rec, &a, NULL) > 0)
		if (a.type == type && !a.name_len && !a.resident &&
		    !a.first_vcn) {
			err = fit_attr(r, n, &rec, &a, bytes);
			break;
		}
	mem_free(rec.data);
	return err;
}

int ntfs_repair_fit_bitmaps(struct ntfs_repair *r, struct ntfs *n)
{
	int err = fit(r, n, NTFS_REC_BITMAP, NTFS_AT_DATA,
		      (n->info.clusters + 7) / 8);

	return err ? err
		   : fit(r, n, NTFS_REC_MFT, NTFS_AT_BITMAP,
			 (n->records + 7) / 8);
}

int ntfs_repair_bitmaps(struct ntfs_repair *r, struct ntfs *n,
			const struct repair_scan *scan,
			const struct check *check)
{
	int err = set_clusters(r, n, scan, check);

	return err ? err : set_records(r, n, scan);
}
