// SPDX-License-Identifier: MIT
//
// The attributes of one file record (Linux-NTFS documentation, "Attribute
// header"; libfsntfs' format paper, "MFT attribute").

#include "read.h"

static int broken(const struct ntfs_record *record, uint32_t off,
		  const char *what, struct err *err)
{
	return err_corrupt(err, NTFS_RECORD(record->number), ERR_NOWHERE,
			   "the attribute at %u: %s", off, what);
}

static int decode_resident(const uint8_t *p, struct ntfs_attr *a,
			   struct err *err)
{
	const struct ntfs_resident_disk *h = (const void *)p;
	uint32_t off = get_le16(h->value_offset);

	a->value_len = get_le32(h->value_len);
	a->indexed = h->indexed & 1;
	if (!range_ok(off, a->value_len, a->length))
		return broken(a->record, a->offset,
			      "its value leaves the attribute", err);
	a->value = p + off;
	a->size = a->valid = a->value_len;
	a->allocated = a->total = round_up(a->value_len, 8);
	return 0;
}

static int decode_nonresident(const uint8_t *p, struct ntfs_attr *a,
			      struct err *err)
{
	const struct ntfs_nonresident_disk *h = (const void *)p;
	uint32_t off = get_le16(h->runs_offset);

	if (a->length < sizeof(*h))
		return broken(a->record, a->offset, "it is too short", err);
	a->first_vcn = get_le64(h->first_vcn);
	a->last_vcn = get_le64(h->last_vcn);
	if (a->first_vcn > INT64_MAX || a->last_vcn + 1 < a->first_vcn ||
	    a->last_vcn + 1 > INT64_MAX)
		return broken(a->record, a->offset,
			      "its cluster numbers are no range", err);
	if (off < sizeof(*h) || off >= a->length)
		return broken(a->record, a->offset,
			      "its runs leave the attribute", err);
	a->runs = p + off;
	a->runs_len = a->length - off;
	a->unit_shift = h->compression_unit;
	if (a->first_vcn)
		return 0;
	a->allocated = get_le64(h->allocated);
	a->size = get_le64(h->size);
	a->valid = get_le64(h->valid);
	a->total = a->allocated;
	if (a->allocated > INT64_MAX || a->size > INT64_MAX ||
	    a->valid > INT64_MAX)
		return broken(a->record, a->offset, "its size is negative",
			      err);
	if (h->compression_unit && off >= sizeof(*h) + 8)
		a->total = get_le64(
			((const struct ntfs_compressed_disk *)(h + 1))->total);
	return 0;
}

int ntfs_attr_next(const struct ntfs_record *record, struct ntfs_attr *attr,
		   struct err *err)
{
	uint32_t off = attr->offset ? attr->offset + attr->length
				    : record->attrs_offset;
	const uint8_t *p = record->data + off;
	const struct ntfs_attr_disk *h = (const void *)p;
	struct ntfs_attr a = {.record = record, .offset = off};
	uint32_t name_off;
	int r;

	if (!range_ok(off, 4, record->used))
		return broken(record, off, "there is no end mark", err);
	a.type = get_le32(h->type);
	if (a.type == NTFS_AT_END)
		return 0;
	if (!range_ok(off, sizeof(struct ntfs_resident_disk), record->used))
		return broken(record, off, "it leaves the record", err);
	a.length = get_le32(h->length);
	if (a.length % 8 || a.length < sizeof(struct ntfs_resident_disk) ||
	    !range_ok(off, a.length, record->used))
		return broken(record, off, "its length is wrong", err);
	a.flags = get_le16(h->flags);
	a.id = get_le16(h->id);
	a.name_len = h->name_len;
	name_off = get_le16(h->name_offset);
	if (a.name_len && !range_ok(name_off, 2u * a.name_len, a.length))
		return broken(record, off, "its name leaves it", err);
	if (a.name_len)
		a.name = (const le16 *)(p + name_off);
	if (h->nonresident > 1)
		return broken(record, off, "its form is unknown", err);
	a.resident = !h->nonresident;
	r = a.resident ? decode_resident(p, &a, err)
		       : decode_nonresident(p, &a, err);
	if (r)
		return r;
	*attr = a;
	return 1;
}
