// SPDX-License-Identifier: MIT
//
// What the volumes of a virtual disk do not need: free clusters of NTFS and FAT,
// in partitions of either kind or on the bare disk. A volume that may be wrong
// about that, or that somebody still counts on, is not believed.

#include <stdio.h>
#include <string.h>

#include "fat.h"
#include "ntfs.h"
#include "part.h"
#include "vdisk_priv.h"

struct volume_free {
	uint64_t start; // of the volume on the disk
	int (*give)(void *ctx, uint64_t off, uint64_t len);
	void *ctx;
};

static int add(void *ctx, uint64_t off, uint64_t len)
{
	struct volume_free *v = ctx;

	return v->give(v->ctx, v->start + off, len);
}

// Says why a volume's free clusters are kept.
static void say(const struct storage_vdisk_listener *u, unsigned number,
		const char *why)
{
	char text[ERR_TEXT + 96];

	if (number)
		snprintf(text, sizeof(text),
			 "partition %u: %s; there only blocks of zeroes are "
			 "given back",
			 number, why);
	else
		snprintf(text, sizeof(text),
			 "%s; only blocks of zeroes are given back", why);
	storage_vdisk_note(u, text);
}

// Content that breaks its rules is a volume not to be believed; what else fails
// is a failure. Returns 0 or the failure.
static int judge(const struct storage_vdisk_listener *u, unsigned number, int r,
		 const struct err *why, struct err *err)
{
	char text[ERR_TEXT];

	if (!r)
		return 0;
	if (r == -ENOMEM || r == -EIO || r == -ECANCELED)
		return err_pass(err, r, why);
	say(u, number, err_format(why, text, sizeof(text)));
	return 0;
}

static int ask_ntfs(const struct storage_vdisk_listener *u, struct disk *d,
		    unsigned number, struct volume_free *v, struct err *err)
{
	struct ntfs_check_result found;
	const char *why = NULL;
	struct ntfs *n = NULL;
	int r = ntfs_open(d, &n, err);

	if (!r)
		r = ntfs_in_use(n, &why, err);
	if (!r && !why) {
		r = ntfs_check(d, NULL, NULL, u->progress, &found, err);
		if (!r && found.problems > found.harmless)
			why = "it has problems, see chkdsk";
	}
	if (!r && why)
		say(u, number, why);
	else if (!r)
		r = ntfs_free_ranges(n, add, v, err);
	ntfs_close(n);
	return r;
}

static int ask_fat(const struct storage_vdisk_listener *u, struct disk *d,
		   unsigned number, struct volume_free *v, struct err *err)
{
	struct fat_check_result found;
	const char *why = NULL;
	struct fat *f = NULL;
	int r = fat_open(d, &f, err);

	if (!r) {
		why = fat_in_use(f);
		if (!why)
			r = fat_check(f, &found, err);
	}
	if (!r && why)
		say(u, number, why);
	else if (!r)
		r = fat_free_ranges(f, add, v, err);
	fat_close(f);
	return r;
}

static int ask_volume(const struct storage_vdisk_listener *u, struct disk *disk,
		      unsigned number, struct volume_free *v, struct err *err)
{
	struct part_content found;
	struct err why = {0};
	int r = part_probe(disk, &found, err);

	if (r)
		return r;
	if (part_content_is(&found, "NTFS"))
		r = ask_ntfs(u, disk, number, v, &why);
	else if (part_content_is(&found, "FAT"))
		r = ask_fat(u, disk, number, v, &why);
	return judge(u, number, r, &why, err);
}

static bool is_extended(const struct part_table *t, const struct part *p)
{
	return t->style == PART_MBR &&
	       (p->mbr_type == PART_MBR_EXTENDED ||
		p->mbr_type == PART_MBR_EXTENDED_LBA || p->mbr_type == 0x85);
}

static int ask_partitions(const struct storage_vdisk_listener *u,
			  struct disk *disk, const struct part_table *t,
			  struct volume_free *v, struct err *err)
{
	int r = 0;

	if (t->overlapping || t->hybrid) {
		say(u, 0,
		    t->hybrid ? "its two partition tables disagree"
			      : "its partitions overlap");
		return 0;
	}
	for (size_t i = 0; i < t->count && !r; i++) {
		const struct part *p = &t->parts[i];
		struct disk *slice;

		if (is_extended(t, p))
			continue;
		r = disk_slice(disk, p->start, p->size, &slice, err);
		if (r)
			break;
		v->start = p->start;
		r = ask_volume(u, slice, p->number, v, err);
		disk_close(slice);
	}
	return r;
}

int storage_vdisk_unused(void *ctx, struct disk *disk,
			 int (*give)(void *ctx, uint64_t off, uint64_t len),
			 void *give_ctx, struct err *err)
{
	const struct storage_vdisk_listener *u = ctx;
	struct volume_free v = {.give = give, .ctx = give_ctx};
	struct part_table *t = NULL;
	struct err why = {0};
	int r = part_table_read(disk, &t, &why);

	if (r == -ENOENT)
		return ask_volume(u, disk, 0, &v, err);
	if (r)
		return judge(u, 0, r, &why, err);
	r = ask_partitions(u, disk, t, &v, err);
	part_table_free(t);
	return r;
}
