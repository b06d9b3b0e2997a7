// SPDX-License-Identifier: MIT
//
// Volumes that we read, and others may not: what is said of them.

#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "fat.h"
#include "oddities.h"
#include "part.h"

#define FAT32_MIN 65525 // clusters (FAT overview, "FAT Type Determination")

static void warn(const char *command, const char *address, const char *text)
{
	fflush(stdout);
	cmd_warn(command, address, "%s; format it anew", text);
}

// Made elsewhere, and copied over. FAT and NTFS both tell it at 0x0b.
static void warn_of_sectors(const char *command, const char *address,
			    const struct disk *volume, const uint8_t *boot,
			    const char *name)
{
	unsigned size = boot[11] | boot[12] << 8;
	char text[ERR_TEXT];

	if (volume->is_sector_guessed || !size || size == volume->sector_size)
		return;
	snprintf(
		text, sizeof(text),
		"its %s file system was made for sectors of %u bytes, and this "
		"disk has sectors of %u: Windows and firmware will not read "
		"it",
		name, size, volume->sector_size);
	warn(command, address, text);
}

static void warn_of_clusters(const char *command, const char *address,
			     struct disk *volume)
{
	const struct fat_info *info;
	struct fat *f;
	char text[ERR_TEXT];

	if (fat_open(volume, &f, NULL))
		return;
	info = fat_get_info(f);
	if (info->bits == 32 && info->clusters < FAT32_MIN) {
		snprintf(text, sizeof(text),
			 "this is FAT32 with %u clusters, under %u: some "
			 "firmware and tools take it for FAT16, and will not "
			 "read it",
			 info->clusters, FAT32_MIN);
		warn(command, address, text);
	}
	fat_close(f);
}

void warn_of_oddities(const char *command, const char *address,
		      struct disk *volume)
{
	uint8_t boot[512];
	const char *name;

	if (volume->size < sizeof(boot) ||
	    disk_read(volume, 0, boot, sizeof(boot), NULL))
		return;
	name = part_name_boot(boot);
	if (!name || (strcmp(name, "FAT") && strcmp(name, "NTFS")))
		return;
	warn_of_sectors(command, address, volume, boot, name);
	if (!strcmp(name, "FAT"))
		warn_of_clusters(command, address, volume);
}
