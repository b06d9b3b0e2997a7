// SPDX-License-Identifier: MIT
//
// Volumes that we read, and others may not.

#ifndef ODDITIES_H
#define ODDITIES_H

#include "disk.h"

// Warns on stderr of a FAT or NTFS volume that says another sector size than the
// disk it lies on has, and of a FAT32 with fewer clusters than the
// specification allows. Returns nothing: what cannot be read is told by others.
void warn_of_oddities(const char *command, const char *address,
		      struct disk *volume);

#endif
