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

// What cannot be started is told on the screen, such as "BOOTMGR is missing".
// Partitions may lie anywhere that an MBR can say, and volumes go on behind
// 2 TiB. Sectors have 512 bytes: a BIOS starts no others.
//
// Threads: one at a time a disk.

// Writes the MBR's code into the first 440 bytes of a disk; the table and the
// disk's signature are kept, and nothing else is written. Flushes. A table that
// leads nowhere is kept too.
// Returns 0, -EINVAL when the disk has no MBR to keep (no signature 55 AA, or a
// file system in its first sector) or a GPT, -ENOTSUP when its sectors are not
// of 512 bytes, -ENOMEM, or the device's error.
int bootsect_write_mbr(struct disk *disk, struct err *err);

// Writes the code of a FAT32 or NTFS volume into its boot sectors. All that
// describes the volume is kept, its "hidden sectors" too. Written are the boot
// sector, its copy (FAT32: the one that it names; NTFS: at the volume's end,
// unless something else lies there), and the sectors of the code's second part:
// of FAT32's reserved ones (of which the first 64 are looked at), or of $Boot.
//
// Those are empty ones if there are any, else ones that no known code is in; the
// boot sector is written last, and what an earlier call left is then removed. So
// the code that was there, ours or Windows', stays whole until the new one is.
// (Of code by others that fills all of these sectors, a part may be overwritten
// before.) When all is there already, nothing is written.
// Returns 0, -ENOENT when it is no such volume (FAT12 and FAT16 among them),
// -EBADMSG when its boot sector cannot be right, -ENOTSUP when the code has no
// room (2 sectors that follow each other, 4 for NTFS) or the sectors, clusters
// (over 2 MiB), file records (over 4 KiB) or index blocks (over 64 KiB) are of a
// size that it cannot load from, -ENOMEM, or the device's error.
int bootsect_write_volume(struct disk *volume, struct err *err);

#endif
