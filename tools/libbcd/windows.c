// SPDX-License-Identifier: MIT
//
// What bcdboot writes, object by object, as read from stores that Windows 8 to
// 11 made.

#include <stdio.h>
#include <string.h>

#include "bcd_priv.h"

struct adding {
	struct bcd *bcd;
	const struct bcd_windows_entry *entry;
	struct err *err;
	int r; // the first error; nothing is done after it
};

// --- One step each; all do nothing after a failure ---------------------------

static void string(struct adding *a, struct bcd_object *obj, uint32_t element,
		   const char *text)
{
	if (!a->r)
		a->r = bcd_set_string(a->bcd, obj, element, text, a->err);
}

static void integer(struct adding *a, struct bcd_object *obj, uint32_t element,
		    uint64_t value)
{
	if (!a->r)
		a->r = bcd_set_integer(a->bcd, obj, element, value, a->err);
}

static void boolean(struct adding *a, struct bcd_object *obj, uint32_t element,
		    bool value)
{
	if (!a->r)
		a->r = bcd_set_bool(a->bcd, obj, element, value, a->err);
}

static void object(struct adding *a, struct bcd_object *obj, uint32_t element,
		   const struct guid *id)
{
	if (!a->r)
		a->r = bcd_set_object(a->bcd, obj, element, id, a->err);
}

static void inherit(struct adding *a, struct bcd_object *obj,
		    const struct guid *id)
{
	if (!a->r)
		a->r = bcd_set_objects(a->bcd, obj, BCD_INHERIT, id, 1, a->err);
}

// Sets a device; one that is found by an element of its object is found by
// `element_of_path` here. (A loader's device is found by its path, its osdevice
// by its systemroot: Windows looks for the volume that holds it.)
static void device(struct adding *a, struct bcd_object *obj, uint32_t element,
		   const struct bcd_device *d, uint32_t element_of_path)
{
	struct bcd_device here = *d;

	if (here.kind == BCD_DEVICE_VHD ||
	    (here.kind == BCD_DEVICE_LOCATE && !here.path))
		here.element = element_of_path;
	if (!a->r)
		a->r = bcd_set_device(a->bcd, obj, element, &here, a->err);
}

// Sets text that is joined from a folder and a file.
static void path(struct adding *a, struct bcd_object *obj, uint32_t element,
		 const char *folder, const char *file)
{
	size_t size = strlen(folder) + strlen(file) + 1;
	char *text;

	if (a->r)
		return;
	text = mem_alloc(size);
	if (!text) {
		a->r = err_nomem(a->err);
		return;
	}
	snprintf(text, size, "%s%s", folder, file);
	string(a, obj, element, text);
	mem_free(text);
}

// Finds an object or makes it; *is_new tells which. Returns NULL on failure.
static struct bcd_object *obtain(struct adding *a, const struct guid *id,
				 uint32_t type, bool *is_new)
{
	struct bcd_object *obj;

	if (a->r)
		return NULL;
	obj = bcd_object_find(a->bcd, id);
	*is_new = !obj;
	if (!obj)
		a->r = bcd_object_add(a->bcd, id, type, &obj, a->err);
	else if (obj->type != type)
		a->r = err_set(a->err, -EEXIST, "boot store", ERR_NOWHERE,
			       "its GUID belongs to another kind of object");
	return a->r ? NULL : obj;
}

static bool is_uefi(const struct adding *a)
{
	return a->entry->firmware == BCD_UEFI;
}

// An element that a version does not know it passes over; but the store would
// not be the one that its own bcdboot writes.
static bool knows(const struct adding *a, unsigned version)
{
	return !a->entry->version || a->entry->version >= version;
}

static const char *locale(const struct adding *a)
{
	return a->entry->locale ? a->entry->locale : "en-us";
}

// --- Objects of settings -----------------------------------------------------

static void set_debugger(struct adding *a, struct bcd_object *obj)
{
	// as Windows' own stores have them, though nothing is debugged
	if (knows(a, BCD_WINDOWS_10)) {
		integer(a, obj, BCD_DEBUG_TYPE, 4); // local
		return;
	}
	integer(a, obj, BCD_DEBUG_TYPE, 0); // serial
	integer(a, obj, BCD_DEBUG_PORT, 1);
	integer(a, obj, BCD_BAUD_RATE, 115200);
}

