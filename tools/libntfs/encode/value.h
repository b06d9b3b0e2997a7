// SPDX-License-Identifier: MIT
//
// Values that are stored as they are given, and what NTFS tells of them elsewhere.

#ifndef NTFS_ENCODE_VALUE_H
#define NTFS_ENCODE_VALUE_H

#include "../ntfs_disk.h"

#define NTFS_MAX_REPARSE 16384u // bytes
#define NTFS_MAX_EA      65536u

// Makes $EA_INFORMATION from $EA. Returns 0, or -EBADMSG when it breaks its format.
int ntfs_value_ea(const uint8_t *data, uint64_t size,
		  struct ntfs_ea_information_disk *ret, struct err *err);

// Reads the tag of a reparse point of at least a header. Returns 0, or -EBADMSG when
// it is none or the length is not that of the data.
int ntfs_value_reparse(const uint8_t *data, uint64_t size, uint32_t *ret,
		       struct err *err);

#endif
