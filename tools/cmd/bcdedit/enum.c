// SPDX-License-Identifier: MIT
//
// Shows the objects of a boot store in the layout of Windows' bcdedit.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bcdedit.h"

// In the order of the listing of all objects. A row matches by its GUID, or by
// its type when the GUID is NULL.
static const struct {
	const struct guid *id;
	uint32_t type;
	const char *title;
} titles[] = {
	{NULL, BCD_FIRMWARE_MANAGER, "Firmware Boot Manager"},
	{NULL, BCD_BOOT_MANAGER, "Windows Boot Manager"},
	{NULL, BCD_FIRMWARE_ENTRY, "Firmware Application (101fffff)"},
	{NULL, BCD_OS_LOADER, "Windows Boot Loader"},
	{NULL, BCD_RESUME, "Resume from Hibernate"},
	{NULL, BCD_MEMORY_TESTER, "Windows Memory Tester"},
	{NULL, BCD_BOOT_APPLICATION, "Boot Application (1020000a)"},
	{NULL, BCD_LEGACY_LOADER, "Windows Legacy OS Loader"},
	{NULL, BCD_BOOT_SECTOR, "Real-mode Boot Sector"},
	{NULL, BCD_STARTUP, "Real-mode Application"},
	{&bcd_id_emssettings, 0, "EMS Settings"},
	{&bcd_id_dbgsettings, 0, "Debugger Settings"},
	{&bcd_id_badmemory, 0, "RAM Defects"},
	{&bcd_id_globalsettings, 0, "Global Settings"},
	{&bcd_id_bootloadersettings, 0, "Boot Loader Settings"},
	{&bcd_id_hypervisorsettings, 0, "Hypervisor Settings"},
	{&bcd_id_resumeloadersettings, 0, "Resume Loader Settings"},
	{NULL, BCD_SETTINGS, "Inheritable Settings"},
	{NULL, BCD_LOADER_SETTINGS, "Boot Loader Settings"},
	{NULL, BCD_RESUME_SETTINGS, "Resume Loader Settings"},
	{NULL, BCD_DEVICE_SETTINGS, "Device Settings"},
	{&bcd_id_ramdiskoptions, 0, "Setup Ramdisk Options"},
	{NULL, BCD_DEVICE_OPTIONS, "Device options"},
	{NULL, 0, "Unknown"},
};

// A type of /enum: objects whose type word is `type` under `mask`.
static const struct {
	const char *name;
	uint32_t mask, type;
} kinds[] = {
	{"all", 0, 0},
	{"firmware", 0xfff00000, 0x10100000},
	{"bootapp", 0xfff00000, 0x10200000},
	{"bootmgr", UINT32_MAX, BCD_BOOT_MANAGER},
	{"osloader", UINT32_MAX, BCD_OS_LOADER},
	{"resume", UINT32_MAX, BCD_RESUME},
	{"inherit", 0xf0000000, 0x20000000},
};

struct view {
	const struct bcd *bcd;
	bool verbose;
	struct guid chosen; // the default, or zero
};

static unsigned rank(const struct bcd_object *obj)
{
	unsigned i = 0;

	while (titles[i].id ? !guid_equal(titles[i].id, &obj->id)
			    : titles[i].type && titles[i].type != obj->type)
		i++;
	return i;
}

// --- Values ------------------------------------------------------------------

// Prints one line; only the first of an element has its name.
static void line(const char **name, const char *value)
{
	printf("%-23s %s\n", *name, value);
	*name = "";
}

static void show_id(const struct view *v, const char **name,
		    const struct guid *id)
{
	const char *alias = v->verbose ? NULL : bcd_alias_name(id);
	char text[GUID_TEXT], braced[GUID_TEXT + 2];

	if (!v->verbose && guid_equal(id, &v->chosen))
		alias = "{default}";
	snprintf(braced, sizeof(braced), "{%s}", guid_format(id, text));
	line(name, alias ? alias : braced);
}

// Looks a number up in "0=OptIn,1=OptOut". Returns its word's length, or 0.
static int word_of(const char *values, uint64_t n, const char **ret)
{
	while (values && *values) {
		const char *word = strchr(values, '=') + 1;
		size_t len = strcspn(word, ",");

		if (strtoull(values, NULL, 10) == n) {
			*ret = word;
			return (int)len;
		}
		values = word + len + (word[len] == ',');
	}
	return 0;
}

static int show_integer(const struct bcd_object *obj, uint32_t element,
			const struct bcd_name *known, const char **name)
{
	const char *word;
	char text[80];
	uint64_t n;
	int len, r = bcd_get_integer(obj, element, &n, NULL);

	if (r)
		return r;
	len = word_of(known ? known->values : NULL, n, &word);
	if (known && bcdedit_is_ip(known) && n <= UINT32_MAX)
		snprintf(text, sizeof(text), "%u.%u.%u.%u", (unsigned)(n >> 24),
			 (unsigned)(n >> 16 & 255), (unsigned)(n >> 8 & 255),
			 (unsigned)(n & 255));
	else if (len)
		snprintf(text, sizeof(text), "%.*s", len, word);
	else
		snprintf(text, sizeof(text), "%" PRIu64, n);
	line(name, text);
	return 0;
}

static int show_integers(const struct bcd_object *obj, uint32_t element,
			 const char **name)
{
	uint64_t *n;
	size_t count;
	char text[24];
	int r = bcd_get_integers(obj, element, &n, &count, NULL);

	if (r)
		return r;
	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "0x%" PRIx64, n[i]);
		line(name, text);
	}
	mem_free(n);
	return 0;
}

