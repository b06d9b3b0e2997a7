// SPDX-License-Identifier: MIT
//
// Boot stores as a whole: loading, saving, making, exporting and importing.

#include <stdio.h>
#include <string.h>

#include "../bcd_place.h"
#include "bcdedit.h"
#include "../hive_place.h"
#include "efi.h"
#include "machine.h"

static int load_file(struct hive_place *f, struct bcd **ret, struct err *err)
{
	struct hive_bytes b;
	int r = hive_place_read(f, &b, err);

	if (r)
		return r;
	if (b.is_stale)
		hive_place_warn("bcdedit", f);
	r = bcd_load_with_logs(b.data, b.size, b.logs, ret, err);
	if (r)
		hive_place_advise(&b, err);
	hive_bytes_done(&b);
	return r;
}

// Finds the system partition of a disk, or of this machine (NULL).
static int find_partition(struct edit *e, const char *disk)
{
	bool is_meant = bcdedit_given(e, MACHINE) || machine_is_environment("");
	struct efi_vars *vars = NULL;
	struct place *place = NULL;
	char *found;
	int r = 0;

	if (!disk && !is_meant)
		return err_set(&e->err, -EINVAL, "boot store", ERR_NOWHERE,
			       "this is not Slipway's environment: name the "
			       "store with /store, or say --this-machine");
	if (!is_meant || efi_vars_open(NULL, &vars, NULL))
		vars = NULL;
	if (disk)
		r = address_open(disk, ADDRESS_FILE | ADDRESS_VIRTUAL, &place,
				 &e->err);
	if (!r) {
		r = disk ? system_partition_of(place->disk, disk, vars, &found,
					       &e->err)
			 : system_partition_of_machine("", vars, &found,
						       &e->err);
		if (r == -ENOENT)
			cmd_advise(&e->err, "name the store with /store");
	}
	address_close(place);
	efi_vars_close(vars);
	if (r)
		return r;
	mem_free(e->found);
	e->found = found;
	return 0;
}

static bool is_partition(const char *address)
{
	struct place *place;
	bool yes;

	if (address_open(address, 0, &place, NULL))
		return true; // and opening the store says why not
	yes = place->level_count &&
	      place->levels[place->level_count - 1].kind == PLACE_PARTITION;
	address_close(place);
	return yes;
}

// Returns the path of the store on a partition; what holds none, or cannot be opened,
// is told by who opens that.
static const char *store_on(const char *partition)
{
	const char *store = NULL;
	struct place *place;

	if (!address_open(partition, 0, &place, NULL)) {
		store = system_partition_store(place->disk, true, true);
		address_close(place);
	}
	return store ? store : "\\EFI\\Microsoft\\Boot\\BCD";
}

static int open_system_store(struct edit *e, unsigned flags)
{
	const char *partition = e->switches[SYSSTORE].value;
	char address[4096];
	char *path;
	int r;

	if (partition) {
		e->found = bcd_place_address(partition);
		if (!e->found)
			return err_nomem(&e->err);
		partition = e->found;
	}
	e->path = partition;
	if (!partition || !is_partition(partition)) {
		r = find_partition(e, partition);
		if (r)
			return r;
		partition = e->found;
	}
	if (snprintf(address, sizeof(address), "%s:%s", partition,
		     store_on(partition)) >= (int)sizeof(address))
		return err_set(&e->err, -ENAMETOOLONG, "address", ERR_NOWHERE,
			       "the name is too long");
	path = mem_strdup(address);
	if (!path)
		return err_nomem(&e->err);
	mem_free(e->found);
	e->path = e->found = path;
	return hive_place_open(path, flags, &e->file, &e->err);
}

static int open_store(struct edit *e, unsigned flags)
{
	if (!bcdedit_given(e, STORE))
		return open_system_store(e, flags);
	e->path = e->switches[STORE].value;
	return hive_place_open(e->path, flags, &e->file, &e->err);
}

int bcdedit_load(struct edit *e, bool for_change)
{
	int r = open_store(e, for_change ? HIVE_PLACE_WRITE
			      : bcdedit_given(e, IGNORE_LOGS)
				      ? HIVE_PLACE_NO_LOGS
				      : 0);

	return r ? r : load_file(e->file, &e->bcd, &e->err);
}

static int save_file(struct hive_place *f, const struct bcd *bcd,
		     struct err *err)
{
	size_t size;
	void *data;
	int r = bcd_save(bcd, &data, &size, err);

	if (r)
		return r;
	r = hive_place_replace(f, data, size, err);
	mem_free(data);
	return r;
}

int bcdedit_save(struct edit *e)
{
	return save_file(e->file, e->bcd, &e->err);
}

int bcdedit_createstore(struct edit *e)
{
	int r;

	e->path = e->switches[CREATESTORE].value;
	r = hive_place_open(e->path, HIVE_PLACE_WRITE | HIVE_PLACE_NEW,
			    &e->file, &e->err);
	if (!r)
		r = bcd_new(false, &e->bcd, &e->err);
	return r ? r : bcdedit_save(e);
}

// Opens a file to be replaced or made.
static int open_target(const char *path, struct hive_place **ret,
		       struct err *err)
{
	struct err none = {0};
	int r = hive_place_open(path, HIVE_PLACE_WRITE, ret, &none);

	if (r == -ENOENT)
		return hive_place_open(path, HIVE_PLACE_WRITE | HIVE_PLACE_NEW,
				       ret, err);
	return r ? err_pass(err, r, &none) : 0;
}

int bcdedit_export(struct edit *e)
{
	struct hive_place *to;
	int r = open_target(e->switches[EXPORT].value, &to, &e->err);

	if (r)
		return r;
	r = save_file(to, e->bcd, &e->err);
	hive_place_close(to);
	return r;
}

// Removes what the firmware's variables are mirrored in.
static int remove_firmware(struct edit *e)
{
	int r = 0;

	for (size_t i = e->bcd->object_count; !r && i-- > 0;) {
		struct bcd_object *obj = e->bcd->objects[i];

		if (obj->type == BCD_FIRMWARE_ENTRY ||
		    obj->type == BCD_FIRMWARE_MANAGER)
			r = bcd_object_remove(e->bcd, obj, true, &e->err);
	}
	return r;
}

int bcdedit_import(struct edit *e)
{
	struct hive_place *from;
	int r;

	e->path = e->switches[IMPORT].value;
	r = hive_place_open(e->path, 0, &from, &e->err);
	if (r)
		return r;
	r = load_file(from, &e->bcd, &e->err);
	hive_place_close(from);
	if (!r && bcdedit_given(e, CLEAN))
		r = remove_firmware(e);
	if (r)
		return r;
	if (!bcdedit_given(e, STORE)) {
		r = open_system_store(e, HIVE_PLACE_WRITE);
	} else {
		e->path = e->switches[STORE].value;
		r = open_target(e->path, &e->file, &e->err);
	}
	return r ? r : bcdedit_save(e);
}
