// SPDX-License-Identifier: MIT
//
// VHDX inside libvdisk: what was decoded from headers, regions and metadata.

#ifndef VHDX_PRIV_H
#define VHDX_PRIV_H

#include "vdisk.h"

#define VHDX_MAX_ENTRIES 2047 // of a region or metadata table; the format's
#define VHDX_MAX_SIZE	 (UINT64_C(64) << 40) // the format's
#define VHDX_MIN_BLOCK	 (1u << 20)           // the format's
#define VHDX_MAX_BLOCK	 (256u << 20)         // the format's

struct vhdx {
	bool needs_replay;
	uint64_t table_offset, table_length; // block table
	uint64_t meta_offset, meta_length;   // metadata region
	uint32_t block_size;
	bool is_fixed, has_parent;
	uint64_t size;
	uint32_t sector_size;
	struct guid id;
	char creator[VDISK_TEXT];
};

// Reads and checks everything but the block table.
// Returns 0, -ENOENT when the file is no VHDX, -EBADMSG, -ENOTSUP for what it
// requires and is not known, -ENOMEM, or the file's error.
int vhdx_read(struct disk *file, struct vhdx *ret, struct err *err);

// As vdisk_probe, for a VHDX only. Returns as vhdx_read.
int vhdx_probe(struct disk *file, struct vdisk_info *ret, struct err *err);

// Opens a fixed or dynamic VHDX for reading.
// Returns as vhdx_read, -EUCLEAN when its log must be replayed first.
int vhdx_open(struct disk *file, struct disk **ret, struct err *err);

// Reads items of the metadata region, whose place `v` has, into `v`.
// Returns as vhdx_read.
int vhdx_read_meta(struct disk *file, struct vhdx *v, struct err *err);

#endif
