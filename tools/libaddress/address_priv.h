// SPDX-License-Identifier: MIT
//
// Inside libaddress: the files of a volume as a chain of virtual disks wants
// them.

#ifndef ADDRESS_PRIV_H
#define ADDRESS_PRIV_H

#include "address.h"

// Returns the files of a volume, which must outlive them.
struct vdisk_files address_files(struct volume *volume);

#endif
