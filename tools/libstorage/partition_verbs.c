// SPDX-License-Identifier: MIT
//
// Verbs of partitions.

#include <stdio.h>
#include <string.h>

#include "storage_priv.h"

// What file systems are known by: btrfs' mark lies at 64 KiB, copies of boot sectors
// in the last one.
#define HEAD ((uint64_t)128 << 10)
#define TAIL ((uint64_t)4096)

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

// Only then does the table say that something lies there; before, the place was
// nobody's.
static int clear_place(struct disk *disk, const struct part *p, struct err *err)
{
	uint64_t head = least(p->size, HEAD), tail = least(p->size, TAIL);
	int r = disk_zero(disk, p->start, head, err);

	if (!r)
		r = disk_zero(disk, p->start + p->size - tail, tail, err);
	return r ? r : disk_flush(disk, err);
}

static int is_zero(struct disk *disk, uint64_t off, uint64_t len, bool *ret,
		   struct err *err)
{
	uint8_t *bytes = mem_alloc((size_t)len);
	int r = bytes ? disk_read(disk, off, bytes, (size_t)len, err)
		      : err_nomem(err);

	*ret = true;
	for (uint64_t i = 0; !r && *ret && i < len; i++)
		*ret = !bytes[i];
	mem_free(bytes);
	return r;
}

int storage_is_cleared(struct disk *volume, bool *ret, struct err *err)
{
	uint64_t tail = least(volume->size, TAIL);
	int r = is_zero(volume, 0, least(volume->size, HEAD), ret, err);

	if (!r && *ret)
		r = is_zero(volume, volume->size - tail, tail, ret, err);
	return r;
}

static int need_table(struct storage_target *t, struct err *err)
{
	if (t->table)
		return 0;
	for (size_t i = 0; i < t->s->lists.volume_count; i++)
		if (t->s->lists.volumes[i].disk == t->info->number)
			return err_set(err, -EEXIST, t->info->address,
				       ERR_NOWHERE,
				       "all of the disk is one volume: clean "
				       "it first");
	return storage_new_table(t->place->disk, PART_MBR, &t->table, err);
}

static int create(struct storage_target *t, const struct part *spec,
		  unsigned *ret_number, struct err *err)
{
	const struct storage_effects *e = t->s->effects;
	bool is_new = !t->table;
	struct part p = *spec;
	struct part *made;
	int r = need_table(t, err);

	// Of the same place and number as one that was deleted, and yet another.
	if (!r && t->table->style == PART_GPT && guid_is_zero(&p.id))
		r = guid_random(&p.id, err);
	if (!r)
		r = part_table_add(t->table, &p, ret_number, err);
	if (r)
		return r;
	made = part_find(t->table, *ret_number);
	r = clear_place(t->place->disk, made, err);
	if (!r)
		r = e->write_table(t->table, t->place->disk, err);
	if (!r && is_new)
		r = storage_add_mbr_code(e, t->place->disk, err);
	return r;
}

static unsigned region_of(const struct storage *s, unsigned disk,
			  unsigned table_number)
{
	const struct storage_disk *d = storage_find_disk(s, disk);

	for (size_t i = 0; i < d->region_count; i++)
		if (!d->regions[i].is_free &&
		    d->regions[i].part.number == table_number)
			return d->regions[i].number;
	return 0;
}

int storage_create_partition(struct storage *s, unsigned disk,
			     const struct part *spec, unsigned *ret,
			     struct err *err)
{
	struct storage_target t;
	unsigned number = 0;
	int r = storage_target_open(s, disk, 0, &t, err);

	if (r)
		return r;
	r = create(&t, spec, &number, err);
	r = storage_target_end(&t, r, err);
	if (!r)
		*ret = region_of(s, disk, number);
	return r;
}

// DiskPart deletes data partitions that it knows, and others only when told to.
static bool is_protected(const struct part_table *t, const struct part *p)
{
	if (storage_is_extended(p, t->style)) {
		for (size_t i = 0; i < t->count; i++)
			if (t->parts[i].logical)
				return true;
		return false;
	}
	return !storage_has_volume(p, t->style) ||
	       storage_is_hidden_type(p, t->style);
}

// Takes away the letters of what is in a region: of an extended one, all that is.
static int forget_letters(struct storage *s, const struct storage_disk *d,
			  const struct storage_region *gone, struct err *err)
{
	unsigned disk = d->number;
	uint64_t start = gone->start, end = gone->start + gone->size;
	int r = 0;

	for (size_t i = 0; i < d->region_count && !r; i++) {
		const struct storage_region *region = &d->regions[i];

		if (region->volume >= 0 && region->start >= start &&
		    region->start < end)
			r = storage_forget_letters(s, disk, region->volume,
						   err);
	}
	return r;
}

static int check_attached(const struct storage_target *t, unsigned number,
			  struct err *err)
{
	const char *disk = t->info->address;
	size_t size = strlen(disk) + 16;
	char *address = mem_alloc(size);
	int r;

	if (!address)
		return err_nomem(err);
	snprintf(address, size, "%s@%u", disk, number);
	r = storage_check_attached(t->s->effects, address, false, err);
	mem_free(address);
	return r;
}

