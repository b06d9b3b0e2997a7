// SPDX-License-Identifier: MIT
//
// Names: FILE_NAME attributes in files, and the entries that repeat them in
// folders together with the file's times, sizes and attributes (Linux-NTFS
// documentation, "$FILE_NAME").

#include <string.h>

#include "change.h"
#include "../encode/index.h"
#include "../encode/short.h"

#define MAX_KEY   NTFS_MAX_NAME_KEY
#define ENTRY_MAX NTFS_NAME_ENTRY_MAX
_Static_assert(ENTRY_MAX >= NTFS_ENTRY_KEY + MAX_KEY + 8, "size");

// A folder opened to be changed.
struct folder {
	struct change_file file;
	struct ntfs_tree tree;
};

static void close_folder(struct folder *d)
{
	ntfs_tree_done(&d->tree);
	ntfs_change_done(&d->file);
}

static int open_folder(struct ntfs_change *c, uint64_t number, struct folder *d,
		       struct err *err)
{
	int r = ntfs_change_load(c, number, &d->file, err);

	d->tree = (struct ntfs_tree){0};
	return r ? r : ntfs_tree_open(&d->file, "$I30", &d->tree, err);
}

// Stores a folder whose index was changed; `time` 0 leaves its times alone.
static int store_folder(struct folder *d, uint64_t time, struct err *err)
{
	struct change_attr *a =
		ntfs_change_find(&d->file, NTFS_AT_STANDARD_INFORMATION, NULL);
	int r = ntfs_tree_save(&d->tree, err);

	a = ntfs_change_find(&d->file, NTFS_AT_STANDARD_INFORMATION, NULL);
	if (!r && a && time) {
		struct ntfs_standard_disk *h = (void *)a->value;

		h->modified = h->changed = to_le64(time);
	}
	return r ? r : ntfs_change_store(&d->file, err);
}

// --- What entries repeat -----------------------------------------------------

static void read_copy(const struct change_file *f, struct change_copy *ret)
{
	const struct change_attr *a =
		ntfs_change_find(f, NTFS_AT_STANDARD_INFORMATION, NULL);
	const struct ntfs_standard_disk *h = (const void *)a->value;

	*ret = (struct change_copy){
		.created = get_le64(h->created),
		.modified = get_le64(h->modified),
		.changed = get_le64(h->changed),
		.accessed = get_le64(h->accessed),
		.attributes = get_le32(h->attributes),
	};
	ret->attributes &= ~(uint32_t)NTFS_FA_DIRECTORY;
	if (f->flags & NTFS_RF_DIRECTORY)
		ret->attributes |= NTFS_FA_DIRECTORY;
	if (f->flags & NTFS_RF_VIEW_INDEX)
		ret->attributes |= NTFS_FA_VIEW_INDEX;
	a = ntfs_change_find(f, NTFS_AT_DATA, NULL);
	if (a) {
		ret->allocated = a->total;
		ret->size = a->size;
	}
	a = ntfs_change_find(f, NTFS_AT_EA_INFORMATION, NULL);
	if (a && a->resident &&
	    a->value_len >= sizeof(struct ntfs_ea_information_disk))
		ret->ea_or_reparse = get_le16(
			((const struct ntfs_ea_information_disk *)(const void *)
				 a->value)
				->packed_size);
	a = ntfs_change_find(f, NTFS_AT_REPARSE_POINT, NULL);
	if (a && !a->resident)
		ret->ea_or_reparse = a->tag;
	else if (a && a->value_len >= sizeof(le32))
		ret->ea_or_reparse = get_le32(*(const le32 *)a->value);
}

static void put_copy(const struct change_copy *copy,
		     struct ntfs_file_name_disk *d)
{
	d->created = to_le64(copy->created);
	d->modified = to_le64(copy->modified);
	d->changed = to_le64(copy->changed);
	d->accessed = to_le64(copy->accessed);
	d->allocated = to_le64(copy->allocated);
	d->size = to_le64(copy->size);
	d->attributes = to_le32(copy->attributes);
	d->ea_or_reparse = to_le32(copy->ea_or_reparse);
}

static void put_entry(const struct change_file *f, const uint8_t *key,
		      size_t key_len, uint8_t entry[ENTRY_MAX])
{
	ntfs_encode_name_entry(entry, ntfs_change_reference(f), key_len);
	memcpy(entry + NTFS_ENTRY_KEY, key, key_len);
}

