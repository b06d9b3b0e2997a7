// SPDX-License-Identifier: MIT
//
// An image's tree as the bytes of its metadata.

#ifndef WIM_ENCODE_H
#define WIM_ENCODE_H

#include "write.h"

// --- dentry_encode.c ---------------------------------------------------------

// Checks that an entry can be encoded.
// Returns 0, -EFBIG, -EINVAL or -EBADMSG; err does not name the entry.
int wim_dentry_check(const struct wim_image *image, const struct wim_dentry *d,
		     struct err *err);

// Returns the bytes that an entry takes, with those of its streams.
size_t wim_dentry_size(const struct wim_dentry *d);

// Encodes an entry that was checked into zeroes; its children are at an offset of
// the metadata (0: none).
void wim_dentry_encode(const struct wim_dentry *d, uint64_t children,
		       uint8_t *out);

// --- metadata_encode.c -------------------------------------------------------

// Encodes an image into new memory (free with mem_free).
// Returns 0, -EFBIG, -EINVAL, -EBADMSG or -ENOMEM.
int wim_metadata_encode(const struct wim_image *image, void **ret,
			size_t *ret_size, struct err *err);

// Names an entry by its path in front of an error. Returns inner->code, or
// -ENOMEM.
int wim_dentry_fail(const struct wim_dentry *d, const struct err *inner,
		    struct err *err);

#endif
