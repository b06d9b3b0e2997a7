// SPDX-License-Identifier: MIT
//
// bcdedit: shows and changes a boot store.

#include <stdio.h>
#include <strings.h>

#include "bcdedit.h"
#include "hive_file.h"

static const char usage[] =
	"usage: bcdedit /store STORE [/enum [TYPE | {ID}] [/v]]\n"
	"       bcdedit /store STORE /set [{ID}] ELEMENT VALUE...\n"
	"       bcdedit /store STORE /deletevalue [{ID}] ELEMENT\n"
	"       bcdedit /store STORE /default {ID}\n"
	"       bcdedit /store STORE /timeout SECONDS\n"
	"       bcdedit /store STORE /displayorder {ID}... [/addfirst | /addlast | /remove]\n"
	"       bcdedit /store STORE /toolsdisplayorder, /bootsequence   as /displayorder\n"
	"       bcdedit /store STORE /create [{ID}] [/d TEXT] [/application TYPE | /device]\n"
	"       bcdedit /store STORE /copy {ID} [/d TEXT] | /mirror {ID}\n"
	"       bcdedit /store STORE /delete {ID} [/f] [/nocleanup]\n"
	"       bcdedit /store STORE /bootdebug, /bootems, /debug, /ems, /event [{ID}] ON|OFF\n"
	"       bcdedit /store STORE /dbgsettings [TYPE] [NAME:VALUE...] [nodhcp] [newkey]\n"
	"                            [/start ACTIVE|AUTOENABLE|DISABLE] [/noumex]\n"
	"       bcdedit /store STORE /hypervisorsettings [TYPE] [NAME:VALUE...] [nodhcp]\n"
	"       bcdedit /store STORE /emssettings [BIOS] [EMSPORT:N] [EMSBAUDRATE:N]\n"
	"       bcdedit /store STORE /export FILE | /import FILE [/clean]\n"
	"       bcdedit /store STORE /retarget DISK | locate\n"
	"       bcdedit /createstore STORE\n"
	"       bcdedit /sysstore PARTITION ...   its system store, as /store\n"
	"\n"
	"Shows or changes a boot store (\\EFI\\Microsoft\\Boot\\BCD, \\Boot\\BCD). STORE is a\n"
	"file, or lies in a volume: disk.img@1:\\Boot\\BCD. TYPE of /enum: active (the\n"
	"default), firmware, bootapp, bootmgr, osloader, resume, inherit, all. /v shows\n"
	"GUIDs instead of names. Without {ID}, {default} is meant (for /bootdebug and\n"
	"/bootems too). ELEMENT is a name or custom:NUMBER.\n"
	"Devices: boot, locate, partition=PART, vhd=[PART]\\FILE, ramdisk=[PART]\\FILE,{ID},\n"
	"file=[PART]\\FILE; PART is an address such as disk.img@3 or /dev/sda2, or\n"
	"gpt:DISK-GUID:PARTITION-GUID, or mbr:SIGNATURE:OFFSET, or boot, or for vhd=\n"
	"also locate. NAMEs of /dbgsettings: DEBUGPORT, BAUDRATE, CHANNEL, TARGETNAME,\n"
	"HOSTIP, HOSTIPV6, PORT, KEY, BUSPARAMS. TYPE of /application: bootmgr, osloader,\n"
	"resume, memtest, bootsector, startup.\n"
	"/import /clean leaves out the firmware's entries. /retarget points every\n"
	"partition of the store at the one of DISK that holds the same files, after a\n"
	"clone, or removes all disks' identifiers (locate).\n";

COMMAND(bcdedit, "bcdedit", "show and change boot configuration stores", usage);

bool bcdedit_given(const struct edit *e, int s)
{
	return e->switches[s].value != NULL;
}

// --- Verbs -------------------------------------------------------------------

static int find_object(struct edit *e, const char *text,
		       struct bcd_object **ret)
{
	struct guid id;

	*ret = bcd_resolve(e->bcd, text, &id) ? NULL
					      : bcd_object_find(e->bcd, &id);
	return *ret ? 0
		    : err_set(&e->err, -ENOENT, text, ERR_NOWHERE,
			      "the store has no such entry");
}

int bcdedit_take_object(struct edit *e, struct bcd_object **ret)
{
	const char *text = "{default}";

	if (e->count && *e->words[0] == '{') {
		text = *e->words++;
		e->count--;
	}
	return find_object(e, text, ret);
}

int bcdedit_needs(struct edit *e, const char *what)
{
	return err_set(&e->err, -EINVAL, what, ERR_NOWHERE, "is needed");
}

int bcdedit_obtain(struct edit *e, const struct guid *id, uint32_t type,
		   struct bcd_object **ret)
{
	*ret = bcd_object_find(e->bcd, id);
	return *ret ? 0 : bcd_object_add(e->bcd, id, type, ret, &e->err);
}

