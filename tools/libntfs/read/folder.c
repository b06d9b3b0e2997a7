// SPDX-License-Identifier: MIT
//
// Folders: finding a name, following a path, listing (the index $I30 of
// FILE_NAME keys).

#include <limits.h>
#include <string.h>

#include "reparse.h"

struct find {
	const struct ntfs *n;
	const le16 *name;
	size_t name_len;
	uint64_t file;
};

static int compare_name(void *ctx, const uint8_t *key, size_t len)
{
	const struct find *f = ctx;
	struct ntfs_file_name name;

	if (ntfs_file_name_decode(key, len, 0, &name, NULL))
		return INT_MIN;
	return ntfs_name_compare(f->n, f->name, f->name_len, name.name,
				 name.name_len);
}

static int take_file(void *ctx, const struct ntfs_index_entry *e)
{
	((struct find *)ctx)->file = e->file;
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

int ntfs_folder_find(struct ntfs *n, uint64_t folder, const le16 *name,
		     size_t name_len, uint64_t *ret_file, struct err *err)
{
	struct find f = {.n = n, .name = name, .name_len = name_len};
	struct ntfs_index x;
	int r = open_folder(n, folder, &x, err);

	if (r)
		return r;
	r = ntfs_index_find(&x, compare_name, take_file, &f, err);
	ntfs_index_done(&x);
	if (!r)
		*ret_file = f.file;
	return r;
}

// One part of a path, of len bytes.
static int find_part(struct ntfs *n, const char *part, size_t len,
		     uint64_t *record, struct err *err)
{
	char text[NTFS_MAX_NAME * 3 + 1];
	struct err inner = {0};
	uint64_t file;
	le16 *name;
	size_t name_len;
	int r;

	if (len >= sizeof(text))
		return err_set(err, -ENOENT, "path", ERR_NOWHERE,
			       "a part of it is too long for a name");
	memcpy(text, part, len);
	text[len] = 0;
	r = utf16_from_utf8(text, &name, &name_len);
	if (r)
		return r == -ENOMEM ? err_nomem(err)
				    : err_set(err, -ENOENT, text, ERR_NOWHERE,
					      "it is not UTF-8");
	r = ntfs_folder_find(n, *record, name, name_len, &file, &inner);
	mem_free(name);
	if (r == -ENOENT || r == -ENOTDIR)
		return err_set(
			err, r, text, ERR_NOWHERE,
			r == -ENOENT
				? "there is no such file or folder"
				: "a part of this path is a file, not a folder");
	if (r)
		return err_pass(err, r, &inner);
	*record = ntfs_ref_record(file);
	return 0;
}

static int find_parent(struct ntfs *n, uint64_t *record, struct err *err)
{
	struct ntfs_file_name name;
	struct ntfs_attr a = {0};
	struct ntfs_file f;
	int r = ntfs_file_open(n, *record, &f, err);

	if (r)
		return r;
	while ((r = ntfs_file_next(&f, &a, err)) > 0)
		if (a.type == NTFS_AT_FILE_NAME && a.resident)
			break;
	if (!r)
		r = err_corrupt(err, NTFS_RECORD(*record), ERR_NOWHERE,
				"the folder has no name");
	else if (r > 0)
		r = ntfs_file_name_decode(a.value, a.value_len, *record, &name,
					  err);
	if (!r)
		*record = ntfs_ref_record(name.parent);
	ntfs_file_done(&f);
	return r;
}

// A path as it is written, or (links counts them) a link's target.
struct walk {
	const char *path;
	bool is_target, keep_last; // the last part stays a link
	unsigned *links;
};

static int walk(struct ntfs *n, const struct walk *w, uint64_t *record,
		struct err *err)
{
	const char *path = w->path + strspn(w->path, "\\/");
	int r = 0;

	while (*path && !r) {
		size_t len = strcspn(path, "\\/"), gap;
		bool is_dots = w->is_target && path[0] == '.' &&
			       (len == 1 || (len == 2 && path[1] == '.'));
		uint64_t folder = *record;

		gap = strspn(path + len, "\\/");
		if (is_dots && len == 1)
			r = 0;
		else if (is_dots)
			r = find_parent(n, record, err);
		else
			r = find_part(n, path, len, record, err);
		path += len + gap;
		if (!r && !is_dots && (*path || !w->keep_last))
			r = ntfs_link_follow(n, folder, record, w->links, err);
	}
	return r;
}

int ntfs_path_follow(struct ntfs *n, uint64_t folder, const char *path,
		     unsigned *links, uint64_t *ret_record, struct err *err)
{
	struct walk w = {.path = path, .is_target = true, .links = links};
	int r = walk(n, &w, &folder, err);

	if (!r)
		*ret_record = folder;
	return r;
}

static int lookup(struct ntfs *n, const char *path, bool keep_last,
		  uint64_t *ret_record, struct err *err)
{
	uint64_t record = NTFS_REC_ROOT;
	unsigned links = 0;
	struct walk w = {.path = path, .keep_last = keep_last, .links = &links};
	int r = walk(n, &w, &record, err);

	if (!r)
		*ret_record = record;
	return r;
}

int ntfs_lookup(struct ntfs *n, const char *path, uint64_t *ret_record,
		struct err *err)
{
	return lookup(n, path, false, ret_record, err);
}

int ntfs_lookup_link(struct ntfs *n, const char *path, uint64_t *ret_record,
		     struct err *err)
{
	return lookup(n, path, true, ret_record, err);
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
		size_t len = strlen(system[i]);

		for (size_t j = 0; j < len; j++)
			units[j] = to_le16((uint8_t)system[i][j]);
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
