// SPDX-License-Identifier: MIT
//
// What of a volume is free, and whether that can be believed: "FAT: General
// Overview of On-Disk Format" 1.03, section "FAT Data Structure" (free clusters,
// and the two bits of cluster 1 that say how the volume was left). Linux, and
// Windows for what has no such bits, say the same in the boot sector.

#include "fat_priv.h"

int fat_free_ranges(struct fat *f,
		    int (*fn)(void *ctx, uint64_t off, uint64_t len), void *ctx,
		    struct err *err)
{
	uint32_t end = f->info.clusters + 2, start = 0;
	int r = 0;

	for (uint32_t i = 2; i <= end && !r; i++) {
		bool is_free = i < end && !fat_table_get(f, i);

		if (is_free && !start) {
			start = i;
		} else if (!is_free && start) {
			r = fn(ctx, fat_cluster_offset(f, start),
			       (uint64_t)(i - start) * f->info.cluster_size);
			start = 0;
		}
	}
	return r;
}

// Cluster 1 has the two highest bits of its entry set while the volume is at
// rest, and has no errors: 0x8000 and 0x4000, or 0x08000000 and 0x04000000.
// FAT12 has no room for them.
const char *fat_in_use(struct fat *f)
{
	const uint8_t *t = f->table;
	unsigned bits = 3;

	if (f->info.bits == 16)
		bits = t[3] >> 6;
	else if (f->info.bits == 32)
		bits = t[7] >> 2 & 3;
	if (!(bits & 2) || f->state & FAT_STATE_DIRTY)
		return "it was not shut down properly";
	return !(bits & 1) || f->state & FAT_STATE_ERRORS
		       ? "errors were seen on it"
		       : NULL;
}
