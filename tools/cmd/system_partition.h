// SPDX-License-Identifier: MIT
//
// Which partition holds the boot manager, when nobody named it. What cannot be
// told for certain is refused, with all that it could be.

#ifndef SYSTEM_PARTITION_H
#define SYSTEM_PARTITION_H

#include "address.h"
#include "efi.h"

// Finds the system partition for a Windows at `source`: the EFI system partition
// of the disk that it lies on; when there are several of them, or (with
// in_machine) none, the one that this machine was started from. *ret is an address, new memory (free with
// mem_free).
// Returns 0, -ENOENT, -EEXIST when several fit, -EBUSY for one on the medium
// that is in use, or -ENOMEM.
int system_partition_for(const struct place *source, struct efi_vars *vars,
			 bool in_machine, char **ret, struct err *err);

// Finds the system partition of a disk that holds a boot store, for UEFI or for
// BIOS. Returns 0 with an address as above, -ENOENT, -EEXIST, or as address_open
// and part_table_read.
int system_partition_of(const char *disk, struct efi_vars *vars, char **ret,
			struct err *err);

// Finds the partition with this machine's own boot store: on EFI system
// partitions when it was started by UEFI (vars not NULL), else on active ones.
// Returns as system_partition_of.
int system_partition_of_machine(struct efi_vars *vars, char **ret,
				struct err *err);

// Returns the path of the store that an address' volume holds, or NULL: the one
// of UEFI, or of BIOS.
const char *system_partition_store(const char *address, bool uefi, bool bios);

#endif