// Makes the entry of one of a file's names.
static void make_entry(const struct change_file *f,
		       const struct change_attr *name,
		       const struct change_copy *copy, uint8_t entry[ENTRY_MAX])
{
	struct ntfs_file_name_disk h;
	uint8_t key[MAX_KEY];

	memcpy(key, name->value, name->value_len);
	memcpy(&h, key, sizeof(h));
	put_copy(copy, &h);
	memcpy(key, &h, sizeof(h));
	put_entry(f, key, name->value_len, entry);
}

void ntfs_folder_copy(const struct change_file *f,
		      struct ntfs_file_name_disk *d)
{
	struct change_copy copy;

	read_copy(f, &copy);
	put_copy(&copy, d);
}

bool ntfs_folder_entry(const struct change_file *f, uint64_t folder,
		       const struct change_attr *a,
		       uint8_t ret[NTFS_NAME_ENTRY_MAX])
{
	const struct ntfs_file_name_disk *h = (const void *)a->value;
	struct change_copy copy;

	if (!ntfs_is_name(a) || get_le64(h->parent) != folder ||
	    !ntfs_change_find(f, NTFS_AT_STANDARD_INFORMATION, NULL))
		return false;
	read_copy(f, &copy);
	make_entry(f, a, &copy, ret);
	return true;
}

typedef int entry_fn(struct ntfs_tree *t, const uint8_t *entry,
		     struct err *err);

static int put_one(struct folder *d, const struct change_file *f,
		   const struct change_attr *name,
		   const struct change_copy *copy, entry_fn *put,
		   struct err *err)
{
	uint8_t entry[ENTRY_MAX];

	make_entry(f, name, copy, entry);
	return put(&d->tree, entry, err);
}

// Puts the entries of all names in the folder of the one at `i`.
static int put_in_folder(const struct change_file *f, size_t i,
			 const struct change_copy *copy, entry_fn *put,
			 struct err *err)
{
	uint64_t number = ntfs_name_parent(&f->attrs[i]);
	struct folder d;
	int r = open_folder(f->c, number, &d, err);

	for (; !r && i < f->count; i++)
		if (ntfs_is_name(&f->attrs[i]) &&
		    ntfs_name_parent(&f->attrs[i]) == number)
			r = put_one(&d, f, &f->attrs[i], copy, put, err);
	if (!r)
		r = store_folder(&d, 0, err);
	close_folder(&d);
	return r;
}

static int put_all(const struct change_file *f, entry_fn *put, struct err *err)
{
	struct change_copy copy;
	int r = 0;

	read_copy(f, &copy);
	for (size_t i = 0; !r && i < f->count; i++) {
		bool is_first = ntfs_is_name(&f->attrs[i]);

		for (size_t j = 0; is_first && j < i; j++)
			is_first = !ntfs_is_name(&f->attrs[j]) ||
				   ntfs_name_parent(&f->attrs[j]) !=
					   ntfs_name_parent(&f->attrs[i]);
		if (is_first)
			r = put_in_folder(f, i, &copy, put, err);
	}
	return r;
}

int ntfs_folder_refresh(const struct change_file *f, struct err *err)
{
	return put_all(f, ntfs_tree_update, err);
}

int ntfs_folder_enter(const struct change_file *f, struct err *err)
{
	return put_all(f, ntfs_tree_insert, err);
}

// --- Adding ------------------------------------------------------------------

struct taken {
	struct ntfs *n;
	uint64_t folder;
	struct err *err;
};

static int is_taken(void *ctx, const le16 *name, size_t len)
{
	const struct taken *t = ctx;
	uint64_t file;
	struct err e = {0};
	int r = ntfs_folder_find(t->n, t->folder, name, len, &file, &e);

	if (r == -ENOENT)
		return 0;
	return r ? err_pass(t->err, r, &e) : 1;
}

static int add_name(struct folder *d, struct change_file *f,
		    const struct change_copy *copy, const le16 *name,
		    size_t len, uint8_t space, struct err *err)
{
	struct ntfs_file_name_disk h = {
		.parent = to_le64(ntfs_change_reference(&d->file)),
		.name_len = (uint8_t)len,
		.name_space = space,
	};
	size_t size = sizeof(h) + 2 * len;
	uint8_t key[MAX_KEY], entry[ENTRY_MAX];
	struct change_attr *a;
	int r = ntfs_change_add(f, NTFS_AT_FILE_NAME, NULL, 0, &a, err);

	put_copy(copy, &h);
	memcpy(key, &h, sizeof(h));
	memcpy(key + sizeof(h), name, 2 * len);
	put_entry(f, key, size, entry);
	if (!r) {
		a->indexed = true;
		r = ntfs_change_set(f, a, key, size, err);
	}
	return r ? r : ntfs_tree_insert(&d->tree, entry, err);
}

