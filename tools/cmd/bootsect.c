// SPDX-License-Identifier: MIT
//
// bootsect: writes the boot code that loads BOOTMGR, in the layout that the
// command of that name is known by.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bcd_place.h"
#include "boot_code.h"
#include "cmd.h"

static const char usage[] =
	"usage: bootsect /nt60 ADDRESS [/mbr] [/force]\n"
	"\n"
	"Writes boot code that loads BOOTMGR, for machines with a BIOS, to the NTFS or\n"
	"FAT32 volume at ADDRESS: a partition, such as disk.img@1, or its device. What\n"
	"describes the volume, and the files on it, stay as they are.\n"
	"\n"
	"  /nt60 ADDRESS  the volume\n"
	"  /mbr           the code in the MBR of its disk too, which starts the active\n"
	"                 partition; the partition table stays as it is\n"
	"  /force         also on a volume on which a Windows sleeps, or that it did not\n"
	"                 close; what is in use by others is refused all the same\n";

COMMAND(bootsect, "bootsect", "write the boot code of volumes and disks",
	usage);

enum { NT60, NT52, MBR, FORCE, HELP, NONE };

// Before anything is written: whether the volume's disk can get an MBR's code.
static int find_disk(const char *address, char **ret_disk)
{
	struct err err = {0};
	char *active = NULL;
	int r = boot_code_find_disk(address, ret_disk, &err);

	if (r)
		return cmd_fail("bootsect", "/mbr", &err);
	r = boot_code_find_active(*ret_disk, &active, &err);
	mem_free(active);
	if (!r || r == -ENOENT)
		return CMD_OK;
	cmd_fail("bootsect", *ret_disk, &err);
	mem_free(*ret_disk);
	return CMD_FAILED;
}

static int update_volume(const char *address, bool is_forced)
{
	struct err err = {0};
	const char *name;

	if (boot_code_write_volume(address, is_forced, &name, &err))
		return cmd_fail("bootsect", address, &err);
	printf("%s\n\n    Successfully updated %s filesystem bootcode.\n\n",
	       address, name);
	return CMD_OK;
}

static int update_disk(const char *disk)
{
	struct err err = {0};

	if (boot_code_write_mbr(disk, &err))
		return cmd_fail("bootsect", disk, &err);
	printf("%s\n\n    Successfully updated disk bootcode.\n\n", disk);
	return CMD_OK;
}

// Who wonders why nothing starts is told what else a BIOS wants.
static void note_active(const char *address)
{
	char *disk, *active = NULL, *whole = bcd_place_address(address);
	int r;

	if (!whole || boot_code_find_disk(address, &disk, NULL)) {
		mem_free(whole);
		return;
	}
	r = boot_code_find_active(disk, &active, NULL);
	if (r == -ENOENT)
		printf("Note: no partition of %s is active, so a BIOS starts "
		       "none.\n\n",
		       disk);
	else if (!r && strcmp(active, whole))
		printf("Note: what a BIOS starts is %s, which is active.\n\n",
		       active);
	mem_free(active);
	mem_free(disk);
	mem_free(whole);
}

static int update(const char *address, bool mbr, bool is_forced)
{
	char *disk = NULL;
	int status = mbr ? find_disk(address, &disk) : CMD_OK;

	if (status)
		return status;
	puts("Target volumes will be updated with BOOTMGR compatible "
	     "bootcode.\n");
	status = update_volume(address, is_forced);
	if (!status && mbr)
		status = update_disk(disk);
	mem_free(disk);
	if (status)
		return status;
	note_active(address);
	puts("Bootcode was successfully updated on all targeted volumes.");
	return CMD_OK;
}

static int cmd_bootsect(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[NT60] = {"nt60", true, NULL},
		[NT52] = {"nt52", true, NULL},
		[MBR] = {"mbr", false, NULL},
		[FORCE] = {"force", false, NULL},
		[HELP] = {"help", false, NULL},
		[NONE] = {NULL, false, NULL},
	};
	const char *address;
	int words, r = cmd_switches(argc, argv, s, &words);

	if (r)
		return r;
	address = s[NT60].value;
	if (s[HELP].value) {
		fputs(usage, stdout);
		return CMD_OK;
	}
	if (s[NT52].value)
		return cmd_misuse(
			"bootsect",
			"/nt52: code that loads NTLDR, of Windows XP, "
			"is not made here; /nt60 loads BOOTMGR");
	if (!address || words)
		return cmd_misuse("bootsect", "name the volume: /nt60 ADDRESS");
	if (!strcasecmp(address, "SYS") || !strcasecmp(address, "ALL"))
		return cmd_misuse("bootsect",
				  "/nt60 %s: name the partition, as in "
				  "disk.img@1",
				  address);
	return update(address, s[MBR].value, s[FORCE].value);
}
