// SPDX-License-Identifier: MIT
//
// FORMAT and FILESYSTEMS. Cluster sizes and defaults: Microsoft, "Default cluster
// size for NTFS, FAT, and exFAT".

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "diskpart_priv.h"

#define MAX_FAT32 (UINT64_C(32) << 30) // larger ones are not made by default

static const struct fs {
	const char *name;
	enum storage_fs fs;
	uint32_t least, most; // clusters
} systems[] = {
	{"NTFS", STORAGE_NTFS, 512, 2 << 20},
	{"FAT32", STORAGE_FAT32, 512, 64 << 10},
	{"FAT", STORAGE_FAT, 512, 64 << 10},
};

#define SYSTEMS (sizeof(systems) / sizeof(*systems))

// A system partition is FAT32, as firmware wants it, and so are sticks.
static const struct fs *default_fs(const struct diskpart *d)
{
	const struct storage_volume *v = diskpart_volume(d);
	const struct storage_region *region = diskpart_region_of(d->storage, v);
	bool is_efi = region && diskpart_disk(d)->style == PART_GPT &&
		      guid_equal(&region->part.type, &part_type_efi);

	return &systems[is_efi ||
			(v->on == STORAGE_REMOVABLE && v->size <= MAX_FAT32)];
}

static const struct fs *find_fs(const char *name)
{
	for (size_t i = 0; i < SYSTEMS; i++)
		if (!strcasecmp(name, systems[i].name))
			return &systems[i];
	return NULL;
}

static enum diskpart_status refuse_fs(struct diskpart *d, const char *name)
{
	char next[128];

	snprintf(next, sizeof(next),
		 "FS=%.20s: NTFS, FAT32 and FAT can be made here.", name);
	return diskpart_refuse(
		d,
		"Virtual Disk Service error:\nThe file system is not "
		"supported.",
		next);
}

// --- FORMAT ------------------------------------------------------------------

static int format(struct diskpart *d, const struct call *c, const struct fs *fs,
		  uint64_t cluster, struct err *err)
{
	struct storage_format how = {.fs = fs->fs,
				     .label = diskpart_option(c, "label"),
				     .cluster_size = (uint32_t)cluster,
				     .replace = true,
				     .otherwise = ""};
	int r = storage_format_volume(d->storage, (unsigned)d->volume, &how,
				      !diskpart_has_option(c, "quick"),
				      diskpart_has_option(c, "override"),
				      diskpart_begin_progress(d), err);

	diskpart_end_progress(d, !r);
	return r;
}

enum diskpart_status diskpart_run_format(struct diskpart *d,
					 const struct call *c)
{
	const char *name = diskpart_option(c, "fs");
	const char *unit = diskpart_option(c, "unit");
	const struct fs *fs = name ? find_fs(name) : default_fs(d);
	uint64_t cluster = 0;
	struct err err = {0};
	int r;

	if (!fs)
		return refuse_fs(d, name);
	if (diskpart_has_option(c, "compress"))
		return diskpart_refuse(
			d,
			"DiskPart has encountered an error: The request is "
			"not supported.",
			"COMPRESS: volumes whose new files are compressed are "
			"not made here; FORMAT without it makes a plain one.");
	if (unit &&
	    (size_parse(unit, NULL, &cluster) || !is_power_of_two(cluster) ||
	     cluster < fs->least || cluster > fs->most))
		return diskpart_misuse(d, c->command,
				       "UNIT= takes the bytes of a cluster, a "
				       "power of two: 512 to 64K, of NTFS to "
				       "2048K.");
	r = format(d, c, fs, cluster, &err);
	return r ? diskpart_failed(d, r, &err)
		 : diskpart_done(d,
				 "DiskPart successfully formatted the volume.");
}

// --- FILESYSTEMS -------------------------------------------------------------

static const char *unit_text(uint32_t bytes, char text[DISKPART_SIZE])
{
	if (bytes < 16 << 10)
		snprintf(text, DISKPART_SIZE, "%" PRIu32, bytes);
	else
		snprintf(text, DISKPART_SIZE, "%" PRIu32 "K", bytes >> 10);
	return text;
}

// Whether the volume has as many clusters of that size as the kind of FAT takes
// (Microsoft, "FAT: General Overview of On-Disk Format", 3.5).
static bool fits(const struct storage_volume *v, const struct fs *fs,
		 uint32_t cluster)
{
	uint64_t count = v->size / cluster;

	if (fs->fs == STORAGE_FAT)
		return count < 65525;
	return fs->fs == STORAGE_NTFS || (count >= 65525 && count < 1 << 28);
}

static void show_fs(struct diskpart *d, const struct fs *fs, bool is_default)
{
	const struct storage_volume *v = diskpart_volume(d);
	uint32_t first = fs->least;
	char text[DISKPART_SIZE];

	while (first <= fs->most && !fits(v, fs, first))
		first <<= 1;
	if (first > fs->most)
		return;
	diskpart_say(d,
		     "\n  Type                 : %s%s\n"
		     "  Allocation Unit Sizes: ",
		     fs->name, is_default ? " (Default)" : "");
	for (uint32_t size = first; size <= fs->most && fits(v, fs, size);
	     size <<= 1)
		diskpart_say(d, "%s%s%s", size == first ? "" : ", ",
			     unit_text(size, text),
			     size == 4096 && fs->fs == STORAGE_NTFS
				     ? " (Default)"
				     : "");
	diskpart_say(d, "\n");
}

enum diskpart_status diskpart_run_filesystems(struct diskpart *d,
					      const struct call *c)
{
	const struct storage_volume *v = diskpart_volume(d);
	const struct storage_disk *disk =
		storage_find_disk(d->storage, v->disk);
	char text[DISKPART_SIZE];

	diskpart_say(d,
		     "\nCurrent File System\n\n"
		     "  Type                 : %s\n"
		     "  Allocation Unit Size : %s\n"
		     "  Flags : 00000000\n\n"
		     "File Systems Supported for Formatting\n",
		     v->fs,
		     unit_text(v->cluster_size ? v->cluster_size
					       : disk->sector_size,
			       text));
	for (size_t i = 0; i < SYSTEMS; i++)
		show_fs(d, &systems[i], &systems[i] == default_fs(d));
	return DISKPART_OK;
}
