// SPDX-License-Identifier: MIT
//
// What a deployment reads must not lie on the disk that it wipes first: the
// image would be gone before it is read. What is mounted from there is seen
// when the disk is opened for writing; an address goes past the kernel.

#include "address.h"
#include "machine.h"
#include "plan_priv.h"

// A partition's device stands for its disk.
static bool is_same_disk(const char *host_path, const char *target)
{
	char disk[80];
	unsigned number;

	return address_is_same_path(host_path, target) ||
	       (machine_disk_of("", host_path, disk, &number) &&
		address_is_same_path(disk, target));
}

// The target is open for writing already: this is a look.
static int look_at_target(const struct plan *p, struct place **ret,
			  struct err *err)
{
	return address_open(p->target.name,
			    ADDRESS_FILE | ADDRESS_VIRTUAL | ADDRESS_LOOK, ret,
			    err);
}

static int check_place(const struct plan *p, const struct place *place,
		       const char *path, struct err *err)
{
	struct err why = {0};
	struct place *target;
	bool inside;
	int r = look_at_target(p, &target, &why);

	// A new file has its name when it is whole: nothing lies in it.
	if (r)
		return r == -ENOENT ? 0 : err_pass(err, r, &why);
	inside = is_same_disk(place->host_path, target->host_path) &&
		 address_is_below(place, target, target->level_count);
	address_close(target);
	return inside ? err_set(err, -EBUSY, path, ERR_NOWHERE,
				"it lies on the disk that is to be wiped; copy "
				"it to another one")
		      : 0;
}

// What cannot be opened is told by who reads it.
int plan_check_outside(const struct plan *p, const char *path, struct err *err)
{
	struct err why = {0};
	struct place *place;
	int r;

	if (net_is_name(path))
		return 0;
	r = address_open(path, ADDRESS_FILE, &place, &why);
	if (r)
		return r == -ENOMEM ? err_pass(err, r, &why) : 0;
	r = check_place(p, place, path, err);
	address_close(place);
	return r;
}
