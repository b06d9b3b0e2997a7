// SPDX-License-Identifier: MIT
//
// What the files of BCDBoot's work share.

#ifndef BCDBOOT_PRIV_H
#define BCDBOOT_PRIV_H

#include "bcdboot.h"
#include "hive_file.h"
#include "tree.h"

#define BCDBOOT_MAX_PATH 600
#define BCDBOOT_MAX_STORE                                                      \
	(UINT64_C(16) << 20) // real ones have some tens of KiB

struct bcdboot {
	struct tree *source, *system;
	const struct bcdboot_options *options;
	struct err *err;
};

// Writes folder + "\" + name. Returns 0 or -ENAMETOOLONG.
int bcdboot_join(char path[BCDBOOT_MAX_PATH], const char *folder,
		 const char *name, struct err *err);

// Looks whether the store of one kind of firmware, if there is one, can be used.
// Returns as bcdboot_write.
int bcdboot_check_store(const struct bcdboot *b, enum bcd_firmware firmware);

// Enters the Windows into the store of one kind of firmware, which is made when
// there is none. Returns as bcdboot_write.
int bcdboot_write_store(const struct bcdboot *b, enum bcd_firmware firmware);

// Reads a hive of a Windows by its name in System32\config; free with
// hive_bytes_done. Returns as hive_bytes_read.
int bcdboot_hive_read(struct tree *source, const char *windows,
		      const char *name, struct hive_bytes *ret,
		      struct err *err);

// Loads what leads to a key of it. Returns as hive_load_part.
int bcdboot_hive_load(const struct hive_bytes *h, const char *key,
		      struct hive **ret, struct err *err);

// Finds the version in a program's bytes: VS_FIXEDFILEINFO of its resource.
// Returns major << 8 | minor, or 0 when there is none.
unsigned bcdboot_file_version(const uint8_t *data, size_t size);

#endif
