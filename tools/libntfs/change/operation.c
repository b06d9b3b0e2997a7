// SPDX-License-Identifier: MIT
//
// An operation as a whole: kept, or undone in the cache and in what is known of
// it outside.

#include "change.h"

void ntfs_operation_begin(struct ntfs_change *c)
{
	ntfs_cache_begin(c);
}

int ntfs_operation_end(struct ntfs_change *c, int r)
{
	ntfs_cache_end(c, !r);
	if (r) {
		c->inherited.from = 0;
		ntfs_mft_undo(c);
	} else {
		ntfs_mft_done(&c->old_mft);
		c->changes++;
	}
	return r;
}
