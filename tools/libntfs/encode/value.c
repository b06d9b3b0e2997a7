// SPDX-License-Identifier: MIT
//
// What follows from values that are stored as they are given: extended attributes
// ([MS-FSCC] 2.4.15), reparse points (2.1.2).

#include <string.h>

#include "value.h"

int ntfs_value_ea(const uint8_t *data, uint64_t total,
		  struct ntfs_ea_information_disk *ret, struct err *err)
{
	uint64_t at = 0;
	uint32_t bare = 0, needed = 0;

	for (;;) {
		struct ntfs_ea_disk d;
		uint32_t next, length;

		if (!range_ok(at, sizeof(d), total))
			return err_corrupt(err, "extended attributes", at,
					   "one leaves the list");
		memcpy(&d, data + at, sizeof(d));
		next = get_le32(d.next);
		length = (uint32_t)sizeof(d) + d.name_len + 1 +
			 get_le16(d.value_len);
		if (!range_ok(at, length, total) ||
		    (next && (next < length || next % 4)))
			return err_corrupt(err, "extended attributes", at,
					   "one leaves the list");
		bare += length - 4;
		needed += d.flags >> 7;
		at += next;
		if (!next || at == total)
			break;
	}
	*ret = (struct ntfs_ea_information_disk){
		.packed_size = to_le16((uint16_t)bare),
		.need_ea_count = to_le16((uint16_t)needed),
		.size = to_le32((uint32_t)total),
	};
	return 0;
}

// A tag of Microsoft's is followed by the data, another by a GUID first
// ([MS-FSCC] 2.1.2.2, 2.1.2.3).
int ntfs_value_reparse(const uint8_t *data, uint64_t size, uint32_t *ret,
		       struct err *err)
{
	struct ntfs_reparse_disk d;
	uint32_t tag, guid;

	memcpy(&d, data, sizeof(d));
	tag = get_le32(d.tag);
	guid = tag & 0x80000000u ? 0 : 16;
	if (tag <= NTFS_REPARSE_RESERVED)
		return err_corrupt(err, "reparse point", ERR_NOWHERE,
				   "%08x is no tag", tag);
	if (get_le16(d.length) + sizeof(d) + guid != size)
		return err_corrupt(err, "reparse point", ERR_NOWHERE,
				   "tag %08x, %llu bytes, but a length of %u",
				   tag, (unsigned long long)size,
				   get_le16(d.length));
	*ret = tag;
	return 0;
}
