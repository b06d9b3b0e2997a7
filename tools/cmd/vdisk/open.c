// SPDX-License-Identifier: MIT
//
// How the parts of vdisk find files that are to be made, merged or deleted.

#include <string.h>

#include "address.h"
#include "chain.h"
#include "vdisk.h"
#include "vdisk_cmd.h"

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
		cmd_place_close(place);
		return err_set(err, -EISDIR, address, ERR_NOWHERE,
			       "this is a disk; name a file in it, as in "
			       "disk.img@1:\\x.vhd");
	}
	*ret = place;
	return 0;
}

int vdisk_spot_open(const char *address, bool for_writing,
		    struct vdisk_spot *ret, struct err *err)
{
	struct vdisk_spot s = {.path = address};
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

int vdisk_spot_open_new(const char *address, struct vdisk_spot *ret,
			struct err *err)
{
	enum vdisk_format format;
	struct vdisk_spot s;
	int r = vdisk_format_of_name(address, VDISK_VHD, &format, err);

	if (!r)
		r = vdisk_spot_open(address, true, &s, err);
	if (r)
		return r;
	r = s.place ? 0 : address_check_host(address, err);
	if (r)
		vdisk_spot_close(&s);
	else
		*ret = s;
	return r;
}

int vdisk_spot_beside(const struct vdisk_spot *s, const char *address,
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
	cmd_place_close(place);
	if (r || !path)
		return r ? r : err_nomem(err);
	*ret_path = path;
	return 0;
}

int vdisk_spot_finish(struct vdisk_spot *s, struct err *err)
{
	return s->place ? address_finish(s->place, err) : 0;
}

void vdisk_spot_close(struct vdisk_spot *s)
{
	if (!s->place)
		tree_close(s->tree);
	cmd_place_close(s->place);
}
