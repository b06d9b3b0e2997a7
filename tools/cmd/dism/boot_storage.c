// SPDX-License-Identifier: MIT
//
// dism /Set-BootStorage (ours): a Windows that comes from another machine finds its
// disk on this one.

#include <stdio.h>
#include <string.h>

#include "../hive_place.h"
#include "windows.h"

// What was done, told when it is there.
struct changes {
	char **lines;
	size_t count, room;
	bool is_short; // there was no memory for one
};

static void note_change(void *ctx, const char *service, const char *what)
{
	struct changes *c = ctx;
	char line[512];

	snprintf(line, sizeof(line), "%s: %s", service, what);
	if (mem_grow((void **)&c->lines, c->count, &c->room,
		     sizeof(*c->lines))) {
		c->is_short = true;
		return;
	}
	c->lines[c->count] = mem_strdup(line);
	if (c->lines[c->count])
		c->count++;
	else
		c->is_short = true;
}

static void show(const struct changes *c,
		 const struct service_boot_storage *done)
{
	for (size_t i = 0; i < c->count; i++)
		puts(c->lines[i]);
	printf("%zu drivers of disk controllers changed.\n", done->changed);
	if (*done->no_vhd)
		printf("It does not start from a virtual disk: %s is not "
		       "loaded for that.\n",
		       done->no_vhd);
	putchar('\n');
}

static void changes_done(struct changes *c)
{
	for (size_t i = 0; i < c->count; i++)
		mem_free(c->lines[i]);
	mem_free(c->lines);
}

static int change(struct hive_place *place, const struct inf_target *target,
		  struct err *err)
{
	struct service_boot_storage done = {0, ""};
	struct changes changes = {0};
	struct hive *hive;
	int r = hive_place_load(place, &hive, err);

	if (r)
		return r;
	r = service_set_boot_storage(hive, target, note_change, &changes, &done,
				     err);
	if (!r && changes.is_short)
		r = err_nomem(err);
	if (!r && done.changed)
		r = hive_place_save(place, hive, err);
	hive_free(hive);
	if (!r)
		show(&changes, &done);
	changes_done(&changes);
	return r;
}

// The hive's address, in what the Windows' one leads to.
static int hive_address(const struct dism_windows *w, char **ret,
			struct err *err)
{
	size_t size;
	char *path;
	int r = service_hive_path(w->service, "SYSTEM", &path, err);

	if (r)
		return r;
	size = strlen(w->spot->prefix) + strlen(path) + 1;
	*ret = mem_alloc(size);
	if (*ret)
		snprintf(*ret, size, "%s%s", w->spot->prefix, path);
	mem_free(path);
	return *ret ? 0 : err_nomem(err);
}

static int set_boot_storage(struct dism_windows *w,
			    const struct cmd_switch *switches, struct err *err)
{
	const struct inf_target target =
		service_get_windows(w->service)->target;
	struct hive_place *place = NULL;
	char *address;
	int r = hive_address(w, &address, err);

	(void)switches; // those of all such verbs are enough
	if (r)
		return r;
	// The disk is written to by who opens it alone.
	dism_windows_leave(w);
	r = hive_place_open(address, HIVE_PLACE_WRITE, &place, err);
	if (!r)
		r = change(place, &target, err);
	hive_place_close(place);
	mem_free(address);
	return r;
}

int dism_set_boot_storage(int argc, char **argv)
{
	struct cmd_switch s[] = {DISM_WINDOWS_SWITCHES, {NULL, false, NULL}};

	return dism_on_windows(argc, argv, s, set_boot_storage);
}
