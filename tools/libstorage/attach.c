// SPDX-License-Identifier: MIT
//
// Virtual disks that are attached: entries of the session's list of disks.

#include <string.h>

#include "storage_priv.h"

static const struct storage_disk *find_attached(const struct storage *s,
						const char *address)
{
	for (size_t i = 0; i < s->lists.disk_count; i++) {
		const struct storage_disk *d = &s->lists.disks[i];

		if (d->virtual_file && !strcmp(d->virtual_file, address))
			return d;
	}
	return NULL;
}

bool storage_is_attached(const struct storage *s, const char *file,
			 unsigned *ret)
{
	const struct storage_disk *d = NULL;
	char *address;

	if (s->effects->whole(file, &address, NULL))
		return false;
	d = find_attached(s, address);
	mem_free(address);
	if (d && ret)
		*ret = d->number;
	return d;
}

// The file may be gone: then it is no disk, and of the session's list alone.
static bool is_said(const struct storage *s, const char *address)
{
	const struct storage_state_disk *said;
	struct storage_state state;
	bool yes;

	if (s->effects->read_state(&state, NULL))
		return false;
	said = storage_state_find(&state, address);
	yes = said && said->is_attached;
	storage_state_done(&state);
	return yes;
}

// Writes a virtual disk's address as the list has it; one whose host is gone is
// written so already.
static int whole(const struct storage *s, const char *file, char **ret,
		 struct err *err)
{
	struct err why = {0};
	int r = s->effects->whole(file, ret, &why);

	if (r == -ENOENT && is_said(s, file)) {
		*ret = mem_strdup(file);
		return *ret ? 0 : err_nomem(err);
	}
	return r ? err_pass(err, r, &why) : 0;
}

bool storage_is_lost(const struct storage *s, const char *file)
{
	char *address;
	bool yes;

	if (whole(s, file, &address, NULL))
		return false;
	yes = !find_attached(s, address) && is_said(s, address);
	mem_free(address);
	return yes;
}

// Whether it can be opened as it is wanted, which is tried.
static int try_open(struct storage *s, const char *address, bool read_only,
		    struct err *err)
{
	const struct storage_effects *e = s->effects;
	struct place *place;
	int r = e->open_place(address,
			      ADDRESS_FILE | ADDRESS_VIRTUAL |
				      (read_only ? 0 : ADDRESS_WRITE),
			      &place, err);

	if (r)
		return r;
	if (!place->level_count ||
	    place->levels[place->level_count - 1].kind != PLACE_VIRTUAL)
		r = err_set(err, -EINVAL, address, ERR_NOWHERE,
			    "it is no virtual disk");
	if (!r && !read_only)
		r = e->finish_place(place, err); // a VHDX's log was replayed
	e->close_place(place);
	return r;
}

static int attach(struct storage *s, char *address, bool read_only,
		  struct err *err)
{
	const struct storage_state_disk said = {
		.address = address,
		.is_attached = true,
		.is_attached_read_only = read_only};
	int r;

	if (find_attached(s, address))
		return err_set(err, -EALREADY, address, ERR_NOWHERE,
			       "it is attached already");
	r = try_open(s, address, read_only, err);
	if (!r)
		r = s->effects->put_state(&said, err);
	return r ? r : storage_add_attached(s, address, err);
}

int storage_attach(struct storage *s, const char *file, bool read_only,
		   unsigned *ret, struct err *err)
{
	char *address;
	int r = s->effects->whole(file, &address, err);

	if (r)
		return r;
	r = attach(s, address, read_only, err);
	if (!r)
		*ret = find_attached(s, address)->number;
	mem_free(address);
	return r;
}

static int detach(struct storage *s, char *address, struct err *err)
{
	const struct storage_state_disk nothing = {.address = address};
	const struct storage_disk *d = find_attached(s, address);
	int r;

	if (!d && is_said(s, address))
		return s->effects->put_state(&nothing, err);
	if (!d)
		return err_set(err, -ENOENT, address, ERR_NOWHERE,
			       "it is not attached");
	r = storage_forget_letters(s, d->number, -1, err);
	if (!r)
		r = s->effects->put_state(&nothing, err);
	return r ? r : storage_drop_disk(s, d, err);
}

int storage_detach_file(struct storage *s, const char *file, struct err *err)
{
	char *address;
	int r = whole(s, file, &address, err);

	if (r)
		return r;
	r = detach(s, address, err);
	mem_free(address);
	return r;
}
