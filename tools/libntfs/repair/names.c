// SPDX-License-Identifier: MIT
//
// Files that no folder leads to: put back where they were, or into \found.000. Only
// what holds nothing at all, and has no name, is not kept.

#include "repair.h"

#define MAX_PARENTS 4096u

// --- What has nothing --------------------------------------------------------

static bool has_content(const struct change_file *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct change_attr *a = &f->attrs[i];

		switch (a->type) {
		case NTFS_AT_STANDARD_INFORMATION:
		case NTFS_AT_SECURITY_DESCRIPTOR:
			break;
		case NTFS_AT_DATA:
			if (a->size || a->name_len)
				return true;
			break;
		default:
			return true;
		}
	}
	return false;
}

static int free_file(struct repair_round *w, const struct change_file *f,
		     struct err *err)
{
	int r = ntfs_record_give(w->c, f->number, STAGE_FREED, err);

	for (size_t i = 0; !r && i < f->extension_count; i++)
		r = ntfs_record_give(w->c, f->extensions[i], STAGE_FREED, err);
	if (!r)
		ntfs_repair_say(w->r, f->number,
				"it has neither a name nor content, and is "
				"marked as free");
	return r;
}

// --- Folders in a ring -------------------------------------------------------

// Returns the folder that a file says it is in, if there is one (or it need not be);
// else itself.
static uint64_t parent_of(struct repair_round *w, uint64_t number,
			  bool may_be_gone)
{
	struct ntfs_file_name name = {.parent = UINT64_MAX};
	struct ntfs_file f;
	struct ntfs_attr a;

	if (ntfs_repair_hide(w->r, ntfs_file_open(w->c->n, number, &f, NULL)))
		return number;
	if (!ntfs_file_find(&f, NTFS_AT_FILE_NAME, NULL, 0, &a, NULL) &&
	    a.resident &&
	    ntfs_file_name_decode(a.value, a.value_len, 0, &name, NULL))
		name.parent = UINT64_MAX;
	ntfs_file_done(&f);
	return (may_be_gone && name.parent != UINT64_MAX) ||
			       ntfs_repair_is_base(&w->scan, name.parent)
		       ? ntfs_ref_record(name.parent)
		       : number;
}

static bool is_in_itself(struct repair_round *w, uint64_t number)
{
	uint64_t at = number;

	for (unsigned i = 0; i < MAX_PARENTS; i++) {
		uint64_t up = parent_of(w, at, false);

		if (up == at)
			return false;
		if (up == number)
			return true;
		at = up;
	}
	return true;
}

// Its names go, in its folder and in itself.
static int take_names(struct repair_round *w, struct change_file *f,
		      struct err *err)
{
	for (size_t i = 0; i < f->count;) {
		const struct change_attr *a = &f->attrs[i];
		const struct ntfs_file_name_disk *h = (const void *)a->value;
		uint64_t folder;
		unsigned left;
		int r;

		if (a->type != NTFS_AT_FILE_NAME) {
			i++;
			continue;
		}
		folder = ntfs_ref_record(get_le64(h->parent));
		r = ntfs_folder_take(f, folder,
				     (const le16 *)(const void *)(h + 1),
				     h->name_len, 0, &left, err);
		if (r)
			return r;
		i = 0;
	}
	(void)w;
	return 0;
}

static int cut_ring(struct repair_round *w, struct ntfs_found *m,
		    struct change_file *f, struct err *err)
{
	int r = take_names(w, f, err);

	if (!r)
		r = ntfs_found_put(m, f, err);
	return r ? r : ntfs_change_store(f, err);
}

// --- One file ----------------------------------------------------------------

static int repair_ring(struct repair_round *w, struct ntfs_found *m,
		       uint64_t number, struct err *err)
{
	struct change_file f;
	int r = ntfs_change_load(w->c, number, &f, err);

	m->lacks_folder = false;
	if (!r)
		r = cut_ring(w, m, &f, err);
	if (!r)
		ntfs_repair_say(w->r, number,
				"the folder lies in one that lies in it: it "
				"is put into \\found.%03u",
				m->next / 10000);
	ntfs_change_done(&f);
	return r;
}

static int repair_nameless(struct repair_round *w, uint64_t number, bool *done,
			   struct err *err)
{
	struct change_file f;
	int r = ntfs_change_load(w->c, number, &f, err);

	*done = !r && number >= NTFS_REC_USER &&
		!ntfs_change_find(&f, NTFS_AT_FILE_NAME, NULL) &&
		!has_content(&f);
	if (*done)
		r = free_file(w, &f, err);
	ntfs_change_done(&f);
	return r;
}

// What keeps a file from its folder is the folder's: its record, or its index.
static void want_parent(struct repair_round *w, uint64_t number)
{
	uint64_t folder = parent_of(w, number, true);

	if (folder >= w->scan.count || folder == number)
		return;
	ntfs_round_want(w, folder,
			w->scan.flags[folder] & SCAN_BROKEN ? REPAIR_RECORD
							    : REPAIR_INDEX);
}

static int repair_one(struct repair_round *w, struct ntfs_found *m,
		      uint64_t number, struct err *err)
{
	uint64_t named = m->named, put = m->found;
	bool done;
	int r;

	if (number == NTFS_REC_ROOT) {
		ntfs_round_want(w, number, REPAIR_INDEX); // for itself
		return 0;
	}
	r = repair_nameless(w, number, &done, err);
	if (r || done)
		return r;
	if (is_in_itself(w, number))
		return repair_ring(w, m, number, err);
	r = ntfs_found_restore(m, number, err);
	if (r && ntfs_check_is_content(r) && !m->lacks_folder)
		want_parent(w, number);
	if (r)
		return r;
	if (m->found > put)
		ntfs_repair_say(w->r, number,
				"no folder leads to it: it is put into "
				"\\found.%03u",
				m->next / 10000);
	else if (m->named > named)
		ntfs_repair_say(w->r, number, "it is put back into its folder");
	return 0;
}

static int run(struct repair_round *w, struct ntfs_found *m, uint64_t number)
{
	struct err e = {0};
	int r;

	ntfs_operation_begin(w->c);
	r = repair_one(w, m, number, &e);
	if (!m->lacks_folder)
		return ntfs_round_end(w, number, r, &e);
	(void)ntfs_operation_end(w->c, r);
	e = (struct err){0};
	r = ntfs_found_make(m, &e);
	if (!r) {
		ntfs_repair_say(w->r, ERR_NOWHERE,
				"\\found.%03u is made for what no folder leads "
				"to",
				m->next / 10000);
		ntfs_operation_begin(w->c);
		r = repair_one(w, m, number, &e);
		return ntfs_round_end(w, number, r, &e);
	}
	ntfs_operation_begin(w->c);
	return ntfs_round_end(w, number, r, &e);
}

int ntfs_repair_names(struct repair_round *w)
{
	struct ntfs_found m = {.c = w->c, .puts_all = true};
	int r = 0;

	for (uint64_t i = 0; !r && i < w->scan.count; i++) {
		if (!ntfs_round_takes(w, i, REPAIR_NAME))
			continue;
		m.lacks_folder = false;
		r = run(w, &m, i);
	}
	if (!r)
		r = ntfs_round_each(w, REPAIR_RECORD, ntfs_repair_record);
	return r ? r : ntfs_repair_folders(w);
}
