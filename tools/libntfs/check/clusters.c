// SPDX-License-Identifier: MIT
//
// Which clusters are used: each by one stream, and exactly those marked in
// $Bitmap.

#include "check.h"

// Marks [lcn, lcn + len). Returns how many were marked before.
static uint64_t mark(uint8_t *bits, uint64_t lcn, uint64_t len)
{
	uint64_t twice = 0, end = lcn + len;

	while (lcn < end) {
		if (lcn % 8 == 0 && end - lcn >= 8 && !bits[lcn / 8]) {
			bits[lcn / 8] = 0xff;
			lcn += 8;
			continue;
		}
		twice += check_bit(bits, lcn);
		bits[lcn / 8] |= (uint8_t)(1 << lcn % 8);
		lcn++;
	}
	return twice;
}

void ntfs_check_mark(struct check *c, uint64_t record,
		     const struct ntfs_attr *a, const struct ntfs_runs *runs)
{
	for (size_t i = 0; i < runs->count; i++) {
		const struct ntfs_run *run = &runs->items[i];
		uint64_t twice;

		// A volume that overlaps itself over and over is not worth
		// the time.
		if (run->lcn == NTFS_HOLE || c->twice > 4 * c->n->info.clusters)
			continue;
		twice = mark(c->used, run->lcn, run->len);
		if (twice)
			ntfs_check_problem(c, record, NTFS_RULE_CROSS_LINK,
					   "%llu clusters from %llu on of an "
					   "attribute 0x%x are another's too",
					   (unsigned long long)twice,
					   (unsigned long long)run->lcn,
					   a->type);
		c->twice += twice;
		c->result.clusters_used += run->len - twice;
	}
}

struct difference {
	uint64_t first, count;
	bool is_used;
};

static void end_difference(struct check *c, struct difference *d)
{
	if (d->count && d->is_used)
		ntfs_check_problem(
			c, ERR_NOWHERE, NTFS_RULE_BITMAP_FREE,
			"%llu clusters from %llu on are used but marked "
			"as free",
			(unsigned long long)d->count,
			(unsigned long long)d->first);
	else if (d->count)
		ntfs_check_lost(c, d->first, d->count,
				"%llu clusters from %llu on are marked as used "
				"but are no file's",
				(unsigned long long)d->count,
				(unsigned long long)d->first);
	d->count = 0;
}

// Compares one byte's bits, from cluster `first` on.
static void compare_byte(struct check *c, uint64_t first, uint8_t marked,
			 uint8_t used, struct difference *d)
{
	for (unsigned i = 0; i < 8; i++) {
		bool is_used = used >> i & 1;

		if (((marked ^ used) >> i & 1) == 0) {
			end_difference(c, d);
			continue;
		}
		if (d->count && d->is_used != is_used)
			end_difference(c, d);
		if (!d->count)
			*d = (struct difference){first + i, 0, is_used};
		d->count++;
	}
}

static int compare_bitmap(struct check *c, struct disk *d, uint8_t *buf)
{
	uint64_t bytes = (c->n->info.clusters + 7) / 8;
	struct difference diff = {0};
	int r = 0;

	if (bytes > d->size) {
		ntfs_check_problem(c, NTFS_REC_BITMAP, NTFS_RULE_BITMAP_SIZE,
				   "$Bitmap has %llu bytes for %llu clusters",
				   (unsigned long long)d->size,
				   (unsigned long long)c->n->info.clusters);
		bytes = d->size;
	}
	// What is over after the last cluster counts as used.
	if (c->n->info.clusters % 8)
		c->used[c->n->info.clusters / 8] |=
			(uint8_t)(0xff << c->n->info.clusters % 8);
	for (uint64_t off = 0; !r && off < bytes; off += CHECK_PIECE) {
		size_t n = bytes - off < CHECK_PIECE ? (size_t)(bytes - off)
						     : CHECK_PIECE;

		r = disk_read(d, off, buf, n, c->err);
		for (size_t i = 0; !r && i < n; i++)
			if (buf[i] != c->used[off + i] || diff.count)
				compare_byte(c, (off + i) * 8, buf[i],
					     c->used[off + i], &diff);
	}
	end_difference(c, &diff);
	return r;
}

int ntfs_check_bitmap(struct check *c)
{
	struct err e = {0};
	struct ntfs_file f;
	struct ntfs_attr a;
	struct disk *d;
	uint8_t *buf;
	int r = ntfs_file_open(c->n, NTFS_REC_BITMAP, &f, &e);

	if (r)
		return ntfs_check_failed(c, NTFS_REC_BITMAP, NTFS_RULE_BITMAP,
					 r, &e);
	r = ntfs_file_find(&f, NTFS_AT_DATA, NULL, 0, &a, &e);
	if (!r)
		r = ntfs_stream_open(&f, &a, &d, &e);
	ntfs_file_done(&f);
	if (r)
		return ntfs_check_failed(c, NTFS_REC_BITMAP, NTFS_RULE_BITMAP,
					 r, &e);
	buf = mem_alloc(ntfs_check_piece(d->size));
	r = buf ? compare_bitmap(c, d, buf) : err_nomem(c->err);
	mem_free(buf);
	disk_close(d);
	return r;
}
