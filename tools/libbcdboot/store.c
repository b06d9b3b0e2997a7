// SPDX-License-Identifier: MIT
//
// The store that BCDBoot writes: begun from the one that is there, or from the
// template of the Windows that it is for, or from our own tables.
//
// The template (\Windows\System32\config\BCD-Template) holds the settings
// objects as a store has them, and one loader for each kind of firmware whose
// elements a new loader gets besides those that describe where Windows is.

#include <stdio.h>
#include <string.h>

#include "bcdboot_priv.h"

#define FIRST_OF_TEMPLATE 0x40000000u // elements of that class are for setup

// The template's loaders, in on-disk order: b012b84d-c47c-4ed5-b722-c0c42163e569
// and a1943bbc-ea85-487c-97c7-c9ede908a38a.
static const struct guid template_loaders[] = {
	[BCD_UEFI] = {{0x4d, 0xb8, 0x12, 0xb0, 0x7c, 0xc4, 0xd5, 0x4e, 0xb7,
		       0x22, 0xc0, 0xc4, 0x21, 0x63, 0xe5, 0x69}},
	[BCD_BIOS] = {{0xbc, 0x3b, 0x94, 0xa1, 0x85, 0xea, 0x7c, 0x48, 0x97,
		       0xc7, 0xc9, 0xed, 0xe9, 0x08, 0xa3, 0x8a}},
};

static const char *store_path(enum bcd_firmware firmware)
{
	return firmware == BCD_UEFI ? "\\EFI\\Microsoft\\Boot\\BCD"
				    : "\\Boot\\BCD";
}

// --- Elements of other loaders -----------------------------------------------

// What says where a Windows is and what it is called: its own in each loader.
static bool is_own(uint32_t element)
{
	static const uint32_t own[] = {
		BCD_DEVICE,  BCD_PATH,      BCD_DESCRIPTION, BCD_LOCALE,
		BCD_INHERIT, BCD_OS_DEVICE, BCD_SYSTEM_ROOT, BCD_RESUME_OBJECT,
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i] == element)
			return true;
	return element >= FIRST_OF_TEMPLATE;
}

// Copies elements to an object: all, or those that are not its own.
static int copy_elements(struct bcd *bcd, struct bcd_object *to,
			 const struct bcd_object *from, bool all,
			 struct err *err)
{
	struct bcd_element e;
	size_t cursor = 0;
	int r = 0;

	while (!r && bcd_element_next(from, &cursor, &e))
		if (all ? e.number < FIRST_OF_TEMPLATE : !is_own(e.number))
			r = bcd_set_raw(bcd, to, e.number, e.value->type,
					e.value->data, e.value->size, err);
	return r;
}

// --- The template ------------------------------------------------------------

// Loads the template. Returns 0 with NULL when there is none; one that is broken is
// told from one that cannot be read.
static int read_template(struct tree *source, const char *windows,
			 struct bcd **ret, struct err *err)
{
	char path[BCDBOOT_MAX_PATH];
	struct err why = {0};
	size_t size;
	void *data;
	int r = bcdboot_join(path, windows, "System32\\config\\BCD-Template",
			     err);

	*ret = NULL;
	if (!r)
		r = tree_read_file(source, path, BCDBOOT_MAX_STORE, &data,
				   &size, NULL);
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r)
		return err_set(err, r, path, ERR_NOWHERE,
			       "the template cannot be read");
	r = bcd_load(data, size, ret, &why);
	mem_free(data);
	if (!r || r == -ENOMEM)
		return r ? err_nomem(err) : 0;
	return err_corrupt(err, path, why.where,
			   "the template is broken (%s: %s)", why.what,
			   why.why);
}

// One that is broken counts for none: what it holds is in our tables too, and the
// machine must boot.
static int load_template(const struct bcdboot *b, struct bcd **ret)
{
	struct err err = {0};
	int r = read_template(b->source, b->options->windows, ret, &err);

	return !r || r == -EBADMSG ? 0 : err_pass(b->err, r, &err);
}

int bcdboot_check_template(struct tree *source, const char *windows,
			   struct err *err)
{
	struct bcd *bcd;
	int r = read_template(source, windows, &bcd, err);

	if (!r)
		bcd_free(bcd);
	return r;
}

// Takes the settings that all systems share over from the template.
static int add_settings(const struct bcdboot *b, struct bcd *bcd,
			const struct bcd *from)
{
	int r = 0;

	for (size_t i = 0; !r && i < from->object_count; i++) {
		const struct bcd_object *obj = from->objects[i];
		struct bcd_object *copy;

		if (obj->type >> 28 != 2 || !bcd_alias_name(&obj->id) ||
		    bcd_object_find(bcd, &obj->id))
			continue;
		r = bcd_object_add(bcd, &obj->id, obj->type, &copy, b->err);
		if (!r)
			r = copy_elements(bcd, copy, obj, true, b->err);
	}
	return r;
}

// --- The store ---------------------------------------------------------------

static const char *const log_ends[HIVE_LOGS] = {".LOG1", ".LOG2", ".LOG"};

static void log_path(char path[BCDBOOT_MAX_PATH], const char *store, size_t i)
{
	snprintf(path, BCDBOOT_MAX_PATH, "%s%s", store, log_ends[i]);
}

