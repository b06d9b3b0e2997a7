// SPDX-License-Identifier: MIT
//
// What a file is on Linux, in the two forms that there are of it: wimlib's (struct
// wim_dentry), and the extended attributes that WSL gives files of NTFS volumes,
// which Linux' ntfs3 reads and writes too.

#ifndef IMAGE_UNIX_H
#define IMAGE_UNIX_H

#include "wim.h"

struct image_unix {
	uint32_t uid, gid, mode, rdev; // as struct wim_dentry has them
};

// Tells whether an attribute is one of WSL's.
bool image_ea_is_unix(const struct ea *ea);

// Finds what a file is on Linux among its extended attributes. Returns false when
// owner, group and mode are not all there.
bool image_unix_of_ea(const void *ea, size_t size, struct image_unix *ret);

// Makes the extended attributes of an entry for NTFS, with what it is on Linux among
// them, in new memory (mem_free). *ret is NULL when it has nothing of that.
// Returns 0, -EFBIG when they are larger than NTFS holds, or -ENOMEM.
int image_unix_ea(const struct wim_dentry *d, uint8_t **ret, size_t *ret_size,
		  struct err *err);

#endif
