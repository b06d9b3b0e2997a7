// SPDX-License-Identifier: MIT
//
// What only Windows' own boot code refuses, told when it is asked for.

#ifndef BOOT_LIMITS_H
#define BOOT_LIMITS_H

#include "bcd.h"

// Warns about files that Windows' boot manager does not find: of a device, and of
// an element of a store that is a path.
void boot_limits_device(const char *command, const struct bcd_device *device);
void boot_limits_string(const char *command, uint32_t element,
			const char *value);

// Warns about a virtual disk at an address: one that lies too deep in its volume,
// or ends too long a chain.
void boot_limits_virtual(const char *command, const char *address);

struct boot_windows {
	const char *folder;
	unsigned version;   // BCD_WINDOWS_* or 0
	unsigned max_chain; // bcdboot_max_chain, or 0
};

// Checks what a Windows is to be started from: its folder, and when it is in a
// virtual disk, that one, too: the rest of `address`, DISK@N:\FILE.vhd@M:\Windows,
// is found by it.
// Returns 0 (when a warning is all there is to say), -ENOTSUP for what cannot
// start, -ENOMEM, or as address_open.
int boot_limits_source(const char *command, const char *address,
		       const struct bcd_device *device,
		       const struct boot_windows *windows, struct err *err);

#endif
