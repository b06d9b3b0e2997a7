// SPDX-License-Identifier: MIT
//
// File records as they are written, and the update sequence that protects them and
// the blocks of indexes.

#ifndef NTFS_ENCODE_RECORD_H
#define NTFS_ENCODE_RECORD_H

#include "../ntfs_disk.h"

#define NTFS_END_MARK 8u // bytes of a record's end mark, with its padding

// Returns how many units the update sequence of a record or block has.
uint16_t ntfs_usa_count(uint32_t size);

// Returns the offset of a record's first attribute.
uint32_t ntfs_record_first(uint32_t size);

// Writes a record's header and end mark around attributes that reach from
// ntfs_record_first to `used`; what lies behind them becomes zero. Of `head`
// count lsn, sequence, links, flags, base, next_attr_id and number. The update
// sequence is left to ntfs_encode_usa.
void ntfs_encode_record(uint8_t *record, uint32_t size, uint32_t used,
			const struct ntfs_record_disk *head);

// Protects a record or block by the number that follows that of `before`, what
// its place held; NULL, or what is neither: by the first one.
void ntfs_encode_usa(uint8_t *data, uint32_t size, const uint8_t *before);

#endif
