// SPDX-License-Identifier: MIT
//
// bcdboot: boot files and a store for a Windows, onto an EFI system partition.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "cmd.h"
#include "deploy.h"

static const char usage[] =
	"usage: bcdboot SOURCE /s SYSTEM [/f UEFI] [/l LOCALE] [/v]\n"
	"\n"
	"Copies the boot files of the Windows folder SOURCE to the EFI system\n"
	"partition SYSTEM and enters that Windows into the store there. SOURCE\n"
	"and SYSTEM are addresses: disk.img@3:\\vhd\\win.vhd@1:\\Windows and\n"
	"disk.img@1.\n"
	"\n"
	"  /s SYSTEM     the system partition\n"
	"  /f FIRMWARE   UEFI\n"
	"  /l LOCALE     language of the boot manager (en-US)\n"
	"  /v            name every file that is copied\n"
	"  /d            keep the default entry of an existing store\n"
	"  /addlast      last in the menu, not first\n"
	"  /c            do not keep what an existing store holds\n"
	"  /description TEXT   name in the menu (the image's, or \"Windows\")\n";

COMMAND(bcdboot, "bcdboot", "make a disk boot a Windows", usage);

enum { SYSTEM, FIRMWARE, LOCALE, VERBOSE, KEEP, LAST, CLEAN, NAME, NONE };

// How the boot manager finds the source: its partition, or the VHD that it is
// in and the partition which holds that.
struct devices {
	struct bcd_device partition, vhd, system;
};

static void partition_device(const struct place_level *level,
			     struct bcd_device *ret)
{
	*ret = (struct bcd_device){
		.kind = BCD_DEVICE_PARTITION,
		.table = level->style == PART_GPT ? BCD_TABLE_GPT
						  : BCD_TABLE_MBR,
		.partition = level->part.id,
		.disk = level->disk_id,
		.signature = level->mbr_signature,
		.offset = level->part.start,
	};
}

// SOURCE is one of  disk@N:\Windows  and  disk@N:\x.vhd@M:\Windows.
static int source_device(const char *address, const struct place *place,
			 struct devices *d, const struct bcd_device **ret,
			 struct err *err)
{
	const struct place_level *l = place->levels;
	size_t n = place->level_count;

	if (n >= 2 && l[0].kind == PLACE_PARTITION) {
		partition_device(&l[0], &d->partition);
		*ret = &d->partition;
		if (n == 2 && l[1].kind == PLACE_FILE)
			return 0;
		if (n == 5 && l[1].kind == PLACE_FILE &&
		    l[2].kind == PLACE_VIRTUAL &&
		    l[3].kind == PLACE_PARTITION) {
			d->vhd = (struct bcd_device){.kind = BCD_DEVICE_VHD,
						     .path = l[1].path,
						     .host = &d->partition};
			*ret = &d->vhd;
			return 0;
		}
	}
	return err_set(err, -EINVAL, address, ERR_NOWHERE,
		       "must be DISK@N:\\Windows or "
		       "DISK@N:\\FILE.vhd@M:\\Windows");
}

static void print_copied(void *ctx, const char *path)
{
	(void)ctx;
	printf("Copied %s\n", path);
}

static int run(struct place *source, struct place *system, const char *address,
	       const struct cmd_switch *s, struct err *err)
{
	struct devices devices;
	const struct bcd_device *windows;
	struct bcdboot_options options = {
		.entry = {.firmware = BCD_UEFI,
			  .description = s[NAME].value ? s[NAME].value
						       : "Windows",
			  .locale = s[LOCALE].value ? s[LOCALE].value : "en-US",
			  .timeout = 30,
			  .keep_default = s[KEEP].value,
			  .add_last = s[LAST].value},
		.windows = source->path,
		.time = filetime_now(),
		.clean = s[CLEAN].value,
		.copied = s[VERBOSE].value ? print_copied : NULL,
	};
	struct fat *esp;
	int r = source_device(address, source, &devices, &windows, err);

	if (!r && !(system->level_count == 1 &&
		    system->levels[0].kind == PLACE_PARTITION))
		r = err_set(err, -EINVAL, s[SYSTEM].value, ERR_NOWHERE,
			    "the system partition must be DISK@N");
	if (!r && !source->ntfs)
		r = err_set(err, -ENOTSUP, address, ERR_NOWHERE,
			    "Windows lies on NTFS");
	if (!r)
		r = guid_random(&options.entry.loader, err);
	if (!r)
		r = guid_random(&options.entry.resume, err);
	if (!r)
		r = fat_open(system->disk, &esp, err);
	if (r)
		return r;
	partition_device(&system->levels[0], &devices.system);
	options.entry.system = &devices.system;
	options.entry.windows = windows;
	r = bcdboot_write(source->ntfs, esp, &options, err);
	if (!r)
		r = fat_sync(esp, err);
	fat_close(esp);
	return r ? r : disk_flush(system->disk, err);
}

static int cmd_bcdboot(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[SYSTEM] = {"s", true, NULL},
		[FIRMWARE] = {"f", true, NULL},
		[LOCALE] = {"l", true, NULL},
		[VERBOSE] = {"v", false, NULL},
		[KEEP] = {"d", false, NULL},
		[LAST] = {"addlast", false, NULL},
		[CLEAN] = {"c", false, NULL},
		[NAME] = {"description", true, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct place *source, *system;
	struct err err = {0};
	int words, r = cmd_switches(argc, argv, s, &words);

	if (r)
		return r;
	if (words != 1 || !s[SYSTEM].value)
		return cmd_misuse("bcdboot", "SOURCE and /s are needed");
	if (s[FIRMWARE].value && strcasecmp(s[FIRMWARE].value, "UEFI"))
		return cmd_misuse("bcdboot", "/f %s: only UEFI is supported",
				  s[FIRMWARE].value);
	if (address_open(argv[1], 0, &source, &err))
		return cmd_fail("bcdboot", NULL, &err);
	r = address_open(s[SYSTEM].value, ADDRESS_WRITE, &system, &err);
	if (!r) {
		r = run(source, system, argv[1], s, &err);
		address_close(system);
	}
	address_close(source);
	if (r)
		return cmd_fail("bcdboot", NULL, &err);
	puts("Boot files successfully created.");
	return CMD_OK;
}
