// SPDX-License-Identifier: MIT
//
// What there is, and by which numbers: these stay as long as what they mean is there.

#include <stdlib.h>
#include <string.h>

#include "storage_priv.h"

void storage_lists_done(struct storage_lists *l)
{
	for (size_t i = 0; i < l->disk_count; i++)
		storage_disk_done(&l->disks[i]);
	for (size_t i = 0; i < l->volume_count; i++)
		storage_volume_done(&l->volumes[i]);
	mem_free(l->disks);
	mem_free(l->volumes);
	*l = (struct storage_lists){0};
}

// --- Which disks -----------------------------------------------------------------

struct looking {
	struct storage *s;
	struct storage_state state;
	struct storage_lists lists;
};

int storage_copy_text(char **at, const char *text, struct err *err)
{
	*at = mem_strdup(text ? text : "");
	return *at ? 0 : err_nomem(err);
}

static int copy_names(struct storage_disk *d, const struct storage_named *n,
		      struct err *err)
{
	int r = storage_copy_text(&d->address, n->address, err);

	if (!r)
		r = storage_copy_text(&d->name, n->name, err);
	if (!r)
		r = storage_copy_text(&d->serial, n->serial, err);
	if (!r)
		r = storage_copy_text(&d->bus, n->bus, err);
	if (!r)
		r = storage_copy_text(&d->location, n->location, err);
	if (!r)
		r = storage_copy_text(&d->in_use, n->in_use, err);
	if (!r && n->virtual_file)
		r = storage_copy_text(&d->virtual_file, n->virtual_file, err);
	return r;
}

static bool is_listed(const struct storage_lists *l, const char *address)
{
	for (size_t i = 0; i < l->disk_count; i++)
		if (!strcmp(l->disks[i].address, address))
			return true;
	return false;
}

static void take_state(struct storage_disk *d, const struct storage_state *s)
{
	const struct storage_state_disk *said =
		storage_state_find(s, d->address);

	d->is_offline = said && said->is_offline;
	d->is_read_only =
		d->is_made_read_only ||
		(said && (said->is_read_only || said->is_attached_read_only));
}

int storage_make_disk(const struct storage_named *n,
		      const struct storage_state *state,
		      struct storage_disk *ret, struct err *err)
{
	struct storage_disk d = {
		.number = STORAGE_NO_NUMBER, .kind = n->kind, .host_disk = -1};
	int r = copy_names(&d, n, err);

	if (r) {
		storage_disk_done(&d);
		return r;
	}
	if (n->found) {
		d.size = n->found->size;
		d.sector_size = n->found->sector_size;
		d.is_made_read_only = n->found->read_only;
		d.is_medium = n->found->is_medium;
		d.sequence = n->found->sequence;
	}
	take_state(&d, state);
	*ret = d;
	return 0;
}

static int add_disk(struct looking *l, const struct storage_named *n,
		    struct err *err)
{
	void *disks = l->lists.disks;
	int r;

	if (is_listed(&l->lists, n->address))
		return 0;
	if (mem_grow(&disks, l->lists.disk_count, &l->lists.disk_room,
		     sizeof(*l->lists.disks)))
		return err_nomem(err);
	l->lists.disks = disks;
	r = storage_make_disk(n, &l->state,
			      &l->lists.disks[l->lists.disk_count], err);
	l->lists.disk_count += !r;
	return r;
}

static int by_place(const void *a, const void *b)
{
	return storage_compare_places(a, b);
}

static int add_machine(struct looking *l, struct err *err)
{
	struct storage *s = l->s;
	struct inventory *inventory;
	int r = s->effects->list_machine(&s->settle, s->root, &inventory, err);

	if (r)
		return r;
	if (inventory->count)
		qsort(inventory->disks, inventory->count,
		      sizeof(*inventory->disks), by_place);
	for (size_t i = 0; i < inventory->count && !r; i++) {
		const struct inventory_disk *d = &inventory->disks[i];
		char place[STORAGE_PLACE_TEXT];

		storage_name_place(d, place);
		r = add_disk(l,
			     &(struct storage_named){
				     .address = d->path,
				     .name = d->model,
				     .serial = d->serial,
				     .bus = d->bus,
				     .location = place,
				     .in_use = d->in_use,
				     .kind = d->removable ? STORAGE_REMOVABLE
							  : STORAGE_FIXED,
				     .found = d},
			     err);
	}
	inventory_free(inventory);
	return r;
}

const char *storage_last_name(const char *address)
{
	size_t n = strlen(address);

	while (n && !strchr("\\/", address[n - 1]))
		n--;
	return address + n;
}

static int add_files(struct looking *l, struct err *err)
{
	const struct storage *s = l->s;
	int r = 0;

	for (size_t i = 0; i < s->file_count && !r; i++)
		r = add_disk(l,
			     &(struct storage_named){
				     .address = s->files[i],
				     .name = storage_last_name(s->files[i]),
				     .bus = "file",
				     .kind = STORAGE_FIXED},
			     err);
	return r;
}

