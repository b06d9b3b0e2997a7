// SPDX-License-Identifier: MIT
//
// bcdedit /create, /copy, /mirror, /delete: entries as a whole.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bcdedit.h"

// What an entry is: an application, or settings that such ones inherit.
static const struct {
	const char *name;
	uint32_t type, inherited; // 0: there is none
} types[] = {
	{"bootmgr", BCD_BOOT_MANAGER, 0x20200002},
	{"osloader", BCD_OS_LOADER, BCD_LOADER_SETTINGS},
	{"resume", BCD_RESUME, BCD_RESUME_SETTINGS},
	{"memtest", BCD_MEMORY_TESTER, 0x20200005},
	{"ntldr", BCD_LEGACY_LOADER, 0},
	{"bootsector", BCD_BOOT_SECTOR, 0},
	{"startup", BCD_STARTUP, 0},
	{"device", 0, BCD_DEVICE_SETTINGS},
};

static uint32_t find_type(const char *name, bool inherited)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcasecmp(types[i].name, name))
			return inherited ? types[i].inherited : types[i].type;
	return 0;
}

// The type of settings may follow as a word.
static uint32_t type_of_settings(struct edit *e)
{
	if (!e->count || *e->words[e->count - 1] == '{')
		return BCD_SETTINGS;
	return find_type(e->words[--e->count], true);
}

static uint32_t type_of_well_known(const struct edit *e)
{
	for (const struct bcd_alias *a = bcd_aliases; a->name; a++) {
		struct guid id;

		if (!e->count || bcd_resolve(e->bcd, e->words[0], &id))
			return 0;
		if (guid_equal(&a->id, &id))
			return a->type;
	}
	return 0;
}

// Finds the type of the object that /create makes.
static int type_to_create(struct edit *e, uint32_t *ret)
{
	const char *name = e->switches[APPLICATION].value;
	uint32_t type;

	if (bcdedit_given(e, DEVICE) + bcdedit_given(e, INHERIT) + !!name > 1)
		return err_set(&e->err, -EINVAL, "/create", ERR_NOWHERE,
			       "one of /application, /inherit and /device");
	if (bcdedit_given(e, DEVICE))
		type = BCD_DEVICE_OPTIONS;
	else if (bcdedit_given(e, INHERIT))
		type = type_of_settings(e);
	else
		type = name ? find_type(name, false) : type_of_well_known(e);
	if (!type)
		return bcdedit_needs(e, "a known type after /application or "
					"/inherit, or /device, or a well-known "
					"identifier,");
	*ret = type;
	return 0;
}

static int describe(struct edit *e, struct bcd_object *obj)
{
	if (!bcdedit_given(e, D))
		return 0;
	return bcd_set_string(e->bcd, obj, BCD_DESCRIPTION,
			      e->switches[D].value, &e->err);
}

int bcdedit_create(struct edit *e)
{
	struct bcd_object *obj;
	const char *alias;
	char text[GUID_TEXT];
	struct guid id;
	uint32_t type = 0;
	int r = type_to_create(e, &type);

	if (!r && e->count > 1)
		r = bcdedit_needs(e, "at most one identifier");
	else if (!r && e->count)
		r = bcdedit_id(e, e->words[0], &id);
	else if (!r)
		r = guid_random(&id, &e->err);
	if (!r)
		r = bcd_object_add(e->bcd, &id, type, &obj, &e->err);
	if (!r)
		r = describe(e, obj);
	if (r)
		return r;
	alias = e->count ? bcd_alias_name(&id) : NULL;
	snprintf(e->done, sizeof(e->done),
		 "The entry %s%s%s was successfully "
		 "created.",
		 alias ? "" : "{", alias ? alias : guid_format(&id, text),
		 alias ? "" : "}");
	return 0;
}

// Copies the elements of one object to another as they are.
static int copy_elements(struct edit *e, const struct bcd_object *from,
			 struct bcd_object *to)
{
	struct bcd_element el;
	size_t cursor = 0;
	int r = 0;

	while (!r && bcd_element_next(from, &cursor, &el))
		r = bcd_set_raw(e->bcd, to, el.number, el.value->type,
				el.value->data, el.value->size, &e->err);
	return r;
}

static bool is_in_menu(const struct bcd_object *manager, const struct guid *id)
{
	struct guid *ids;
	size_t count;
	bool yes = false;

	if (bcd_get_objects(manager, BCD_DISPLAY_ORDER, &ids, &count, NULL))
		return false;
	for (size_t i = 0; i < count; i++)
		yes |= guid_equal(&ids[i], id);
	mem_free(ids);
	return yes;
}

static int duplicate(struct edit *e, const char *done)
{
	struct bcd_object *from, *to, *manager;
	char text[GUID_TEXT];
	struct guid id;
	int r;

	if (e->count != 1)
		return bcdedit_needs(e, "one identifier");
	r = bcdedit_find(e, e->words[0], &from);
	if (!r)
		r = guid_random(&id, &e->err);
	if (!r)
		r = bcd_object_add(e->bcd, &id, from->type, &to, &e->err);
	if (!r)
		r = copy_elements(e, from, to);
	if (!r)
		r = describe(e, to);
	manager = bcd_object_find(e->bcd, &bcd_id_bootmgr);
	if (!r && manager && is_in_menu(manager, &from->id)) {
		e->switches[ADDLAST].value = "";
		r = bcdedit_join(e, manager, BCD_DISPLAY_ORDER, &id, 1);
	}
	if (!r)
		snprintf(e->done, sizeof(e->done),
			 "The entry was successfully %s to {%s}.", done,
			 guid_format(&id, text));
	return r;
}

int bcdedit_copy(struct edit *e)
{
	return duplicate(e, "copied");
}

int bcdedit_mirror(struct edit *e)
{
	return duplicate(e, "mirrored");
}

int bcdedit_delete(struct edit *e)
{
	struct bcd_object *obj;
	int r;

	if (e->count != 1)
		return bcdedit_needs(e, "one identifier");
	r = bcdedit_find(e, e->words[0], &obj);
	if (r)
		return r;
	if (bcd_alias_name(&obj->id) && !bcdedit_given(e, F))
		return err_set(&e->err, -EPERM, e->words[0], ERR_NOWHERE,
			       "a well-known entry is deleted only with /f");
	return bcd_object_remove(e->bcd, obj, !bcdedit_given(e, NOCLEANUP),
				 &e->err);
}
