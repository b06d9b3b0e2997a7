// SPDX-License-Identifier: MIT
//
// The machine that a command runs on, and when it may be meant without a name:
// its system partition, its store, its firmware's entries.

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine.h"
#include "this_machine.h"

// What init writes there, and the kernel says of this start alone: no host has it
// by accident, and a copy of it is worth nothing after the next start.
static const char mark[] = "/run/slipway/environment";
static const char boot_id[] = "/proc/sys/kernel/random/boot_id";

static bool read_line(const char *path, char line[64])
{
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(line, 64, f);

	if (f)
		fclose(f);
	return ok;
}

bool this_machine_is_environment(void)
{
	char written[64], now[64];

	return read_line(mark, written) && read_line(boot_id, now) &&
	       !strcmp(written, now);
}

bool this_machine_is_meant(bool is_asked)
{
	return is_asked || this_machine_is_environment();
}

bool this_machine_has_uefi(void)
{
	return !access("/sys/firmware/efi", F_OK);
}

// By the device's number: other names for a disk are as good.
bool this_machine_has_disk(const char *path)
{
	struct inventory *inventory;
	struct stat given, own;
	bool found = false;

	if (stat(path, &given) || !S_ISBLK(given.st_mode) ||
	    inventory_read("", &inventory, NULL))
		return false;
	for (size_t i = 0; i < inventory->count && !found; i++)
		found = !stat(inventory->disks[i].path, &own) &&
			S_ISBLK(own.st_mode) && own.st_rdev == given.st_rdev;
	inventory_free(inventory);
	return found;
}
