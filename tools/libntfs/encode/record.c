// SPDX-License-Identifier: MIT
//
// File records and the update sequence (Linux-NTFS documentation, "File Record",
// "Fixup").

#include <string.h>

#include "record.h"

uint16_t ntfs_usa_count(uint32_t size)
{
	return (uint16_t)(1 + size / NTFS_USA_STRIDE);
}

uint32_t ntfs_record_first(uint32_t size)
{
	return (uint32_t)round_up(sizeof(struct ntfs_record_disk) +
					  2u * ntfs_usa_count(size),
				  8);
}

void ntfs_encode_record(uint8_t *record, uint32_t size, uint32_t used,
			const struct ntfs_record_disk *head)
{
	struct ntfs_record_disk d = *head;
	uint32_t first = ntfs_record_first(size);
	le32 end = to_le32(NTFS_AT_END);

	memcpy(d.magic, "FILE", 4);
	d.usa_offset = to_le16(sizeof(d));
	d.usa_count = to_le16(ntfs_usa_count(size));
	d.attrs_offset = to_le16((uint16_t)first);
	d.used = to_le32(used + NTFS_END_MARK);
	d.allocated = to_le32(size);
	memset(record, 0, first);
	memcpy(record, &d, sizeof(d));
	memset(record + used, 0, size - used);
	memcpy(record + used, &end, sizeof(end));
}

// The number after one that is there. A writer that is cut off leaves sectors with
// two numbers, so it must differ from the last one; 0 and ffff are none, as a sector
// of all zeroes or all ones would seem to be written whole.
static uint16_t next_number(const uint8_t *before)
{
	const struct ntfs_record_disk *old = (const void *)before;
	uint32_t at = before ? get_le16(old->usa_offset) : 0;
	uint16_t number = 0;
	le16 usn;

	if (before &&
	    (!memcmp(before, "FILE", 4) || !memcmp(before, "INDX", 4)) &&
	    range_ok(at, sizeof(usn), NTFS_USA_STRIDE - 2)) {
		memcpy(&usn, before + at, sizeof(usn));
		number = get_le16(usn);
	}
	number++;
	return number && number != 0xffff ? number : 1;
}

void ntfs_encode_usa(uint8_t *data, uint32_t size, const uint8_t *before)
{
	const struct ntfs_record_disk *h = (const void *)data;
	uint8_t *array = data + get_le16(h->usa_offset);
	le16 usn = to_le16(next_number(before));

	memcpy(array, &usn, sizeof(usn));
	for (uint32_t i = 1; i <= size / NTFS_USA_STRIDE; i++) {
		uint8_t *end = data + i * NTFS_USA_STRIDE - 2;

		memcpy(array + 2 * i, end, 2);
		memcpy(end, &usn, sizeof(usn));
	}
}