static int show_objects(const struct view *v, const struct bcd_object *obj,
			uint32_t element, const char **name)
{
	struct guid *ids;
	size_t count;
	int r = bcd_get_objects(obj, element, &ids, &count, NULL);

	if (r)
		return r;
	for (size_t i = 0; i < count; i++)
		show_id(v, name, &ids[i]);
	mem_free(ids);
	return 0;
}

static int show_device(const struct bcd_object *obj, uint32_t element,
		       const char **name)
{
	struct bcd_device *d;
	char *text;
	int r = bcd_get_device(obj, element, &d, NULL);

	if (r)
		return r;
	text = bcd_device_format(d);
	bcd_device_free(d);
	if (!text)
		return -ENOMEM;
	line(name, text);
	mem_free(text);
	return 0;
}

static int show_string(const struct bcd_object *obj, uint32_t element,
		       const char **name)
{
	char *text;
	int r = bcd_get_string(obj, element, &text, NULL);

	if (r)
		return r;
	line(name, text);
	mem_free(text);
	return 0;
}

static int show_bool(const struct bcd_object *obj, uint32_t element,
		     const char **name)
{
	bool yes;
	int r = bcd_get_bool(obj, element, &yes, NULL);

	if (!r)
		line(name, yes ? "Yes" : "No");
	return r;
}

static void show_bytes(const struct hive_value *value, const char *name)
{
	printf("%-23s ", name);
	for (uint32_t i = 0; i < value->size; i++)
		printf("%02x", value->data[i]);
	putchar('\n');
}

static void show_element(const struct view *v, const struct bcd_object *obj,
			 const struct bcd_element *e)
{
	const struct bcd_name *known = bcd_name_of(obj->type, e->number);
	char custom[24];
	const char *name = custom;
	struct guid id;
	int r;

	snprintf(custom, sizeof(custom), "custom:%08x", e->number);
	if (known)
		name = known->name;
	switch (bcd_element_format(e->number)) {
	case BCD_FORMAT_DEVICE:
		r = show_device(obj, e->number, &name);
		break;
	case BCD_FORMAT_STRING:
		r = show_string(obj, e->number, &name);
		break;
	case BCD_FORMAT_OBJECT:
		r = bcd_get_object(obj, e->number, &id, NULL);
		if (!r)
			show_id(v, &name, &id);
		break;
	case BCD_FORMAT_OBJECTS:
		r = show_objects(v, obj, e->number, &name);
		break;
	case BCD_FORMAT_INTEGER:
		r = show_integer(obj, e->number, known, &name);
		break;
	case BCD_FORMAT_BOOL:
		r = show_bool(obj, e->number, &name);
		break;
	case BCD_FORMAT_INTEGERS:
		r = show_integers(obj, e->number, &name);
		break;
	default:
		r = -EBADMSG;
	}
	if (r)
		show_bytes(e->value, name);
}

// --- Objects -----------------------------------------------------------------

static void show_elements(const struct view *v, const struct bcd_object *obj)
{
	struct bcd_element e;
	size_t cursor = 0;

	while (bcd_element_next(obj, &cursor, &e))
		if (v->verbose || e.number >> 28 != 4)
			show_element(v, obj, &e);
}

static void show_object(const struct view *v, const struct bcd_object *obj)
{
	const char *title = titles[rank(obj)].title, *name = "identifier";

	printf("\n%s\n", title);
	for (size_t i = strlen(title); i; i--)
		putchar('-');
	putchar('\n');
	show_id(v, &name, &obj->id);
	show_elements(v, obj);
}

static void show_active(const struct view *v)
{
	const struct bcd_object *obj = bcd_object_find(v->bcd, &bcd_id_bootmgr);
	struct guid *ids;
	size_t count;

	if (!obj)
		return;
	show_object(v, obj);
	if (bcd_get_objects(obj, BCD_DISPLAY_ORDER, &ids, &count, NULL))
		return;
	for (size_t i = 0; i < count; i++) {
		obj = bcd_object_find(v->bcd, &ids[i]);
		if (obj)
			show_object(v, obj);
	}
	mem_free(ids);
}

static void show_kind(const struct view *v, uint32_t mask, uint32_t type)
{
	for (unsigned i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		for (size_t k = 0; k < v->bcd->object_count; k++) {
			const struct bcd_object *obj = v->bcd->objects[k];

			if ((obj->type & mask) == type && rank(obj) == i)
				show_object(v, obj);
		}
	}
}

static void view(struct view *v, const struct bcd *bcd, bool verbose)
{
	const struct bcd_object *obj = bcd_object_find(bcd, &bcd_id_default);

	*v = (struct view){.bcd = bcd, .verbose = verbose};
	if (obj)
		v->chosen = obj->id;
}

void bcdedit_show_elements(const struct bcd *bcd, const struct bcd_object *obj,
			   bool verbose)
{
	struct view v;

	view(&v, bcd, verbose);
	show_elements(&v, obj);
}

int bcdedit_enum(const struct bcd *bcd, const char *what, bool verbose,
		 struct err *err)
{
	const struct bcd_object *obj;
	struct guid id;
	struct view v;

	view(&v, bcd, verbose);
	if (!strcasecmp(what, "active")) {
		show_active(&v);
		return 0;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcasecmp(what, kinds[i].name)) {
			show_kind(&v, kinds[i].mask, kinds[i].type);
			return 0;
		}
	}
	obj = bcd_resolve(bcd, what, &id) ? NULL : bcd_object_find(bcd, &id);
	if (!obj)
		return err_set(err, -ENOENT, what, ERR_NOWHERE,
			       "the store has no such entry");
	show_object(&v, obj);
	return 0;
}
