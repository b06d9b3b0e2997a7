// SPDX-License-Identifier: MIT
//
// A file or folder gets another name, in the place of what has it. Two records
// cannot be written at once, so this takes two syncs, between which the volume
// stays marked as dirty:
//
//     1  the file's record with all old names and the new ones; then the folder's
//        index, by whose one write the new name leads to the file: in the same
//        folder the old name goes with it, and so does what the new one led to,
//        which is freed last
//     2  in another folder: the index that the old name was in; the file's record
//        with the new names alone
//
// A cut leaves the old name, or the new one, or for a moment between two folders
// both; ntfs_mend takes those names that have no entry, and of a folder's two
// whole names the older.

#include <string.h>

#include "change.h"

struct rename {
	struct ntfs *n;
	const char *from, *to;
	struct ntfs_target a, b;
	uint64_t time;
	bool is_folder, is_over; // something else has the name
	bool is_link;            // the new name is another one of the same file
};

static int refuse(int code, const char *path, const char *why, struct err *err)
{
	return err_set(err, code, path, ERR_NOWHERE, "%s", why);
}

// --- What is refused -----------------------------------------------------------

// Climbs from where the folder is to go.
static int check_above(const struct rename *m, struct err *err)
{
	uint64_t at = m->b.folder;

	for (unsigned i = 0; at != NTFS_REC_ROOT; i++) {
		const struct change_attr *name;
		struct change_file f;
		int r;

		if (at == m->a.file)
			return refuse(-EINVAL, m->to,
				      "a folder cannot go into itself", err);
		if (i > NTFS_MAX_PATH_PARTS)
			return refuse(-EINVAL, m->to, "it has too many parts",
				      err);
		r = ntfs_change_load(ntfs_change_of(m->n), at, &f, err);
		name = r ? NULL : ntfs_change_find(&f, NTFS_AT_FILE_NAME, NULL);
		if (!r && (!name || !ntfs_is_name(name)))
			r = err_corrupt(err, NTFS_RECORD(at), ERR_NOWHERE,
					"a folder has no name");
		at = r ? at : ntfs_name_parent(name);
		ntfs_change_done(&f);
		if (r)
			return r;
	}
	return 0;
}

static int check_kinds(const struct rename *m, bool is_folder, struct err *err)
{
	if (m->is_folder && !is_folder)
		return refuse(-ENOTDIR, m->to,
			      "a file is there, and a folder does not take its "
			      "place",
			      err);
	return !m->is_folder && is_folder
		       ? refuse(-EISDIR, m->to,
				"a folder is there, and a file does not take "
				"its place",
				err)
		       : 0;
}

static int look(struct rename *m, struct err *err)
{
	struct ntfs_stat s, there = {0};
	int r = ntfs_target_find(m->n, m->from, false, &m->a, err);

	if (!r)
		r = ntfs_target_find(m->n, m->to, true, &m->b, err);
	if (!r && !m->a.name)
		r = refuse(-EINVAL, m->from, "the root folder has no name",
			   err);
	if (!r && !m->b.name)
		r = refuse(-EISDIR, m->to, "it is the root folder", err);
	if (!r)
		r = ntfs_stat(m->n, m->a.file, &s, err);
	if (!r && m->b.file)
		r = ntfs_stat(m->n, m->b.file, &there, err);
	if (r)
		return r;
	m->is_folder = s.is_directory;
	m->is_over = m->b.file && m->b.file != m->a.file;
	if (m->is_over)
		r = check_kinds(m, there.is_directory, err);
	return r || !m->is_folder ? r : check_above(m, err);
}

// --- The first step ------------------------------------------------------------

static int set_changed(struct change_file *f, uint64_t time, struct err *err)
{
	struct change_attr *a =
		ntfs_change_find(f, NTFS_AT_STANDARD_INFORMATION, NULL);

	if (!a || !a->resident || a->value_len < NTFS_STANDARD_SHORT)
		return err_corrupt(err, NTFS_RECORD(f->number), ERR_NOWHERE,
				   "it has no standard information");
	((struct ntfs_standard_disk *)(void *)a->value)->changed =
		to_le64(time);
	return 0;
}

static int add_again(struct change_file *f, const struct change_attr *names,
		     size_t count, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < count; i++) {
		struct change_attr *a;

		r = ntfs_change_add(f, NTFS_AT_FILE_NAME, NULL, 0, &a, err);
		if (r)
			break;
		a->indexed = true;
		r = ntfs_change_set(f, a, names[i].value, names[i].value_len,
				    err);
	}
	return r;
}

