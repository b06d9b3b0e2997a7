// SPDX-License-Identifier: MIT
//
// The registry of a Windows that is on a volume or in an image: its hives, with
// their logs, and how long a chain of virtual disks it starts from.

#include <stdio.h>
#include <string.h>

#include "bcdboot_priv.h"

#define MAX_SET     999u // of control sets: three digits
#define CHAIN_VALUE "VirtualDiskMaxTreeDepth"

int bcdboot_hive_read(struct tree *source, const char *windows,
		      const char *name, struct hive_bytes *ret, struct err *err)
{
	char folder[BCDBOOT_MAX_PATH], path[BCDBOOT_MAX_PATH];
	int r = bcdboot_join(folder, windows, "System32\\config", err);

	if (!r)
		r = bcdboot_join(path, folder, name, err);
	return r ? r : hive_bytes_read(source, path, false, ret, err);
}

int bcdboot_hive_load(const struct hive_bytes *h, const char *key,
		      struct hive **ret, struct err *err)
{
	return hive_load_part(h->data, h->size, h->logs, key, false, ret, err);
}

// --- Chains of virtual disks -------------------------------------------------

static int read_u32(const struct hive_bytes *h, const char *path,
		    const char *name, uint32_t *ret, struct err *err)
{
	struct hive_key *key;
	struct hive *hive;
	int r = bcdboot_hive_load(h, path, &hive, err);

	if (r)
		return r;
	r = hive_key_find(hive->root, path, &key, err);
	if (!r)
		r = hive_value_get_u32(key, name, ret, err);
	hive_free(hive);
	return r;
}

// The control set that the next start takes.
static int read_set(const struct hive_bytes *h, uint32_t *ret, struct err *err)
{
	uint32_t set = 0;
	int r = read_u32(h, "Select", "Default", &set, NULL);

	if (r == -ENOENT)
		r = read_u32(h, "Select", "Current", &set, err);
	if (!r && (!set || set > MAX_SET))
		r = err_corrupt(err, "SYSTEM hive", ERR_NOWHERE,
				"it says that control set %u is taken", set);
	if (!r)
		*ret = set;
	return r;
}

int bcdboot_max_chain(struct tree *source, const char *windows, unsigned *ret,
		      struct err *err)
{
	struct hive_bytes h;
	uint32_t set, max;
	char path[80];
	int r = bcdboot_hive_read(source, windows, "SYSTEM", &h, err);

	if (r)
		return r;
	r = read_set(&h, &set, err);
	if (!r) {
		snprintf(path, sizeof(path),
			 "ControlSet%03u\\Services\\FsDepends\\Parameters",
			 set);
		r = read_u32(&h, path, CHAIN_VALUE, &max, err);
	}
	if (!r)
		*ret = max;
	hive_bytes_done(&h);
	return r;
}
