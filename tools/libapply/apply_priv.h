// SPDX-License-Identifier: MIT
//
// Inside libapply: what stands between the tree and its content.

#ifndef APPLY_PRIV_H
#define APPLY_PRIV_H

#include "apply.h"

#define REPARSE_HEADER	 8u // tag, length, reserved: [MS-FSCC] 2.1.2.1
#define REPARSE_MAX_DATA 16376u // [MS-FSCC] 2.1.2: 16 KiB with the header

// A stream that is filled from a blob.
struct target {
	const struct wim_blob *blob;
	uint32_t stream;
};

// Content that was read with the tree.
struct inline_data {
	uint32_t stream;
	size_t size;
	void *data;
};

struct apply {
	struct wim *wim;
	struct ntfs_build *build;
	struct wim_image *image;
	struct target *targets; // sorted by blob
	size_t target_count, target_room;
	struct inline_data *inlines;
	size_t inline_count, inline_room;
	struct apply_result result;
};

#endif
