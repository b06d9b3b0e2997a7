// SPDX-License-Identifier: MIT
//
// What the files about virtual disks by their addresses share.

#ifndef STORAGE_VDISK_PRIV_H
#define STORAGE_VDISK_PRIV_H

#include "storage_vdisk.h"

// A vdisk_unused that asks the volumes on the disk (vdisk_unused.c); its context is
// a struct storage_vdisk_listener, which is told of those that are not believed.
int storage_vdisk_unused(void *ctx, struct disk *disk,
			 int (*give)(void *ctx, uint64_t off, uint64_t len),
			 void *give_ctx, struct err *err);

// Tells a listener; either may be NULL.
void storage_vdisk_note(const struct storage_vdisk_listener *l,
			const char *text);

// Closes a place that was written to, and tells the listener of its notes.
void storage_vdisk_close(struct place *place,
			 const struct storage_vdisk_listener *l);

#endif
