// SPDX-License-Identifier: MIT
//
// $Secure as it is written: the entries of $SDS and of its two indexes.

#ifndef NTFS_ENCODE_SECURE_H
#define NTFS_ENCODE_SECURE_H

#include "../ntfs_disk.h"

// Returns where the next entry of $SDS goes, `size` bytes with its header; `end` is
// where the last one ends, both of them in its first copy.
uint64_t ntfs_sds_next(uint64_t end, size_t size);

// Writes an entry: its header, then the descriptor of `size` bytes, at `offset` in
// $SDS. Its second copy, NTFS_SDS_BLOCK on, is the same.
void ntfs_encode_sds(uint8_t *dst, uint32_t security_id, uint64_t offset,
		     const void *descriptor, size_t size);

// Writes the entries by number ($SII) and by hash ($SDH) of one whose header is
// `sds`. Each returns its length; with dst NULL nothing is written.
uint32_t ntfs_encode_sii(uint8_t *dst, const struct ntfs_sds_disk *sds);
uint32_t ntfs_encode_sdh(uint8_t *dst, const struct ntfs_sds_disk *sds);

#endif