static int obtain_manager(struct edit *e, struct bcd_object **ret)
{
	return bcdedit_obtain(e, &bcd_id_bootmgr, BCD_BOOT_MANAGER, ret);
}

static int run_enum(struct edit *e)
{
	return bcdedit_enum(e->bcd, e->count ? e->words[0] : "active",
			    bcdedit_given(e, V), &e->err);
}

static int run_set(struct edit *e)
{
	struct bcd_object *obj;
	int r = bcdedit_take_object(e, &obj);

	if (r)
		return r;
	if (!e->count)
		return bcdedit_needs(e, "the name of an element");
	return bcdedit_set(e->bcd, obj, e->words[0], e->words + 1,
			   e->count - 1, &e->err);
}

static int run_deletevalue(struct edit *e)
{
	struct bcd_object *obj;
	uint32_t element;
	int r = bcdedit_take_object(e, &obj);

	if (r)
		return r;
	if (e->count != 1)
		return bcdedit_needs(e, "the name of one element");
	r = bcdedit_element(obj, e->words[0], &element, &e->err);
	if (!r)
		r = bcd_element_remove(e->bcd, obj, element, &e->err);
	return r == -ENOENT ? err_set(&e->err, r, e->words[0], ERR_NOWHERE,
				      "the entry has no such element")
			    : r;
}

static int set_manager(struct edit *e, const char *element)
{
	struct bcd_object *manager;
	int r = obtain_manager(e, &manager);

	return r ? r : bcdedit_set(e->bcd, manager, element, e->words, e->count,
				   &e->err);
}

static int run_default(struct edit *e)
{
	return set_manager(e, "default");
}

static int run_timeout(struct edit *e)
{
	return set_manager(e, "timeout");
}

// Joins a list of the boot manager and the words' identifiers as /addfirst,
// /addlast or /remove say.
static int change_list(struct edit *e, struct bcd_object *manager,
		       uint32_t element, const struct guid *ids, size_t n)
{
	struct guid *old = NULL, *list;
	size_t old_count = 0, count = 0;
	int r = bcd_get_objects(manager, element, &old, &old_count, &e->err);

	if (r && r != -ENOENT)
		return r;
	list = mem_array(old_count + n, sizeof(*list));
	if (!list) {
		mem_free(old);
		return err_nomem(&e->err);
	}
	for (size_t i = 0; bcdedit_given(e, ADDFIRST) && i < n; i++)
		list[count++] = ids[i];
	for (size_t i = 0; i < old_count; i++) {
		size_t k = 0;

		while (k < n && !guid_equal(&old[i], &ids[k]))
			k++;
		if (k == n)
			list[count++] = old[i];
	}
	for (size_t i = 0; bcdedit_given(e, ADDLAST) && i < n; i++)
		list[count++] = ids[i];
	if (count)
		r = bcd_set_objects(e->bcd, manager, element, list, count,
				    &e->err);
	else
		r = bcd_element_remove(e->bcd, manager, element, &e->err);
	mem_free(list);
	mem_free(old);
	return r == -ENOENT ? 0 : r;
}

static int run_list(struct edit *e, uint32_t element)
{
	bool joins = bcdedit_given(e, ADDFIRST) || bcdedit_given(e, ADDLAST) || bcdedit_given(e, REMOVE);
	struct bcd_object *manager;
	struct guid *ids;
	int r = obtain_manager(e, &manager);

	if (r)
		return r;
	if (!e->count)
		return bcdedit_needs(e, "an identifier");
	ids = mem_array((size_t)e->count, sizeof(*ids));
	if (!ids)
		return err_nomem(&e->err);
	for (int i = 0; !r && i < e->count; i++)
		if (bcd_resolve(e->bcd, e->words[i], &ids[i]))
			r = err_set(&e->err, -EINVAL, e->words[i], ERR_NOWHERE,
				    "no identifier");
	if (!r && joins)
		r = change_list(e, manager, element, ids, (size_t)e->count);
	else if (!r)
		r = bcd_set_objects(e->bcd, manager, element, ids,
				    (size_t)e->count, &e->err);
	mem_free(ids);
	return r;
}

static int run_displayorder(struct edit *e)
{
	return run_list(e, BCD_DISPLAY_ORDER);
}

static int run_toolsorder(struct edit *e)
{
	return run_list(e, BCD_TOOLS_ORDER);
}

static int run_sequence(struct edit *e)
{
	return run_list(e, BCD_BOOT_SEQUENCE);
}

