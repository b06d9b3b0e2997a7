// SPDX-License-Identifier: MIT
//
// The plan of a transfer: what goes where, and everything about it that can be
// known before the first write.

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cmd.h"
#include "storage.h"
#include "transfer.h"

static void free_file(struct transfer_file *f)
{
	for (size_t i = 0; i < f->part_count; i++)
		mem_free(f->parts[i].path);
	mem_free(f->parts);
	mem_free(f->to);
	*f = (struct transfer_file){0};
}

void transfer_done(struct transfer *t)
{
	for (size_t i = 0; i < t->count; i++)
		free_file(&t->files[i]);
	mem_free(t->files);
	mem_free(t->failing);
	t->failing = NULL;
	t->files = NULL;
	t->count = t->capacity = 0;
}

// --- Sources -----------------------------------------------------------------

int transfer_open(const struct transfer_part *part, struct disk **ret,
		  struct err *err)
{
	if (!part->spot)
		return disk_slice(part->disk, 0, part->disk->size, ret, err);
	return tree_open_file(part->spot->tree, part->path,
			      DISK_READ_ONLY | part->spot->flags, ret, err);
}

void transfer_set_failing(struct transfer *t, const struct spot *spot,
			  const char *path)
{
	size_t size = spot ? strlen(spot->prefix) + strlen(path) + 1 : 0;

	mem_free(t->failing);
	t->failing = spot ? mem_alloc(size) : NULL;
	if (t->failing)
		snprintf(t->failing, size, "%s%s", spot->prefix, path);
}

int transfer_check_attached(const struct spot *spot, const char *path,
			    struct err *err)
{
	size_t size = strlen(spot->prefix) + strlen(path) + 1;
	char *text = mem_alloc(size);
	int r;

	if (!text)
		return err_nomem(err);
	snprintf(text, size, "%s%s", spot->prefix, path);
	r = storage_check_attached_text(&storage_effects, text, true, err);
	mem_free(text);
	return r;
}

static int find_size(struct transfer *t, struct transfer_file *f,
		     struct err *err)
{
	struct disk *d;
	int r = 0;

	for (size_t i = 0; i < f->part_count && !r; i++) {
		r = transfer_open(&f->parts[i], &d, err);
		if (r) {
			transfer_set_failing(t, f->parts[i].spot,
					     f->parts[i].path);
			break;
		}
		f->size += d->size;
		disk_close(d);
	}
	return r;
}

int transfer_add(struct transfer *t, struct transfer_file *file,
		 struct err *err)
{
	int r = file->to ? find_size(t, file, err) : err_nomem(err);

	if (!r && mem_grow((void **)&t->files, t->count, &t->capacity,
			   sizeof(*t->files)))
		r = err_nomem(err);
	if (r)
		free_file(file);
	else
		t->files[t->count++] = *file;
	return r;
}

int transfer_check_name(const struct transfer *t, const char *what,
			const char *name, struct err *err)
{
	const char *divider = strpbrk(name, spot_is_host(t->to) ? "/" : "\\/");

	return divider ? err_set(err, -EINVAL, what, ERR_NOWHERE,
				 "its name has a \"%c\", which divides folders "
				 "there: copy it alone, to a new name",
				 *divider)
		       : 0;
}

// --- What is there -----------------------------------------------------------

static int in_the_way(const struct transfer *t, const struct transfer_file *f,
		      int code, const char *why, struct err *err)
{
	char where[PATH_MAX];

	snprintf(where, sizeof(where), "%s%s", t->to->prefix, f->to);
	return err_set(err, code, where, ERR_NOWHERE, "%s", why);
}

// Returns 1 when a file is to be replaced, 0 when it is to stay.
static int may_replace(struct transfer *t, const struct transfer_file *f,
		       struct err *err)
{
	char question[PATH_MAX + 64];

	if (t->replace)
		return 1;
	snprintf(question, sizeof(question),
		 "Overwrite %s%s? (Yes/No/All): ", t->to->prefix, f->to);
	switch (ask_letter(question, "YNA", false)) {
	case 'A':
		t->replace = true;
		return 1;
	case 'Y':
		return 1;
	case 'N':
		return 0;
	default:
		return in_the_way(t, f, -EEXIST,
				  "it is there already; /Y would replace it",
				  err);
	}
}

// Returns 1 when the file stays in the plan, 0 when not.
static int check_there(struct transfer *t, struct transfer_file *f,
		       const struct tree_stat *s, struct err *err)
{
	f->is_there = true;
	f->old_size = s->size;
	if (f->is_directory)
		return s->is_directory
			       ? 1
			       : in_the_way(t, f, -ENOTDIR,
					    "a file is where a folder is to be",
					    err);
	if (s->is_directory)
		return in_the_way(t, f, -EISDIR,
				  "a folder is where a file is to be", err);
	for (size_t i = 0; i < f->part_count; i++)
		if (f->parts[i].spot && f->part_count == 1 &&
		    transfer_is_same(f->parts[i].spot, f->parts[i].path, t->to,
				     f->to))
			return in_the_way(
				t, f, -EINVAL,
				"The file cannot be copied onto itself", err);
	if ((s->attributes & TREE_READONLY) && !t->replace_readonly)
		return in_the_way(
			t, f, -EACCES,
			"it is read-only: xcopy /R /Y would replace it", err);
	return may_replace(t, f, err);
}

