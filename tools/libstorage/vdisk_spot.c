// SPDX-License-Identifier: MIT
//
// Files of virtual disks that are to be made, changed, merged or deleted, by their
// addresses.

#include <string.h>

#include "address.h"
#include "chain.h"
#include "vdisk_priv.h"

// Opens the volume that an address leads into; *ret is NULL for a path of the
// host.
static int open_volume(const char *address, bool for_writing,
		       struct place **ret, struct err *err)
{
	struct place *place;
	struct address_parts parts;
	bool is_of_host;
	int r = address_split(address, &parts, err);

	if (r)
		return r;
	is_of_host = !*parts.rest && !parts.is_letter;
	address_parts_done(&parts);
	*ret = NULL;
	if (is_of_host)
		return 0;
	r = address_open(address, for_writing ? ADDRESS_WRITE : 0, &place, err);
	if (r)
		return r;
	if (!place->path) {
		address_close(place);
		return err_set(err, -EISDIR, address, ERR_NOWHERE,
			       "this is a disk; name a file in it, as in "
			       "disk.img@1:\\x.vhd");
	}
	*ret = place;
	return 0;
}

int storage_spot_open(const char *address, bool for_writing,
		      struct storage_spot *ret, struct err *err)
{
	struct storage_spot s = {.path = address};
	int r = open_volume(address, for_writing, &s.place, err);

	if (!r && s.place) {
		s.tree = s.place->tree;
		s.path = s.place->path;
		s.prefix = (int)(strlen(address) - strlen(s.path));
	} else if (!r) {
		r = tree_open_host(&s.tree, err);
	}
	if (!r)
		*ret = s;
	return r;
}

int storage_spot_beside(const struct storage_spot *s, const char *address,
			char **ret_path, struct err *err)
{
	struct place *place;
	char *path = NULL;
	int r = open_volume(address, false, &place, err);

	if (r)
		return r;
	if (!s->place != !place ||
	    (place && !address_is_same_volume(s->place, place)))
		r = err_set(err, -EXDEV, address, ERR_NOWHERE,
			    "a parent is on the same volume as its child");
	else
		path = mem_strdup(place ? place->path : address);
	address_close(place);
	if (r || !path)
		return r ? r : err_nomem(err);
	*ret_path = path;
	return 0;
}

int storage_spot_finish(struct storage_spot *s, struct err *err)
{
	return s->place ? address_finish(s->place, err) : 0;
}

void storage_vdisk_note(const struct storage_vdisk_listener *l,
			const char *text)
{
	if (l && l->note)
		l->note(l->ctx, text);
}

static void pass_note(void *ctx, const char *text)
{
	storage_vdisk_note(ctx, text);
}

void storage_vdisk_close(struct place *place,
			 const struct storage_vdisk_listener *l)
{
	if (place && l)
		address_notes(place, pass_note, (void *)l);
	address_close(place);
}

void storage_spot_close(struct storage_spot *s,
			const struct storage_vdisk_listener *l)
{
	if (!s->place)
		tree_close(s->tree);
	storage_vdisk_close(s->place, l);
}