// Finds the type of the object that /create makes.
static int type_to_create(struct edit *e, const struct guid *id, uint32_t *ret)
{
	static const struct {
		const char *name;
		uint32_t type;
	} types[] = {
		{"bootmgr", BCD_BOOT_MANAGER},
		{"osloader", BCD_OS_LOADER},
		{"resume", BCD_RESUME},
		{"memtest", BCD_MEMORY_TESTER},
		{"bootsector", BCD_BOOT_SECTOR},
		{"startup", BCD_STARTUP},
	};
	const char *name = e->switches[APPLICATION].value;

	if (bcdedit_given(e, DEVICE)) {
		*ret = BCD_DEVICE_OPTIONS;
		return 0;
	}
	for (size_t i = 0; name && i < sizeof(types) / sizeof(types[0]); i++) {
		if (!strcasecmp(types[i].name, name)) {
			*ret = types[i].type;
			return 0;
		}
	}
	for (const struct bcd_alias *a = bcd_aliases; !name && a->name; a++) {
		if (a->type && guid_equal(&a->id, id)) {
			*ret = a->type;
			return 0;
		}
	}
	return bcdedit_needs(e, "a known /application, or /device,");
}

static int describe(struct edit *e, struct bcd_object *obj)
{
	return bcdedit_given(e, D) ? bcd_set_string(e->bcd, obj, BCD_DESCRIPTION,
					    e->switches[D].value, &e->err)
			   : 0;
}

