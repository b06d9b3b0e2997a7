// SPDX-License-Identifier: MIT
//
// A VHDX that is open, for those who change it as a whole.

#ifndef VHDX_BLOCKS_H
#define VHDX_BLOCKS_H

#include "../blocks/blocks.h"
#include "vhdx_disk.h"
#include "vhdx_priv.h"

#define VHDX_PAGE           VHDX_LOG_SECTOR
#define VHDX_ENTRIES_A_PAGE (VHDX_PAGE / sizeof(le64))
#define VHDX_MAP_SIZE       VHDX_MIB // of a block of bitmaps

struct vhdx_blocks {
	struct vdisk_blocks blocks;
	struct vhdx x;
	struct disk *overlay; // the file as it is after its log, or NULL
	uint64_t ratio, chunks;
	uint64_t *maps; // of each chunk of `ratio` blocks, its bitmaps' place
	uint64_t end;   // of what is used of the file
	uint64_t fresh; // from here on the file has only zeroes
	struct vhdx_log log;
	uint8_t *tables; // room for pages of the table, while they are written
};

// Finds `len` bytes of zeroes at the end of what is used, a multiple of a MiB.
// Returns 0, -ENOSPC in a file whose size is fixed, or the file's error.
int vhdx_take_room(struct vhdx_blocks *v, uint64_t len, uint64_t *ret,
		   struct err *err);

// Remembers that something ends there.
static inline void vhdx_note_end(struct vhdx_blocks *v, uint64_t end)
{
	if (v->end < end)
		v->end = end;
}

// --- The block table (table.c) -----------------------------------------------

// Returns the entry of a block, and that for the bitmaps of a chunk.
uint64_t vhdx_table_index(const struct vdisk_blocks *b, uint64_t block);
uint64_t vhdx_map_index(const struct vhdx_blocks *v, uint64_t chunk);

// Decodes the table into `v`, whose regions have been noted.
// Returns 0, -EBADMSG, or the file's error.
int vhdx_table_read(struct vhdx_blocks *v, struct err *err);

// Makes a page of the table as it is on disk.
void vhdx_table_encode(const struct vhdx_blocks *v, uint64_t page,
		       uint8_t bytes[VHDX_PAGE]);

// Writes the table's pages to `place`, from the one that has entry `from` on, and
// zeroes behind it up to `len` bytes. Not flushed.
// Returns 0 or the file's error.
int vhdx_table_put(struct vhdx_blocks *v, uint64_t place, uint64_t from,
		   uint64_t len, struct err *err);

// Moves the table, of the same length, to a place that nothing uses.
// Returns 0, -ENOMEM, or the file's error.
int vhdx_table_move(struct vhdx_blocks *v, uint64_t to, struct err *err);

#endif
