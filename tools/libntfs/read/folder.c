// SPDX-License-Identifier: MIT
//
// Folders: finding a name, listing (the index $I30 of FILE_NAME keys).

#include <limits.h>
#include <string.h>

#include "read.h"

struct find {
	const struct ntfs *n;
	const le16 *name;
	size_t name_len;
	bool wants_case;
	uint64_t file;
	bool is_same; // in the same letters
};

static int compare_letters(const le16 *a, const le16 *b, size_t len)
{
	int d = 0;

	for (size_t i = 0; !d && i < len; i++)
		d = get_le16(a[i]) - get_le16(b[i]);
	return d;
}

static int compare_name(void *ctx, const uint8_t *key, size_t len)
{
	const struct find *f = ctx;
	struct ntfs_file_name name;
	int d;

	if (ntfs_file_name_decode(key, len, 0, &name, NULL))
		return INT_MIN;
	d = ntfs_name_compare(f->n, f->name, f->name_len, name.name,
			      name.name_len);
	return d || !f->wants_case
		       ? d
		       : compare_letters(f->name, name.name, f->name_len);
}

static int take_file(void *ctx, const struct ntfs_index_entry *e)
{
	struct find *f = ctx;
	struct ntfs_file_name name;

	f->file = e->file;
	f->is_same =
		!ntfs_file_name_decode(e->key, e->key_len, 0, &name, NULL) &&
		name.name_len == f->name_len &&
		!compare_letters(f->name, name.name, f->name_len);
	return 0;
}

// Opens the folder's index; -ENOTDIR when it has none.
static int open_folder(struct ntfs *n, uint64_t record, struct ntfs_index *ret,
		       struct err *err)
{
	struct ntfs_file f;
	int r = ntfs_file_open(n, record, &f, err);

	if (r)
		return r;
	if (f.records[0].flags & NTFS_RF_DIRECTORY)
		r = ntfs_index_open(&f, "$I30", ret, err);
	else
		r = err_set(err, -ENOTDIR, NTFS_RECORD(record), ERR_NOWHERE,
			    "it is a file, not a folder");
	ntfs_file_done(&f);
	return r;
}

int ntfs_folder_find_as(struct ntfs *n, uint64_t folder, const le16 *name,
			size_t name_len, uint64_t *ret_file, bool *ret_same,
			struct err *err)
{
	struct find f = {.n = n, .name = name, .name_len = name_len};
	struct ntfs_index x;
	struct err e = {0};
	int r = open_folder(n, folder, &x, err), again = 0;

	if (r)
		return r;
	r = ntfs_index_find(&x, compare_name, take_file, &f, err);
	// Another one may stand beside it.
	if (!r && !f.is_same) {
		f.wants_case = true;
		again = ntfs_index_find(&x, compare_name, take_file, &f, &e);
	}
	ntfs_index_done(&x);
	if (again && again != -ENOENT)
		return err_pass(err, again, &e);
	if (r)
		return r;
	*ret_file = f.file;
	*ret_same = f.is_same;
	return 0;
}

int ntfs_folder_find(struct ntfs *n, uint64_t folder, const le16 *name,
		     size_t name_len, uint64_t *ret_file, struct err *err)
{
	bool is_same;

	return ntfs_folder_find_as(n, folder, name, name_len, ret_file,
				   &is_same, err);
}

struct list {
	int (*fn)(void *ctx, const struct ntfs_entry *entry);
	void *ctx;
	uint64_t folder;
	struct err *err;
};

static int list_entry(void *ctx, const struct ntfs_index_entry *e)
{
	const struct list *l = ctx;
	struct ntfs_file_name name;
	struct ntfs_entry entry;
	char *utf8;
	int r = ntfs_file_name_decode(e->key, e->key_len, l->folder, &name,
				      l->err);

	if (r)
		return r;
	utf8 = utf16_to_utf8(name.name, name.name_len);
	if (!utf8)
		return err_nomem(l->err);
	entry = (struct ntfs_entry){
		.record = ntfs_ref_record(e->file),
		.sequence = ntfs_ref_sequence(e->file),
		.attributes = (name.attributes & 0xffff) |
			      (name.attributes & NTFS_FA_DIRECTORY
				       ? NTFS_ATTR_DIRECTORY
				       : 0),
		.size = name.size,
		.created = name.created,
		.modified = name.modified,
		.accessed = name.accessed,
		.reparse_tag = name.attributes & NTFS_ATTR_REPARSE
				       ? name.ea_or_reparse
				       : 0,
		.name_space = name.name_space,
		.name_len = name.name_len,
		.name = name.name,
		.utf8 = utf8,
	};
	r = l->fn(l->ctx, &entry);
	mem_free(utf8);
	return r;
}

int ntfs_list(struct ntfs *n, uint64_t record,
	      int (*fn)(void *ctx, const struct ntfs_entry *entry), void *ctx,
	      struct err *err)
{
	struct list l = {fn, ctx, record, err};
	struct ntfs_index x;
	int r = open_folder(n, record, &x, err);

	if (r)
		return r;
	r = ntfs_index_walk(&x, list_entry, &l, err);
	ntfs_index_done(&x);
	return r;
}

static int is_users(void *ctx, const struct ntfs_entry *e)
{
	static const char *const system[] = {"System Volume Information",
					     "$RECYCLE.BIN"};

	if (e->record < NTFS_REC_USER)
		return 0;
	for (size_t i = 0; i < 2; i++) {
		le16 units[32];
		size_t len = ntfs_ascii_units(system[i], units);

		// A short name stands beside its long one.
		if (e->name_space == NTFS_NS_DOS ||
		    !utf16_casecmp(e->name, e->name_len, units, len))
			return 0;
	}
	return 1;
}

int ntfs_is_empty(struct ntfs *n, bool *ret, struct err *err)
{
	int r = ntfs_list(n, NTFS_REC_ROOT, is_users, NULL, err);

	if (r < 0)
		return r;
	*ret = !r;
	return 0;
}
