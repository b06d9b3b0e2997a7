// SPDX-License-Identifier: MIT
//
// The sector size that a table was made for. A raw image does not say it, and
// disks move between adapters that make 512 bytes of 4096 and back; the places in
// a table are counted in sectors.

#include <string.h>

#include "part_priv.h"

static const uint32_t sizes[] = {512, 4096};

// The header of a GPT is the second sector, its backup the last.
static int has_gpt_header(struct disk *dev, uint32_t sector_size, bool *ret,
			  struct err *err)
{
	uint64_t lbas = dev->size / sector_size;
	const uint64_t places[2] = {1, lbas - 1};
	char magic[8];
	int r = 0;

	*ret = false;
	for (int i = 0; lbas >= 3 && i < 2 && !*ret && !r; i++) {
		r = disk_read(dev, places[i] * sector_size, magic,
			      sizeof(magic), err);
		*ret = !r && !memcmp(magic, GPT_MAGIC, sizeof(magic));
	}
	return r;
}

static int size_by_gpt(struct disk *dev, uint32_t *ret, struct err *err)
{
	bool found = false;
	int r = has_gpt_header(dev, dev->sector_size, &found, err);

	for (size_t i = 0; i < 2 && !r && !found; i++) {
		r = has_gpt_header(dev, sizes[i], &found, err);
		if (!r && found)
			*ret = sizes[i];
	}
	return r;
}

// What lies where an entry says, counted in sectors of some size.
struct look {
	bool is_blank;   // all of them that are on the disk
	bool has_volume; // one begins with a volume of that sector size
};

static int look_by_size(struct disk *dev, const struct mbr_disk *m,
			uint32_t sector_size, struct look *ret, struct err *err)
{
	struct look look = {.is_blank = true};
	struct mbr_disk boot;

	for (int i = 0; i < 4; i++) {
		uint64_t at = (uint64_t)get_le32(m->entries[i].start) *
			      sector_size;
		int r;

		if (!mbr_is_used(&m->entries[i]) ||
		    !range_ok(at, sizeof(boot), dev->size))
			continue;
		r = disk_read(dev, at, &boot, sizeof(boot), err);
		if (r)
			return r;
		look.is_blank &= mem_is_zero(&boot, sizeof(boot));
		look.has_volume |= mbr_is_volume(&boot) &&
				   (boot.code[11] | boot.code[12] << 8) ==
					   (int)sector_size;
	}
	*ret = look;
	return 0;
}

// Partitions of 4096-byte sectors that begin on whole MiB, and would not if these
// were of 512.
static bool is_aligned_to_4096(const struct mbr_disk *m, uint64_t disk_size)
{
	bool only_so = false;

	for (int i = 0; i < 4; i++) {
		const struct mbr_entry_disk *e = &m->entries[i];
		uint64_t start = (uint64_t)get_le32(e->start) * 4096;

		if (!mbr_is_used(e))
			continue;
		if (start % PART_ALIGN ||
		    !range_ok(start, (uint64_t)get_le32(e->size) * 4096,
			      disk_size))
			return false;
		only_so |= start / 8 % PART_ALIGN;
	}
	return only_so;
}

static int size_by_mbr(struct disk *dev, const struct mbr_disk *m,
		       uint32_t *ret, struct err *err)
{
	struct look by_512, by_4096;
	int r = look_by_size(dev, m, 512, &by_512, err);

	if (!r)
		r = look_by_size(dev, m, 4096, &by_4096, err);
	if (r)
		return r;
	// A boot sector that says its own sector size, where the table says by
	// that same size, is no accident. Both or neither say nothing.
	if (by_512.has_volume != by_4096.has_volume)
		*ret = by_512.has_volume ? 512 : 4096;
	else if (dev->is_sector_guessed && by_512.is_blank &&
		 is_aligned_to_4096(m, dev->size))
		*ret = 4096;
	return 0;
}

int part_sector_size(struct disk *dev, uint32_t *ret, struct err *err)
{
	uint32_t size = dev->sector_size;
	struct mbr_disk m;
	int r;

	if (dev->size < 2 * 4096) {
		*ret = size;
		return 0;
	}
	r = disk_read(dev, 0, &m, sizeof(m), err);
	if (r)
		return r;
	// Its protective entry may count in sectors of the other size: where it
	// ends is not asked.
	switch (mbr_classify(&m, UINT32_MAX)) {
	case MBR_PROTECTIVE:
	case MBR_HYBRID:
		r = size_by_gpt(dev, &size, err);
		break;
	case MBR_PLAIN:
		r = size_by_mbr(dev, &m, &size, err);
		break;
	case MBR_NONE:
		break;
	}
	if (!r)
		*ret = size;
	return r;
}

int part_check_sector_size(const struct disk *dev, struct err *err)
{
	if (is_power_of_two(dev->sector_size) && dev->sector_size >= 512 &&
	    dev->sector_size <= PART_MAX_SECTOR)
		return 0;
	return err_set(err, -ENOTSUP, "partition table", ERR_NOWHERE,
		       "sectors of %u bytes are not known", dev->sector_size);
}

int part_settle_sector_size(struct disk *dev, struct err *err)
{
	uint32_t found = dev->sector_size;
	int r = part_check_sector_size(dev, err);

	if (!r)
		r = part_sector_size(dev, &found, err);
	if (r || found == dev->sector_size)
		return r;
	if (!dev->is_sector_guessed)
		return err_set(err, -ENOTSUP, "partition table", ERR_NOWHERE,
			       "it was made for sectors of %u bytes, and this "
			       "disk has sectors of %u",
			       found, dev->sector_size);
	dev->sector_size = found;
	return 0;
}
