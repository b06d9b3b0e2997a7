// SPDX-License-Identifier: MIT
//
// The operations of changing a volume. Each is done in the cache alone, and
// undone there when it fails.

#include <string.h>

#include "change.h"
#include "../read/reparse.h"
#include "../encode/short.h"

void ntfs_target_done(struct ntfs_target *t)
{
	mem_free(t->name);
	t->name = NULL;
}

int ntfs_check_begun(const struct ntfs *n, struct err *err)
{
	const struct ntfs_change *c = ntfs_change_of(n);

	return c && c->is_begun
		       ? 0
		       : err_set(err, -EINVAL, "NTFS volume", ERR_NOWHERE,
				 "it was not readied for changes");
}

static int bad_name(const char *path, const char *why, struct err *err)
{
	return err_set(err, -EINVAL, path, ERR_NOWHERE, "%s", why);
}

// Turns one part of a path into a name that Windows can open.
static int read_name(const char *path, const char *part, size_t len,
		     struct ntfs_target *t, struct err *err)
{
	char *text = mem_dup(part, len + 1);
	int r;

	ntfs_target_done(t);
	if (!text)
		return err_nomem(err);
	text[len] = 0;
	r = utf16_from_utf8(text, &t->name, &t->name_len);
	mem_free(text);
	if (r == -ENOMEM)
		return err_nomem(err);
	if (r)
		return bad_name(path, "it is not UTF-8", err);
	if (t->name_len > NTFS_MAX_NAME)
		return bad_name(path, "a name in it is over 255 characters",
				err);
	if (!ntfs_short_is_win32(t->name, t->name_len))
		return bad_name(path,
				"a name in it is none that Windows can "
				"open",
				err);
	return 0;
}

static int is_folder(struct ntfs *n, uint64_t record, bool *ret,
		     struct err *err)
{
	struct ntfs_stat s;
	int r = ntfs_stat(n, record, &s, err);

	if (!r)
		*ret = s.is_directory;
	return r;
}

// The system's own files, and what lies in its folders, are left alone.
static bool is_systems(uint64_t record)
{
	return record < NTFS_REC_USER && record != NTFS_REC_ROOT;
}

static int systems(const char *path, struct err *err)
{
	return err_set(err, -EPERM, path, ERR_NOWHERE,
		       "it is the file system's own");
}

// Goes one part on from t->file.
static int step(struct ntfs *n, const char *path, const char *part, size_t len,
		struct ntfs_target *t, struct err *err)
{
	struct err e = {0};
	uint64_t reference;
	bool folder;
	int r = is_folder(n, t->file, &folder, err);

	if (r)
		return r;
	if (!folder)
		return err_set(err, -ENOTDIR, path, ERR_NOWHERE,
			       "a part of it is a file");
	if (is_systems(t->file))
		return systems(path, err);
	r = read_name(path, part, len, t, err);
	if (r)
		return r;
	t->folder = t->file;
	t->file = 0;
	r = ntfs_folder_find(n, t->folder, t->name, t->name_len, &reference,
			     &e);
	if (r == -ENOENT)
		return 0;
	if (r)
		return err_pass(err, r, &e);
	t->file = ntfs_ref_record(reference);
	return is_systems(t->file) ? systems(path, err) : 0;
}

struct new_file;
typedef int missing_fn(struct ntfs *n, const char *path, bool is_last,
		       struct ntfs_target *t, const struct new_file *spec,
		       struct err *err);

// Calls `missing` for each part that is not there, which makes it or fails.
static int walk(struct ntfs *n, const char *path, struct ntfs_target *t,
		missing_fn *missing, const struct new_file *spec,
		struct err *err)
{
	const char *p = path + strspn(path, "\\/");
	unsigned links = 0;
	int r = 0;