static int run_create(struct edit *e)
{
	struct bcd_object *obj;
	char text[GUID_TEXT];
	struct guid id;
	uint32_t type = 0;
	int r = 0;

	if (!e->count)
		r = guid_random(&id, &e->err);
	else if (bcd_resolve(e->bcd, e->words[0], &id))
		r = err_set(&e->err, -EINVAL, e->words[0], ERR_NOWHERE,
			    "no identifier");
	if (!r)
		r = type_to_create(e, &id, &type);
	if (!r)
		r = bcd_object_add(e->bcd, &id, type, &obj, &e->err);
	if (!r)
		r = describe(e, obj);
	if (!r)
		printf("The entry {%s} was successfully created.\n",
		       guid_format(&id, text));
	return r;
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

static int duplicate(struct edit *e, const char *done)
{
	struct bcd_object *from, *to, *manager;
	char text[GUID_TEXT];
	struct guid id;
	int r;

	if (e->count != 1)
		return bcdedit_needs(e, "one identifier");
	r = find_object(e, e->words[0], &from);
	if (!r)
		r = guid_random(&id, &e->err);
	if (!r)
		r = bcd_object_add(e->bcd, &id, from->type, &to, &e->err);
	if (!r)
		r = copy_elements(e, from, to);
	if (!r)
		r = describe(e, to);
	if (!r && from->type == BCD_OS_LOADER) {
		r = obtain_manager(e, &manager);
		e->switches[ADDLAST].value = "";
		if (!r)
			r = change_list(e, manager, BCD_DISPLAY_ORDER, &id, 1);
	}
	if (!r)
		printf("The entry was successfully %s to {%s}.\n", done,
		       guid_format(&id, text));
	return r;
}

static int run_copy(struct edit *e)
{
	return duplicate(e, "copied");
}

static int run_mirror(struct edit *e)
{
	return duplicate(e, "mirrored");
}

static int run_delete(struct edit *e)
{
	struct bcd_object *obj;
	int r;

	if (e->count != 1)
		return bcdedit_needs(e, "one identifier");
	r = find_object(e, e->words[0], &obj);
	if (r)
		return r;
	if (bcd_alias_name(&obj->id) && !bcdedit_given(e, F))
		return err_set(&e->err, -EPERM, e->words[0], ERR_NOWHERE,
			       "a well-known entry is deleted only with /f");
	return bcd_object_remove(e->bcd, obj, !bcdedit_given(e, NOCLEANUP), &e->err);
}

static const struct {
	int verb;
	int (*run)(struct edit *e);
	bool changes;
	bool speaks; // says itself that it is done
} verbs[] = {
	{ENUM, run_enum, false, false},
	{SET, run_set, true, false},
	{DELETEVALUE, run_deletevalue, true, false},
	{DEFAULT, run_default, true, false},
	{TIMEOUT, run_timeout, true, false},
	{DISPLAYORDER, run_displayorder, true, false},
	{TOOLSORDER, run_toolsorder, true, false},
	{SEQUENCE, run_sequence, true, false},
	{CREATE, run_create, true, true},
	{COPY, run_copy, true, true},
	{MIRROR, run_mirror, true, true},
	{DELETE, run_delete, true, false},
	{EXPORT, bcdedit_export, false, false},
	{BOOTDEBUG, bcdedit_bootdebug, true, false},
	{BOOTEMS, bcdedit_bootems, true, false},
	{DEBUG, bcdedit_debug, true, false},
	{EMS, bcdedit_ems, true, false},
	{EVENT, bcdedit_event, true, false},
	{DBGSETTINGS, bcdedit_dbgsettings, true, false},
	{EMSSETTINGS, bcdedit_emssettings, true, false},
	{HYPERVISORSETTINGS, bcdedit_hypervisorsettings, true, false},
	{RETARGET, bcdedit_retarget, true, false},
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int run_verb(struct edit *e, size_t verb)
{
	int r = bcdedit_load(e, verbs[verb].changes);

	if (r)
		return r;
	e->bcd->hive->now = filetime_now();
	r = verbs[verb].run(e);
	if (!r && verbs[verb].changes)
		r = bcdedit_save(e);
	if (!r && verbs[verb].run != run_enum && !verbs[verb].speaks)
		puts("The operation completed successfully.");
	return r;
}

static int run_whole_store(struct edit *e)
{
	int r = bcdedit_given(e, IMPORT) ? bcdedit_import(e)
					 : bcdedit_createstore(e);

	if (!r)
		puts("The operation completed successfully.");
	return r;
}

// Finds the verb that is asked for: an index, VERBS for one on a whole store,
// or -1 for more than one. Without any it is /enum.
static int choose_verb(const struct edit *e)
{
	bool whole = bcdedit_given(e, CREATESTORE) || bcdedit_given(e, IMPORT);
	int verb = 0, chosen = whole;

	for (size_t i = 0; i < VERBS; i++) {
		if (bcdedit_given(e, verbs[i].verb)) {
			verb = (int)i;
			chosen++;
		}
	}
	return chosen > 1 ? -1 : whole ? (int)VERBS : verb;
}

static int cmd_bcdedit(int argc, char **argv)
{
	struct cmd_switch switches[SWITCHES + 1] = {
		[STORE] = {"store", true, NULL},
		[SYSSTORE] = {"sysstore", true, NULL},
		[CREATESTORE] = {"createstore", true, NULL},
		[ENUM] = {"enum", false, NULL},
		[SET] = {"set", false, NULL},
		[DELETEVALUE] = {"deletevalue", false, NULL},
		[DEFAULT] = {"default", false, NULL},
		[TIMEOUT] = {"timeout", false, NULL},
		[DISPLAYORDER] = {"displayorder", false, NULL},
		[TOOLSORDER] = {"toolsdisplayorder", false, NULL},
		[SEQUENCE] = {"bootsequence", false, NULL},
		[CREATE] = {"create", false, NULL},
		[COPY] = {"copy", false, NULL},
		[MIRROR] = {"mirror", false, NULL},
		[DELETE] = {"delete", false, NULL},
		[EXPORT] = {"export", true, NULL},
		[IMPORT] = {"import", true, NULL},
		[BOOTDEBUG] = {"bootdebug", false, NULL},
		[BOOTEMS] = {"bootems", false, NULL},
		[DEBUG] = {"debug", false, NULL},
		[EMS] = {"ems", false, NULL},
		[EVENT] = {"event", false, NULL},
		[DBGSETTINGS] = {"dbgsettings", false, NULL},
		[EMSSETTINGS] = {"emssettings", false, NULL},
		[HYPERVISORSETTINGS] = {"hypervisorsettings", false, NULL},
		[RETARGET] = {"retarget", true, NULL},
		[V] = {"v", false, NULL},
		[D] = {"d", true, NULL},
		[APPLICATION] = {"application", true, NULL},
		[DEVICE] = {"device", false, NULL},
		[ADDFIRST] = {"addfirst", false, NULL},
		[ADDLAST] = {"addlast", false, NULL},
		[REMOVE] = {"remove", false, NULL},
		[F] = {"f", false, NULL},
		[CLEANUP] = {"cleanup", false, NULL},
		[NOCLEANUP] = {"nocleanup", false, NULL},
		[CLEAN] = {"clean", false, NULL},
		[START] = {"start", true, NULL},
		[NOUMEX] = {"noumex", false, NULL},
	};
	struct edit e = {.switches = switches, .words = argv + 1};
	int verb, r = cmd_switches(argc, argv, switches, &e.count);

	if (r)
		return r;
	verb = choose_verb(&e);
	if (verb < 0)
		return cmd_misuse(argv[0], "one thing at a time");
	if (e.count && (verb == (int)VERBS || !bcdedit_given(&e,
							 verbs[verb].verb)))
		return cmd_misuse(argv[0], "%s: not understood", e.words[0]);
	if (bcdedit_given(&e, STORE) + bcdedit_given(&e, SYSSTORE) +
		    bcdedit_given(&e, CREATESTORE) != 1)
		return cmd_misuse(argv[0], "/store FILE is needed");
	r = verb == (int)VERBS ? run_whole_store(&e)
			       : run_verb(&e, (size_t)verb);
	bcd_free(e.bcd);
	hive_file_close(e.file);
	return r ? cmd_fail(argv[0], e.path, &e.err) : CMD_OK;
}
