// SPDX-License-Identifier: MIT
//
// Disks that commands write as a whole, new ones too: sizes as people give them,
// and what is shown while one is made.

#ifndef NEW_DISK_H
#define NEW_DISK_H

#include "address.h"
#include "cmd.h"
#include "storage.h"

// A number without a unit below this is no disk's size in bytes: it was meant in
// MB, as DiskPart counts. Its smallest virtual disk has as many.
#define NEW_DISK_LEAST ((uint64_t)3 << 20)

// Reads the size of a disk; says what is wrong.
// Returns 0 or CMD_MISUSE.
int new_disk_parse_size(const char *command, const char *text, uint64_t *ret);

// Shows on stderr that a new disk takes long, and how far it is; end its progress
// with cmd_progress_end.
struct new_disk_watch {
	struct cmd_progress progress;
	const char *path;
	struct storage_watch watch;
};
const struct storage_watch *new_disk_watch(struct new_disk_watch *w,
					   const char *path);

// What a command writes a whole disk to: one that is there, by its address, or a new
// one.
struct disk_target {
	struct place *place;
	struct storage_new_disk made;
	struct disk *disk; // of the one of them that is there
};

// Makes a new one (storage_new_disk_open). It is there when it was finished.
// Returns as that.
int disk_target_make(const char *path, uint64_t size, uint32_t sector_size,
		     const struct guid *id, struct disk_target *ret,
		     struct err *err);

// Ends writing to it.
// Returns 0, or as address_finish and storage_new_disk_finish.
int disk_target_finish(struct disk_target *t, struct err *err);

// Closes it. One of zeroes is fine.
void disk_target_close(struct disk_target *t);

#endif
