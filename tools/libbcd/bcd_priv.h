// SPDX-License-Identifier: MIT
//
// What the files of libbcd share.

#ifndef BCD_PRIV_H
#define BCD_PRIV_H

#include "bcd.h"

// Each device within another is a call: a store must not decide how deep.
#define BCD_MAX_NESTING 8u         // devices within devices; real ones: 4
#define BCD_MAX_DEVICE  (1u << 20) // bytes of a device element
#define BCD_MAX_PATH    32767u     // units

#define BCD_OBJECT_TEXT (GUID_TEXT + 2) // "{...}" and a NUL

// Types and sizes of device elements, see device_encode.c.
enum {
	DEV_BLOCK = 0,
	DEV_BOOT = 5,
	DEV_PARTITION = 6,
	DEV_LOCATE = 8,

	BLOCK_HARD_DISK = 0,
	BLOCK_RAMDISK = 3,
	BLOCK_FILE = 5,
	BLOCK_VIRTUAL_DISK = 6,

	DEV_HEADER = 16,
	// a partition on a disk, and boot, which has as many zeroes
	DEV_PARTITION_SIZE = 0x48,
	// a locate without a path: its header, three words and the NUL
	DEV_LOCATE_HOST = 0x1e,
	FILE_PATH_TYPE = 5,
};

// Writes "{guid}" in lower case. Returns buf.
char *bcd_object_text(const struct guid *id, char buf[BCD_OBJECT_TEXT]);

#endif
