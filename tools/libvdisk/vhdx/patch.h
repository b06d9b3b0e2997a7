// SPDX-License-Identifier: MIT
//
// Changes of a VHDX's metadata that are done all at once or not at all: pages of
// the file, changed in memory, go through the log as one entry.

#ifndef VHDX_PATCH_H
#define VHDX_PATCH_H

#include "blocks.h"

struct vhdx_patch {
	struct vhdx_blocks *v;
	struct vhdx_log_write writes[VHDX_LOG_MAX_WRITES];
	uint8_t *pages; // room for all
	size_t count;
};

// Begins a patch of a disk that is ready for changes. End with vhdx_patch_done.
// Returns 0 or -ENOMEM.
int vhdx_patch_init(struct vhdx_patch *p, struct vhdx_blocks *v,
		    struct err *err);

// Adds bytes. Returns 0, -EFBIG when they are more than fit into an entry, or
// the file's error.
int vhdx_patch_put(struct vhdx_patch *p, uint64_t off, const void *bytes,
		   size_t len, struct err *err);

// Adds both copies of the region table, with another place for the block table.
// Returns as vhdx_patch_put, and -EBADMSG.
int vhdx_patch_table(struct vhdx_patch *p, uint64_t off, uint64_t len,
		     struct err *err);

// Makes all that came before durable, then the patch, by the log; then writes it
// to its place.
// Returns 0 or the file's error.
int vhdx_patch_apply(struct vhdx_patch *p, struct err *err);

// Frees the pages.
void vhdx_patch_done(struct vhdx_patch *p);

#endif
