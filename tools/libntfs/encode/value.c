// SPDX-License-Identifier: MIT
//
// What follows from values that are stored as they are given: extended attributes
// ([MS-FSCC] 2.4.15), reparse points (2.1.2).

#include <string.h>

#include "value.h"

int ntfs_value_ea(const uint8_t *data, uint64_t total,
		  struct ntfs_ea_information_disk *ret, struct err *err)
{
	uint32_t bare = 0, needed = 0;
	struct ea ea;
	size_t at = 0;
	int r = total ? 1 : -1;

	while (r > 0 && (r = ea_next(data, (size_t)total, &at, &ea)) > 0) {
		bare += (uint32_t)(NTFS_EA_BARE + ea.name_len + ea.value_len);
		needed += ea.flags >> 7;
	}
	if (r)
		return err_corrupt(err, "extended attributes", at,
				   "one leaves the list");
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
