// SPDX-License-Identifier: MIT
//
// What the files of libbootsect share.

#ifndef BOOTSECT_PRIV_H
#define BOOTSECT_PRIV_H

#include "bootsect.h"
#include "bootsect_disk.h"

// A BIOS reads sectors of 512 bytes (int 13h); the code counts in these.
#define BOOTSECT_SECTOR   512u
#define BOOTSECT_MAX_AREA 64u // sectors at a volume's start that are looked at
#define BOOTSECT_MAX_SIZE 8192u // of a boot sector and its second part

// The code, as boot/bios/ is built (code.c). The first sector of a volume's is
// its boot sector, without the fields that describe the volume.
struct bootsect_code {
	const uint8_t *bytes;
	size_t size;
};
extern const struct bootsect_code bootsect_code_mbr;
extern const struct bootsect_code bootsect_code_fat32;
extern const struct bootsect_code bootsect_code_ntfs;

// A volume that can get boot code.
struct bootsect_volume {
	const struct bootsect_code *code;
	uint32_t code_offset; // in the boot sector: what is before is kept
	uint32_t area;     // sectors from the volume's start that are for code
	uint64_t not_free; // a bit for each: what else is in the area
	uint64_t known;    // a bit for each: where others' code lies
	uint64_t backup;   // offset of the boot sector's copy; 0: none
};

// Says what a volume is by its boot sector.
// Returns 0, -ENOENT when it gets no code, or -ENOTSUP when the code cannot load
// from it.
int bootsect_volume_decode(const uint8_t sector[512], uint64_t size,
			   struct bootsect_volume *ret, struct err *err);

#endif
