// SPDX-License-Identifier: MIT
//
// $Secure (Linux-NTFS documentation, "$Secure"). $SDS is made of pairs of 256 KiB
// blocks, of which the second is a copy of the first; the last pair ends after its
// last entry. No entry crosses a block.

#include <string.h>

#include "descriptor.h"
#include "index.h"
#include "secure.h"

uint64_t ntfs_sds_next(uint64_t end, size_t size)
{
	uint64_t at = round_up(end, 16);
	bool is_copy = at / NTFS_SDS_BLOCK % 2;

	if (is_copy || at % NTFS_SDS_BLOCK + size > NTFS_SDS_BLOCK)
		at = round_up(at, 2ull * NTFS_SDS_BLOCK);
	return at;
}

void ntfs_encode_sds(uint8_t *dst, uint32_t security_id, uint64_t offset,
		     const void *descriptor, size_t size)
{
	struct ntfs_sds_disk d = {
		.hash = to_le32(ntfs_descriptor_hash(descriptor, size)),
		.security_id = to_le32(security_id),
		.offset = to_le64(offset),
		.size = to_le32((uint32_t)(sizeof(d) + size)),
	};

	memcpy(dst, &d, sizeof(d));
	memcpy(dst + sizeof(d), descriptor, size);
}

uint32_t ntfs_encode_sii(uint8_t *dst, const struct ntfs_sds_disk *sds)
{
	return ntfs_encode_view_entry(dst, &sds->security_id,
				      sizeof(sds->security_id), sds,
				      sizeof(*sds));
}

// Windows fills the four bytes behind the data with "I" and "I" again, and counts
// them to the entry, not to the data.
uint32_t ntfs_encode_sdh(uint8_t *dst, const struct ntfs_sds_disk *sds)
{
	static const uint8_t mark[4] = {'I', 0, 'I', 0};
	struct ntfs_sdh_key_disk key;
	uint32_t length;

	if (!dst)
		return ntfs_encode_view_entry(NULL, NULL, sizeof(key), NULL,
					      sizeof(*sds));
	key = (struct ntfs_sdh_key_disk){sds->hash, sds->security_id};
	length = ntfs_encode_view_entry(dst, &key, sizeof(key), sds,
					sizeof(*sds));
	memcpy(dst + length - sizeof(mark), mark, sizeof(mark));
	return length;
}
