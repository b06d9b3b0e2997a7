// SPDX-License-Identifier: MIT
//
// The disk that a verb works on: opened when it may be written to and still is what
// was looked up, and looked up again behind the work.

#include <string.h>

#include "storage_priv.h"

static int check_state(const struct storage_disk *d, unsigned flags,
		       struct err *err)
{
	const char *why = *d->in_use ? d->in_use
			  : d->is_medium
				  ? "a medium of this environment is on it"
				  : "";

	if (!(flags & STORAGE_ANY_STATE) && d->is_offline)
		return err_set(err, -ENXIO, d->address, ERR_NOWHERE,
			       "the disk is offline");
	if (!(flags & STORAGE_ANY_STATE) && d->is_read_only)
		return err_set(err, -EROFS, d->address, ERR_NOWHERE,
			       "the disk is read-only");
	return *why && !(flags & STORAGE_OVERRIDE)
		       ? err_set(err, -EBUSY, d->address, ERR_NOWHERE,
				 "it is in use: %s", why)
		       : 0;
}

static bool is_same_part(const struct part *a, const struct part *b)
{
	return a->number == b->number && a->start == b->start &&
	       a->size == b->size && guid_equal(&a->type, &b->type) &&
	       guid_equal(&a->id, &b->id) && a->attributes == b->attributes &&
	       a->mbr_type == b->mbr_type && a->active == b->active &&
	       !strcmp(a->name, b->name);
}

static bool is_same_table(const struct part_table *a,
			  const struct part_table *b)
{
	if (!a || !b)
		return a == b;
	if (a->style != b->style || a->count != b->count ||
	    a->mbr_signature != b->mbr_signature ||
	    !guid_equal(&a->disk_id, &b->disk_id))
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!is_same_part(&a->parts[i], &b->parts[i]))
			return false;
	return true;
}

static int stale(const struct storage_disk *d, struct err *err)
{
	return err_set(err, -ESTALE, d->address, ERR_NOWHERE,
		       "the disk is not what it was when it was looked up: "
		       "rescan");
}

static int broken(const struct storage_disk *d, const struct err *why,
		  struct err *err)
{
	return err_corrupt(err, d->address, ERR_NOWHERE,
			   "%s: %s; copy away what can be read, then CLEAN the "
			   "disk",
			   why->what, why->why);
}

// Compares with what was looked up, and reads the table as it is now.
static int check_same(struct storage_target *t, unsigned flags, struct err *err)
{
	const struct storage_disk *d = t->info;
	struct err why = {0};
	int r;

	if (t->place->disk->size != d->size)
		return stale(d, err);
	r = storage_read_table(t->s, t->place->disk, &t->table, &why);
	if ((r == -EBADMSG || r == -EFBIG) && !d->trouble_code)
		return stale(d, err);
	if (r && !(flags & STORAGE_ANY_TABLE))
		return r == -EBADMSG ? broken(d, &why, err)
				     : err_pass(err, r, &why);
	if (!r && !is_same_table(t->table, d->table))
		return stale(d, err);
	if (!r && t->table && t->table->hybrid && !(flags & STORAGE_HYBRID))
		return err_set(err, -EPERM, d->address, ERR_NOWHERE,
			       "its MBR lists partitions beside the GPT "
			       "(hybrid), which writing the table would take "
			       "away: REPAIR TABLE OVERRIDE does that");
	return 0;
}

int storage_target_open(struct storage *s, unsigned disk, unsigned flags,
			struct storage_target *ret, struct err *err)
{
	struct storage_target t = {.s = s, .info = storage_find_disk(s, disk)};
	int r;

	if (!t.info)
		return err_set(err, -ENODEV, "disk", ERR_NOWHERE,
			       "there is no disk %u", disk);
	r = check_state(t.info, flags, err);
	if (!r && t.info->sequence &&
	    s->effects->sequence(s->root, t.info->address) != t.info->sequence)
		r = stale(t.info, err);
	if (!r)
		r = s->effects->open_place(t.info->address,
					   ADDRESS_FILE | ADDRESS_VIRTUAL |
						   ADDRESS_WRITE,
					   &t.place, err);
	if (r)
		return r;
	r = check_same(&t, flags, err);
	if (r) {
		part_table_free(t.table);
		s->effects->close_place(t.place);
		return r;
	}
	*ret = t;
	return 0;
}

int storage_target_end(struct storage_target *t, int r, struct err *err)
{
	struct storage *s = t->s;
	unsigned number = t->info->number;
	int looked;

	if (!r)
		r = s->effects->finish_place(t->place, err);
	part_table_free(t->table);
	s->effects->close_place(t->place);
	// After a failure too: what is seen is what is there.
	looked = storage_look_again(s, number, r ? NULL : err);
	storage_show_volumes(s, number);
	return r ? r : looked;
}

const struct storage_region *storage_find_region(const struct storage_disk *d,
						 unsigned number,
						 struct err *err)
{
	for (size_t i = 0; i < d->region_count; i++)
		if (!d->regions[i].is_free && d->regions[i].number == number)
			return &d->regions[i];
	err_set(err, -ENOENT, d->address, ERR_NOWHERE,
		"there is no partition %u", number);
	return NULL;
}
