// SPDX-License-Identifier: MIT
//
// An empty volume.

#include "storage_priv.h"

#define FAT16_LEAST ((uint64_t)16 << 20) // bytes of a volume; FAT12 below

static int check_missed(const struct storage_effects *e, struct disk *volume,
			const struct storage_format *how, struct err *err)
{
	char text[PART_CONTENT_TEXT];
	struct part_content missed;
	int r = e->find_missed(volume, &missed, err);

	if (r || missed.kind == PART_HOLDS_NOTHING)
		return r;
	if (part_is_table(&missed))
		return err_set(err, -EBUSY, "volume", ERR_NOWHERE,
			       "this is a disk with partitions; name one, as "
			       "in disk.img@1");
	return how->replace ? 0
			    : err_set(err, -EEXIST, "volume", ERR_NOWHERE,
				      "it holds %s; %s",
				      part_content_text(&missed, text),
				      how->otherwise);
}

static int make_ntfs(const struct storage_effects *e, struct disk *volume,
		     const struct storage_format *how, struct err *err)
{
	const struct ntfs_build_options options = {
		.label = how->label,
		.serial = how->serial,
		.cluster_size = how->cluster_size,
		.hidden_sectors = how->hidden_sectors,
		.time = filetime_from_unix(how->time, 0),
	};

	return e->format_ntfs(volume, &options, err);
}

int storage_fat_bits(uint64_t size)
{
	return size < FAT16_LEAST ? 12 : 16;
}

static int make_fat(const struct storage_effects *e, struct disk *volume,
		    const struct storage_format *how, struct err *err)
{
	const struct fat_format_options options = {
		.bits = how->fs == STORAGE_FAT32
				? 32
				: storage_fat_bits(volume->size),
		.label = how->label,
		.serial = (uint32_t)how->serial,
		.hidden_sectors = how->hidden_sectors,
		.cluster_size = how->cluster_size,
		.time = how->time,
	};

	return e->format_fat(volume, &options, err);
}

static int add_boot_code(const struct storage_effects *e, struct disk *volume,
			 struct err *err)
{
	struct err inner = {0};
	int r = e->write_boot_code(volume, &inner);

	return !r || r == -ENOENT || r == -ENOTSUP ? 0
						   : err_pass(err, r, &inner);
}

int storage_make_volume(const struct storage_effects *e, struct disk *volume,
			const struct storage_format *how, struct err *err)
{
	int r = how->fs == STORAGE_NTFS ? make_ntfs(e, volume, how, err)
					: make_fat(e, volume, how, err);

	return r ? r : add_boot_code(e, volume, err);
}

int storage_format(const struct storage_effects *e, struct disk *volume,
		   const struct storage_format *how, struct err *err)
{
	int r = check_missed(e, volume, how, err);

	return r ? r : storage_make_volume(e, volume, how, err);
}
