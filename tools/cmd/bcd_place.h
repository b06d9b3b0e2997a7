// SPDX-License-Identifier: MIT
//
// Partitions of addresses as devices of boot stores.

#ifndef BCD_PLACE_H
#define BCD_PLACE_H

#include "address.h"
#include "bcd.h"

// Fills in the device of a partition that an address led through.
void bcd_place_partition(const struct place_level *level,
			 struct bcd_device *ret);

// Writes an address that begins with a partition's node as one that begins with
// its disk: "/dev/sda2:\\x" as "/dev/sda@2:\\x"; and a letter as what it stands
// for. Any other, and what is none, is as it was. Returns new memory (free with
// mem_free), or NULL.
char *bcd_place_address(const char *text);

// Fills in the device of the partition that an address ends with, or that a
// partition's device node ("/dev/sda2") is; one inside a virtual disk has that
// disk's file as its host. ret->host is new memory, freed with the device by
// bcd_device_free. For bcd_device_parse; ctx is not used.
// Returns 0, -ENOENT (without err) when text names no file, -EINVAL when it is
// no partition, or as address_open.
int bcd_place_resolve(void *ctx, const char *text, struct bcd_device *ret,
		      struct err *err);

#endif
