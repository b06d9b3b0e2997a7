// SPDX-License-Identifier: MIT
//
// The driver store's list: DriverDatabase of the hives SYSTEM and DRIVERS, which
// Windows has from version 8 on.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "service_priv.h"

// Version of a package: how it is known, its class, date, version and flags.
#define VERSION_SIZE    48
#define VERSION_CLASS   8
#define VERSION_DATE    24
#define VERSION_NUMBERS 32

// A class is critical for booting when this property of it is true.
#define BOOT_CRITICAL      "Properties\\{6a3433f4-5626-40e8-a9b9-dbd9ecd2884b}\\0003"
#define BOOT_CRITICAL_TYPE 0xffff0011u

struct list {
	struct service *service;
	struct service_driver *drivers;
	size_t count, capacity;
};

// --- Classes -----------------------------------------------------------------

static bool is_true(const struct hive_key *key)
{
	struct hive_value *v;

	return key && !hive_value_find(key, "", &v, NULL) &&
	       v->type == BOOT_CRITICAL_TYPE && v->size && *v->data;
}

int service_describe_class(struct service *s, struct service_driver *driver,
			   struct err *err)
{
	const struct hive_key *classes =
		service_find_key(s->control_set, "Control\\Class");
	char name[GUID_TEXT + 2], guid[GUID_TEXT], *text;
	const struct hive_key *key;
	int r;

	snprintf(name, sizeof(name), "{%s}",
		 guid_format(&driver->class_guid, guid));
	key = service_find_key(classes, name);
	driver->is_boot_critical =
		key && is_true(service_find_key(key, BOOT_CRITICAL));
	mem_free(driver->class_text);
	r = service_get_text(key, "ClassDesc", &driver->class_text, err);
	if (r)
		return r;
	// "@%SystemRoot%\System32\SysClass.Dll,-3012;Storage controllers"
	// or without the text, which is then in that file alone.
	if (*driver->class_text == '@') {
		text = strrchr(driver->class_text, ';');
		text = text ? text + 1 : strchr(driver->class_text, 0);
		memmove(driver->class_text, text, strlen(text) + 1);
	}
	if (driver->class_name)
		return 0;
	return service_get_text(key, "Class", &driver->class_name, err);
}

// --- Packages ----------------------------------------------------------------

static bool is_oem(const char *published)
{
	size_t digits;

	if (strncasecmp(published, "oem", 3))
		return false;
	digits = strspn(published + 3, "0123456789");
	return digits && !strcasecmp(published + 3 + digits, ".inf");
}

static void free_driver(struct service_driver *d)
{
	mem_free(d->published);
	mem_free(d->original);
	mem_free(d->folder);
	mem_free(d->class_name);
	mem_free(d->class_text);
	mem_free(d->provider);
	mem_free(d->catalog);
}

static int read_version(const struct hive_key *key, struct service_driver *d,
			struct err *err)
{
	const uint8_t *p;
	struct hive_value *v;

	// What is staged half has none; all of it is then not told.
	if (hive_value_find(key, "Version", &v, NULL))
		return 0;
	if (v->size != VERSION_SIZE)
		return err_corrupt(err, d->folder, ERR_NOWHERE,
				   "its Version has %u bytes, not %d",
				   (unsigned)v->size, VERSION_SIZE);
	p = v->data;
	memcpy(&d->class_guid, p + VERSION_CLASS, sizeof(d->class_guid));
	d->date = load_le64(p + VERSION_DATE);
	// The four numbers stand in reverse order, which one number of 64 bits
	// puts right.
	d->version = load_le64(p + VERSION_NUMBERS);
	return 0;
}

static int read_texts(const struct hive_key *key, struct service_driver *d,
		      struct err *err)
{
	int r = service_get_text(key, "", &d->published, err);

	if (!r)
		r = service_get_text(key, "InfName", &d->original, err);
	if (!r)
		r = service_get_text(key, "Provider", &d->provider, err);
	if (!r)
		r = service_get_text(key, "Catalog", &d->catalog, err);
	if (r)
		return r;
	d->is_inbox = !is_oem(d->published);
	if (*d->original)
		return 0;
	mem_free(d->original);
	d->original = mem_strdup(d->published);
	return d->original ? 0 : err_nomem(err);
}

static int add_package(struct list *l, const struct hive_key *key,
		       struct err *err)
{
	struct service_driver d = {.folder = hive_key_name(key)};
	int r = d.folder ? read_texts(key, &d, err) : err_nomem(err);

	if (!r)
		r = read_version(key, &d, err);
	if (!r)
		r = service_describe_class(l->service, &d, err);
	if (!r && mem_grow((void **)&l->drivers, l->count, &l->capacity,
			   sizeof(*l->drivers)))
		r = err_nomem(err);
	// One without a published name is no package in force.
	if (r || !*d.published)
		free_driver(&d);
	else
		l->drivers[l->count++] = d;
	return r;
}

static int add_database(struct list *l, const struct hive *hive,
			struct err *err)
{
	const struct hive_key *packages =
		service_find_key(hive->root, "DriverDatabase\\DriverPackages");
	int r = 0;

	for (size_t i = 0; !r && packages && i < packages->subkey_count; i++)
		r = add_package(l, packages->subkeys[i], err);
	return r;
}

// A Windows may have nothing in the second hive, or not have it yet.
static int add_drivers_hive(struct list *l, struct err *err)
{
	struct err inner = {0};
	struct hive *hive;
	int r = service_load_hive(l->service, "DRIVERS", &hive, &inner);

	if (r == -ENOENT)
		return 0;
	if (r)
		return err_pass(err, r, &inner);
	r = add_database(l, hive, err);
	hive_free(hive);
	return r;
}

// Numbers in names count as such.
static int compare_names(const void *a, const void *b)
{
	const struct service_driver *x = a, *y = b;
	int r = x->is_inbox - y->is_inbox;

	return r ? r : strverscmp(x->published, y->published);
}

int service_list_drivers(struct service *s, struct service_driver **ret,
			 size_t *ret_count, struct err *err)
{
	const struct inf_target *t = &s->is.target;
	struct list l = {.service = s};
	int r;

	if (t->major == 6 && t->minor < 2)
		return err_set(err, -ENOTSUP, "driver store", ERR_NOWHERE,
			       "Windows 7 keeps no list of it in its registry: "
			       "look into Windows\\inf for oem*.inf");
	r = add_database(&l, s->system, err);
	if (!r)
		r = add_drivers_hive(&l, err);
	if (r) {
		service_free_drivers(l.drivers, l.count);
		return r;
	}
	if (l.count)
		qsort(l.drivers, l.count, sizeof(*l.drivers), compare_names);
	*ret = l.drivers;
	*ret_count = l.count;
	return 0;
}

void service_free_drivers(struct service_driver *drivers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free_driver(&drivers[i]);
	mem_free(drivers);
}