	*t = (struct ntfs_target){.file = NTFS_REC_ROOT};
	while (!r && *p) {
		size_t len = strcspn(p, "\\/"), gap = strspn(p + len, "\\/");

		if (++t->depth > NTFS_MAX_PATH_PARTS)
			return bad_name(path, "it has too many parts", err);
		r = step(n, path, p, len, t, err);
		p += len + gap;
		if (!r && t->file && *p)
			r = ntfs_link_follow(n, t->folder, &t->file, &links,
					     err);
		if (!r && !t->file)
			r = missing(n, path, !*p, t, spec, err);
	}
	return r;
}

static int fail_missing(struct ntfs *n, const char *path, bool is_last,
			struct ntfs_target *t, const struct new_file *spec,
			struct err *err)
{
	return err_set(err, -ENOENT, path, ERR_NOWHERE,
		       is_last ? "there is no such file or folder"
			       : "the folder that it goes into is not there");
}

static int may_be_new(struct ntfs *n, const char *path, bool is_last,
		      struct ntfs_target *t, const struct new_file *spec,
		      struct err *err)
{
	return is_last ? 0 : fail_missing(n, path, is_last, t, spec, err);
}

int ntfs_target_find(struct ntfs *n, const char *path, bool may_miss,
		     struct ntfs_target *ret, struct err *err)
{
	return walk(n, path, ret, may_miss ? may_be_new : fail_missing, NULL,
		    err);
}

// --- New files ---------------------------------------------------------------

struct new_file {
	uint32_t attributes;
	bool is_directory;
	uint64_t time;
	uint64_t created; // ntfs_set_info
	// content of a file
	const void *data; // NULL: it is written later
	uint64_t size;
	uint64_t record; // that it got, or had
};

// Makes a file of t->name in t->folder; t->file becomes its record.
static int make(struct ntfs_change *c, struct ntfs_target *t,
		const struct new_file *spec, struct err *err)
{
	struct change_file f = {
		.c = c,
		.flags = NTFS_RF_IN_USE |
			 (spec->is_directory ? NTFS_RF_DIRECTORY : 0)};
	uint32_t security;
	int r = ntfs_secure_inherit(c, t->folder, spec->is_directory, &security,
				    err);

	if (!r)
		r = ntfs_new_stage(c, t->folder, spec->is_directory, &f.stage,
				   err);
	if (!r)
		r = ntfs_record_take(c, &f.number, &f.sequence, err);
	if (!r)
		r = ntfs_new_standard(&f, spec->attributes, security,
				      spec->time, err);
	if (!r && spec->is_directory)
		r = ntfs_new_index(&f, err);
	else if (!r)
		r = ntfs_content_replace(&f, spec->data, spec->size, err);
	if (!r)
		r = ntfs_folder_add(&f, t->folder, t->name, t->name_len,
				    spec->time, err);
	if (!r)
		r = ntfs_change_store(&f, err);
	if (!r)
		t->file = f.number;
	ntfs_change_done(&f);
	return r;
}

// --- Operations --------------------------------------------------------------

static int make_missing(struct ntfs *n, const char *path, bool is_last,
			struct ntfs_target *t, const struct new_file *spec,
			struct err *err)
{
	return make(ntfs_change_of(n), t, spec, err);
}

typedef int at_fn(struct ntfs *n, const char *path, struct ntfs_target *t,
		  struct new_file *spec, struct err *err);

// Does something at a path, all of it or nothing.
static int at_path(struct ntfs *n, const char *path, missing_fn *missing,
		   at_fn *act, struct new_file *spec, struct err *err)
{
	struct ntfs_target t;
	int r = ntfs_check_begun(n, err);

	if (r)
		return r;
	ntfs_operation_begin(ntfs_change_of(n));
	r = walk(n, path, &t, missing, spec, err);
	if (!r)
		r = act(n, path, &t, spec, err);
	ntfs_target_done(&t);
	return ntfs_operation_end(ntfs_change_of(n), r);
}

static int check_folder(struct ntfs *n, const char *path, struct ntfs_target *t,
			struct new_file *spec, struct err *err)
{
	bool folder = true;
	int r = is_folder(n, t->file, &folder, err);

