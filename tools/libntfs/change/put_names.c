// SPDX-License-Identifier: MIT
//
// The names of files that are put: what they take the place of, their name spaces
// and 8.3 names.

#include <string.h>

#include "put.h"
#include "../encode/short.h"

struct taken {
	struct ntfs_put *p;
	const struct ntfs_put_name *name;
	struct err *err;
};

static int is_in_folder(void *ctx, const le16 *name, size_t len)
{
	const struct taken *t = ctx;
	struct err e = {0};
	uint64_t file;
	int r = ntfs_folder_find(t->p->n, ntfs_ref_record(t->name->folder),
				 name, len, &file, &e);

	if (r == -ENOENT)
		return 0;
	return r ? err_pass(t->err, r, &e) : 1;
}

static int is_taken(void *ctx, const le16 *name, size_t len)
{
	const struct taken *t = ctx;
	int r = t->p->is_coming ? t->p->is_coming(t->p->ctx, t->name->of, name,
						  len, t->err)
				: 0;

	return r ? r : is_in_folder(ctx, name, len);
}

static int add_name(struct change_file *f, uint64_t folder, const le16 *name,
		    size_t len, uint8_t space, struct err *err)
{
	struct ntfs_file_name_disk h = {
		.parent = to_le64(folder),
		.name_len = (uint8_t)len,
		.name_space = space,
	};
	uint8_t key[NTFS_MAX_NAME_KEY];
	struct change_attr *a;
	int r = ntfs_change_add(f, NTFS_AT_FILE_NAME, NULL, 0, &a, err);

	memcpy(key, &h, sizeof(h));
	memcpy(key + sizeof(h), name, 2 * len);
	if (r)
		return r;
	a->indexed = true;
	return ntfs_change_set(f, a, key, sizeof(h) + 2 * len, err);
}

static bool is_same(const struct ntfs_put *p, const struct ntfs_put_name *name)
{
	return !ntfs_name_compare(p->n, name->name, name->name_len,
				  name->dos_name, name->dos_name_len);
}

// Finds the 8.3 name of a name: the given one if it is free, else one that is made
// up if `make`. *ret_len is 0 when there is none.
static int find_short(struct ntfs_put *p, const struct ntfs_put_name *name,
		      bool make, le16 ret[12], size_t *ret_len, struct err *err)
{
	struct taken taken = {p, name, err};
	int r = 1;

	*ret_len = 0;
	if (name->dos_name_len && name->dos_name_len <= 12) {
		r = is_in_folder(&taken, name->dos_name, name->dos_name_len);
		if (!r) {
			memcpy(ret, name->dos_name, 2 * name->dos_name_len);
			*ret_len = name->dos_name_len;
		}
	}
	if (r <= 0 || !make || !ntfs_short_is_win32(name->name, name->name_len))
		return r < 0 ? r : 0;
	return ntfs_short_make(p->n->upcase, name->name, name->name_len,
			       is_taken, &taken, ret, ret_len);
}

// Tells whether a name stands beside another one that differs in case alone. Returns
// 1, 0 or an error.
static int stands_beside(struct ntfs_put *p, const struct ntfs_put_name *name,
			 struct err *err)
{
	struct taken taken = {p, name, err};

	if (name->is_beside || name->is_in_new)
		return name->is_beside;
	return is_in_folder(&taken, name->name, name->name_len);
}

// Adds a name, and its 8.3 name. A file has one of those, with the first name that
// brings one, else with the first that can have one; a name without is in the POSIX
// name space.
static int add_names_of(struct ntfs_put *p, struct change_file *f,
			const struct ntfs_put_name *given, bool may_make,
			bool *has, struct err *err)
{
	struct ntfs_put_name name = *given;
	int r = stands_beside(p, given, err);
	bool is_both;
	le16 dos[12];
	size_t len = 0;

	may_make &= !r;
	if (r && !name.is_in_new)
		name.dos_name_len = 0;
	if (r < 0)
		return r;
	is_both = name.dos_name_len
			  ? is_same(p, &name)
			  : may_make && ntfs_short_is(name.name, name.name_len);
	r = 0;
	if (*has)
		is_both = false;
	else if (!is_both)
		r = find_short(p, &name, may_make, dos, &len, err);
	*has |= is_both || len;
	if (!r)
		r = add_name(f, name.folder, name.name, name.name_len,
			     is_both ? NTFS_NS_BOTH
			     : len   ? NTFS_NS_WIN32
				     : NTFS_NS_POSIX,
			     err);
	return r || !len ? r
			 : add_name(f, name.folder, dos, len, NTFS_NS_DOS, err);
}

static bool is_short(const struct ntfs_put_name *name)
{
	return !name->is_beside && ntfs_short_is(name->name, name->name_len);
}

int ntfs_put_add_names(struct ntfs_put *p, struct change_file *f,
		       const struct ntfs_put_file *file, struct err *err)
{
	bool has = false, gives = false;
	size_t own = 0;
	int r = 0;

	for (size_t i = 0; i < file->name_count; i++)
		gives |= file->names[i].dos_name_len != 0;
	// Captures do not say that a name is an 8.3 name itself.
	while (own < file->name_count && !is_short(&file->names[own]))
		own++;
	for (size_t i = 0; !r && i < file->name_count; i++)
		r = add_names_of(p, f, &file->names[i],
				 gives ? file->names[i].dos_name_len != 0
				       : own == file->name_count || i == own,
				 &has, err);
	return r;
}

int ntfs_put_replace(struct ntfs_put *p, const struct ntfs_put_name *name,
		     struct err *err)
{
	le16 units[NTFS_MAX_NAME];
	struct ntfs_target t = {.folder = ntfs_ref_record(name->folder),
				.name = units,
				.name_len = name->name_len,
				.depth = 1};
	struct err e = {0};
	uint64_t reference;
	bool is_same;
	int r;

	if (name->is_in_new)
		return 0;
	r = ntfs_folder_find_as(p->n, t.folder, name->name, name->name_len,
				&reference, &is_same, &e);
	if (r)
		return r == -ENOENT ? 0 : err_pass(err, r, &e);
	if (name->is_beside && !is_same)
		return 0;
	t.file = ntfs_ref_record(reference);
	if (t.file < NTFS_REC_USER)
		return err_set(err, -EPERM, NTFS_RECORD(t.file), ERR_NOWHERE,
			       "it is the file system's own");
	memcpy(units, name->name, 2 * name->name_len);
	return ntfs_target_remove(p->n, NTFS_RECORD(t.file), &t, 0, err);
}
