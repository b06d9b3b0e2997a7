// SPDX-License-Identifier: MIT
//
// What the files of libstorage share.

#ifndef STORAGE_PRIV_H
#define STORAGE_PRIV_H

#include "storage.h"

// Takes all the room of a fixed disk's file; what its file system cannot reserve is
// written.
// Returns 0, -ENOSPC, or as disk_allocate, vdisk_open and disk_write.
int storage_take_room(const struct storage_effects *e, struct disk *file,
		      const struct storage_watch *watch, struct err *err);

#endif
