// SPDX-License-Identifier: MIT
//
// Disk images of the host that commands make for what they are to write: which
// kind a name asks for, and sizes as people give them.

#ifndef NEW_DISK_H
#define NEW_DISK_H

#include "address.h"
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

// A disk in a file that has no name yet.
struct new_disk {
	struct disk *disk; // what is to be written
	struct disk *file; // the virtual disk's, or the same
};

// Makes the file, of zeroes; a VHD and VHDX as `vdisk create` does: fixed, with
// all its room taken. `sector_size` is 512 or 4096, or 0 for the usual one. `id`
// is the virtual disk's identifier, with a time that is always the same; NULL for
// a random one and now. It gets its name from new_disk_finish: who is stopped
// before leaves nothing.
// Returns 0, -EEXIST, -ENOSPC, or as new_disk_check, disk_create_file, vdisk_create
// and vdisk_open.
int new_disk_open(const char *path, uint64_t size, uint32_t sector_size,
		  const struct guid *id, struct new_disk *ret, struct err *err);

// Makes all that was written durable and gives the file its name. Of a VHD or VHDX
// all the room is taken once more: what was zeroed or discarded on the disk has left
// holes in its file, from which Windows does not boot; where the file system cannot
// reserve room it goes without.
// Returns 0, -ENOSPC, -EEXIST, or as disk_finish.
int new_disk_finish(struct new_disk *n, struct err *err);

// Closes it; without new_disk_finish nothing is left. One of zeroes is fine.
void new_disk_close(struct new_disk *n);

// What a command writes a whole disk to: one that is there, by its address, or a new
// one.
struct disk_target {
	struct place *place;
	struct new_disk made;
	struct disk *disk; // of the one of them that is there
};

// Ends writing to it.
// Returns 0, or as address_finish and new_disk_finish.
int disk_target_finish(struct disk_target *t, struct err *err);

// Closes it. One of zeroes is fine.
void disk_target_close(struct disk_target *t);

#endif
