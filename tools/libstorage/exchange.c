// SPDX-License-Identifier: MIT
//
// One disk comes, goes, or is looked up again; all others stay as they were.

#include <string.h>

#include "storage_priv.h"

// The lists with one disk left out (NULL: none) and one put in (NULL: none), which
// become theirs when this succeeds; all others are the old lists' still.
struct exchange {
	struct storage *s;
	const struct storage_disk *old;
	struct storage_disk *fresh;
	struct storage_lists lists;  // the new ones
	struct storage_lists looked; // the volumes of `fresh`
};

static int copy_others(struct exchange *x, struct err *err)
{
	const struct storage_lists *l = &x->s->lists;

	x->lists.disk_room = l->disk_count + 1;
	x->lists.disks = mem_array(x->lists.disk_room, sizeof(*l->disks));
	if (!x->lists.disks)
		return err_nomem(err);
	for (size_t i = 0; i < l->disk_count; i++)
		if (&l->disks[i] != x->old)
			x->lists.disks[x->lists.disk_count++] = l->disks[i];
	if (x->fresh)
		x->lists.disks[x->lists.disk_count++] = *x->fresh;
	storage_number_disks(l, &x->lists);
	return 0;
}

static int look_at_fresh(struct exchange *x, struct err *err)
{
	for (size_t i = 0; x->fresh && i < x->lists.disk_count; i++) {
		struct storage_disk *d = &x->lists.disks[i];
		int r;

		if (strcmp(d->address, x->fresh->address))
			continue;
		r = storage_look_disk(x->s, d, &x->looked, err);
		*x->fresh = *d;
		return r;
	}
	return 0;
}

static int join_volumes(struct exchange *x, struct err *err)
{
	const struct storage_lists *l = &x->s->lists;

	x->lists.volume_room = l->volume_count + x->looked.volume_count;
	x->lists.volumes = mem_array(x->lists.volume_room, sizeof(*l->volumes));
	if (!x->lists.volumes)
		return err_nomem(err);
	for (size_t i = 0; i < l->volume_count; i++)
		if (!x->old || l->volumes[i].disk != x->old->number)
			x->lists.volumes[x->lists.volume_count++] =
				l->volumes[i];
	for (size_t i = 0; i < x->looked.volume_count; i++)
		x->lists.volumes[x->lists.volume_count++] =
			x->looked.volumes[i];
	return 0;
}

static void put_lists(struct exchange *x)
{
	struct storage_lists *l = &x->s->lists;

	for (size_t i = 0; i < l->volume_count; i++)
		if (x->old && l->volumes[i].disk == x->old->number)
			storage_volume_done(&l->volumes[i]);
	for (size_t i = 0; i < l->disk_count; i++)
		if (&l->disks[i] == x->old)
			storage_disk_done(&l->disks[i]);
	mem_free(l->disks);
	mem_free(l->volumes);
	mem_free(x->looked.volumes);
	*l = x->lists;
	storage_find_hosts(l);
}

static void drop_lists(struct exchange *x)
{
	for (size_t i = 0; i < x->looked.volume_count; i++)
		storage_volume_done(&x->looked.volumes[i]);
	mem_free(x->looked.volumes);
	mem_free(x->lists.volumes);
	mem_free(x->lists.disks);
	if (x->fresh)
		storage_disk_done(x->fresh);
}

static int exchange_disk(struct storage *s, const struct storage_disk *old,
			 struct storage_disk *fresh, struct err *err)
{
	struct exchange x = {.s = s, .old = old, .fresh = fresh};
	struct address_letters letters;
	int r = copy_others(&x, err);

	if (!r)
		r = look_at_fresh(&x, err);
	if (!r)
		r = join_volumes(&x, err);
	if (!r)
		r = s->effects->read_letters(&letters, err);
	if (r) {
		drop_lists(&x);
		return r;
	}
	storage_number_volumes(&s->lists, &x.lists);
	storage_take_letters(&letters, &x.lists);
	address_letters_done(&letters);
	put_lists(&x);
	return 0;
}

static int make_again(struct storage *s, const struct storage_named *n,
		      struct storage_disk *ret, struct err *err)
{
	struct storage_state state;
	int r = s->effects->read_state(&state, err);

	if (r)
		return r;
	r = storage_make_disk(n, &state, ret, err);
	storage_state_done(&state);
	return r;
}

int storage_look_again(struct storage *s, unsigned disk, struct err *err)
{
	const struct storage_disk *old = storage_find_disk(s, disk);
	struct storage_disk d;
	int r = make_again(s,
			   &(struct storage_named){
				   .address = old->address,
				   .name = old->name,
				   .serial = old->serial,
				   .bus = old->bus,
				   .location = old->location,
				   .in_use = old->in_use,
				   .kind = old->kind,
				   .virtual_file = old->virtual_file},
			   &d, err);

	if (r)
		return r;
	d.size = old->size;
	d.sector_size = old->sector_size;
	d.is_made_read_only = old->is_made_read_only;
	d.is_read_only |= old->is_made_read_only;
	d.is_medium = old->is_medium;
	d.sequence = old->sequence;
	return exchange_disk(s, old, &d, err);
}

int storage_add_attached(struct storage *s, const char *address,
			 struct err *err)
{
	struct storage_disk d;
	int r = make_again(s,
			   &(struct storage_named){
				   .address = address,
				   .name = storage_last_name(address),
				   .bus = "virtual",
				   .kind = STORAGE_VIRTUAL,
				   .virtual_file = address},
			   &d, err);

	return r ? r : exchange_disk(s, NULL, &d, err);
}

int storage_drop_disk(struct storage *s, const struct storage_disk *d,
		      struct err *err)
{
	return exchange_disk(s, d, NULL, err);
}
