// SPDX-License-Identifier: MIT
//
// What the files of all formats share: the blocks that a new disk has from the
// start, and changes that children do not notice.

#ifndef VDISK_PRIV_H
#define VDISK_PRIV_H

#include "vdisk.h"

// Tells whether a block of a new disk has a place from the start.
static inline bool vdisk_is_present(const struct vdisk_create *c,
				    uint64_t block)
{
	return c->present && c->present[block / 8] >> block % 8 & 1;
}

// Returns how many of the first `blocks` blocks have one.
static inline uint64_t vdisk_present(const struct vdisk_create *c,
				     uint64_t blocks)
{
	uint64_t n = 0;

	for (uint64_t i = 0; c->present && i < blocks; i++)
		n += vdisk_is_present(c, i);
	return n;
}

// As vdisk_parent_done.
static inline void vdisk_parent_free(struct vdisk_parent *p)
{
	mem_free(p->relative);
	mem_free(p->absolute);
	mem_free(p->volume);
	*p = (struct vdisk_parent){0};
}

// Returns true for a disk that is made of blocks (blocks/blocks.h): all but
// fixed VHDs.
bool vdisk_has_blocks(const struct vdisk_info *info);

// As vdisk_expand; with `keeps_id` children do not notice.
int vdisk_expand_as(struct disk *file, uint64_t size, bool keeps_id,
		    struct err *err);

#endif
