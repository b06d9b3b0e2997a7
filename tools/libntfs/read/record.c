// SPDX-License-Identifier: MIT
//
// File records: the update sequence and the header (Linux-NTFS documentation,
// "FILE record"; libfsntfs' format paper, "MFT entry").

#include <stdio.h>
#include <string.h>

#include "read.h"

const char *ntfs_record_name(char buf[NTFS_RECORD_NAME], const char *before,
			     uint64_t number)
{
	snprintf(buf, NTFS_RECORD_NAME, "%sfile record %llu", before,
		 (unsigned long long)number);
	return buf;
}

// Disks write sectors, not records: after a power cut a record may be half the old
// one and half the new. Each sector therefore ends with the number of its write, and
// what belongs there is kept in the array. The stride is 512 bytes on every disk,
// also where sectors have 4096.
int ntfs_fixup(uint8_t *data, uint32_t size, const char *what, uint64_t where,
	       struct err *err)
{
	const struct ntfs_index_block_disk *h = (const void *)data;
	uint32_t off = get_le16(h->usa_offset), count = get_le16(h->usa_count);
	uint32_t strides = size / NTFS_USA_STRIDE;

	// The array lies before the first of the places that it restores.
	if (count != strides + 1 || off % 2 ||
	    !range_ok(off, 2 * count, NTFS_USA_STRIDE - 2))
		return err_corrupt(err, what, where,
				   "the update sequence array does not fit");
	for (uint32_t i = 1; i <= strides; i++) {
		uint8_t *end = data + i * NTFS_USA_STRIDE - 2;

		if (memcmp(end, data + off, 2))
			return err_corrupt(err, what, where,
					   "sector %u is of another write (the "
					   "update sequence does not match)",
					   i - 1);
		memcpy(end, data + off + 2 * i, 2);
	}
	return 0;
}

int ntfs_record_decode(uint8_t *data, uint32_t size, uint64_t number,
		       struct ntfs_record *ret, struct err *err)
{
	const struct ntfs_record_disk *h = (const void *)data;
	int r;

	if (!memcmp(h->magic, "\0\0\0\0", 4))
		return err_set(err, -ENOENT, NTFS_RECORD(number), ERR_NOWHERE,
			       "it was never used");
	if (memcmp(h->magic, "FILE", 4))
		return err_corrupt(err, NTFS_RECORD(number), ERR_NOWHERE,
				   memcmp(h->magic, "BAAD", 4)
					   ? "it does not begin with FILE"
					   : "it is marked as bad");
	r = ntfs_fixup(data, size, NTFS_RECORD(number), ERR_NOWHERE, err);
	return r ? r : ntfs_record_header(data, size, number, ret, err);
}

int ntfs_record_header(uint8_t *data, uint32_t size, uint64_t number,
		       struct ntfs_record *ret, struct err *err)
{
	const struct ntfs_record_disk *h = (const void *)data;
	struct ntfs_record rec = {.number = number, .data = data, .size = size};

	rec.sequence = get_le16(h->sequence);
	rec.links = get_le16(h->links);
	rec.flags = get_le16(h->flags);
	rec.next_attr_id = get_le16(h->next_attr_id);
	rec.attrs_offset = get_le16(h->attrs_offset);
	rec.used = get_le32(h->used);
	rec.base = get_le64(h->base);
	if (get_le32(h->allocated) != size)
		return err_corrupt(err, NTFS_RECORD(number), ERR_NOWHERE,
				   "its size is %u, the volume's %u",
				   get_le32(h->allocated), size);
	if (rec.used > size || rec.used < 8 || rec.attrs_offset % 8 ||
	    rec.attrs_offset < 0x28 || rec.attrs_offset > rec.used - 8)
		return err_corrupt(err, NTFS_RECORD(number), ERR_NOWHERE,
				   "its used size %u or first attribute's "
				   "offset %u do not fit",
				   rec.used, rec.attrs_offset);
	*ret = rec;
	return 0;
}

int ntfs_record_read(struct ntfs *n, uint64_t number, struct ntfs_record *ret,
		     struct err *err)
{
	uint32_t size = n->info.record_size;
	uint8_t *data;
	int r;

	if (number >= n->records)
		return err_corrupt(err, NTFS_RECORD(number), ERR_NOWHERE,
				   "the MFT has no such record");
	data = mem_alloc(size);
	if (!data)
		return err_nomem(err);
	r = disk_read(n->mft, number * size, data, size, err);
	if (!r)
		r = ntfs_record_decode(data, size, number, ret, err);
	if (r)
		mem_free(data);
	return r;
}
