// SPDX-License-Identifier: MIT
//
// bcdedit: shows and changes a boot store.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bcdedit.h"
#include "../hive_file.h"

static const char usage[] =
	"usage: bcdedit [/store STORE | /sysstore PARTITION] [VERB ...]\n"
	"\n"
	"Shows or changes a boot store (\\EFI\\Microsoft\\Boot\\BCD, \\Boot\\BCD): STORE, a file\n"
	"or one in a volume: disk.img@1:\\Boot\\BCD; or without a name this machine's own, in\n"
	"Slipway's environment and with --this-machine.\n"
	"\n"
	"Stores      /createstore STORE   /export FILE   /import FILE [/clean]\n"
	"            /retarget DISK | locate\n"
	"Entries     /create [{ID}] [/d TEXT] [/application TYPE | /inherit [TYPE] | /device]\n"
	"            /copy {ID} [/d TEXT]   /mirror {ID}   /delete {ID} [/f] [/nocleanup]\n"
	"Elements    /set [{ID}] ELEMENT VALUE...   /deletevalue [{ID}] ELEMENT\n"
	"Output      /enum [TYPE | {ID}] [/v] [--ignore-logs]   /v\n"
	"Menu        /default {ID}   /timeout SECONDS\n"
	"            /displayorder, /toolsdisplayorder, /bootsequence\n"
	"                {ID}... [/addfirst | /addlast | /remove]\n"
	"Services    /bootems, /ems [{ID}] ON | OFF\n"
	"            /emssettings [BIOS] [EMSPORT:N] [EMSBAUDRATE:N]\n"
	"Debugging   /bootdebug, /debug, /event [{ID}] ON | OFF\n"
	"            /dbgsettings, /hypervisorsettings [TYPE] [WORD...]\n"
	"\n"
	"Without {ID}, {default} is meant. bcdedit /? /set tells about a verb, /? ID about\n"
	"identifiers, /? TYPES [OSLOADER, ...] about elements, /? FORMATS about values and\n"
	"devices, /? TOPICS lists all of these.\n";

COMMAND_WITH_HELP(bcdedit, "bcdedit",
		  "show and change boot configuration stores", usage,
		  bcdedit_help);

bool bcdedit_given(const struct edit *e, int s)
{
	return e->switches[s].value != NULL;
}

// --- Verbs -------------------------------------------------------------------

int bcdedit_id(struct edit *e, const char *text, struct guid *ret)
{
	int r = bcd_resolve(e->bcd, text, ret);

	if (r == -ENOENT)
		return err_set(&e->err, r, text, ERR_NOWHERE,
			       "the store has no default entry");
	return r ? err_set(&e->err, r, text, ERR_NOWHERE,
			   "no identifier: a GUID in braces, or a name such as "
			   "{default}")
		 : 0;
}

int bcdedit_ids(struct edit *e, int first, struct guid **ret, size_t *ret_count)
{
	size_t n = e->count > first ? (size_t)(e->count - first) : 0;
	struct guid *ids;
	int r = 0;

	if (!n)
		return bcdedit_needs(e, "an identifier");
	ids = mem_array(n, sizeof(*ids));
	if (!ids)
		return err_nomem(&e->err);
	for (size_t i = 0; !r && i < n; i++)
		r = bcdedit_id(e, e->words[first + (int)i], &ids[i]);
	if (r) {
		mem_free(ids);
		return r;
	}
	*ret = ids;
	*ret_count = n;
	return 0;
}

int bcdedit_find(struct edit *e, const char *text, struct bcd_object **ret)
{
	struct guid id;

	*ret = bcd_resolve(e->bcd, text, &id) ? NULL
					      : bcd_object_find(e->bcd, &id);
	if (*ret)
		return 0;
	return err_set(
		&e->err, -ENOENT, text, ERR_NOWHERE,
		!strcasecmp(text, "{current}")
			? "no Windows is running here: name {default} "
			  "or another entry"
		: !strcasecmp(text, "{fwbootmgr}")
			? "the firmware's own order is not in the store: "
			  "bcdboot without /s puts Windows first in it, "
			  "with /addlast last"
			: "the store has no such entry");
}

int bcdedit_take_object(struct edit *e, struct bcd_object **ret)
{
	const char *text = "{default}";

	if (e->count && *e->words[0] == '{') {
		text = *e->words++;
		e->count--;
	}
	return bcdedit_find(e, text, ret);
}

int bcdedit_needs(struct edit *e, const char *what)
{
	return err_set(&e->err, -EINVAL, "", ERR_NOWHERE,
		       "%s is needed; see bcdedit /?", what);
}

int bcdedit_obtain(struct edit *e, const struct guid *id, uint32_t type,
		   struct bcd_object **ret)
{
	*ret = bcd_object_find(e->bcd, id);
	return *ret ? 0 : bcd_object_add(e->bcd, id, type, ret, &e->err);
}

int bcdedit_manager(struct edit *e, struct bcd_object **ret)
{
	return bcdedit_obtain(e, &bcd_id_bootmgr, BCD_BOOT_MANAGER, ret);
}

static int run_enum(struct edit *e)
{
	return bcdedit_enum(e->bcd, e->count ? e->words[0] : "active",
			    bcdedit_given(e, V), &e->err);
}

// Changes a list of identifiers as /addfirst, /addlast or /remove say.
static int join_element(struct edit *e, struct bcd_object *obj)
{
	struct guid *ids;
	uint32_t element;
	size_t n;
	int r = bcdedit_element(obj, e->words[0], &element, &e->err);

	if (r)
		return r;
	if (bcd_element_format(element) != BCD_FORMAT_OBJECTS)
		return err_set(&e->err, -EINVAL, e->words[0], ERR_NOWHERE,
			       "this element is no list of identifiers");
	r = bcdedit_ids(e, 1, &ids, &n);
	if (r)
		return r;
	r = bcdedit_join(e, obj, element, ids, n);
	mem_free(ids);
	return r;
}