int ntfs_folder_add(struct change_file *f, uint64_t folder, const le16 *name,
		    size_t len, uint64_t time, struct err *err)
{
	bool is_short = ntfs_short_is(name, len);
	struct taken taken = {f->c->n, folder, err};
	struct change_copy copy;
	le16 short_name[12];
	size_t short_len = 0;
	struct folder d;
	int r = open_folder(f->c, folder, &d, err);

	read_copy(f, &copy);
	if (!r && !is_short)
		r = ntfs_short_make(f->c->n->upcase, name, len, is_taken,
				    &taken, short_name, &short_len);
	if (!r)
		r = add_name(&d, f, &copy, name, len,
			     is_short ? NTFS_NS_BOTH : NTFS_NS_WIN32, err);
	if (!r && !is_short)
		r = add_name(&d, f, &copy, short_name, short_len, NTFS_NS_DOS,
			     err);
	if (!r)
		r = store_folder(&d, time, err);
	close_folder(&d);
	return r;
}

// --- Taking ------------------------------------------------------------------

static bool has_name(const struct change_file *f, const struct change_attr *a,
		     const le16 *name, size_t len)
{
	const struct ntfs_file_name_disk *h = (const void *)a->value;

	return !ntfs_name_compare(f->c->n, name, len,
				  (const le16 *)(const void *)(h + 1),
				  h->name_len);
}

static bool is_name_in(const struct change_attr *a, uint64_t folder)
{
	return ntfs_is_name(a) && ntfs_name_parent(a) == folder;
}

// Finds the name that is meant: in the same letters, if there is one. Returns its
// place, or f->count.
static size_t find_name(const struct change_file *f, uint64_t folder,
			const le16 *name, size_t len)
{
	size_t found = f->count;

	for (size_t i = 0; i < f->count; i++) {
		const struct change_attr *a = &f->attrs[i];

		if (!is_name_in(a, folder) || !has_name(f, a, name, len))
			continue;
		if (!memcmp(a->value + sizeof(struct ntfs_file_name_disk), name,
			    2 * len))
			return i;
		found = found < f->count ? found : i;
	}
	return found;
}

static bool is_half(const struct change_attr *a)
{
	return ntfs_name_space(a) == NTFS_NS_WIN32 ||
	       ntfs_name_space(a) == NTFS_NS_DOS;
}

static int take_name(struct folder *d, struct change_file *f,
		     struct change_attr *a, struct err *err)
{
	int r = ntfs_tree_remove(&d->tree, a->value, a->value_len, err);

	return r ? r : ntfs_change_remove(f, a, err);
}

int ntfs_folder_take(struct change_file *f, uint64_t folder, const le16 *name,
		     size_t len, uint64_t time, unsigned *ret_left,
		     struct err *err)
{
	size_t which = find_name(f, folder, name, len);
	// When it is one of a pair (long and 8.3) of this folder, the other goes too.
	bool pair = which < f->count && is_half(&f->attrs[which]);
	unsigned left = 0;
	struct folder d;
	int r = open_folder(f->c, folder, &d, err);

	for (size_t i = f->count; !r && i--;)
		if (i == which || (pair && is_name_in(&f->attrs[i], folder) &&
				   is_half(&f->attrs[i])))
			r = take_name(&d, f, &f->attrs[i], err);
	if (!r)
		r = store_folder(&d, time, err);
	close_folder(&d);
	for (size_t i = 0; !r && i < f->count; i++)
		left += ntfs_is_name(&f->attrs[i]) &&
			ntfs_name_space(&f->attrs[i]) != NTFS_NS_DOS;
	if (!r)
		*ret_left = left;
	return r;
}

// --- Putting back --------------------------------------------------------------

int ntfs_folder_put_back(const struct change_file *f,
			 const struct change_attr *a, struct err *err)
{
	struct change_copy copy;
	uint8_t entry[ENTRY_MAX];
	struct folder d;
	int r = open_folder(f->c, ntfs_name_parent(a), &d, err);

	read_copy(f, &copy);
	make_entry(f, a, &copy, entry);
	if (!r)
		r = ntfs_tree_insert(&d.tree, entry, err);
	if (!r)
		r = store_folder(&d, 0, err);
	close_folder(&d);
	return r;
}