static int add_attached(struct looking *l, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < l->state.count && !r; i++) {
		const struct storage_state_disk *d = &l->state.disks[i];

		if (d->is_attached &&
		    !storage_is_gone(l->s->effects, d->address))
			r = add_disk(
				l,
				&(struct storage_named){
					.address = d->address,
					.name = storage_last_name(d->address),
					.bus = "virtual",
					.kind = STORAGE_VIRTUAL,
					.virtual_file = d->address},
				err);
	}
	return r;
}

// --- Looking -----------------------------------------------------------------------

static int list_disks(struct looking *l, struct err *err)
{
	int r = l->s->effects->read_state(&l->state, err);

	if (r)
		return r;
	if (l->s->root)
		r = add_machine(l, err);
	if (!r)
		r = add_files(l, err);
	if (!r)
		r = add_attached(l, err);
	storage_state_done(&l->state);
	return r;
}

int storage_rescan(struct storage *s, struct err *err)
{
	struct address_letters letters;
	struct looking l = {.s = s};
	int r = list_disks(&l, err);

	if (!r)
		storage_number_disks(&s->lists, &l.lists);
	for (size_t i = 0; i < l.lists.disk_count && !r; i++)
		r = storage_look_disk(s, &l.lists.disks[i], &l.lists, err);
	if (!r)
		r = s->effects->read_letters(&letters, err);
	if (r) {
		storage_lists_done(&l.lists);
		return r;
	}
	storage_number_volumes(&s->lists, &l.lists);
	storage_find_hosts(&l.lists);
	storage_take_letters(&letters, &l.lists);
	address_letters_done(&letters);
	storage_lists_done(&s->lists);
	s->lists = l.lists;
	return 0;
}

// --- The object --------------------------------------------------------------------

static int copy_source(struct storage *s, const struct storage_source *source,
		       struct err *err)
{
	int r = 0;

	s->sector_size = source->sector_size;
	if (source->root)
		r = storage_copy_text(&s->root, source->root, err);
	s->files = mem_array(source->file_count, sizeof(*s->files));
	if (!s->files)
		return err_nomem(err);
	while (!r && s->file_count < source->file_count) {
		r = s->effects->whole(source->files[s->file_count],
				      &s->files[s->file_count], err);
		s->file_count += !r;
		if (!r)
			r = storage_check_source(s, s->files[s->file_count - 1],
						 err);
	}
	return r;
}

static int give_first_letters(struct storage *s, struct err *err)
{
	struct address_letters letters;
	bool any = false;
	int r = s->effects->read_letters(&letters, err);

	if (r)
		return r;
	for (size_t i = 0; i < ADDRESS_LETTERS; i++)
		any |= letters.addresses[i] != NULL;
	address_letters_done(&letters);
	return any ? 0 : storage_automount(s, err);
}

int storage_open(const struct storage_effects *effects,
		 const struct storage_source *source, struct storage **ret,
		 struct err *err)
{
	struct storage *s = mem_alloc(sizeof(*s));
	int r;

	if (!s)
		return err_nomem(err);
	s->effects = effects;
	r = copy_source(s, source, err);
	if (!r && s->root)
		settle_init(&s->settle, s->root);
	if (!r)
		r = storage_rescan(s, err);
	if (!r)
		r = give_first_letters(s, err);
	if (r)
		storage_close(s);
	else
		*ret = s;
	return r;
}

void storage_close(struct storage *s)
{
	if (!s)
		return;
	storage_lists_done(&s->lists);
	for (size_t i = 0; i < s->file_count; i++)
		mem_free(s->files[i]);
	mem_free(s->files);
	mem_free(s->root);
	mem_free(s);
}

const struct storage_disk *storage_disks(const struct storage *s,
					 size_t *ret_count)
{
	*ret_count = s->lists.disk_count;
	return s->lists.disks;
}

const struct storage_volume *storage_volumes(const struct storage *s,
					     size_t *ret_count)
{
	*ret_count = s->lists.volume_count;
	return s->lists.volumes;
}

const struct storage_disk *storage_find_disk(const struct storage *s,
					     unsigned number)
{
	for (size_t i = 0; i < s->lists.disk_count; i++)
		if (s->lists.disks[i].number == number)
			return &s->lists.disks[i];
	return NULL;
}

const struct storage_volume *storage_find_volume(const struct storage *s,
						 unsigned number)
{
	for (size_t i = 0; i < s->lists.volume_count; i++)
		if (s->lists.volumes[i].number == number)
			return &s->lists.volumes[i];
	return NULL;
}

const struct storage_volume *storage_find_letter(const struct storage *s,
						 char letter)
{
	if (letter >= 'a' && letter <= 'z')
		letter = (char)(letter - 'a' + 'A');
	for (size_t i = 0; letter && i < s->lists.volume_count; i++)
		if (s->lists.volumes[i].letter == letter)
			return &s->lists.volumes[i];
	return NULL;
}