static void set_hypervisor(struct adding *a, struct bcd_object *obj)
{
	integer(a, obj, BCD_HYPERVISOR_DEBUG_TYPE, 0);
	integer(a, obj, BCD_HYPERVISOR_DEBUG_PORT, 1);
	integer(a, obj, BCD_HYPERVISOR_BAUD_RATE, 115200);
}

static void add_settings(struct adding *a)
{
	static const struct {
		const struct guid *id;
		uint32_t type;
		const struct guid *inherits[3];
	} rows[] = {
		{&bcd_id_globalsettings,
		 BCD_SETTINGS,
		 {&bcd_id_dbgsettings, &bcd_id_emssettings, &bcd_id_badmemory}},
		{&bcd_id_bootloadersettings,
		 BCD_LOADER_SETTINGS,
		 {&bcd_id_globalsettings, &bcd_id_hypervisorsettings}},
		{&bcd_id_resumeloadersettings,
		 BCD_RESUME_SETTINGS,
		 {&bcd_id_globalsettings}},
		{&bcd_id_dbgsettings, BCD_SETTINGS, {NULL}},
		{&bcd_id_emssettings, BCD_SETTINGS, {NULL}},
		{&bcd_id_badmemory, BCD_SETTINGS, {NULL}},
		{&bcd_id_hypervisorsettings, BCD_LOADER_SETTINGS, {NULL}},
	};
	struct bcd_object *obj;
	bool is_new;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guid ids[3];
		size_t n = 0;

		// Windows Vista has no hypervisor to set up.
		if (rows[i].id == &bcd_id_hypervisorsettings &&
		    !knows(a, BCD_WINDOWS_7))
			continue;
		obj = obtain(a, rows[i].id, rows[i].type, &is_new);
		if (!obj || !is_new)
			continue;
		for (; n < 3 && rows[i].inherits[n]; n++) {
			if (rows[i].inherits[n] == &bcd_id_hypervisorsettings &&
			    !knows(a, BCD_WINDOWS_7))
				break;
			ids[n] = *rows[i].inherits[n];
		}
		if (n)
			a->r = bcd_set_objects(a->bcd, obj, BCD_INHERIT, ids, n,
					       a->err);
		if (guid_equal(rows[i].id, &bcd_id_dbgsettings))
			set_debugger(a, obj);
		else if (guid_equal(rows[i].id, &bcd_id_emssettings))
			boolean(a, obj, BCD_EMS, false);
		else if (guid_equal(rows[i].id, &bcd_id_hypervisorsettings))
			set_hypervisor(a, obj);
	}
}

// --- Applications ------------------------------------------------------------

static void add_memory_tester(struct adding *a)
{
	bool is_new = false;
	struct bcd_object *obj =
		obtain(a, &bcd_id_memdiag, BCD_MEMORY_TESTER, &is_new);

	device(a, obj, BCD_DEVICE, a->entry->system, BCD_PATH);
	string(a, obj, BCD_PATH,
	       is_uefi(a) ? "\\EFI\\Microsoft\\Boot\\memtest.efi"
			  : "\\boot\\memtest.exe");
	if (!is_new && a->entry->keep_settings)
		return;
	string(a, obj, BCD_DESCRIPTION, "Windows Memory Diagnostic");
	string(a, obj, BCD_LOCALE, locale(a));
	inherit(a, obj, &bcd_id_globalsettings);
	boolean(a, obj, BCD_BAD_MEMORY_ACCESS, true);
}

// What loader and resume object have in common.
static void add_application(struct adding *a, struct bcd_object *obj,
			    const char *uefi_file, const char *bios_file,
			    const char *description,
			    const struct guid *settings)
{
	// what may still be set when the loader runs; Windows 8 and later write
	// this one
	static const uint64_t allowed[] = {0x15000075};
	const char *root = a->entry->system_root;

	device(a, obj, BCD_DEVICE, a->entry->windows, BCD_PATH);
	path(a, obj, BCD_PATH, root ? root : "\\Windows",
	     is_uefi(a) ? uefi_file : bios_file);
	string(a, obj, BCD_DESCRIPTION, description);
	string(a, obj, BCD_LOCALE, locale(a));
	inherit(a, obj, settings);
	if (!knows(a, BCD_WINDOWS_8))
		return;
	if (is_uefi(a))
		boolean(a, obj, BCD_ISOLATED_CONTEXT, true);
	if (!a->r)
		a->r = bcd_set_integers(a->bcd, obj, BCD_ALLOWED_SETTINGS,
					allowed, 1, a->err);
}

