// SPDX-License-Identifier: MIT
//
// A dynamic or differencing VHD that is open, for those who change it as a
// whole.

#ifndef VHD_DYNAMIC_H
#define VHD_DYNAMIC_H

#include "../blocks/blocks.h"
#include "../vdisk_priv.h"
#include "vhd_disk.h"
#include "vhd_priv.h"

#define VHD_ENTRIES_A_SECTOR (VHD_SECTOR / sizeof(be32))

struct vhd_blocks {
	struct vdisk_blocks blocks;
	struct vhd_footer_disk footer; // as it is in the file
	uint64_t footer_at;            // 0: not known to be anywhere
	uint64_t table_offset;
	uint32_t bitmap_size;
	uint64_t end;   // of the last block
	uint64_t fresh; // from here on the file has only zeroes
	uint8_t *head;  // what comes before a new block: a gap and its bitmap
	struct {
		uint64_t off, len;
		const char *what;
	} fixed[5 + VHD_LOCATORS]; // metadata that never moves
	size_t fixed_count;
	bool has_batmap; // of Xen
};

// Makes the file long enough for something that ends at `end`, with the footer
// behind it. Not flushed: until then the copy at the start serves.
// Returns 0, -ENOSPC in a file whose size is fixed, or the file's error.
int vhd_make_room(struct vhd_blocks *v, uint64_t end, struct err *err);

// Returns a block's entry of the table as it is on disk.
be32 vhd_entry_encode(const struct vhd_blocks *v, uint64_t block);

// Writes a table to `place`, from entry `from` (of a sector's first) up to
// `count` and the end of its sector, and flushes. Entries behind the disk's last
// block are those of none; with `is_empty` all are.
// Returns 0, -ENOMEM, or the file's error.
int vhd_table_put(struct vhd_blocks *v, uint64_t place, uint64_t from,
		  uint64_t count, bool is_empty, struct err *err);

// Makes a durable table of at least `count` entries at `place` the disk's.
// Returns 0 or the file's error.
int vhd_table_switch(struct vhd_blocks *v, uint64_t place, uint64_t count,
		     struct err *err);

// Writes both footers, with a checksum, after all that came before is durable;
// when the second is, they count.
// Returns 0 or the file's error.
int vhd_footers_put(struct vhd_blocks *v, const struct vhd_footer_disk *footer,
		    struct err *err);

#endif
