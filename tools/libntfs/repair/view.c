// SPDX-License-Identifier: MIT
//
// The indexes of $Extend made anew: $ObjId and $Reparse from their entries that are
// right and from the files that have none, $Quota's from what can be read of them.

#include <string.h>

#include "repair.h"
#include "../encode/index.h"

#define MAX_VIEW_ENTRY 0x1000u
#define MAX_NAME       8u // "$Reparse"

struct entry {
	uint8_t *bytes;
	uint64_t file; // record that it is of, or ERR_NOWHERE
};

struct view {
	struct repair_round *w;
	const char *file, *index;
	enum { OBJECT_IDS, REPARSE_POINTS, OTHER } kind;
	uint64_t number;
	struct entry *entries;
	size_t count, capacity;
	struct err *err;
};

static int find(struct repair_round *w, const char *name, uint64_t *ret)
{
	le16 units[16];
	uint64_t file;
	struct err e = {0};
	int r = ntfs_folder_find(w->c->n, NTFS_REC_EXTEND, units,
				 ntfs_ascii_units(name, units), &file, &e);

	*ret = r ? 0 : ntfs_ref_record(file);
	return !r || ntfs_check_is_content(r) ? 0 : err_pass(w->r->err, r, &e);
}

// --- Entries -----------------------------------------------------------------

static int keep(struct view *k, uint64_t file, const void *key, size_t key_len,
		const void *data, size_t data_len)
{
	uint8_t *bytes;

	if (mem_grow((void **)&k->entries, k->count, &k->capacity,
		     sizeof(*k->entries)))
		return err_nomem(k->err);
	bytes = mem_alloc(ntfs_encode_view_entry(NULL, key, key_len, data,
						 data_len));
	if (!bytes)
		return err_nomem(k->err);
	ntfs_encode_view_entry(bytes, key, key_len, data, data_len);
	k->entries[k->count++] = (struct entry){bytes, file};
	return 0;
}

// Reads a file's attribute; *ret is NULL when it has none.
static int read_attr(struct view *k, uint64_t number, uint32_t type,
		     uint8_t **ret, size_t *ret_size)
{
	struct err e = {0};
	struct ntfs_file f;
	struct ntfs_attr a;
	int r = ntfs_file_open(k->w->c->n, number, &f, &e);

	*ret = NULL;
	*ret_size = 0;
	if (!r) {
		r = ntfs_file_find(&f, type, NULL, 0, &a, &e);
		if (!r)
			r = ntfs_stream_read(&f, &a, 65536, ret, ret_size, &e);
		ntfs_file_done(&f);
	}
	return !r || ntfs_check_is_content(r) ? 0 : err_pass(k->err, r, &e);
}

// The file that an entry is of, when it has what the entry says.
static int file_of(struct view *k, const struct ntfs_index_entry *e,
		   uint64_t *ret)
{
	const struct ntfs_reparse_key_disk *key = (const void *)e->key;
	const struct ntfs_objid_data_disk *d = (const void *)e->data;
	bool ids = k->kind == OBJECT_IDS;
	uint64_t file;
	uint8_t *value;
	size_t size;
	int r;

	*ret = ERR_NOWHERE;
	if (ids ? e->key_len != 16 || e->data_len < sizeof(*d)
		: e->key_len != sizeof(*key))
		return 0;
	file = get_le64(ids ? d->file : key->file);
	if (!ntfs_repair_is_base(&k->w->scan, file))
		return 0;
	r = read_attr(k, ntfs_ref_record(file),
		      ids ? NTFS_AT_OBJECT_ID : NTFS_AT_REPARSE_POINT, &value,
		      &size);
	if (!r && value && size >= (ids ? 16u : 8u) &&
	    !memcmp(value, e->key, ids ? 16 : 4))
		*ret = ntfs_ref_record(file);
	mem_free(value);
	return r;
}

static int take_entry(void *ctx, const struct ntfs_index *x,
		      const struct ntfs_index_entry *e)
{
	struct view *k = ctx;
	uint64_t file = ERR_NOWHERE;
	int r = 0;

	(void)x;
	if (k->kind != OTHER) {
		r = file_of(k, e, &file);
		if (r || file == ERR_NOWHERE)
			return r;
	}
	if (!e->key_len || e->key_len > MAX_VIEW_ENTRY ||
	    e->data_len > MAX_VIEW_ENTRY)
		return 0;
	return keep(k, file, e->key, e->key_len, e->data, e->data_len);
}

