// SPDX-License-Identifier: MIT
//
// Self-relative security descriptors.

#ifndef NTFS_DESCRIPTOR_H
#define NTFS_DESCRIPTOR_H

#include "base.h"

// Returns true when its parts lie inside it and are well formed.
bool ntfs_descriptor_is_valid(const uint8_t *d, size_t size);

// Returns its hash as $Secure has it.
uint32_t ntfs_descriptor_hash(const uint8_t *d, size_t size);

// Makes the descriptor that a new file gets from its folder's
// (change/inherit.c). Free *ret with mem_free.
int ntfs_inherit(const uint8_t *parent, size_t size, bool is_folder,
		 uint8_t **ret, size_t *ret_size, struct err *err);

#endif
