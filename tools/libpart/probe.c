// SPDX-License-Identifier: MIT
//
// What is on a disk, and wiping it. The places of signatures are those that the
// formats' own publications give.

#include <string.h>

#include "part_priv.h"

#define PROBE_SIZE (128 * 1024)
#define DATA_SIZE  (64 * 1024)

static const struct signature {
	const char *name;
	uint32_t off;
	uint8_t len;
	const char *bytes;
} signatures[] = {
	{"NTFS", 3, 8, "NTFS    "},
	{"exFAT", 3, 8, "EXFAT   "},
	{"ReFS", 3, 8, "ReFS\0\0\0\0"},
	{"BitLocker", 3, 8, "-FVE-FS-"},
	{"FAT", 0x36, 4, "FAT1"},
	{"FAT", 0x52, 5, "FAT32"},
	{"XFS", 0, 4, "XFSB"},
	{"LUKS", 0, 6, "LUKS\xba\xbe"},
	{"LVM", 0x200, 8, "LABELONE"},
	{"ext", 0x438, 2, "\x53\xef"},
	{"HFS+", 0x400, 2, "H+"},
	{"F2FS", 0x400, 4, "\x10\x20\xf5\xf2"},
	{"swap", 0xff6, 10, "SWAPSPACE2"},
	{"RAID", 0x1000, 4, "\xfc\x4e\x2b\xa9"},
	{"ISO 9660", 0x8001, 5, "CD001"},
	{"btrfs", 0x10040, 8, "_BHRfS_M"},
	{"squashfs", 0, 4, "hsqs"},
};

static const char *find_signature(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < sizeof(signatures) / sizeof(*signatures); i++) {
		const struct signature *s = &signatures[i];

		if (range_ok(s->off, s->len, size) &&
		    !memcmp(data + s->off, s->bytes, s->len))
			return s->name;
	}
	for (size_t i = 0; i < size && i < DATA_SIZE; i++)
		if (data[i])
			return "data";
	return NULL;
}

int part_probe(struct disk *dev, const char **ret, struct err *err)
{
	size_t size = dev->size < PROBE_SIZE ? (size_t)dev->size : PROBE_SIZE;
	struct err why = {0};
	struct part_table *t;
	uint8_t *data;
	int r = part_table_read(dev, &t, &why);

	if (!r) {
		*ret = t->style == PART_GPT ? "GPT" : "MBR";
		part_table_free(t);
		return 0;
	}
	if (r == -EBADMSG || r == -EFBIG) {
		*ret = "a damaged partition table";
		return 0;
	}
	if (r != -ENOENT) {
		if (err)
			*err = why;
		return r;
	}
	data = mem_alloc(size);
	if (!data)
		return err_nomem(err);
	r = disk_read(dev, 0, data, size, err);
	if (!r)
		*ret = find_signature(data, size);
	mem_free(data);
	return r;
}

// --- Wiping ------------------------------------------------------------------

// Zeroes what an old table leaves in the middle of the disk: its extended boot
// records.
static int wipe_records(struct disk *dev, const struct mbr_chain *chain,
			struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < chain->count && !r; i++)
		r = disk_zero(dev, chain->at[i], dev->sector_size, err);
	return r;
}

static int find_records(struct disk *dev, struct mbr_chain *chain,
			struct err *err)
{
	struct err ignored = {0};
	struct part_table *t;
	struct mbr_disk m;
	int r = disk_read(dev, 0, &m, sizeof(m), err);

	if (r || mbr_classify(&m, dev->size / dev->sector_size) != MBR_PLAIN)
		return r;
	r = part_table_alloc(dev, &t, err);
	if (r)
		return r;
	r = mbr_read(dev, &m, t, chain, &ignored);
	part_table_free(t);
	if (!r || r == -EBADMSG || r == -EFBIG)
		return 0;
	if (err)
		*err = ignored;
	return r;
}

// Zeroes the sector, whose loss decides something, and waits for it.
static int wipe_sector(struct disk *dev, uint64_t lba, struct err *err)
{
	int r = disk_zero(dev, lba * dev->sector_size, dev->sector_size, err);

	return r ? r : disk_flush(dev, err);
}

int part_wipe(struct disk *dev, struct err *err)
{
	struct mbr_chain chain = {0};
	uint64_t backup;
	int r;

	if (dev->size < 2 * PART_ALIGN) {
		r = disk_zero(dev, 0, dev->size, err);
		return r ? r : disk_flush(dev, err);
	}
	r = find_records(dev, &chain, err);
	if (!r)
		r = gpt_find_backup(dev, &backup, err);
	// Without its MBR a GPT is read as long as its primary copy is good.
	if (!r)
		r = wipe_sector(dev, 0, err);
	if (!r)
		r = wipe_sector(dev, 1, err);
	if (!r && backup)
		r = wipe_sector(dev, backup, err);
	if (!r)
		r = wipe_records(dev, &chain, err);
	if (!r)
		r = disk_zero(dev, dev->size - PART_ALIGN, PART_ALIGN, err);
	if (!r)
		r = disk_zero(dev, 0, PART_ALIGN, err);
	return r ? r : disk_flush(dev, err);
}