	if (!r && !folder)
		r = err_set(err, -ENOTDIR, path, ERR_NOWHERE,
			    "a part of it is a file");
	return r;
}

int ntfs_mkdir_all(struct ntfs *n, const char *path, uint64_t time,
		   struct err *err)
{
	struct new_file spec = {.is_directory = true, .time = time};

	return at_path(n, path, make_missing, check_folder, &spec, err);
}

static int put_there(struct ntfs *n, const char *path, struct ntfs_target *t,
		     struct new_file *spec, struct err *err)
{
	const struct ntfs_content content = {
		.data = spec->data, .size = spec->size, .time = spec->time};
	struct ntfs_change *c = ntfs_change_of(n);
	int r;

	if (!t->name)
		return err_set(err, -EISDIR, path, ERR_NOWHERE,
			       "it is a folder");
	r = t->file ? ntfs_content_change(c, path, t->file, &content, err)
		    : make(c, t, spec, err);
	spec->record = t->file;
	return r;
}

#define SETTABLE                                                               \
	(NTFS_ATTR_READONLY | NTFS_ATTR_HIDDEN | NTFS_ATTR_SYSTEM |            \
	 NTFS_ATTR_ARCHIVE)

static int put_file(struct ntfs *n, const char *path, struct new_file *spec,
		    struct err *err)
{
	int r = ntfs_check_begun(n, err);

	if (r)
		return r;
	if (spec->attributes & ~(uint32_t)SETTABLE)
		return bad_name(path, "these attributes cannot be given", err);
	if (spec->size > INT64_MAX)
		return err_set(err, -ENOSPC, path, ERR_NOWHERE,
			       "no file can be so large");
	return at_path(n, path, may_be_new, put_there, spec, err);
}

int ntfs_create_file(struct ntfs *n, const char *path, uint64_t size,
		     uint32_t attributes, uint64_t time, struct disk **ret,
		     struct err *err)
{
	struct new_file spec = {
		.attributes = attributes, .time = time, .size = size};
	int r = put_file(n, path, &spec, err);

	return r ? r : ntfs_content_open(n, spec.record, true, ret, err);
}

int ntfs_write_file(struct ntfs *n, const char *path, const void *data,
		    size_t size, uint32_t attributes, uint64_t time,
		    struct err *err)
{
	struct new_file spec = {.attributes = attributes,
				.time = time,
				.data = size ? data : "",
				.size = size};

	return put_file(n, path, &spec, err);
}

static int resize_there(struct ntfs *n, const char *path, struct ntfs_target *t,
			struct new_file *spec, struct err *err)
{
	const struct ntfs_content content = {
		.is_resize = true, .size = spec->size, .time = spec->time};

	return ntfs_content_change(ntfs_change_of(n), path, t->file, &content,
				   err);
}

int ntfs_resize_file(struct ntfs *n, const char *path, uint64_t size,
		     uint64_t time, struct err *err)
{
	struct new_file spec = {.time = time, .size = size};

	return at_path(n, path, fail_missing, resize_there, &spec, err);
}

// --- Attributes and times ------------------------------------------------------

int ntfs_check_name(const char *name, struct err *err)
{
	struct ntfs_target t = {0};
	int r = *name ? read_name(name, name, strlen(name), &t, err)
		      : bad_name("file", "its name is empty", err);

	ntfs_target_done(&t);
	return r;
}

static int set_there(struct ntfs *n, const char *path, struct ntfs_target *t,
		     struct new_file *spec, struct err *err)
{
	struct change_file f;
	struct change_attr *a;
	struct ntfs_standard_disk *h;
	int r = ntfs_change_load(ntfs_change_of(n), t->file, &f, err);

