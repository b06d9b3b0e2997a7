// SPDX-License-Identifier: MIT
//
// Inside libmachine: small files of sysfs, and who uses a disk.

#ifndef MACHINE_PRIV_H
#define MACHINE_PRIV_H

#include "machine.h"

#define MACHINE_MAX_PATH 600 // of a file in sysfs, with the root before it

// --- sysfs.c -----------------------------------------------------------------

// Reads the first line of DIR/FILE without blanks around it. Returns false, with
// an empty string, when there is none.
bool machine_line(const char *dir, const char *file, char *buf, size_t size);

// Returns the number in DIR/FILE, or 0.
uint64_t machine_number(const char *dir, const char *file);

// Says whether there is a DIR/NAME, if only as a link.
bool machine_has(const char *dir, const char *name);

// Calls fn for each name in a folder but those with a dot first, in no order;
// stops when it returns non-zero. Returns 0, what fn returned, or what opendir(3)
// gives.
int machine_each(const char *dir,
		 int (*fn)(void *ctx, const char *dir, const char *name),
		 void *ctx);

// Writes into `bus` which one a device hangs on, by its path below /sys/devices.
void machine_bus(const char *sys_path, char bus[16]);

// --- inventory.c -------------------------------------------------------------

// Says whether a name in /sys/block stands for hardware of its own. CDs are
// none of the disks.
bool inventory_is_hardware(const char *name);
bool inventory_is_cd(const char *name);

// Writes the device of a name in /sys/block, where "/" is "!".
void inventory_device(const char *name, char path[80]);

// --- inventory_used.c --------------------------------------------------------

// Fills in `in_use` of each disk: mounted (itself, a partition, or anything
// that stands on it), used as swap, held by another driver, or a medium.
// Returns 0, or -ENOMEM.
int inventory_mark_used(const char *root, struct inventory *inventory,
			struct err *err);

#endif
