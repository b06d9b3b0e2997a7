// SPDX-License-Identifier: MIT
//
// What a file is on Linux, in the two forms that there are of it: wimlib's (struct
// wim_dentry), and the extended attributes that WSL gives files of NTFS volumes,
// which Linux' ntfs3 reads and writes too.

#ifndef IMAGE_UNIX_H
#define IMAGE_UNIX_H

#include "wim.h"

// An extended attribute of a list as NTFS has it ([MS-FSCC] 2.4.15).
struct image_ea {
	const char *name; // not ended by a NUL
	const uint8_t *value;
	size_t name_len, value_len;
	uint8_t flags;
};

// Steps over the one at *at. Returns 1, 0 at the end, or -1 for what is none.
int image_ea_next(const void *ea, size_t size, size_t *at,
		  struct image_ea *ret);

struct image_unix {
	uint32_t uid, gid, mode, rdev; // as struct wim_dentry has them
};

// Tells whether an attribute is one of WSL's.
bool image_ea_is_unix(const struct image_ea *ea);

// Finds what a file is on Linux among its extended attributes. Returns false when
// owner, group and mode are not all there.
bool image_unix_of_ea(const void *ea, size_t size, struct image_unix *ret);

// Makes the extended attributes of an entry for NTFS, with what it is on Linux among
// them, in new memory (mem_free). *ret is NULL when it has nothing of that.
// Returns 0, -EFBIG when they are larger than NTFS holds, or -ENOMEM.
int image_unix_ea(const struct wim_dentry *d, uint8_t **ret, size_t *ret_size,
		  struct err *err);

#endif
