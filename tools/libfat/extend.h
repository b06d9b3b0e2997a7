// SPDX-License-Identifier: MIT
//
// What the parts of a volume's extension share.

#ifndef FAT_EXTEND_H
#define FAT_EXTEND_H

#include "fat_priv.h"

// A volume as it will be. The grid of clusters stays: new numbers are smaller by
// `shift`, and the clusters 2 to shift + 1 give their place to the new tables.
struct fat_extend {
	struct fat *f;   // as it is
	struct fat next; // as it will be; its tables are its own
	uint32_t shift;  // clusters; 0: the tables stay where they are
	uint32_t *dirs;  // first clusters of folders, FAT32's root among them
	uint32_t *next_dirs; // and what they will be
	size_t dir_count, dir_capacity;
	struct progress *progress;
};

// --- extend_away.c: the first clusters -------------------------------------------

// Finds all folders.
int fat_extend_find_dirs(struct fat_extend *x, struct err *err);

// Moves away what lies where the new tables will be: files and folders then lie
// behind it, in the volume as it is.
int fat_extend_move_away(struct fat_extend *x, struct err *err);

// --- extend_tables.c: the new tables ---------------------------------------------

// Writes the tables, folders and root folder of the volume as it will be to places
// that nothing on it uses. Nothing leads there yet.
int fat_extend_write_tables(struct fat_extend *x, struct err *err);

// --- extend.c ----------------------------------------------------------------------

// Calls fn for each entry of a folder that leads to clusters, "." and ".." among them.
void fat_extend_each(struct fat_dir *d,
		     void (*fn)(void *ctx, struct fat_entry_disk *e),
		     void *ctx);

// Writes the copy of the boot sector, if there is one, and then itself, with a flush
// before and after.
int fat_extend_write_boot(const struct fat *f, const struct fat_boot_disk *boot,
			  struct err *err);

#endif
