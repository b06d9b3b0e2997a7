// SPDX-License-Identifier: MIT
//
// The scan of the MFT: every record's header, its bit in $MFT's $BITMAP, and
// through ntfs_check_file all that a base record leads to.

#include <string.h>

#include "check.h"

// Loads $MFT's own bitmap; without one, all that follows has nothing to stand
// on, and everything counts as free.
static int load_bitmap(struct check *c)
{
	uint64_t records = c->n->records;
	int r = ntfs_check_read(c, NTFS_REC_MFT, NTFS_AT_BITMAP, NULL,
				CHECK_MAX_RECORDS, NTFS_RULE_MFT_BITMAP,
				&c->mft_bitmap, &c->mft_bitmap_size);

	if (r || !c->mft_bitmap)
		return r;
	if (c->mft_bitmap_size < (records + 7) / 8)
		ntfs_check_problem(
			c, NTFS_REC_MFT, NTFS_RULE_MFT_BITMAP,
			"The MFT's bitmap has %zu bytes for %llu records",
			c->mft_bitmap_size, (unsigned long long)records);
	return 0;
}

static bool is_marked(const struct check *c, uint64_t number)
{
	return number / 8 < c->mft_bitmap_size &&
	       check_bit(c->mft_bitmap, number);
}

static void check_header(struct check *c, const struct ntfs_record *rec)
{
	const struct ntfs_record_disk *h = (const void *)rec->data;
	uint64_t number = rec->number;

	if (get_le16(h->usa_offset) >= 0x30 &&
	    get_le32(h->number) != (uint32_t)number)
		ntfs_check_problem(c, number, NTFS_RULE_RECORD_NUMBER,
				   "The record says that it is number %u",
				   get_le32(h->number));
	if (!rec->sequence)
		ntfs_check_problem(c, number, NTFS_RULE_RECORD_SEQUENCE,
				   "The record's sequence number is 0");
	else if (number < NTFS_REC_FREE &&
		 rec->sequence != (number ? number : 1))
		ntfs_check_problem(c, number, NTFS_RULE_RECORD_SEQUENCE,
				   "The sequence number of a system file is %u",
				   rec->sequence);
	if (get_le16(h->usa_offset) + 2u * get_le16(h->usa_count) >
	    rec->attrs_offset)
		ntfs_check_problem(c, number, NTFS_RULE_RECORD_HEADER,
				   "The update sequence array runs into the "
				   "attributes");
}

static int load_file(struct check *c, const struct ntfs_record *rec)
{
	struct ntfs_file one = {
		.n = c->n, .records = (struct ntfs_record *)rec, .count = 1};
	struct ntfs_attr a = {0};
	struct ntfs_file f;
	struct err e = {0};
	bool has_list = false;
	int r;

	while (!has_list && ntfs_attr_next(rec, &a, NULL) > 0)
		has_list = a.type == NTFS_AT_ATTRIBUTE_LIST;
	if (!has_list)
		return ntfs_check_file(c, &one);
	r = ntfs_file_open(c->n, rec->number, &f, &e);
	if (r)
		return ntfs_check_failed(c, rec->number, NTFS_RULE_ATTR_LIST, r,
					 &e);
	r = ntfs_check_file(c, &f);
	if (!r)
		r = ntfs_check_list(c, &f);
	ntfs_file_done(&f);
	return r;
}

static int check_one(struct check *c, uint64_t number, uint8_t *data)
{
	struct check_record *mine = &c->records[number];
	bool marked = is_marked(c, number);
	struct ntfs_record rec;
	struct ntfs_attr a = {0};
	struct err e = {0};
	int r = ntfs_record_decode(data, c->n->info.record_size, number, &rec,
				   &e);

	if (r && !marked)
		return 0; // free, and never used or left over
	if (r) {
		mine->flags |= CR_BROKEN;
		return ntfs_check_failed(c, number, NTFS_RULE_RECORD_HEADER, r,
					 &e);
	}
	if (!(rec.flags & NTFS_RF_IN_USE) && marked)
		ntfs_check_find(c, NTFS_LEFTOVER, number, NTFS_RULE_MFT_BITMAP,
				"The record is free, the MFT's bitmap says "
				"otherwise");
	if (rec.flags & NTFS_RF_IN_USE && !marked)
		ntfs_check_problem(c, number, NTFS_RULE_MFT_BITMAP,
				   "The record is in use, the MFT's bitmap "
				   "says otherwise");
	if (!(rec.flags & NTFS_RF_IN_USE))
		return 0;
	mine->sequence = rec.sequence;
	mine->flags |= CR_IN_USE;
	if (rec.base)
		mine->flags |= CR_EXTENSION;
	if (rec.flags & NTFS_RF_DIRECTORY)
		mine->flags |= CR_FOLDER;
	check_header(c, &rec);
	while ((r = ntfs_attr_next(&rec, &a, &e)) > 0)
		;
	if (r) {
		mine->flags |= CR_BROKEN;
		return ntfs_check_failed(c, number, NTFS_RULE_ATTR_HEADER, r,
					 &e);
	}
	ntfs_check_attrs(c, &rec);
	return rec.base ? 0 : load_file(c, &rec);
}

// Extensions that no base record names, and base records that are none.
static void check_extensions(struct check *c)
{
	for (uint64_t i = 0; i < c->n->records; i++) {
		const struct check_record *r = &c->records[i];

		if (r->flags & CR_EXTENSION && !(r->flags & CR_CLAIMED))
			ntfs_check_find(c, NTFS_LEFTOVER, i,
					NTFS_RULE_RECORD_ORPHAN,
					"An extension record that its base "
					"record does not name");
	}
}

int ntfs_check_records(struct check *c)
{
	uint32_t size = c->n->info.record_size;
	uint64_t total = c->n->records, per = CHECK_PIECE / size;
	uint8_t *buf = mem_alloc(ntfs_check_piece(total * size));
	int r = buf ? load_bitmap(c) : err_nomem(c->err);

	for (uint64_t i = 0; !r && i < total; i += per) {
		uint64_t n = total - i < per ? total - i : per;

		r = disk_read(c->n->mft, i * size, buf, (size_t)n * size,
			      c->err);
		for (uint64_t j = 0; !r && j < n; j++)
			r = check_one(c, i + j, buf + j * size);
		if (!r &&
		    progress_report(c->progress,
				    "Stage 1: Examining basic file system "
				    "structure",
				    i + n, total))
			r = err_set(c->err, -ECANCELED, "check", ERR_NOWHERE,
				    "stopped");
	}
	if (!r)
		check_extensions(c);
	mem_free(buf);
	return r;
}