static void add_resume(struct adding *a, const struct guid *id)
{
	bool is_new;
	struct bcd_object *obj = obtain(a, id, BCD_RESUME, &is_new);

	add_application(a, obj, "\\system32\\winresume.efi",
			"\\system32\\winresume.exe",
			"Windows Resume Application",
			&bcd_id_resumeloadersettings);
	device(a, obj, BCD_FILE_DEVICE, a->entry->windows, BCD_FILE_PATH);
	string(a, obj, BCD_FILE_PATH, "\\hiberfil.sys");
	if (knows(a, BCD_WINDOWS_8))
		integer(a, obj, BCD_RESUME_MENU_POLICY, 1);
	boolean(a, obj, BCD_DEBUG_OPTION, false);
}

static void add_loader(struct adding *a, const struct guid *id,
		       const struct guid *resume)
{
	const struct bcd_windows_entry *e = a->entry;
	bool is_new;
	struct bcd_object *obj = obtain(a, id, BCD_OS_LOADER, &is_new);

	add_application(a, obj, "\\system32\\winload.efi",
			"\\system32\\winload.exe",
			e->description ? e->description : "Windows 10",
			&bcd_id_bootloadersettings);
	device(a, obj, BCD_OS_DEVICE, e->windows, BCD_SYSTEM_ROOT);
	string(a, obj, BCD_SYSTEM_ROOT,
	       e->system_root ? e->system_root : "\\Windows");
	if (resume)
		object(a, obj, BCD_RESUME_OBJECT, resume);
	// OptIn
	integer(a, obj, BCD_NX, 0);
	if (knows(a, BCD_WINDOWS_8))
		// Standard: the graphical menu
		integer(a, obj, BCD_BOOT_MENU_POLICY, 1);
}

// --- The boot manager --------------------------------------------------------

// Puts a GUID into a list of the boot manager where it is not in it yet.
static void enlist(struct adding *a, struct bcd_object *obj, uint32_t element,
		   const struct guid *id, bool last)
{
	struct guid *old = NULL, *ids;
	size_t count = 0, n = 0;

	if (a->r)
		return;
	a->r = bcd_get_objects(obj, element, &old, &count, a->err);
	if (a->r == -ENOENT)
		a->r = 0;
	if (a->r)
		return;
	ids = mem_array(count + 1, sizeof(*ids));
	if (!ids) {
		a->r = err_nomem(a->err);
		mem_free(old);
		return;
	}
	if (!last)
		ids[n++] = *id;
	for (size_t i = 0; i < count; i++)
		if (!guid_equal(&old[i], id))
			ids[n++] = old[i];
	if (last)
		ids[n++] = *id;
	a->r = bcd_set_objects(a->bcd, obj, element, ids, n, a->err);
	mem_free(ids);
	mem_free(old);
}

static void add_manager(struct adding *a, const struct guid *loader,
			const struct guid *resume)
{
	bool is_new = false;
	struct bcd_object *obj =
		obtain(a, &bcd_id_bootmgr, BCD_BOOT_MANAGER, &is_new);

	device(a, obj, BCD_DEVICE, a->entry->system, BCD_PATH);
	// A BIOS starts the boot manager by the boot sector's code, which has
	// its path.
	if (is_uefi(a))
		string(a, obj, BCD_PATH,
		       "\\EFI\\Microsoft\\Boot\\bootmgfw.efi");
	if (is_new || !a->entry->keep_settings) {
		string(a, obj, BCD_DESCRIPTION, "Windows Boot Manager");
		string(a, obj, BCD_LOCALE, locale(a));
		inherit(a, obj, &bcd_id_globalsettings);
	}
	enlist(a, obj, BCD_DISPLAY_ORDER, loader, a->entry->add_last);
	enlist(a, obj, BCD_TOOLS_ORDER, &bcd_id_memdiag, true);
	if (is_new)
		integer(a, obj, BCD_TIMEOUT, a->entry->timeout);
	if (a->r ||
	    (a->entry->keep_default && bcd_element_exists(obj, BCD_DEFAULT)))
		return;
	object(a, obj, BCD_DEFAULT, loader);
	if (resume)
		object(a, obj, BCD_MANAGER_RESUME_OBJECT, resume);
	// It would be that of another Windows, and start its hibernated system.
	else if (!a->r && bcd_element_exists(obj, BCD_MANAGER_RESUME_OBJECT))
		a->r = bcd_element_remove(a->bcd, obj,
					  BCD_MANAGER_RESUME_OBJECT, a->err);
}