// Attached virtual disks must be in none that goes, and in no logical one behind it,
// whose number in the table becomes another.
static int check_held(const struct storage_target *target,
		      const struct part *gone, struct err *err)
{
	const struct part_table *t = target->table;
	bool is_extended = storage_is_extended(gone, t->style);
	int r = 0;

	for (size_t i = 0; i < t->count && !r; i++) {
		const struct part *p = &t->parts[i];

		if (p->number == gone->number ||
		    (p->logical && (is_extended || (gone->logical &&
						    p->number > gone->number))))
			r = check_attached(target, p->number, err);
	}
	return r;
}

int storage_delete_partition(struct storage *s, unsigned disk, unsigned number,
			     bool override, struct err *err)
{
	const struct storage_region *region;
	struct storage_kept_letters kept;
	struct storage_target t;
	int r = storage_target_open(s, disk, 0, &t, err);

	if (r)
		return r;
	region = storage_find_region(t.info, number, err);
	if (!region)
		r = -ENOENT;
	else if (!override && is_protected(t.table, &region->part))
		r = err_set(err, -EPERM, t.info->address, ERR_NOWHERE,
			    "partition %u is a protected one: only with "
			    "override is it deleted",
			    number);
	if (!r)
		r = check_held(&t, &region->part, err);
	if (!r)
		r = forget_letters(s, t.info, region, err);
	storage_note_letters(s, disk, &kept);
	if (!r)
		r = part_table_remove(t.table, region->part.number, err);
	if (!r)
		r = s->effects->write_table(t.table, t.place->disk, err);
	r = storage_target_end(&t, r, err);
	if (!r)
		r = storage_restore_letters(s, disk, &kept, err);
	if (!r)
		storage_show_volumes(s, disk);
	return r;
}

// A partition that the firmware or Windows itself looks for by its type.
static bool is_special(const struct guid *type, int mbr_type)
{
	return type ? guid_equal(type, &part_type_efi) ||
			       guid_equal(type, &part_type_msr)
		    : mbr_type == PART_MBR_EFI;
}

static int check_special(const struct part *p,
			 const struct storage_partition_change *c,
			 struct err *err)
{
	if ((c->type || c->mbr_type >= 0) &&
	    (is_special(c->type ? &p->type : NULL, p->mbr_type) ||
	     is_special(c->type, c->mbr_type)))
		return err_set(err, -EPERM, "partition", ERR_NOWHERE,
			       "an EFI system or reserved partition stays one, "
			       "and no other becomes one, but with override");
	return 0;
}

static int check_change(const struct part_table *t, const struct part *p,
			const struct storage_partition_change *c, bool override,
			struct err *err)
{
	struct part other = {.mbr_type = (uint8_t)c->mbr_type};

	if (t->style == PART_GPT ? c->mbr_type >= 0 || c->active >= 0
				 : c->type || c->attributes)
		return err_set(err, -EINVAL, "partition", ERR_NOWHERE,
			       "a %s has nothing like that",
			       t->style == PART_GPT ? "GPT" : "MBR");
	// It would take the logical ones with it, or make some of what is none.
	if (c->mbr_type >= 0 && (storage_is_extended(p, t->style) ||
				 storage_is_extended(&other, t->style)))
		return err_set(err, -EPERM, "partition", ERR_NOWHERE,
			       "an extended partition stays one, and no other "
			       "becomes one");
	if (c->mbr_type == PART_MBR_PROTECTIVE || !c->mbr_type ||
	    c->mbr_type > 0xff || (c->type && guid_is_zero(c->type)))
		return err_set(err, -EINVAL, "partition", ERR_NOWHERE,
			       "that can be no partition's type");
	if (c->active == 1 && p->logical)
		return err_set(err, -EINVAL, "partition", ERR_NOWHERE,
			       "a logical partition cannot be active");
	return override ? 0 : check_special(p, c, err);
}

static void apply_change(struct part_table *t, struct part *p,
			 const struct storage_partition_change *c)
{
	if (c->type)
		p->type = *c->type;
	if (c->attributes)
		p->attributes = *c->attributes;
	if (c->mbr_type >= 0)
		p->mbr_type = (uint8_t)c->mbr_type;
	for (size_t i = 0; c->active == 1 && i < t->count; i++)
		t->parts[i].active = false;
	if (c->active >= 0)
		p->active = c->active;
}

int storage_change_partition(struct storage *s, unsigned disk, unsigned number,
			     const struct storage_partition_change *change,
			     bool override, struct err *err)
{
	const struct storage_region *region;
	struct storage_target t;
	struct part *p;
	int r = storage_target_open(s, disk, 0, &t, err);

	if (r)
		return r;
	region = storage_find_region(t.info, number, err);
	p = region ? part_find(t.table, region->part.number) : NULL;
	r = p ? check_change(t.table, p, change, override, err) : -ENOENT;
	if (!r) {
		apply_change(t.table, p, change);
		r = s->effects->write_table(t.table, t.place->disk, err);
	}
	return storage_target_end(&t, r, err);
}
