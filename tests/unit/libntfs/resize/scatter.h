// SPDX-License-Identifier: MIT
//
// Puts everything on a volume that can be moved to random places, $MFT, $MFTMirr and
// $Bitmap too.

#ifndef SCATTER_H
#define SCATTER_H

#include "libntfs/resize/resize.h"
#include "test.h"

static inline void scatter_hint(struct resize *z, uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	z->c->cluster_hint = (*seed >> 33) % z->n->info.clusters;
}

static inline bool is_scattered(struct ntfs *n, uint64_t number)
{
	struct ntfs_file f;

	if (number <= NTFS_REC_MFTMIRR || number == NTFS_REC_VOLUME ||
	    (number >= NTFS_REC_BITMAP && number <= NTFS_REC_BADCLUS) ||
	    ntfs_file_open(n, number, &f, NULL))
		return false;
	ntfs_file_done(&f);
	return true;
}

// Those that find no room stay.
static inline void scatter_done(int r, struct err *err)
{
	if (r == -ENOSPC)
		*err = (struct err){0};
	else
		check_ok(r, err);
}

static inline void scatter(struct disk *d, uint64_t seed)
{
	struct err err = {0};
	struct resize z;

	check_ok(ntfs_resize_begin(d, NULL, &z, &err), &err);
	z.buf = mem_alloc(RESIZE_BUFFER);
	z.c->keeps_dirty = true;
	z.c->changes++;
	check_ok(ntfs_resize_sync(&z, &err), &err);
	z.limit = 0; // all lies behind it
	for (uint64_t i = 0; i < z.n->records; i++) {
		scatter_hint(&z, &seed);
		if (is_scattered(z.n, i))
			scatter_done(ntfs_resize_move(&z, i, &err), &err);
		if (i % 16 == 0)
			check_ok(ntfs_resize_sync(&z, &err), &err);
	}
	check_ok(ntfs_resize_sync(&z, &err), &err);
	scatter_hint(&z, &seed);
	scatter_done(ntfs_resize_move_mirror(&z, &err), &err);
	scatter_hint(&z, &seed);
	scatter_done(ntfs_resize_move_mft(&z, &err), &err);
	scatter_hint(&z, &seed);
	scatter_done(ntfs_resize_move_bitmap(&z, &err), &err);
	check_ok(ntfs_resize_end(&z, 0, &err), &err);
}

#endif
