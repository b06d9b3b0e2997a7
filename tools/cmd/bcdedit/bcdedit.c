// SPDX-License-Identifier: MIT
//
// bcdedit: shows and changes a boot store.

#include <stdio.h>

#include "bcdedit.h"
#include "../hive_place.h"

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

static int run_enum(struct edit *e)
{
	return bcdedit_enum(e->bcd, e->count ? e->words[0] : "active",
			    bcdedit_given(e, V), &e->err);
}

static const struct {
	int verb;
	int (*run)(struct edit *e);
	bool changes;
} verbs[] = {
	{ENUM, run_enum, false},
	{SET, bcdedit_set, true},
	{DELETEVALUE, bcdedit_deletevalue, true},
	{DEFAULT, bcdedit_default, true},
	{TIMEOUT, bcdedit_timeout, true},
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
	hive_place_close(e.file);
	if (r && e.failure)
		cmd_say_windows(e.failure, e.err.code);
	r = r ? cmd_fail(argv[0], e.path, &e.err) : CMD_OK;
	mem_free(e.found);
	return r;
}
