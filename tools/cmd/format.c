// SPDX-License-Identifier: MIT
//
// format: makes an empty FAT or NTFS volume, with the switches that the command
// of that name is known by.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "address.h"
#include "cmd.h"
#include "storage.h"

static const char usage[] =
	"usage: format VOLUME [/FS:NTFS | FAT32 | FAT] [/V:LABEL] [/A:SIZE]\n"
	"              [/Q] [/Y] [/Serial:HEX] [/Time:SECONDS]\n"
	"\n"
	"Makes an empty volume on VOLUME: a partition (disk.img@1), a device or\n"
	"an image file. A VOLUME that holds anything but an empty volume is\n"
	"refused, unless /Y is given, and so is one that was made over old data,\n"
	"where Windows would ask; a whole disk with partitions always is. NTFS\n"
	"and FAT32 volumes get the boot code that loads BOOTMGR by a BIOS.\n"
	"\n"
	"  /FS:NAME       NTFS by default; FAT is FAT12 or FAT16 by the size\n"
	"  /V:LABEL       the volume's label\n"
	"  /A:SIZE        bytes in each cluster (512, 4096, 64K, ...); without\n"
	"                 it NTFS takes 4096, above 16 TB more\n"
	"  /Q             accepted: formatting is always quick\n"
	"  /Y             replace what the volume holds\n"
	"  /Serial:HEX    the volume's serial number, instead of a random one\n"
	"  /Time:SECONDS  the time it is made at, since 1970, instead of now\n";

COMMAND(format, "format", "make an empty volume", usage);

static const char *const names[] = {
	[STORAGE_NTFS] = "NTFS",
	[STORAGE_FAT] = "FAT",
	[STORAGE_FAT32] = "FAT32",
};

static int parse_fs(const char *s, enum storage_fs *ret)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcasecmp(s, names[i])) {
			*ret = (enum storage_fs)i;
			return 0;
		}
	return cmd_misuse("format", "/FS:%s: must be NTFS, FAT or FAT32", s);
}

// The file system is shown as it was asked for.
static void show_volume(const struct storage_format *how, const char *fs,
			uint64_t size)
{
	printf("The type of the file system is %s.\n", fs);
	if (how->label)
		printf("Volume label is %s.\n", how->label);
	printf("Volume serial number is %04X-%04X\n",
	       (unsigned)(how->serial >> 16 & 0xffff),
	       (unsigned)(how->serial & 0xffff));
	printf("%" PRIu64 " KB total disk space.\nFormat complete.\n",
	       size / 1024);
}

static int format_volume(const char *address, const char *fs,
			 struct storage_format *how)
{
	struct err err = {0};
	struct place *place;
	int r = storage_check_attached_text(&storage_effects, address, false,
					    &err);

	if (!r)
		r = address_open_volume(address, ADDRESS_WRITE, &place, &err);
	if (r)
		return cmd_fail("format", address, &err);
	how->hidden_sectors = address_hidden_sectors(place);
	r = storage_format(&storage_effects, place->disk, how, &err);
	if (!r)
		r = address_finish(place, &err);
	if (!r)
		show_volume(how, fs, place->disk->size);
	cmd_place_close(place);
	return r ? cmd_fail("format", address, &err) : CMD_OK;
}

static int random_serial(uint64_t *ret)
{
	struct err err = {0};
	struct guid guid;

	if (guid_random(&guid, &err))
		return cmd_fail("format", "/Serial", &err);
	memcpy(ret, guid.b, sizeof(*ret));
	return 0;
}

enum { FS, LABEL, CLUSTER, QUICK, YES, SERIAL, TIME };

static int cmd_format(int argc, char **argv)
{
	struct cmd_switch s[] = {
		{.name = "FS", .has_value = true},
		{.name = "V", .has_value = true},
		{.name = "A", .has_value = true},
		{.name = "Q"},
		{.name = "Y"},
		{.name = "Serial", .has_value = true},
		{.name = "Time", .has_value = true},
		{0},
	};
	struct storage_format how = {.time = time(NULL),
				     .otherwise = "/Y would replace it"};
	uint64_t cluster = 0, t;
	char *end;
	int count;

	if (cmd_switches(argc, argv, s, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("format",
				  count ? "one volume at a time"
					: "name the volume, as in disk.img@1");
	if (s[FS].value && parse_fs(s[FS].value, &how.fs))
		return CMD_MISUSE;
	if (s[CLUSTER].value && (size_parse(s[CLUSTER].value, NULL, &cluster) ||
				 cluster > 2 << 20 || !cluster))
		return cmd_misuse("format",
				  "/A:%s: must be 512 to 2M, a power of two",
				  s[CLUSTER].value);
	if (s[TIME].value &&
	    (size_parse(s[TIME].value, NULL, &t) || t > INT64_MAX))
		return cmd_misuse("format",
				  "/Time:%s: must be seconds since 1970",
				  s[TIME].value);
	if (s[TIME].value)
		how.time = (int64_t)t;
	how.label = s[LABEL].value;
	how.cluster_size = (uint32_t)cluster;
	how.replace = s[YES].value;
	if (!s[SERIAL].value) {
		if (random_serial(&how.serial))
			return CMD_FAILED;
	} else {
		how.serial = strtoull(s[SERIAL].value, &end, 16);
		if (end == s[SERIAL].value || *end)
			return cmd_misuse(
				"format",
				"/Serial:%s: must be hexadecimal digits",
				s[SERIAL].value);
	}
	return format_volume(argv[1], s[FS].value ? s[FS].value : names[how.fs],
			     &how);
}
