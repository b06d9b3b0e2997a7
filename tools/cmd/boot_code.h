// SPDX-License-Identifier: MIT
//
// Writing what a BIOS starts, for the commands that do it.

#ifndef BOOT_CODE_H
#define BOOT_CODE_H

#include "base.h"

// Writes the boot code of the volume at an address. *ret_name is what the volume
// is: "NTFS" or "FAT32", a constant string.
// Returns 0, -EINVAL when the address is a whole disk with partitions, -EBUSY
// unless forced when a Windows sleeps on the volume or did not close it, or as
// address_open_volume and bootsect_write_volume.
int boot_code_write_volume(const char *address, bool is_forced,
			   const char **ret_name, struct err *err);

// Writes the code of the MBR of the disk at an address.
// Returns 0, or as address_open and bootsect_write_mbr.
int boot_code_write_mbr(const char *disk, struct err *err);

// Finds the disk that the partition at an address lies on: what is before its
// "@N", or the device that a partition's device belongs to. *ret is new memory, free
// with mem_free.
// Returns 0, -EINVAL when the address is no partition, or -ENOMEM.
int boot_code_find_disk(const char *address, char **ret, struct err *err);

// Finds the active partition of the disk at an address. *ret is the partition's
// address, in new memory, free with mem_free.
// Returns 0, -ENODEV when there is no such disk or it has no partition table,
// -ENOENT when no partition is active, -EINVAL for a GPT, or as
// address_read_table.
int boot_code_find_active(const char *disk, char **ret, struct err *err);

#endif