static int run_set(struct edit *e)
{
	struct bcd_object *obj;
	int r = bcdedit_take_object(e, &obj);

	if (r)
		return r;
	if (!e->count)
		return bcdedit_needs(e, "the name of an element");
	if (bcdedit_joins(e))
		return join_element(e, obj);
	return bcdedit_set(e->bcd, obj, e->words[0], e->words + 1, e->count - 1,
			   &e->err);
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
	return r == -ENOENT
		       ? err_set(&e->err, -ENODATA, e->words[0], ERR_NOWHERE,
				 "the entry has no such element")
		       : r;
}

static int set_manager(struct edit *e, const char *element)
{
	struct bcd_object *manager;
	int r = bcdedit_manager(e, &manager);

	return r ? r
		 : bcdedit_set(e->bcd, manager, element, e->words, e->count,
			       &e->err);
}

static int run_default(struct edit *e)
{
	struct bcd_object *obj;

	if (e->count != 1)
		return bcdedit_needs(e, "one identifier");
	if (bcdedit_find(e, e->words[0], &obj))
		return e->err.code;
	return set_manager(e, "default");
}

static int run_timeout(struct edit *e)
{
	return set_manager(e, "timeout");
}

static const struct {
	int verb;
	int (*run)(struct edit *e);
	bool changes;
} verbs[] = {
	{ENUM, run_enum, false},
	{SET, run_set, true},
	{DELETEVALUE, run_deletevalue, true},
	{DEFAULT, run_default, true},
	{TIMEOUT, run_timeout, true},
	{DISPLAYORDER, bcdedit_displayorder, true},
	{TOOLSORDER, bcdedit_toolsorder, true},
	{SEQUENCE, bcdedit_bootsequence, true},
	{CREATE, bcdedit_create, true},
	{COPY, bcdedit_copy, true},
	{MIRROR, bcdedit_mirror, true},
	{DELETE, bcdedit_delete, true},
	{EXPORT, bcdedit_export, false},
	{BOOTDEBUG, bcdedit_bootdebug, true},
	{BOOTEMS, bcdedit_bootems, true},
	{DEBUG, bcdedit_debug, true},
	{EMS, bcdedit_ems, true},
	{EVENT, bcdedit_event, true},
	{DBGSETTINGS, bcdedit_dbgsettings, true},
	{EMSSETTINGS, bcdedit_emssettings, true},
	{HYPERVISORSETTINGS, bcdedit_hypervisorsettings, true},
	{RETARGET, bcdedit_retarget, true},
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

// What Windows' bcdedit says first when a verb fails, where that is known.
static const char *sentence_of(int verb)
{
	switch (verb) {
	case SET:
	case DEFAULT:
	case TIMEOUT:
	case DISPLAYORDER:
	case TOOLSORDER:
	case SEQUENCE:
	case BOOTDEBUG:
	case BOOTEMS:
	case DEBUG:
	case EMS:
	case DBGSETTINGS:
	case EMSSETTINGS:
	case HYPERVISORSETTINGS:
		return "An error has occurred setting the element data.";
	case DELETEVALUE:
		return "An error occurred while attempting to delete the "
		       "specified data element.";
	case DELETE:
		return "An error occurred while attempting to delete the "
		       "specified entry.";
	default:
		return NULL;
	}
}

static int run_verb(struct edit *e, size_t verb)
{
	int r = bcdedit_load(e, verbs[verb].changes);

	e->failure = r ? "The boot configuration data store could not be "
			 "opened."
		       : sentence_of(verbs[verb].verb);
	if (r)
		return r;
	e->bcd->hive->now = filetime_now();
	r = verbs[verb].run(e);
	if (!r && verbs[verb].changes)
		r = bcdedit_save(e);
	if (!r && verbs[verb].run != run_enum)
		puts(e->done[0] ? e->done
				: "The operation completed successfully.");
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
		[INHERIT] = {"inherit", false, NULL},
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
		[MACHINE] = {"this-machine", false, NULL},
		[IGNORE_LOGS] = {"ignore-logs", false, NULL},
	};
	struct edit e = {.switches = switches, .words = argv + 1};
	int verb, r = cmd_switches(argc, argv, switches, &e.count);

	if (r)
		return r;
	verb = choose_verb(&e);
	if (verb < 0)
		return cmd_misuse(argv[0],
				  "one thing at a time, such as /enum or /set");
	if (e.count &&
	    (verb == (int)VERBS || !bcdedit_given(&e, verbs[verb].verb)))
		return cmd_misuse(argv[0],
				  "%s: this goes with none of the switches",
				  e.words[0]);
	if (bcdedit_given(&e, STORE) + bcdedit_given(&e, SYSSTORE) +
		    bcdedit_given(&e, CREATESTORE) >
	    1)
		return cmd_misuse(argv[0], "only one of /store, /sysstore and "
					   "/createstore");
	if (bcdedit_given(&e, IGNORE_LOGS) && verb) // the first is /enum
		return cmd_misuse(argv[0],
				  "--ignore-logs is for /enum alone: a "
				  "store that is written without what "
				  "its logs hold has lost it");
	r = verb == (int)VERBS ? run_whole_store(&e)
			       : run_verb(&e, (size_t)verb);
	bcd_free(e.bcd);
	hive_file_close(e.file);
	if (r && e.failure)
		cmd_say_windows(e.failure, e.err.code);
	r = r ? cmd_fail(argv[0], e.path, &e.err) : CMD_OK;
	mem_free(e.found);
	return r;
}
