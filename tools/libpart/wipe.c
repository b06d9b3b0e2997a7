// SPDX-License-Identifier: MIT
//
// Wiping a disk: its tables go in such an order that a power cut leaves the old
// one or none, then all that the prober knows by its place.

#include "part_priv.h"

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
	return r && r != -EBADMSG && r != -EFBIG ? err_pass(err, r, &ignored)
						 : 0;
}

// Zeroes the sector, whose loss decides something, and waits for it.
static int wipe_sector(struct disk *dev, uint64_t lba, struct err *err)
{
	int r = disk_zero(dev, lba * dev->sector_size, dev->sector_size, err);

	return r ? r : disk_flush(dev, err);
}

int part_wipe(struct disk *dev, struct err *err)
{
	uint64_t edge = dev->size < PART_EDGE ? dev->size : PART_EDGE;
	struct mbr_chain chain = {0};
	uint64_t backup;
	int r;

	// too small for a table and what it would lead to
	if (dev->size < 2 * PART_ALIGN) {
		r = disk_zero(dev, 0, dev->size, err);
		return r ? r : disk_flush(dev, err);
	}
	r = part_settle_sector_size(dev, err);
	if (!r || r == -ENOTSUP) // from another adapter: its ends are enough
		r = find_records(dev, &chain, err);
	if (!r)
		r = gpt_find_backup(dev, &backup, err);
	// Without its MBR a GPT is read as long as its primary copy is good
	// (read_unprotected); once that is gone the backup alone is no table.
	if (!r)
		r = wipe_sector(dev, 0, err);
	if (!r)
		r = wipe_sector(dev, 1, err);
	if (!r && backup)
		r = wipe_sector(dev, backup, err);
	if (!r)
		r = wipe_records(dev, &chain, err);
	if (!r)
		r = disk_zero(dev, dev->size - edge, edge, err);
	if (!r)
		r = disk_zero(dev, 0, edge, err);
	return r ? r : disk_flush(dev, err);
}
