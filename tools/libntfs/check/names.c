// SPDX-License-Identifier: MIT
//
// Names both ways: each entry of a folder leads to a file that has that name
// there, and each name has its entry. While folders are walked, only sums are
// kept; when a file's do not come out even, its names are looked up one by one.

#include "check.h"

// Attributes that an entry has in common with its file.
#define COPIED_ATTRIBUTES 0xffffu

static bool names_equal(const struct ntfs_file_name *a,
			const struct ntfs_file_name *b)
{
	if (a->parent != b->parent || a->name_space != b->name_space ||
	    a->name_len != b->name_len)
		return false;
	for (size_t i = 0; i < a->name_len; i++)
		if (get_le16(a->name[i]) != get_le16(b->name[i]))
			return false;
	return true;
}

// Returns true for the system's own files: what lies in $Extend, and $Extend.
static bool is_systems(const struct check *c, uint64_t number)
{
	for (unsigned depth = 0; depth < 8; depth++) {
		if (number < NTFS_REC_USER)
			return number != NTFS_REC_ROOT || !depth;
		if (number >= c->n->records)
			return false;
		number = c->records[number].parent;
	}
	return false;
}

// What an entry repeats of its file. Windows writes it when a handle is closed,
// and only to the name that was opened: files with further links, and the
// system's own, are left out, and so are folders' times. The upper half of the
// size of extended attributes is not set.
static void check_copy(struct check *c, uint64_t number,
		       const struct check_record *child,
		       const struct ntfs_file_name *name)
{
	bool folder = child->flags & CR_FOLDER;

	if (folder != !!(name->attributes & NTFS_FA_DIRECTORY))
		ntfs_check_problem(c, number, NTFS_RULE_ENTRY_ATTRIBUTES,
				   "Its folder's entry takes it for a %s",
				   folder ? "file" : "folder");
	if (child->flags & CR_LINKED || is_systems(c, number))
		return;
	if ((name->attributes ^ child->attributes) & COPIED_ATTRIBUTES)
		ntfs_check_find(c, NTFS_HARMLESS, number,
				NTFS_RULE_ENTRY_ATTRIBUTES,
				"Its folder's entry has the attributes %x, the "
				"file %x",
				name->attributes, child->attributes);
	if ((name->ea_or_reparse ^ child->ea_or_reparse) &
	    (child->attributes & NTFS_ATTR_REPARSE ? UINT32_MAX : 0xffff))
		ntfs_check_find(c, NTFS_HARMLESS, number,
				NTFS_RULE_ENTRY_REPARSE,
				"Its folder's entry has the reparse tag or "
				"size of extended attributes %x, the file "
				"%x",
				name->ea_or_reparse, child->ea_or_reparse);
	if (!folder && ntfs_check_times(name->created, name->modified,
					name->changed) != child->times)
		ntfs_check_find(c, NTFS_HARMLESS, number, NTFS_RULE_ENTRY_TIMES,
				"Its folder's entry has other times than "
				"the file");
	if (!folder && name->size != child->size)
		ntfs_check_find(
			c, NTFS_HARMLESS, number, NTFS_RULE_ENTRY_SIZE,
			"Its folder's entry has the size %llu, the file "
			"%llu",
			(unsigned long long)name->size,
			(unsigned long long)child->size);
	if (!folder && name->allocated != child->allocated)
		ntfs_check_find(c, NTFS_HARMLESS, number, NTFS_RULE_ENTRY_SIZE,
				"Its folder's entry has the allocated size "
				"%llu, the file %llu",
				(unsigned long long)name->allocated,
				(unsigned long long)child->allocated);
}