// What of the tree can be reached when the whole of it cannot be read tells no less
// of quotas than blocks that may be old.
static int take_old(struct view *k)
{
	struct ntfs_file f;
	int r = ntfs_file_open(k->w->c->n, k->number, &f, k->err);

	if (r)
		return r;
	r = ntfs_repair_each_entry(k->w->r, &f, k->index, take_entry, k,
				   k->err);
	ntfs_file_done(&f);
	return r;
}

static int add_file(struct view *k, uint64_t number)
{
	uint64_t reference = number | (uint64_t)k->w->scan.sequences[number]
					      << NTFS_SEQUENCE_SHIFT;
	struct ntfs_objid_data_disk data = {.file = to_le64(reference)};
	struct ntfs_reparse_key_disk key = {.file = to_le64(reference)};
	bool ids = k->kind == OBJECT_IDS;
	uint8_t *value;
	size_t size;
	int r = read_attr(k, number,
			  ids ? NTFS_AT_OBJECT_ID : NTFS_AT_REPARSE_POINT,
			  &value, &size);

	if (r || !value || size < (ids ? 16u : 8u)) {
		mem_free(value);
		return r;
	}
	if (ids) {
		size_t birth = size - 16 < sizeof(data) - 8 ? size - 16
							    : sizeof(data) - 8;

		memcpy(data.birth_volume, value + 16, birth);
		r = keep(k, number, value, 16, &data, sizeof(data));
	} else {
		memcpy(&key.tag, value, sizeof(key.tag));
		r = keep(k, number, &key, sizeof(key), NULL, 0);
	}
	mem_free(value);
	return r;
}

static int add_files(struct view *k)
{
	int r = 0;

	for (uint64_t i = 0;
	     !r && k->kind != OTHER && i < k->w->check.n->records; i++)
		if (k->w->check.records[i].flags &
		    (k->kind == OBJECT_IDS ? CR_OBJECT_ID : CR_REPARSE))
			r = add_file(k, i);
	return r;
}

// --- The index ---------------------------------------------------------------

// Two files with one object id: it is the first one's.
static int drop_id(struct view *k, uint64_t number)
{
	struct change_attr *a;
	struct change_file f;
	int r = ntfs_change_load(k->w->c, number, &f, k->err);

	a = r ? NULL : ntfs_change_find(&f, NTFS_AT_OBJECT_ID, NULL);
	if (a) {
		ntfs_salvage_drop(&f, a);
		r = ntfs_change_store(&f, k->err);
		ntfs_repair_lose(k->w->r, number,
				 "its object id is another file's too, and is "
				 "dropped");
	}
	ntfs_change_done(&f);
	return r;
}

static int insert(struct view *k, struct ntfs_tree *t, const struct entry *e)
{
	struct err err = {0};
	int r = ntfs_tree_insert(t, e->bytes, &err);
	const struct ntfs_index_entry_disk *h = (const void *)e->bytes;
	uint64_t first = ERR_NOWHERE;

	if (r != -EEXIST)
		return r ? err_pass(k->err, r, &err) : 0;
	for (size_t i = 0; k->kind == OBJECT_IDS && &k->entries[i] != e; i++)
		if (!memcmp(k->entries[i].bytes + sizeof(*h), h + 1, 16))
			first = k->entries[i].file;
	return first == ERR_NOWHERE || first == e->file ? 0
							: drop_id(k, e->file);
}

static int rebuild(struct view *k)
{
	struct ntfs_tree t = {0};
	struct change_file f;
	int r = ntfs_change_load(k->w->c, k->number, &f, k->err);

	if (!r)
		r = ntfs_repair_empty_index(&f, k->index, k->err);
	if (!r)
		r = ntfs_tree_open(&f, k->index, &t, k->err);
	for (size_t i = 0; !r && i < k->count; i++)
		r = insert(k, &t, &k->entries[i]);
	if (!r)
		r = ntfs_tree_save(&t, k->err);
	if (!r)
		r = ntfs_change_store(&f, k->err);
	ntfs_tree_done(&t);
	ntfs_change_done(&f);
	return r;
}

static int repair(struct view *k)
{
	struct err e = {0};
	int r;

	k->err = &e;
	ntfs_operation_begin(k->w->c);
	r = take_old(k);
	if (!r)
		r = add_files(k);
	if (!r)
		r = rebuild(k);
	if (!r)
		ntfs_repair_say(k->w->r, k->number,
				"%s: its index %s is made anew: %zu entries",
				k->file, k->index, k->count);
	r = ntfs_round_end(k->w, k->number, r, &e);
	for (size_t i = 0; i < k->count; i++)
		mem_free(k->entries[i].bytes);
	mem_free(k->entries);
	return r;
}

