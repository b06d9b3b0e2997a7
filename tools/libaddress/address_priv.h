// SPDX-License-Identifier: MIT
//
// Inside libaddress: the files of a volume as a chain of virtual disks wants
// them.

#ifndef ADDRESS_PRIV_H
#define ADDRESS_PRIV_H

#include "address.h"

// A volume whose files are opened; one of the two is NULL. Both are borrowed.
struct address_volume {
	struct ntfs *ntfs;
	struct fat *fat;
};

// Returns the files of a volume, to which `volume` must stay.
struct vdisk_files address_files(struct address_volume *volume);

// Opens a file of a volume.
// Returns 0, -EISDIR for a folder, or as ntfs_open_file and fat_open_file.
int address_open_file(const struct address_volume *volume, const char *path,
		      struct disk **ret, struct err *err);

#endif