	a = r ? NULL : ntfs_change_find(&f, NTFS_AT_STANDARD_INFORMATION, NULL);
	if (!r && (!a || !a->resident || a->value_len < NTFS_STANDARD_SHORT))
		r = err_corrupt(err, path, ERR_NOWHERE,
				"it has no standard information");
	if (!r) {
		h = (void *)a->value;
		h->attributes = to_le32((get_le32(h->attributes) &
					 ~(uint32_t)SETTABLE) |
					spec->attributes);
		if (spec->created)
			h->created = to_le64(spec->created);
		if (spec->time)
			h->modified = h->changed = to_le64(spec->time);
		r = ntfs_change_store(&f, err);
	}
	// The root folder's own entry is in the index that was stored with it.
	if (!r)
		r = ntfs_folder_refresh(&f, err);
	ntfs_change_done(&f);
	return r;
}

int ntfs_set_info(struct ntfs *n, const char *path, uint32_t attributes,
		  uint64_t created, uint64_t modified, struct err *err)
{
	struct new_file spec = {
		.attributes = attributes, .time = modified, .created = created};

	if (attributes & ~(uint32_t)SETTABLE)
		return bad_name(path, "these attributes cannot be given", err);
	return at_path(n, path, fail_missing, set_there, &spec, err);
}

// --- Removing ----------------------------------------------------------------

static int check_empty(struct change_file *f, const char *path, struct err *err)
{
	struct ntfs_tree t;
	int r;

	if (!(f->flags & NTFS_RF_DIRECTORY))
		return 0;
	r = ntfs_tree_open(f, "$I30", &t, err);
	if (!r && !ntfs_tree_is_empty(&t))
		r = err_set(err, -ENOTEMPTY, path, ERR_NOWHERE,
			    "the folder holds files");
	ntfs_tree_done(&t);
	return r;
}

// Gives back all that a file has. No folder outlasts on the device what it has
// an entry of, although nothing leads to the folder itself any more.
static int free_file(struct change_file *f, unsigned depth, struct err *err)
{
	uint32_t stage = f->flags & NTFS_RF_DIRECTORY ? STAGE_FREED + depth
						      : STAGE_FREED_FILES;
	int r = ntfs_views_remove(f, err);

	for (size_t i = 0; !r && i < f->count; i++)
		r = ntfs_space_give(f->c, &f->attrs[i].runs, 0, err);
	if (!r)
		r = ntfs_space_give(f->c, &f->list_runs, 0, err);
	if (!r)
		r = ntfs_record_give(f->c, f->number, stage, err);
	for (size_t i = 0; !r && i < f->extension_count; i++)
		r = ntfs_record_give(f->c, f->extensions[i],
				     STAGE_FREED_EXTENSIONS, err);
	return r;
}

// The folder's entry goes before the file's name; one that is new has neither.
static int store_unnamed(struct change_file *f, struct err *err)
{
	uint32_t stage = ntfs_record_stage(f->c, f->number);

	if (stage < STAGE_FILES || stage > STAGE_LAST_FOLDER)
		f->stage = STAGE_UNNAMED;
	return ntfs_change_store(f, err);
}

int ntfs_target_remove(struct ntfs *n, const char *path,
		       const struct ntfs_target *t, uint64_t time,
		       struct err *err)
{
	struct change_file f;
	unsigned left = 0;
	int r;

	if (!t->name)
		return bad_name(path, "the root folder cannot be removed", err);
	r = ntfs_change_load(ntfs_change_of(n), t->file, &f, err);
	if (!r)
		r = check_empty(&f, path, err);
	if (!r)
		r = ntfs_folder_take(&f, t->folder, t->name, t->name_len, time,
				     &left, err);
	if (!r)
		r = left ? store_unnamed(&f, err)
			 : free_file(&f, t->depth, err);
	ntfs_change_done(&f);
	return r;
}

static int remove_there(struct ntfs *n, const char *path, struct ntfs_target *t,
			struct new_file *spec, struct err *err)
{
	return ntfs_target_remove(n, path, t, filetime_now(), err);
}

int ntfs_remove(struct ntfs *n, const char *path, struct err *err)
{
	return at_path(n, path, fail_missing, remove_there, NULL, err);
}
