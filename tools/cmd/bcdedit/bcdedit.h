// SPDX-License-Identifier: MIT
//
// What the files of the bcdedit command share.

#ifndef BCDEDIT_H
#define BCDEDIT_H

#include "bcd.h"
#include "../cmd.h"

struct hive_place;

// One run of the command: its words, and the store it works on.
struct edit {
	struct cmd_switch *switches;
	struct hive_place *file;
	struct bcd *bcd;
	const char *path; // of the store, as given
	char *found;      //   or found: path points to it
	char **words;     // what is no switch
	int count;
	char done[120];      // what is said at the end, or ""
	const char *failure; // what Windows' says first of a failure, or NULL
	struct err err;
};

enum { // of the table of switches
	STORE,
	SYSSTORE,
	CREATESTORE,
	ENUM,
	SET,
	DELETEVALUE,
	DEFAULT,
	TIMEOUT,
	DISPLAYORDER,
	TOOLSORDER,
	SEQUENCE,
	CREATE,
	COPY,
	MIRROR,
	DELETE,
	EXPORT,
	IMPORT,
	BOOTDEBUG,
	BOOTEMS,
	DEBUG,
	EMS,
	EVENT,
	DBGSETTINGS,
	EMSSETTINGS,
	HYPERVISORSETTINGS,
	RETARGET,
	V,
	D,
	APPLICATION,
	INHERIT,
	DEVICE,
	ADDFIRST,
	ADDLAST,
	REMOVE,
	F,
	CLEANUP,
	NOCLEANUP,
	CLEAN,
	START,
	NOUMEX,
	IGNORE_LOGS,
	MACHINE,
	SWITCHES
};

// --- What the verbs share (edit.c) -----------------------------------

bool bcdedit_given(const struct edit *e, int s);

// Says that `what` is needed. Returns -EINVAL.
int bcdedit_needs(struct edit *e, const char *what);

// Finds an entry by its identifier. Returns 0 or -ENOENT.
int bcdedit_find(struct edit *e, const char *text, struct bcd_object **ret);

// Finds the GUID that an identifier stands for, which need not be in the store.
// Returns 0, -ENOENT for {default} where none is set, or -EINVAL.
int bcdedit_id(struct edit *e, const char *text, struct guid *ret);

// As bcdedit_id for the words from `first` on, of which one at least is needed.
// *ret is new memory (free with mem_free). Returns as bcdedit_id, or -ENOMEM.
int bcdedit_ids(struct edit *e, int first, struct guid **ret,
		size_t *ret_count);

// Takes the leading identifier off the words, {default} when there is none.
// Returns 0, or -ENOENT when the store has no such object.
int bcdedit_take_object(struct edit *e, struct bcd_object **ret);

// Finds an object by its identifier, making a well-known one that is missing.
// Returns 0 or -ENOMEM.
int bcdedit_obtain(struct edit *e, const struct guid *id, uint32_t type,
		   struct bcd_object **ret);

// Finds the boot manager's entry, or makes it. Returns 0 or -ENOMEM.
int bcdedit_manager(struct edit *e, struct bcd_object **ret);

// --- Help (help.c) ---------------------------------------------------

// Prints what is known about a topic of the help. Returns false when it is none.
bool bcdedit_help(const char *topic, const char *more);

// --- One element (elements.c) ----------------------------------------
// Each does a verb. Returns 0, -EINVAL, -ENOENT, -ENODATA or -ENOMEM.

int bcdedit_set(struct edit *e);
int bcdedit_deletevalue(struct edit *e);
int bcdedit_default(struct edit *e);
int bcdedit_timeout(struct edit *e);

// --- Entries (entries.c) ---------------------------------------------
// Each does a verb. Returns 0, -EINVAL, -ENOENT, -EEXIST, -EPERM or -ENOMEM.

int bcdedit_create(struct edit *e);
int bcdedit_copy(struct edit *e);
int bcdedit_mirror(struct edit *e);
int bcdedit_delete(struct edit *e);

// --- Lists (lists.c) -------------------------------------------------

int bcdedit_displayorder(struct edit *e);
int bcdedit_toolsorder(struct edit *e);
int bcdedit_bootsequence(struct edit *e);

// Tells whether /addfirst, /addlast or /remove is given.
bool bcdedit_joins(const struct edit *e);

// Joins a list of an entry and identifiers as these switches say.
// Returns 0, -EBADMSG for a list that is corrupt, or -ENOMEM.
int bcdedit_join(struct edit *e, struct bcd_object *obj, uint32_t element,
		 const struct guid *ids, size_t n);

// --- Settings (settings.c) -------------------------------------------
// Each does a verb. Returns 0, -EINVAL for words not understood, or -ENOMEM.

int bcdedit_bootdebug(struct edit *e);
int bcdedit_bootems(struct edit *e);
int bcdedit_debug(struct edit *e);
int bcdedit_ems(struct edit *e);
int bcdedit_event(struct edit *e);
int bcdedit_dbgsettings(struct edit *e);
int bcdedit_emssettings(struct edit *e);
int bcdedit_hypervisorsettings(struct edit *e);

// Points all partition devices of the store at the disk of that address, or
// with "locate" at no disk at all.
// Returns 0, -ENOENT or -EEXIST when the partition that is meant cannot be told
// (nothing may be saved then), or as address_open.
int bcdedit_retarget(struct edit *e);

// --- Stores (store.c) ------------------------------------------------

// Opens and loads the store of the switches; for_change locks it.
int bcdedit_load(struct edit *e, bool for_change);

// Puts the changed store in the place of the file, at once.
int bcdedit_save(struct edit *e);

int bcdedit_createstore(struct edit *e);
int bcdedit_export(struct edit *e);
int bcdedit_import(struct edit *e);

// --- Elements as words (enum.c, set.c) -------------------------------

// Prints the objects that `what` names (a type such as "active" or "all", or an
// identifier) in bcdedit's layout. `verbose` shows GUIDs instead of aliases, and
// hidden elements.
// Returns 0, or -ENOENT when what is no type and no object of the store.
int bcdedit_enum(const struct bcd *bcd, const char *what, bool verbose,
		 struct err *err);

// Prints the elements of an object, as in bcdedit's listing.
void bcdedit_show_elements(const struct bcd *bcd, const struct bcd_object *obj,
			   bool verbose);

// Sets an element from the words of a command line: a name or "custom:" and its
// number, and one value or more.
// Returns 0, -EINVAL when the element or a value is not understood, or -ENOMEM.
int bcdedit_set_element(struct bcd *bcd, struct bcd_object *obj,
			const char *element, char **values, int count,
			struct err *err);

// Tells whether an element is an IPv4 address: an integer, whose highest byte is
// the address' first.
bool bcdedit_is_ip(const struct bcd_name *name);

// Finds the number of an element by its name or "custom:" and hex digits.
// Returns 0 or -EINVAL.
int bcdedit_element(const struct bcd_object *obj, const char *name,
		    uint32_t *ret, struct err *err);

#endif
