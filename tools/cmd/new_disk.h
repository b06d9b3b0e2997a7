// SPDX-License-Identifier: MIT
//
// Disk images of the host that commands make for what they are to write: which
// kind a name asks for, and sizes as people give them.

#ifndef NEW_DISK_H
#define NEW_DISK_H

#include "base.h"
#include "vdisk.h"

// A number without a unit below this is no disk's size in bytes: it was meant in
// MB, as DiskPart counts. Its smallest virtual disk has as many.
#define NEW_DISK_LEAST ((uint64_t)3 << 20)

// Reads the size of a disk; says what is wrong.
// Returns 0 or CMD_MISUSE.
int new_disk_parse_size(const char *command, const char *text, uint64_t *ret);

// Finds the kind of a new file that is to hold a disk, by its name: a VHD, a VHDX,
// or a raw one.
// Returns 0, or as address_check_host and vdisk_format_of_name.
int new_disk_check(const char *path, enum vdisk_format *ret, struct err *err);

// Makes the file, of zeroes; a VHD and VHDX as `vdisk create` does: fixed, with
// all its room taken. `sector_size` is 512 or 4096, or 0 for the usual one. `id`
// is the virtual disk's identifier, with a time that is always the same; NULL for
// a random one and now. Open it by its address.
// Returns 0, -EEXIST, -ENOSPC, or as new_disk_check, disk_create_file and
// vdisk_create.
int new_disk_make(const char *path, uint64_t size, uint32_t sector_size,
		  const struct guid *id, struct err *err);

// Takes all the room of such a VHD or VHDX once more, when it is closed: what was
// zeroed or discarded on the disk meanwhile has left holes in its file, from which
// Windows does not boot.
// Returns 0, also where the file system cannot reserve room, -ENOSPC, or as
// disk_open_file and disk_finish.
int new_disk_take_room(const char *path, struct err *err);

#endif
