// SPDX-License-Identifier: MIT
//
// A volume as a whole, by its address: what format, chkdsk and their like take.

#include <stdio.h>
#include <string.h>

#include "address.h"

// "win.vhd@1:\" names a volume by its root folder, which need not exist yet.
// Returns new memory, or NULL.
static char *without_root(const struct address_parts *parts)
{
	size_t n = strlen(parts->rest);
	bool is_root =
		n >= 2 && parts->rest[n - 2] == ':' &&
		(parts->rest[n - 1] == '\\' || parts->rest[n - 1] == '/');
	size_t size = strlen(parts->path) + n + 1;
	char *volume = mem_alloc(size);

	if (volume)
		snprintf(volume, size, "%s%.*s", parts->path,
			 (int)(is_root ? n - 2 : n), parts->rest);
	return volume;
}

// What stands in a volume is one itself only when a virtual disk lies in it.
static int check_level(const struct place *place, const char *text,
		       struct err *err)
{
	if (!place->level_count ||
	    place->levels[place->level_count - 1].kind != PLACE_FILE)
		return 0;
	return err_set(err, -EINVAL, text, ERR_NOWHERE,
		       "this is a file or folder in a volume");
}

int address_open_volume(const char *text, unsigned flags, struct place **ret,
			struct err *err)
{
	struct err why = {0};
	struct place *place;
	struct address_parts parts;
	char *volume;
	int r = address_split(text, &parts, err);

	if (r)
		return r;
	volume = without_root(&parts);
	address_parts_done(&parts);
	if (!volume)
		return err_nomem(err);
	r = address_open(volume, flags | ADDRESS_FILE | ADDRESS_VIRTUAL, &place,
			 &why);
	mem_free(volume);
	if (r == -EISDIR)
		return err_set(err, -EINVAL, text, ERR_NOWHERE,
			       "this is a file or folder in a volume");
	if (r)
		return err_pass(err, r, &why);
	r = check_level(place, text, err);
	if (r)
		address_close(place);
	else
		*ret = place;
	return r;
}

// BIOS boot code adds this to every sector that it reads: wrong, and the volume
// does not start. Without a partition it is 0.
uint64_t address_hidden_sectors(const struct place *place)
{
	const struct place_level *last =
		place->level_count ? &place->levels[place->level_count - 1]
				   : NULL;

	return last && last->kind == PLACE_PARTITION
		       ? last->part.start / place->disk->sector_size
		       : 0;
}
