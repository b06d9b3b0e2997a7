// SPDX-License-Identifier: MIT
//
// Verbs of whole disks.

#include "storage_priv.h"

#define ZERO_PIECE ((uint64_t)16 << 20)

int storage_zero_all(struct disk *disk, struct progress *progress,
		     struct err *err)
{
	uint64_t off = 0;
	int r = 0;

	while (!r && off < disk->size) {
		uint64_t n = disk->size - off < ZERO_PIECE ? disk->size - off
							   : ZERO_PIECE;

		r = disk_zero(disk, off, n, err);
		off += n;
		if (!r)
			r = progress_report(progress, "Writing zeroes", off,
					    disk->size);
	}
	return r;
}

int storage_clean(struct storage *s, unsigned disk, bool all, bool override,
		  struct progress *progress, struct err *err)
{
	struct storage_target t;
	int r = storage_target_open(s, disk,
				    STORAGE_ANY_TABLE | STORAGE_HYBRID |
					    (override ? STORAGE_OVERRIDE : 0),
				    &t, err);

	if (r)
		return r;
	r = storage_check_attached(s->effects, t.info->address, false, err);
	if (!r)
		r = storage_forget_letters(s, disk, -1, err);
	if (!r)
		r = s->effects->wipe(t.place->disk, err);
	if (!r && all)
		r = storage_zero_all(t.place->disk, progress, err);
	return storage_target_end(&t, r, err);
}

static bool has_volume(const struct storage *s, unsigned disk)
{
	for (size_t i = 0; i < s->lists.volume_count; i++)
		if (s->lists.volumes[i].disk == disk)
			return true;
	return false;
}

int storage_new_table(struct disk *disk, enum part_style style,
		      struct part_table **ret, struct err *err)
{
	struct guid id;
	int r = guid_random(&id, err);

	// The signature of zero is none.
	return r ? r
		 : part_table_new(style, disk, &id, load_le32(id.b) | 1, ret,
				  err);
}

static int write_new(struct storage_target *t, enum part_style style,
		     struct err *err)
{
	const struct storage_effects *e = t->s->effects;
	struct disk *disk = t->place->disk;
	struct part_table *table;
	int r = storage_new_table(disk, style, &table, err);

	if (r)
		return r;
	r = e->write_table(table, disk, err);
	part_table_free(table);
	return !r && style == PART_MBR ? storage_add_mbr_code(e, disk, err) : r;
}

int storage_convert(struct storage *s, unsigned disk, enum part_style style,
		    struct err *err)
{
	struct storage_target t;
	int r = storage_target_open(s, disk, 0, &t, err);

	if (r)
		return r;
	if (t.table && t.table->style == style)
		r = err_set(err, -EALREADY, t.info->address, ERR_NOWHERE,
			    "it has such a table already");
	else if ((t.table && t.table->count) || has_volume(s, disk))
		r = err_set(err, -EEXIST, t.info->address, ERR_NOWHERE,
			    "it has partitions or a volume: delete them first, "
			    "or clean the disk");
	else
		r = write_new(&t, style, err);
	return storage_target_end(&t, r, err);
}

int storage_mend_table(struct storage *s, unsigned disk, bool override,
		       struct err *err)
{
	struct storage_target t;
	int r = storage_target_open(s, disk, override ? STORAGE_HYBRID : 0, &t,
				    err);

	if (r)
		return r;
	if (t.table && (t.table->primary_broken || t.table->backup_broken ||
			t.table->protective_broken || t.table->hybrid ||
			t.table->grown || t.table->shrunk))
		r = s->effects->write_table(t.table, t.place->disk, err);
	else
		r = err_set(err, -ENOENT, t.info->address, ERR_NOWHERE,
			    "its table needs no mending");
	return storage_target_end(&t, r, err);
}

int storage_set_disk_id(struct storage *s, unsigned disk, const struct guid *id,
			uint32_t signature, struct err *err)
{
	struct storage_target t;
	int r = storage_target_open(s, disk, 0, &t, err);

	if (r)
		return r;
	if (!t.table || (t.table->style == PART_GPT) != (id != NULL)) {
		r = err_set(err, -EINVAL, t.info->address, ERR_NOWHERE,
			    "that is no identifier for its kind of table");
	} else {
		if (id)
			t.table->disk_id = *id;
		else
			t.table->mbr_signature = signature;
		r = s->effects->write_table(t.table, t.place->disk, err);
	}
	return storage_target_end(&t, r, err);
}

// --- What is said of a disk ------------------------------------------------------

struct said {
	int offline, read_only; // 1, 0, or -1 to keep
};

static int say(struct storage *s, unsigned disk, const struct said *what,
	       struct err *err)
{
	const struct storage_disk *d = storage_find_disk(s, disk);
	const struct storage_state_disk *old;
	struct storage_state_disk said = {0};
	struct storage_state state;
	int r;

	if (!d)
		return err_set(err, -ENODEV, "disk", ERR_NOWHERE,
			       "there is no disk %u", disk);
	if (what->offline == 1 && (*d->in_use || d->is_medium))
		return err_set(err, -EBUSY, d->address, ERR_NOWHERE,
			       "it is in use: %s",
			       *d->in_use
				       ? d->in_use
				       : "a medium of this environment is on "
					 "it");
	r = s->effects->read_state(&state, err);
	if (r)
		return r;
	old = storage_state_find(&state, d->address);
	if (old)
		said = *old;
	said.address = d->address;
	if (what->offline >= 0)
		said.is_offline = what->offline;
	if (what->read_only >= 0)
		said.is_read_only = what->read_only;
	r = s->effects->put_state(&said, err);
	storage_state_done(&state);
	return r ? r : storage_look_again(s, disk, err);
}

int storage_set_offline(struct storage *s, unsigned disk, bool offline,
			struct err *err)
{
	int r = 0;

	if (offline && storage_find_disk(s, disk))
		r = storage_forget_letters(s, disk, -1, err);
	return r ? r : say(s, disk, &(struct said){offline, -1}, err);
}

int storage_set_read_only(struct storage *s, unsigned disk, bool read_only,
			  struct err *err)
{
	return say(s, disk, &(struct said){-1, read_only}, err);
}
