// SPDX-License-Identifier: MIT
//
// What a deployment reads must not lie on the disk that it wipes first: the image
// would be gone before it is read. What is mounted from there is seen when the disk
// is opened for writing; an address goes past the kernel.

#include "address.h"
#include "machine.h"
#include "plan_priv.h"

// A partition's device stands for its disk.
static bool is_same_disk(const char *host_path, const char *target)
{
	char disk[80];
	unsigned number;

	return address_is_same_host(host_path, target) ||
	       (machine_disk_of("", host_path, disk, &number) &&
		address_is_same_host(disk, target));
}

// The target is open for writing already.
static struct place *open_target(const struct plan *p)
{
	struct place *place;

	return address_open(p->target.name,
			    ADDRESS_FILE | ADDRESS_VIRTUAL | ADDRESS_LOOK,
			    &place, NULL)
		       ? NULL
		       : place;
}

static bool is_inside(const struct place *place, const struct plan *p)
{
	struct place *target = open_target(p);
	bool inside = target &&
		      is_same_disk(place->host_path, target->host_path) &&
		      address_is_below(place, target, target->level_count);

	address_close(target);
	return inside;
}

// What cannot be opened is told by who reads it.
int plan_check_outside(const struct plan *p, const char *path, struct err *err)
{
	struct place *place;
	bool inside;

	if (net_is_name(path) || address_open(path, ADDRESS_FILE, &place, NULL))
		return 0;
	inside = is_inside(place, p);
	address_close(place);
	return inside ? err_set(err, -EBUSY, path, ERR_NOWHERE,
				"it lies on the disk that is to be wiped; copy "
				"it to another one")
		      : 0;
}
