// SPDX-License-Identifier: MIT
//
// What machine this is: Slipway's environment or a host, started by UEFI or by
// BIOS, and whose disk a device is.

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "machine_priv.h"

// The mark is what the kernel says of this start alone, written by init: no host
// has it by accident, and a copy of it is worth nothing after the next start.
bool machine_is_environment(const char *root)
{
	char written[64], now[64];
	char run[MACHINE_MAX_PATH], proc[MACHINE_MAX_PATH];

	snprintf(run, sizeof(run), "%s/run/slipway", root);
	snprintf(proc, sizeof(proc), "%s/proc/sys/kernel/random", root);
	return machine_line(run, "environment", written, sizeof(written)) &&
	       machine_line(proc, "boot_id", now, sizeof(now)) &&
	       !strcmp(written, now);
}

bool machine_has_uefi(const char *root)
{
	char firmware[MACHINE_MAX_PATH];

	snprintf(firmware, sizeof(firmware), "%s/sys/firmware", root);
	return machine_has(firmware, "efi");
}

// By the device's number: other names for a disk are as good.
bool machine_has_disk(const char *root, const char *path)
{
	struct inventory *inventory;
	struct stat given, own;
	bool found = false;

	if (stat(path, &given) || !S_ISBLK(given.st_mode) ||
	    inventory_read(root, &inventory, NULL))
		return false;
	for (size_t i = 0; i < inventory->count && !found; i++)
		found = !stat(inventory->disks[i].path, &own) &&
			S_ISBLK(own.st_mode) && own.st_rdev == given.st_rdev;
	inventory_free(inventory);
	return found;
}

// Whether a file lies in /dev itself: an image may be called sda1 as well.
static bool is_node(const char *root, const char *file)
{
	char path[MACHINE_MAX_PATH], dev[PATH_MAX];
	size_t len;

	snprintf(path, sizeof(path), "%s/dev", root);
	if (!realpath(path, dev))
		return false;
	len = strlen(dev);
	return !strncmp(file, dev, len) && file[len] == '/' &&
	       !strchr(file + len + 1, '/');
}

// sysfs keeps a partition's folder in the folder of its disk.
bool machine_disk_of(const char *root, const char *node, char disk[80],
		     unsigned *ret_number)
{
	char real[PATH_MAX], path[MACHINE_MAX_PATH];
	uint64_t number;

	if (!realpath(node, real) || !is_node(root, real))
		return false;
	snprintf(path, sizeof(path), "%s/sys/class/block/%s", root,
		 strrchr(real, '/') + 1);
	number = machine_number(path, "partition");
	if (!number || !realpath(path, real))
		return false;
	*strrchr(real, '/') = 0;
	inventory_device(strrchr(real, '/') + 1, disk);
	*ret_number = (unsigned)number;
	return true;
}

uint64_t machine_sequence(const char *root, const char *path)
{
	char dir[MACHINE_MAX_PATH];
	size_t at;

	if (strncmp(path, "/dev/", 5))
		return 0;
	at = (size_t)snprintf(dir, sizeof(dir), "%s/sys/block/", root);
	snprintf(dir + at, sizeof(dir) - at, "%s", path + 5);
	for (char *c = dir + at; *c; c++)
		if (*c == '/') // as inventory_device
			*c = '!';
	return machine_number(dir, "diskseq");
}