static int check_entry(struct check *c, const struct ntfs_index *x,
		       const struct ntfs_index_entry *e, void *ctx)
{
	uint64_t number = ntfs_ref_record(e->file);
	const uint64_t *folder = ctx;
	struct check_record *child = ntfs_check_get(c, number);
	struct ntfs_file_name name;
	struct err err = {0};

	if (ntfs_file_name_decode(e->key, e->key_len, x->record, &name, &err)) {
		ntfs_check_problem(c, x->record, NTFS_RULE_ENTRY_NAME, "%s: %s",
				   err.what, err.why);
		return 0;
	}
	if (e->key_len !=
	    sizeof(struct ntfs_file_name_disk) + 2u * name.name_len)
		ntfs_check_problem(c, x->record, NTFS_RULE_ENTRY_NAME,
				   "An entry's key is not as long as its name");
	if (!ntfs_check_is_file(c, e->file)) {
		ntfs_check_problem(
			c, x->record, NTFS_RULE_ENTRY_FILE,
			"An entry leads to record %llu (sequence %u), "
			"which is no such file",
			(unsigned long long)number, ntfs_ref_sequence(e->file));
		return 0;
	}
	if (name.parent != *folder)
		ntfs_check_problem(
			c, x->record, NTFS_RULE_ENTRY_PARENT,
			"An entry (record %llu) is of another folder",
			(unsigned long long)number);
	child->names -= ntfs_check_name_hash(e->file, &name);
	child->names_left--;
	check_copy(c, number, child, &name);
	return 0;
}

// A folder's index; other ones have stages of their own.
static int check_folder(struct check *c, uint64_t number)
{
	uint64_t reference = number | (uint64_t)c->records[number].sequence
					      << NTFS_SEQUENCE_SHIFT;
	struct ntfs_file f;
	struct err e = {0};
	int r = ntfs_file_open(c->n, number, &f, &e);

	if (r)
		return ntfs_check_failed(c, number, NTFS_RULE_RECORD_HEADER, r,
					 &e);
	r = ntfs_check_index(c, &f, "$I30", check_entry, &reference);
	ntfs_file_done(&f);
	return r;
}

int ntfs_check_folders(struct check *c)
{
	uint64_t total = c->n->records;
	int r = 0;

	for (uint64_t i = 0; !r && i < total; i++) {
		if (c->records[i].flags & CR_HAS_INDEX)
			r = check_folder(c, i);
		if (!r && progress_report(c->progress,
					  "Stage 2: Examining file name "
					  "linkage",
					  i + 1, total))
			r = err_set(c->err, -ECANCELED, "check", ERR_NOWHERE,
				    "stopped");
	}
	return r;
}

struct lookup {
	const struct check *c;
	const struct ntfs_attr *name; // a FILE_NAME attribute
	const struct ntfs_file_name *decoded;
	uint64_t file;
	bool is_same;
};

static int compare_key(void *ctx, const uint8_t *key, size_t len)
{
	const struct lookup *l = ctx;

	return ntfs_key_compare(l->c->n, NTFS_COLLATE_FILE_NAME, l->name->value,
				l->name->value_len, key, len);
}

static int take_entry(void *ctx, const struct ntfs_index_entry *e)
{
	struct lookup *l = ctx;
	struct ntfs_file_name name;

	l->is_same =
		e->file == l->file &&
		!ntfs_file_name_decode(e->key, e->key_len, 0, &name, NULL) &&
		names_equal(&name, l->decoded);
	return 0;
}

// Looks for one of the file's names in the folder it is to be in.
static int look_up(struct check *c, uint64_t number,
		   const struct ntfs_attr *attr,
		   const struct ntfs_file_name *name, bool *ret)
{
	struct lookup l = {.c = c, .name = attr, .decoded = name};
	struct ntfs_index x;
	struct ntfs_file f;
	struct err e = {0};
	int r;

	l.file = number | (uint64_t)c->records[number].sequence
				  << NTFS_SEQUENCE_SHIFT;
	r = ntfs_file_open(c->n, ntfs_ref_record(name->parent), &f, &e);
	if (!r) {
		r = ntfs_index_open(&f, "$I30", &x, &e);
		if (!r) {
			r = ntfs_index_find(&x, compare_key, take_entry, &l,
					    &e);
			ntfs_index_done(&x);
		}
		ntfs_file_done(&f);
	}
	*ret = l.is_same;
	return r >= 0 || ntfs_check_is_content(r) ? 0 : err_pass(c->err, r, &e);
}

