// SPDX-License-Identifier: MIT
//
// Tables on disks: which kind there is, reading, writing, opening partitions.

#include <string.h>

#include "part_priv.h"

static int no_table(struct err *err)
{
	return err_set(err, -ENOENT, "partition table", ERR_NOWHERE,
		       "there is none");
}

// A disk without an MBR: a GPT whose protective MBR was lost, or none. UEFI
// 5.2.3 wants one, and Windows calls such a disk not initialized; so it is
// told, and writing the table puts it back.
static int read_unprotected(struct disk *dev, struct part_table *t,
			    struct err *err)
{
	uint64_t backup;
	int r = gpt_find_backup(dev, &backup, err);

	if (r)
		return r;
	if (!backup)
		return no_table(err);
	r = gpt_read(dev, t, err);
	t->protective_broken = true;
	return r;
}

static int read_table(struct disk *dev, struct part_table *t, struct err *err)
{
	struct mbr_disk m;
	enum mbr_kind kind;
	int r = disk_read(dev, 0, &m, sizeof(m), err);

	if (r)
		return r;
	kind = mbr_classify(&m, dev->size / dev->sector_size);
	switch (kind) {
	case MBR_PLAIN:
		return mbr_read(dev, &m, t, NULL, err);
	case MBR_NONE:
		// A file system's first sectors are its own.
		if (mbr_is_volume(&m))
			return no_table(err);
		return read_unprotected(dev, t, err);
	default:
		t->hybrid = kind == MBR_HYBRID;
		return gpt_read(dev, t, err);
	}
}

int part_leave_out(struct part_table *t, int r, const struct err *why,
		   struct err *err)
{
	if (!t->flaw || (r != -EBADMSG && r != -EFBIG))
		return err_pass(err, r, why);
	t->lost++;
	err_pass(t->flaw, r, why);
	return 0;
}

static int read_any(struct disk *dev, struct err *flaw, struct part_table **ret,
		    struct err *err)
{
	struct part_table *t;
	int r = part_settle_sector_size(dev, err);

	if (r)
		return r;
	if (dev->size < 2 * (uint64_t)dev->sector_size)
		return no_table(err);
	r = part_table_alloc(dev, &t, err);
	if (r)
		return r;
	t->flaw = flaw;
	r = read_table(dev, t, err);
	t->flaw = NULL;
	if (r) {
		part_table_free(t);
		return r;
	}
	t->overlapping = part_table_has_overlap(t);
	*ret = t;
	return 0;
}

int part_table_read(struct disk *dev, struct part_table **ret, struct err *err)
{
	return read_any(dev, NULL, ret, err);
}

int part_table_look(struct disk *dev, struct part_table **ret,
		    struct err *ret_flaw, struct err *err)
{
	struct err flaw = {0};
	int r = read_any(dev, &flaw, ret, err);

	if (!r)
		*ret_flaw = flaw;
	return r;
}

static int check_parts(const struct part_table *t, struct err *err)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct part *p = &t->parts[i];

		if (t->style == PART_GPT ? guid_is_zero(&p->type)
					 : !p->mbr_type)
			return err_set(err, -EINVAL, "partition table",
				       ERR_NOWHERE, "partition %u has no type",
				       p->number);
	}
	return 0;
}

int part_table_write(const struct part_table *t, struct disk *dev,
		     struct err *err)
{
	int r = part_check_sector_size(dev, err);

	if (r)
		return r;
	if (t->sector_size != dev->sector_size ||
	    t->disk_size != round_down(dev->size, dev->sector_size))
		return err_set(err, -EINVAL, "partition table", ERR_NOWHERE,
			       "it is for a disk of another size");
	// What is read may overlap, as somebody's data is in it. Made anew, it
	// would be our fault.
	if (part_table_has_overlap(t))
		return err_set(err, -ENOTSUP, "partition table", ERR_NOWHERE,
			       "partitions overlap, or lie where the table "
			       "must");
	if (t->lost)
		return err_set(err, -ENOTSUP, "partition table", ERR_NOWHERE,
			       "a part of it could not be read, and would be "
			       "lost");
	r = check_parts(t, err);
	if (r)
		return r;
	if (t->style == PART_MBR)
		return mbr_write(t, dev, err);
	// What longer entries hold behind the known fields would be lost.
	if (t->entry_size != sizeof(struct gpt_entry_disk))
		return err_set(err, -ENOTSUP, "GPT", ERR_NOWHERE,
			       "its entries are of %u bytes", t->entry_size);
	r = gpt_write(t, dev, err);
	return r ? r : mbr_write_protective(t, dev, err);
}

int part_open(struct disk *dev, unsigned number, struct disk **ret,
	      struct err *err)
{
	const struct part *p;
	struct part_table *t;
	int r = part_table_read(dev, &t, err);

	if (r)
		return r;
	p = part_find(t, number);
	if (!p)
		r = err_set(err, -ENOENT, "partition table", ERR_NOWHERE,
			    "there is no partition %u", number);
	// it holds partitions: as a volume, it would be formatted over them
	else if (p == part_find_extended(t))
		r = err_set(err, -ENOTSUP, "partition table", ERR_NOWHERE,
			    "partition %u is an extended one", number);
	else
		r = disk_slice(dev, p->start, p->size, ret, err);
	part_table_free(t);
	return r;
}
