// SPDX-License-Identifier: MIT
//
// Verbs of volumes: formatting, attributes.

#include <string.h>
#include <time.h>

#include "storage_priv.h"

#define READ_PIECE (1u << 20)

int storage_volume_open(struct storage *s, unsigned volume, unsigned flags,
			struct storage_volume_target *ret, struct err *err)
{
	const struct storage_volume *v = storage_find_volume(s, volume);
	struct storage_volume_target t = {.info = v};
	int r;

	if (!v)
		return err_set(err, -ENODEV, "volume", ERR_NOWHERE,
			       "there is no volume %u", volume);
	r = storage_target_open(s, v->disk, flags, &t.target, err);
	if (r)
		return r;
	t.disk = t.target.place->disk;
	if (v->kind == STORAGE_PARTITION) {
		t.part = part_find(t.target.table, v->partition);
		r = t.part ? disk_slice(t.target.place->disk, t.part->start,
					t.part->size, &t.slice, err)
			   : err_set(err, -ESTALE, v->address, ERR_NOWHERE,
				     "the partition is gone: rescan");
		t.disk = t.slice;
	}
	if (r)
		return storage_target_end(&t.target, r, err);
	*ret = t;
	return 0;
}

int storage_volume_end(struct storage_volume_target *t, int r, struct err *err)
{
	disk_close(t->slice);
	return storage_target_end(&t->target, r, err);
}

// --- Formatting ------------------------------------------------------------------

static int read_all(struct disk *disk, struct progress *progress,
		    struct err *err)
{
	void *piece = mem_aligned(4096, READ_PIECE);
	uint64_t off = 0;
	int r = piece ? 0 : err_nomem(err);

	while (!r && off < disk->size) {
		size_t n = disk->size - off < READ_PIECE
				   ? (size_t)(disk->size - off)
				   : READ_PIECE;

		r = disk_read(disk, off, piece, n, err);
		off += n;
		if (!r)
			r = progress_report(progress, "Reading", off,
					    disk->size);
	}
	mem_free(piece);
	return r;
}

static int complete(const struct storage_volume_target *t,
		    struct storage_format *how, struct err *err)
{
	struct guid random;
	int r;

	if (t->part)
		how->hidden_sectors = t->part->start / t->disk->sector_size;
	if (!how->time)
		how->time = time(NULL);
	if (how->serial)
		return 0;
	r = guid_random(&random, err);
	if (!r)
		how->serial = load_le64(random.b);
	return r;
}

// The type of an MBR's partition tells its file system: Windows sets it with that.
// Those that mean more (hidden, recovery, EFI) stay.
static int fitting_type(const struct storage_volume_target *t,
			const struct storage_format *how)
{
	bool is_far = t->part->start + t->part->size >
		      (uint64_t)1024 * 255 * 63 * t->disk->sector_size;

	switch (how->fs) {
	case STORAGE_NTFS:
		return PART_MBR_NTFS;
	case STORAGE_FAT32:
		return is_far ? PART_MBR_FAT32 : 0x0b;
	default:
		if (storage_fat_bits(t->disk->size) == 12)
			return PART_MBR_FAT12;
		return is_far ? PART_MBR_FAT16_LBA : PART_MBR_FAT16;
	}
}

static int set_type(struct storage_volume_target *t,
		    const struct storage_format *how, struct err *err)
{
	struct storage_target *target = &t->target;
	int type;

	if (!t->part || target->table->style != PART_MBR ||
	    storage_is_hidden_type(t->part, PART_MBR))
		return 0;
	type = fitting_type(t, how);
	if (t->part->mbr_type == type)
		return 0;
	t->part->mbr_type = (uint8_t)type;
	return target->s->effects->write_table(target->table,
					       target->place->disk, err);
}

int storage_format_volume(struct storage *s, unsigned volume,
			  const struct storage_format *how, bool full,
			  bool override, struct progress *progress,
			  struct err *err)
{
	struct storage_format completed = *how;
	struct storage_volume_target t;
	// of a GPT nothing is written but the volume
	unsigned flags = STORAGE_HYBRID | (override ? STORAGE_OVERRIDE : 0);
	int r = storage_volume_open(s, volume, flags, &t, err);

	if (r)
		return r;
	if (t.info->is_read_only)
		r = err_set(err, -EROFS, t.info->address, ERR_NOWHERE,
			    "the volume is read-only");
	if (!r && t.part && part_overlaps(t.target.table, t.part))
		r = err_set(err, -ENOTSUP, t.info->address, ERR_NOWHERE,
			    "it shares space with another partition or the "
			    "table, which a format would damage; copy their "
			    "files away, and clean the disk");
	if (!r)
		r = storage_check_attached(s->effects, t.info->address, false,
					   err);
	if (!r)
		r = complete(&t, &completed, err);
	if (!r && full)
		r = storage_zero_all(t.disk, progress, err);
	if (!r && full)
		r = read_all(t.disk, progress, err);
	if (!r)
		r = storage_make_volume(s->effects, t.disk, &completed, err);
	if (!r)
		r = set_type(&t, how, err);
	return storage_volume_end(&t, r, err);
}

// --- Attributes --------------------------------------------------------------------

static uint64_t with_bit(uint64_t bits, uint64_t bit, int set)
{
	return set < 0 ? bits : set ? bits | bit : bits & ~bit;
}

static int set_attributes(struct storage_volume_target *t, int hidden,
			  int read_only, int no_letter, struct err *err)
{
	struct part *p = t->part;

	if (p && t->target.table->style == PART_GPT) {
		p->attributes =
			with_bit(p->attributes, PART_GPT_HIDDEN, hidden);
		p->attributes =
			with_bit(p->attributes, PART_GPT_READ_ONLY, read_only);
		p->attributes =
			with_bit(p->attributes, PART_GPT_NO_LETTER, no_letter);
		return 0;
	}
	if (!p || read_only >= 0 || no_letter >= 0 ||
	    p->mbr_type == PART_MBR_RECOVERY || p->mbr_type == PART_MBR_EFI)
		return err_set(err, -EINVAL, t->info->address, ERR_NOWHERE,
			       "outside of a GPT a volume can only be hidden, "
			       "and only one of the usual types");
	p->mbr_type = (uint8_t)with_bit(p->mbr_type, 0x10, hidden);
	return 0;
}

int storage_set_volume(struct storage *s, unsigned volume, int hidden,
		       int read_only, int no_letter, struct err *err)
{
	struct storage_volume_target t;
	int r = storage_volume_open(s, volume, 0, &t, err);

	if (r)
		return r;
	r = set_attributes(&t, hidden, read_only, no_letter, err);
	if (!r)
		r = s->effects->write_table(t.target.table,
					    t.target.place->disk, err);
	return storage_volume_end(&t, r, err);
}