// Takes the old name out of the folder. When the new one is still there after
// that, it is another link of the file.
static int take_old(struct rename *m, struct change_file *f, unsigned *ret_left,
		    struct err *err)
{
	uint64_t file;
	struct err e = {0};
	int r = ntfs_folder_take(f, m->a.folder, m->a.name, m->a.name_len,
				 m->time, ret_left, err);

	if (r)
		return r;
	r = ntfs_folder_find(m->n, m->b.folder, m->b.name, m->b.name_len, &file,
			     &e);
	m->is_link = !r;
	return r == -ENOENT || !r ? 0 : err_pass(err, r, &e);
}

// In one folder its index changes once; the names that it loses stay with the file
// until then.
static int enter(struct rename *m, struct change_file *f, struct err *err)
{
	struct change_attr *names = NULL;
	size_t count = 0, gone = 0;
	unsigned left;
	int r = ntfs_folder_keep(f, &names, &count, err);

	if (!r && m->a.folder == m->b.folder)
		r = take_old(m, f, &left, err);
	if (!r)
		gone = ntfs_folder_gone(f, names, count);
	if (!r && !m->is_link)
		r = ntfs_folder_add(f, m->b.folder, m->b.name, m->b.name_len,
				    m->time, err);
	if (!r)
		r = add_again(f, names, gone, err);
	ntfs_folder_forget(names, count);
	return r;
}

static int put_new_name(struct rename *m, struct err *err)
{
	struct change_file f = {0};
	int r = look(m, err);

	if (r)
		return r;
	if (m->is_over)
		r = ntfs_target_remove(m->n, m->to, &m->b, m->time, err);
	if (!r)
		r = ntfs_change_load(ntfs_change_of(m->n), m->a.file, &f, err);
	if (!r)
		r = set_changed(&f, m->time, err);
	// Another name of it is there in another folder: only the old one goes.
	m->is_link = m->b.file == m->a.file && m->a.folder != m->b.folder;
	if (!r)
		r = enter(m, &f, err);
	f.stage = STAGE_CHANGED; // a folder too: before those it lies in
	if (!r)
		r = ntfs_change_store(&f, err);
	ntfs_change_done(&f);
	return r;
}

// --- The second step -----------------------------------------------------------

static int take_old_name(struct rename *m, struct err *err)
{
	struct change_file f;
	bool dropped;
	unsigned left;
	int r = ntfs_change_load(ntfs_change_of(m->n), m->a.file, &f, err);

	if (!r && m->a.folder != m->b.folder)
		r = ntfs_folder_take(&f, m->a.folder, m->a.name, m->a.name_len,
				     m->time, &left, err);
	else if (!r)
		r = ntfs_folder_drop_spare(&f, &dropped, err);
	// Those of other names, if it has any, are as the file is too.
	if (!r)
		r = ntfs_folder_refresh(&f, err);
	f.stage = STAGE_UNNAMED;
	if (!r)
		r = ntfs_change_store(&f, err);
	ntfs_change_done(&f);
	return r;
}

// --- All -----------------------------------------------------------------------

typedef int step_fn(struct rename *m, struct err *err);

static int run_step(struct rename *m, step_fn *step, struct err *err)
{
	struct ntfs_change *c = ntfs_change_of(m->n);

	ntfs_operation_begin(c);
	return ntfs_operation_end(c, step(m, err));
}

int ntfs_rename(struct ntfs *n, const char *from, const char *to, uint64_t time,
		struct err *err)
{
	struct rename m = {.n = n, .from = from, .to = to, .time = time};
	struct ntfs_change *c = ntfs_change_of(n);
	bool was_half_done = c && c->keeps_dirty;
	int r = ntfs_check_begun(n, err);

	// What is not written yet has an order of its own.
	if (!r)
		r = ntfs_sync(n, err);
	if (!r)
		r = run_step(&m, put_new_name, err);
	if (!r) {
		// Until both steps are done, this sync or a later one.
		c->keeps_dirty = true;
		r = ntfs_sync(n, err);
		if (!r)
			r = run_step(&m, take_old_name, err);
		c->keeps_dirty = r || was_half_done;
		if (!r)
			r = ntfs_sync(n, err);
	}
	ntfs_target_done(&m.a);
	ntfs_target_done(&m.b);
	return r;
}
