// SPDX-License-Identifier: MIT
//
// libbootsect: code that a BIOS starts. The MBR's code starts the active
// partition; a volume's code (FAT32, NTFS) loads the file BOOTMGR from its root
// folder and starts it, as Windows' own does. The code is boot/bios/, built into
// the library.
//
//     bootsect_write_mbr(disk, &err);
//     bootsect_write_volume(partition, &err);
//
// How BOOTMGR is started: as Windows' boot sectors do it, the whole file at
// 0x20000, entered at 2000:0000 in real mode with DL the BIOS' number of the
// disk, and the volume's boot sector at 0000:7C00 with its "hidden sectors"
// telling where the volume begins.
//
// The formats: the BIOS Boot Specification 1.01 and INT 13h extensions (EDD-3)
// for the code; FAT and NTFS as fat.h and ntfs.h say.

#ifndef BOOTSECT_H
#define BOOTSECT_H

#include "disk.h"

// Writes the MBR's code into the first 440 bytes of a disk; the table and the
// disk's signature are kept, and nothing else is written. Flushes.
// Returns 0, -EINVAL when the disk has no MBR to keep (no signature 55 AA, or a
// file system in its first sector), or the device's error.
int bootsect_write_mbr(struct disk *disk, struct err *err);

// Writes the code of a FAT32 or NTFS volume into its boot sectors. All that
// describes the volume is kept; hidden sectors are not touched. FAT32: sectors 0
// and those of its reserved ones that the code needs, and the copy of the boot
// sector. NTFS: $Boot and the copy at the volume's end. Flushes; the first sector
// is written last.
// Returns 0, -ENOENT when it is no such volume (FAT12 and FAT16 among them),
// -ENOTSUP when the code has no room or the sectors or clusters are of a size
// that it cannot load from, or the device's error.
int bootsect_write_volume(struct disk *volume, struct err *err);

#endif