// Tells which of a file's names has no entry.
static int explain(struct check *c, uint64_t number)
{
	int32_t missing = 0;
	struct ntfs_attr a = {0};
	struct ntfs_file f;
	struct err e = {0};
	int r = ntfs_file_open(c->n, number, &f, &e);

	if (r)
		return ntfs_check_failed(c, number, NTFS_RULE_RECORD_HEADER, r,
					 &e);
	while (!r && ntfs_file_next(&f, &a, NULL) > 0) {
		struct ntfs_file_name name;
		bool is_there;

		if (a.type != NTFS_AT_FILE_NAME || !a.resident ||
		    ntfs_file_name_decode(a.value, a.value_len, number, &name,
					  NULL))
			continue;
		r = look_up(c, number, &a, &name, &is_there);
		if (r || is_there)
			continue;
		missing++;
		ntfs_check_find(
			c, NTFS_LEFTOVER, number, NTFS_RULE_NAME_ENTRY,
			"A name of the file has no entry in folder %llu",
			(unsigned long long)ntfs_ref_record(name.parent));
	}
	ntfs_file_done(&f);
	// More names are missing than entries: some entries are of none.
	if (!r && missing > c->records[number].names_left) {
		c->records[number].flags |= CR_STRAY;
		ntfs_check_problem(
			c, number, NTFS_RULE_ENTRY_FILE,
			"A folder's entry has a name that the file does "
			"not have");
	}
	return r;
}

// Follows a folder's parents up to the root or to one that was there before.
static void check_path(struct check *c, uint64_t number)
{
	uint64_t i = number;
	bool reached;

	while (c->records[i].flags & CR_FOLDER &&
	       !(c->records[i].flags & (CR_REACHED | CR_ON_PATH))) {
		c->records[i].flags |= CR_ON_PATH;
		i = c->records[i].parent;
		if (!ntfs_check_get(c, i))
			break;
	}
	reached = ntfs_check_get(c, i) && c->records[i].flags & CR_REACHED;
	// The folder above is none, or they are in a ring.
	if (!reached &&
	    !(ntfs_check_get(c, i) && c->records[i].flags & CR_ON_PATH))
		ntfs_check_find(c, NTFS_LEFTOVER, number, NTFS_RULE_FOLDER_PATH,
				"No path leads from the root to this folder");
	else if (!reached)
		ntfs_check_problem(c, number, NTFS_RULE_FOLDER_PATH,
				   "This folder lies in one that lies in it");
	// Reported once: what lies below it counts as reached from now on.
	for (i = number;
	     ntfs_check_get(c, i) && c->records[i].flags & CR_ON_PATH;
	     i = c->records[i].parent) {
		c->records[i].flags &= (uint16_t)~CR_ON_PATH;
		c->records[i].flags |= CR_REACHED;
	}
}

int ntfs_check_names(struct check *c)
{
	uint64_t explained = 0;

	if (c->n->records > NTFS_REC_ROOT)
		c->records[NTFS_REC_ROOT].flags |= CR_REACHED;
	for (uint64_t i = 0; i < c->n->records; i++) {
		const struct check_record *rec = &c->records[i];
		int r = 0;

		if (!(rec->flags & CR_IN_USE) || rec->flags & CR_EXTENSION)
			continue;
		if (rec->flags & CR_FOLDER)
			check_path(c, i);
		if (!rec->names_left && !rec->names)
			continue;
		// A wholly broken volume gets the closer look a number of
		// times only.
		if (explained++ < c->max_reports)
			r = explain(c, i);
		else
			ntfs_check_problem(
				c, i, NTFS_RULE_NAME_ENTRY,
				"The file's names are not those of its "
				"entries");
		if (r)
			return r;
	}
	return 0;
}