// --- One that is gone ----------------------------------------------------------

static int name_it(struct view *k, struct change_file *f, uint64_t time)
{
	uint64_t folder = NTFS_REC_EXTEND |
			  (uint64_t)k->w->scan.sequences[NTFS_REC_EXTEND]
				  << NTFS_SEQUENCE_SHIFT;
	struct ntfs_file_name_disk h = {
		.parent = to_le64(folder),
		.created = to_le64(time),
		.modified = to_le64(time),
		.changed = to_le64(time),
		.accessed = to_le64(time),
		.attributes = to_le32(NTFS_ATTR_HIDDEN | NTFS_ATTR_SYSTEM |
				      NTFS_FA_VIEW_INDEX),
		.name_space = NTFS_NS_POSIX,
	};
	uint8_t value[sizeof(h) + 2 * MAX_NAME];
	struct change_attr *a;
	le16 units[MAX_NAME];
	int r = ntfs_change_add(f, NTFS_AT_FILE_NAME, NULL, 0, &a, k->err);

	h.name_len = (uint8_t)ntfs_ascii_units(k->file, units);
	memcpy(value, &h, sizeof(h));
	memcpy(value + sizeof(h), units, 2u * h.name_len);
	if (!r)
		r = ntfs_change_set(f, a, value, sizeof(h) + 2u * h.name_len,
				    k->err);
	if (!r)
		a->indexed = true;
	return r ? r : ntfs_folder_enter(f, k->err);
}

static int make(struct view *k)
{
	struct change_file f = {.c = k->w->c,
				.flags = NTFS_RF_IN_USE | NTFS_RF_EXTEND |
					 NTFS_RF_VIEW_INDEX,
				.stage = STAGE_FILES};
	uint64_t time = filetime_now();
	struct ntfs_stat folder;
	int r = ntfs_stat(k->w->c->n, NTFS_REC_EXTEND, &folder, k->err);

	if (!r)
		r = ntfs_record_take(k->w->c, &f.number, &f.sequence, k->err);
	if (!r)
		r = ntfs_new_standard(&f,
				      NTFS_ATTR_HIDDEN | NTFS_ATTR_SYSTEM |
					      NTFS_FA_VIEW_INDEX,
				      folder.security_id, time, k->err);
	if (!r)
		r = name_it(k, &f, time);
	if (!r)
		r = ntfs_repair_empty_index(&f, k->index, k->err);
	if (!r)
		r = ntfs_change_store(&f, k->err);
	if (!r) {
		k->number = f.number;
		ntfs_repair_say(k->w->r, f.number, "%s is made anew", k->file);
	}
	ntfs_change_done(&f);
	return r;
}

static int make_and_fill(struct view *k)
{
	struct err e = {0};
	int r;

	k->err = &e;
	ntfs_operation_begin(k->w->c);
	r = make(k);
	r = ntfs_round_end(k->w, NTFS_REC_EXTEND, r, &e);
	return r || !k->number ? r : repair(k);
}

// Whether any file misses its entry, or the index itself was found wrong.
static bool is_wanted(const struct view *k)
{
	uint16_t bit = k->kind == OBJECT_IDS ? CR_OBJECT_ID : CR_REPARSE;

	if (k->number && k->w->needs[k->number] >> REPAIR_VIEW & 1)
		return true;
	for (uint64_t i = 0; k->kind != OTHER && i < k->w->check.n->records;
	     i++)
		if (k->w->check.records[i].flags & bit)
			return true;
	return false;
}

int ntfs_repair_views(struct repair_round *w)
{
	static const struct view views[] = {
		{.file = "$ObjId", .index = "$O", .kind = OBJECT_IDS},
		{.file = "$Reparse", .index = "$R", .kind = REPARSE_POINTS},
		{.file = "$Quota", .index = "$O", .kind = OTHER},
		{.file = "$Quota", .index = "$Q", .kind = OTHER},
	};
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(views) / sizeof(views[0]); i++) {
		struct view k = views[i];

		k.w = w;
		r = find(w, k.file, &k.number);
		if (!r && k.number < w->scan.count && is_wanted(&k))
			r = k.number ? repair(&k) : make_and_fill(&k);
	}
	for (uint64_t i = 0; !r && i < w->scan.count; i++)
		(void)ntfs_round_takes(w, i, REPAIR_VIEW);
	return r;
}
