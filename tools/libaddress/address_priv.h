// SPDX-License-Identifier: MIT
//
// Inside libaddress: the marks of an address, and the files of a volume as a
// chain of virtual disks wants them.

#ifndef ADDRESS_PRIV_H
#define ADDRESS_PRIV_H

#include "address.h"

// Returns the length of the "@N" that s begins with, behind which an address ends
// or a ":" stands; or 0.
size_t address_partition_mark(const char *s);

// Returns true when s begins with ":\\" or ":/".
bool address_is_inner(const char *s);

// Returns the files of a volume, which is borrowed.
struct vdisk_files address_files(struct tree *volume);

// Returns the files of other machines, for reading. The logon is borrowed.
struct vdisk_files address_net_files(const struct net_logon *logon);

#endif
