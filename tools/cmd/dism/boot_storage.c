// SPDX-License-Identifier: MIT
//
// dism /Set-BootStorage (ours): a Windows that comes from another machine finds its
// disk on this one.

#include <stdio.h>
#include <string.h>

#include "../hive_place.h"
#include "windows.h"

static void show_change(void *ctx, const char *service, const char *what)
{
	(void)ctx; // everything is printed
	printf("%s: %s\n", service, what);
}

static int change(const struct dism_windows *w, struct hive_place *place,
		  struct err *err)
{
	const struct inf_target *target =
		&service_get_windows(w->service)->target;
	struct service_boot_storage done = {0, ""};
	struct hive *hive;
	int r = hive_place_load(place, &hive, err);

	if (r)
		return r;
	r = service_set_boot_storage(hive, target, show_change, NULL, &done,
				     err);
	if (!r && done.changed)
		r = hive_place_save(place, hive, err);
	hive_free(hive);
	if (r)
		return r;
	printf("%zu drivers of disk controllers changed.\n", done.changed);
	if (*done.no_vhd)
		printf("It does not start from a virtual disk: %s is not "
		       "loaded for that.\n",
		       done.no_vhd);
	putchar('\n');
	return 0;
}

// The hive's address, in what the Windows' one leads to.
static char *hive_address(const struct dism_windows *w)
{
	static const char *const names[] = {"Windows", "System32", "config",
					    "SYSTEM"};
	const struct tree *t = w->spot->tree;
	char *path = mem_strdup(w->spot->path), *address = NULL;
	size_t size;

	for (size_t i = 0; path && i < 4; i++) {
		char *next = tree_path_join(t, path, names[i]);

		mem_free(path);
		path = next;
	}
	if (!path)
		return NULL;
	size = strlen(w->spot->prefix) + strlen(path) + 1;
	address = mem_alloc(size);
	if (address)
		snprintf(address, size, "%s%s", w->spot->prefix, path);
	mem_free(path);
	return address;
}

static int set_boot_storage(const struct dism_windows *w,
			    const struct cmd_switch *switches, struct err *err)
{
	char *address = hive_address(w);
	struct hive_place *place = NULL;
	int r = address ? hive_place_open(address, HIVE_PLACE_WRITE, &place,
					  err)
			: err_nomem(err);

	(void)switches; // those of all such verbs are enough
	if (!r)
		r = change(w, place, err);
	hive_place_close(place);
	mem_free(address);
	return r;
}

int dism_set_boot_storage(int argc, char **argv)
{
	struct cmd_switch s[] = {DISM_WINDOWS_SWITCHES, {NULL, false, NULL}};

	return dism_on_windows(argc, argv, s, set_boot_storage);
}
