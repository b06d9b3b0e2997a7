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
#include "bootsect.h"
#include "cmd.h"
#include "fat.h"
#include "missed.h"
#include "ntfs.h"

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

struct options {
	const char *fs, *label;
	uint32_t cluster_size;
	uint64_t serial, hidden_sectors;
	int64_t time;
	bool replace;
};

static int check_target(struct disk *d, const struct options *o,
			struct err *err)
{
	char text[PART_CONTENT_TEXT];
	struct part_content missed;
	int r = find_missed(d, &missed, err);

	if (r || missed.kind == PART_HOLDS_NOTHING)
		return r;
	if (part_is_table(&missed))
		return err_set(err, -EBUSY, "volume", ERR_NOWHERE,
			       "this is a disk with partitions; name one, as "
			       "in disk.img@1");
	if (o->replace)
		return 0;
	return err_set(err, -EEXIST, "volume", ERR_NOWHERE,
		       "it holds %s; /Y would replace it",
		       part_content_text(&missed, text));
}

// As on Windows, a new volume has boot code, which at least tells that there is
// no BOOTMGR. Volumes that no BIOS can start go without.
static int add_boot_code(struct disk *d, struct err *err)
{
	struct err why = {0};
	int r = bootsect_write_volume(d, &why);

	if (r == -ENOENT || r == -ENOTSUP)
		return 0;
	if (r && err)
		*err = why;
	return r;
}

static int make(struct disk *d, const struct options *o, struct err *err)
{
	struct ntfs_build_options ntfs = {
		.label = o->label,
		.serial = o->serial,
		.cluster_size = o->cluster_size,
		.hidden_sectors = o->hidden_sectors,
		.time = filetime_from_unix(o->time, 0),
	};
	struct fat_format_options fat = {
		.bits = strcasecmp(o->fs, "FAT32") ? 0 : 32,
		.label = o->label,
		.serial = (uint32_t)o->serial,
		.hidden_sectors = o->hidden_sectors,
		.cluster_size = o->cluster_size,
		.time = o->time,
	};

	int r;

	if (!strcasecmp(o->fs, "NTFS")) {
		r = ntfs_format(d, &ntfs, err);
	} else {
		if (!fat.bits)
			fat.bits = d->size < (16 << 20) ? 12 : 16;
		r = fat_format(d, &fat, err);
	}
	return r ? r : add_boot_code(d, err);
}

static void show(const struct options *o, uint64_t size)
{
	printf("The type of the file system is %s.\n", o->fs);
	if (o->label)
		printf("Volume label is %s.\n", o->label);
	printf("Volume serial number is %04X-%04X\n",
	       (unsigned)(o->serial >> 16 & 0xffff),
	       (unsigned)(o->serial & 0xffff));
	printf("%" PRIu64 " KB total disk space.\nFormat complete.\n",
	       size / 1024);
}

static int format(const char *address, struct options *o)
{
	struct err err = {0};
	struct place *place;
	int r = address_open_volume(address, ADDRESS_WRITE, &place, &err);

	if (r)
		return cmd_fail("format", address, &err);
	o->hidden_sectors = address_hidden_sectors(place);
	r = check_target(place->disk, o, &err);
	if (!r)
		r = make(place->disk, o, &err);
	if (!r)
		r = address_finish(place, &err);
	if (!r)
		show(o, place->disk->size);
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
	struct options o = {.fs = "NTFS", .time = time(NULL)};
	uint64_t cluster = 0, t;
	char *end;
	int count;

	if (cmd_switches(argc, argv, s, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("format",
				  count ? "one volume at a time"
					: "name the volume, as in disk.img@1");
	if (s[FS].value)
		o.fs = s[FS].value;
	if (strcasecmp(o.fs, "NTFS") && strcasecmp(o.fs, "FAT") &&
	    strcasecmp(o.fs, "FAT32"))
		return cmd_misuse("format",
				  "/FS:%s: must be NTFS, FAT or FAT32", o.fs);
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
		o.time = (int64_t)t;
	o.label = s[LABEL].value;
	o.cluster_size = (uint32_t)cluster;
	o.replace = s[YES].value;
	if (!s[SERIAL].value) {
		if (random_serial(&o.serial))
			return CMD_FAILED;
	} else {
		o.serial = strtoull(s[SERIAL].value, &end, 16);
		if (end == s[SERIAL].value || *end)
			return cmd_misuse(
				"format",
				"/Serial:%s: must be hexadecimal digits",
				s[SERIAL].value);
	}
	return format(argv[1], &o);
}