// Loads a store with its logs, when a part of it is still there.
static int load_store(const struct bcdboot *b, const char *path,
		      const void *data, size_t size, struct bcd **ret)
{
	struct hive_log logs[HIVE_LOGS] = {{NULL, 0}};
	char name[BCDBOOT_MAX_PATH];
	void *log;
	int r = 0;

	for (size_t i = 0; !r && i < HIVE_LOGS && hive_is_dirty(data, size);
	     i++) {
		log_path(name, path, i);
		r = tree_read_file(b->system, name, BCDBOOT_MAX_STORE, &log,
				   &logs[i].size, NULL);
		if (!r)
			logs[i].data = log;
		else if (r == -ENOENT)
			r = 0;
		else
			err_set(b->err, r, name, ERR_NOWHERE,
				"the store's log cannot be read");
	}
	if (!r)
		r = bcd_load_with_logs(data, size, logs, ret, b->err);
	for (size_t i = 0; i < HIVE_LOGS; i++)
		mem_free((void *)logs[i].data);
	return r;
}

// Removes the logs of a store that was replaced.
static int remove_logs(const struct bcdboot *b, const char *path)
{
	char name[BCDBOOT_MAX_PATH];
	struct tree_stat stat;
	int r = 0;

	for (size_t i = 0; !r && i < HIVE_LOGS; i++) {
		log_path(name, path, i);
		r = tree_stat(b->system, name, &stat, NULL);
		if (!r)
			r = tree_remove(b->system, name, b->err);
		else if (r == -ENOENT)
			r = 0;
		else
			err_set(b->err, r, name, ERR_NOWHERE,
				"whether it is there cannot be told");
	}
	return r;
}

// Loads the store that is there, or begins one.
static int open_store(const struct bcdboot *b, const char *path,
		      struct bcd **ret)
{
	void *data;
	size_t size;
	int r = -ENOENT;

	if (!b->options->clean)
		r = tree_read_file(b->system, path, BCDBOOT_MAX_STORE, &data,
				   &size, NULL);
	if (r == -ENOENT)
		return bcd_new(true, ret, b->err);
	if (r)
		return err_set(b->err, r, path, ERR_NOWHERE,
			       "the store that is there cannot be read");
	r = load_store(b, path, data, size, ret);
	mem_free(data);
	return r;
}

// Finds the loader whose settings are asked for too; *ret NULL: none is.
static int find_merged(const struct bcdboot *b, const struct bcd *bcd,
		       enum bcd_firmware firmware,
		       const struct bcd_object **ret)
{
	const struct bcd_object *obj;

	*ret = NULL;
	if (guid_is_zero(&b->options->merge))
		return 0;
	obj = bcd_object_find(bcd, &b->options->merge);
	if (!obj || obj->type != BCD_OS_LOADER)
		return err_set(b->err, -ENOENT, store_path(firmware),
			       ERR_NOWHERE, "it has no loader to merge from");
	*ret = obj;
	return 0;
}

int bcdboot_check_store(const struct bcdboot *b, enum bcd_firmware firmware)
{
	const struct bcd_object *merged;
	struct bcd *bcd;
	int r = open_store(b, store_path(firmware), &bcd);

	if (r)
		return r;
	r = find_merged(b, bcd, firmware, &merged);
	bcd_free(bcd);
	return r;
}

static int add_windows(const struct bcdboot *b, struct bcd *bcd,
		       const struct bcd *template, enum bcd_firmware firmware)
{
	struct bcd_windows_entry entry = b->options->entry;
	const struct bcd_object *from = NULL, *merged;
	bool is_new = !bcd_object_find(bcd, &entry.loader);
	struct bcd_object *loader;
	struct guid id;
	int r = find_merged(b, bcd, firmware, &merged);

	entry.firmware = firmware;
	if (r)
		return r;
	if (template) {
		r = add_settings(b, bcd, template);
		from = bcd_object_find(template, &template_loaders[firmware]);
	}
	if (!r)
		r = bcd_add_windows(bcd, &entry, &id, b->err);
	loader = r ? NULL : bcd_object_find(bcd, &id);
	if (!r && from && is_new && guid_equal(&id, &entry.loader))
		r = copy_elements(bcd, loader, from, false, b->err);
	if (!r && merged && merged != loader)
		r = copy_elements(bcd, loader, merged, false, b->err);
	return r;
}

int bcdboot_write_store(const struct bcdboot *b, enum bcd_firmware firmware)
{
	const char *path = store_path(firmware);
	struct bcd *bcd, *template = NULL;
	void *data;
	size_t size;
	int r = open_store(b, path, &bcd);

	if (r)
		return r;
	bcd->hive->now = b->options->time;
	r = load_template(b, &template);
	if (!r)
		r = add_windows(b, bcd, template, firmware);
	if (!r)
		r = bcd_save(bcd, &data, &size, b->err);
	bcd_free(template);
	bcd_free(bcd);
	if (r)
		return r;
	r = tree_write_file(b->system, path, data, size,
			    TREE_ARCHIVE | TREE_HIDDEN | TREE_SYSTEM,
			    b->options->time, b->err);
	mem_free(data);
	if (!r)
		r = remove_logs(b, path);
	if (!r && !b->options->dry && b->options->copied)
		b->options->copied(b->options->ctx, path);
	return r;
}
