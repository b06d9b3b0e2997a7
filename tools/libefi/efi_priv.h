// SPDX-License-Identifier: MIT
//
// What the files of libefi share.

#ifndef EFI_PRIV_H
#define EFI_PRIV_H

#include "efi.h"
#include "efi_disk.h"

#define EFI_MAX_VARIABLE 65536u // bytes; firmware takes some KiB at most

struct efi_vars {
	char *folder;
};

// Lists the numbers of all Boot#### that there are, in order. *ret is new
// memory (free with mem_free).
// Returns 0, -ENOMEM, or what opendir(3) gives.
int efi_boot_numbers(struct efi_vars *vars, uint16_t **ret, size_t *ret_count,
		     struct err *err);

// Reads what BootOrder holds. *ret is new memory (free with mem_free).
// Returns 0, -EBADMSG or -ENOMEM.
int efi_order_decode(const void *data, size_t size, uint16_t **ret,
		     size_t *ret_count, struct err *err);

// Puts a number into an order where `place` says, once. `order` has room for one
// more. Returns the new count.
size_t efi_order_arrange(uint16_t *order, size_t count, uint16_t number,
			 enum efi_boot_place place);

#endif