// --- All of it ---------------------------------------------------------------

static const struct hive_value *find_value(const struct bcd_object *obj,
					   uint32_t element)
{
	struct bcd_element e;
	size_t i = 0;

	while (bcd_element_next(obj, &i, &e))
		if (e.number == element)
			return e.value;
	return NULL;
}

static bool same_device(const struct bcd_object *x, const struct bcd_object *y)
{
	const struct hive_value *a = find_value(x, BCD_DEVICE);
	const struct hive_value *b = find_value(y, BCD_DEVICE);

	return a && b && a->size == b->size &&
	       !memcmp(a->data, b->data, a->size);
}

// These are Windows' paths: case does not count, nor what is behind the end.
static bool same_path(const struct bcd_object *x, const struct bcd_object *y)
{
	const struct hive_value *a = find_value(x, BCD_PATH);
	const struct hive_value *b = find_value(y, BCD_PATH);
	size_t n = 0;

	if (!a || !b)
		return false;
	for (;; n++) {
		const le16 *p = (const void *)a->data;
		const le16 *q = (const void *)b->data;
		uint16_t c = n < a->size / 2 ? get_le16(p[n]) : 0;
		uint16_t d = n < b->size / 2 ? get_le16(q[n]) : 0;

		if (utf16_upcase(c) != utf16_upcase(d))
			return false;
		if (!c)
			return true;
	}
}

// Finds another loader of the same Windows: same device, same file. So bcdboot,
// run twice, leaves one entry.
static struct bcd_object *find_same(const struct bcd *bcd,
				    const struct bcd_object *obj)
{
	for (size_t i = 0; i < bcd->object_count; i++) {
		struct bcd_object *o = bcd->objects[i];

		if (o != obj && o->type == BCD_OS_LOADER &&
		    same_device(o, obj) && same_path(o, obj))
			return o;
	}
	return NULL;
}

// Chooses the GUIDs: those of the entry, or of a loader that is there already.
// The loader of the entry is made for the comparison, and removed again when it
// turns out to be another one's double.
static void choose(struct adding *a, struct guid *loader, struct guid *resume)
{
	struct bcd_object *obj, *same;

	add_loader(a, loader, NULL);
	if (a->r)
		return;
	obj = bcd_object_find(a->bcd, loader);
	same = find_same(a->bcd, obj);
	if (!same)
		return;
	*loader = same->id;
	best_effort(bcd_get_object(same, BCD_RESUME_OBJECT, resume, NULL));
	a->r = bcd_object_remove(a->bcd, obj, false, a->err);
}

int bcd_add_windows(struct bcd *bcd, const struct bcd_windows_entry *entry,
		    struct guid *ret_loader, struct err *err)
{
	struct adding a = {.bcd = bcd, .entry = entry, .err = err};
	struct guid loader = entry->loader, resume = entry->resume;
	bool hibernates;

	choose(&a, &loader, &resume);
	// Windows does not hibernate when it runs from a virtual disk
	// (Microsoft's pages on native boot)
	hibernates = entry->windows->kind != BCD_DEVICE_VHD &&
		     !guid_is_zero(&resume);
	add_settings(&a);
	add_memory_tester(&a);
	if (hibernates)
		add_resume(&a, &resume);
	add_loader(&a, &loader, hibernates ? &resume : NULL);
	add_manager(&a, &loader, hibernates ? &resume : NULL);
	if (!a.r && ret_loader)
		*ret_loader = loader;
	return a.r;
}