static int check_all_there(struct transfer *t, struct err *err)
{
	struct transfer_there there = {0};
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; i < t->count; i++) {
		struct tree_stat s;

		if (r >= 0)
			r = transfer_find(&there, t->to, t->files[i].to, &s,
					  err);
		if (!r)
			r = check_there(t, &t->files[i], &s, err);
		else if (r == -ENOENT)
			r = 1;
		if (r)
			t->files[kept++] = t->files[i];
		else
			free_file(&t->files[i]);
	}
	t->count = kept;
	transfer_there_done(&there);
	return r < 0 ? r : 0;
}

// --- Names -------------------------------------------------------------------

struct folded {
	char *path;
	size_t index;
};

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct folded *)a)->path,
		      ((const struct folded *)b)->path);
}

// Files that would be one there: of names that differ in case alone, or of one
// name in two sources.
static int check_unique(struct transfer *t, struct err *err)
{
	struct folded *all = mem_array(t->count + 1, sizeof(*all));
	int r = all ? 0 : err_nomem(err);

	for (size_t i = 0; i < t->count && !r; i++) {
		all[i].index = i;
		all[i].path = transfer_fold(t->to, t->files[i].to);
		r = all[i].path ? 0 : err_nomem(err);
	}
	if (!r && t->count)
		qsort(all, t->count, sizeof(*all), by_path);
	for (size_t i = 1; i < t->count && !r; i++)
		if (!strcmp(all[i - 1].path, all[i].path) &&
		    !(t->files[all[i].index].is_directory &&
		      t->files[all[i - 1].index].is_directory))
			r = in_the_way(t, &t->files[all[i].index], -EEXIST,
				       "two of the sources would be this file",
				       err);
	for (size_t i = 0; all && i < t->count; i++)
		mem_free(all[i].path);
	mem_free(all);
	return r;
}

static int check_name(struct transfer *t, const struct transfer_file *f,
		      struct err *err)
{
	const char *slash = strrchr(f->to, t->to->tree->slash);
	const char *name = slash ? slash + 1 : f->to;
	struct err e = {0};
	int r;

	if (f->is_there)
		name = "x"; // it is a name already
	r = tree_check_new(t->to->tree, name, f->size, &e);
	return r ? in_the_way(t, f, r, e.why, err) : 0;
}

// The folder that something goes to is there, in the plan, or made with /P.
static int check_parent(struct transfer *t, const struct transfer_file *f,
			struct err *err)
{
	const char *slash = strrchr(f->to, t->to->tree->slash);
	struct tree_stat s;
	struct err e = {0};
	char *folder;
	int r;

	if (t->make_parents || !slash || slash == f->to)
		return 0;
	folder = mem_strdup(f->to);
	if (!folder)
		return err_nomem(err);
	folder[slash - f->to] = 0;
	r = tree_stat(t->to->tree, folder, &s, &e);
	if (r == -ENOENT)
		r = in_the_way(t, f, r,
			       "its folder is not there; /P would make it",
			       err);
	else if (r)
		err_pass(err, r, &e);
	mem_free(folder);
	return r;
}

// --- Room --------------------------------------------------------------------

// Of the host nothing is asked: what a file takes there depends on its zeroes.
static int check_room(struct transfer *t, struct err *err)
{
	struct tree_info info;
	uint64_t needed = 0, given = 0;
	int r;

	if (spot_is_host(t->to))
		return 0;
	r = tree_get_info(t->to->tree, "", &info, err);
	for (size_t i = 0; i < t->count && !r; i++) {
		const struct transfer_file *f = &t->files[i];

		// A small file of NTFS may lie in its record.
		if (f->size > (volume_ntfs(t->to->tree) ? 700 : 0))
			needed += round_up(f->size, info.cluster_size);
		else if (f->is_directory && !f->is_there &&
			 volume_fat(t->to->tree))
			needed += info.cluster_size;
		if (f->is_there && f->old_size > 700)
			given += round_up(f->old_size, info.cluster_size);
	}
	if (r || needed <= info.free + given)
		return r;
	return err_set(err, -ENOSPC, t->to_text, ERR_NOWHERE,
		       "there is not enough room: %" PRIu64
		       " bytes are needed, and %" PRIu64 " are free",
		       needed - given, info.free);
}

int transfer_check(struct transfer *t, struct err *err)
{
	int r = check_unique(t, err);

	if (!r)
		r = check_all_there(t, err);
	for (size_t i = 0; i < t->count && !r; i++)
		r = check_name(t, &t->files[i], err);
	// With folders in the plan all of it lies in the first.
	if (!r && t->count)
		r = check_parent(t, &t->files[0], err);
	return r ? r : check_room(t, err);
}
