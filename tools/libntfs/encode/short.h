// SPDX-License-Identifier: MIT
//
// 8.3 names: which names are ones, and making them up.

#ifndef NTFS_SHORT_H
#define NTFS_SHORT_H

#include "base.h"

// Returns true when a name is an 8.3 name but for its case.
bool ntfs_short_is(const le16 *name, size_t len);

// Returns true for a name that Win32 can open: others get no 8.3 name.
bool ntfs_short_is_win32(const le16 *name, size_t len);

// Makes up an 8.3 name for which is_taken returns 0.
// Returns 0, or what is_taken returned below 0.
int ntfs_short_make(const uint16_t *upcase, const le16 *name, size_t len,
		    int (*is_taken)(void *ctx, const le16 *name, size_t len),
		    void *ctx, le16 out[12], size_t *ret_len);

#endif
