// SPDX-License-Identifier: MIT
//
// Self-relative security descriptors.

#ifndef NTFS_DESCRIPTOR_H
#define NTFS_DESCRIPTOR_H

#include "../ntfs_disk.h"

// Returns true when its parts lie inside it and are well formed.
bool ntfs_descriptor_is_valid(const uint8_t *d, size_t size);

// Returns its hash as $Secure has it.
uint32_t ntfs_descriptor_hash(const uint8_t *d, size_t size);

#endif
