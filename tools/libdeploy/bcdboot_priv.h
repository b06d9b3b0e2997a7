// SPDX-License-Identifier: MIT
//
// What the files of BCDBoot's work share.

#ifndef BCDBOOT_PRIV_H
#define BCDBOOT_PRIV_H

#include "deploy.h"

#define BCDBOOT_MAX_PATH  600
#define BCDBOOT_MAX_STORE (UINT64_C(16) << 20) // real ones have some tens of KiB

struct bcdboot {
	struct ntfs *source;
	struct volume *system;
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

// Finds the version in a program's bytes: VS_FIXEDFILEINFO of its resource.
// Returns major << 8 | minor, or 0 when there is none.
unsigned bcdboot_file_version(const uint8_t *data, size_t size);

#endif
