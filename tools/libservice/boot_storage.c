// SPDX-License-Identifier: MIT
//
// Drivers of disk controllers, as another machine needs them.
//
// Windows 8 and later start them all at boot, and then note below those that found no
// device "StartOverride", value "0" = 3: not any more. Windows 7 sets the driver's own
// Start to 3. On a machine with another controller the disk is then not found (bug
// check 0x7B).

#include <stdio.h>
#include <strings.h>

#include "service_priv.h"

enum { START_BOOT = 0, START_DEMAND = 3, TYPE_KERNEL = 1 };

#define BOOT_FLAG_VHD 2u // loaded when Windows starts from a virtual disk

// Which services are such drivers: by their group, or their name.
static const char *const groups[] = {"SCSI miniport", "SCSI Class",
				     "System Bus Extender"};
static const char *const names[] = {"sbp2port", "storflt", "storvsc"};
// Windows 7 has much else in the group of buses.
static const char *const buses_of_7[] = {"aliide",   "amdide", "cmdide",
					 "intelide", "msahci", "nvraid",
					 "pciide",   "viaide", "vmbus"};

struct job {
	struct hive *hive;
	const struct inf_target *target;
	service_changed_fn *fn;
	void *ctx;
	size_t changed;
};

static bool is_one_of(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcasecmp(text, list[i]))
			return true;
	return false;
}

static bool is_windows_7(const struct inf_target *t)
{
	return t->major == 6 && t->minor < 2;
}

static bool is_storage(const struct job *j, const char *name, const char *group)
{
	if (!is_windows_7(j->target))
		return is_one_of(group, groups, 3) || is_one_of(name, names, 3);
	return is_one_of(group, groups, 1) ||
	       is_one_of(name, buses_of_7,
			 sizeof(buses_of_7) / sizeof(*buses_of_7));
}

static uint32_t number_of(const struct hive_key *key, const char *name,
			  uint32_t otherwise)
{
	uint32_t n;

	return hive_value_get_u32(key, name, &n, NULL) ? otherwise : n;
}

static int change(struct job *j, struct hive_key *key, const char *name,
		  struct err *err)
{
	struct hive_key *over = service_find_key(key, "StartOverride");
	uint32_t start = number_of(key, "Start", START_DEMAND);
	int r = 0;

	if (over && start == START_BOOT) {
		hive_key_remove(j->hive, over);
		j->fn(j->ctx, name, "its StartOverride is gone");
	} else if (is_windows_7(j->target) && start == START_DEMAND &&
		   number_of(key, "Type", 0) == TYPE_KERNEL) {
		r = hive_value_set_u32(j->hive, key, "Start", START_BOOT, err);
		if (!r)
			j->fn(j->ctx, name, "starts at boot");
	} else {
		return 0;
	}
	j->changed += !r;
	return r;
}

static int look_at(struct job *j, struct hive_key *key, struct err *err)
{
	char *name = hive_key_name(key), *group = NULL;
	int r = name ? service_get_text(key, "Group", &group, err)
		     : err_nomem(err);

	if (!r && is_storage(j, name, group))
		r = change(j, key, name, err);
	mem_free(name);
	mem_free(group);
	return r;
}

static int change_set(struct job *j, const struct hive_key *set,
		      struct err *err)
{
	struct hive_key *services = service_find_key(set, "Services");
	int r = 0;

	if (!services)
		return err_corrupt(err, "SYSTEM", ERR_NOWHERE,
				   "a control set has no Services");
	for (size_t i = 0; !r && i < services->subkey_count; i++)
		r = look_at(j, services->subkeys[i], err);
	return r;
}

// Which of the drivers for virtual disks the loader does not load, or "".
static const char *find_missing(const struct hive_key *set)
{
	static const char *const wanted[] = {"vhdmp", "FsDepends"};

	for (size_t i = 0; i < 2; i++) {
		char path[sizeof("Services\\FsDepends")];
		const struct hive_key *key;

		snprintf(path, sizeof(path), "Services\\%s", wanted[i]);
		key = service_find_key(set, path);
		if (!key || (number_of(key, "Start", START_DEMAND) &&
			     !(number_of(key, "BootFlags", 0) & BOOT_FLAG_VHD)))
			return wanted[i];
	}
	return "";
}

int service_set_boot_storage(struct hive *system,
			     const struct inf_target *target,
			     service_changed_fn *fn, void *ctx,
			     struct service_boot_storage *ret, struct err *err)
{
	struct job j = {system, target, fn, ctx, 0};
	struct hive_key *set;
	int r = service_find_control_set(system, &set, err);

	if (!r)
		r = change_set(&j, set, err);
	if (r)
		return r;
	ret->changed = j.changed;
	ret->no_vhd = find_missing(set);
	return 0;
}
