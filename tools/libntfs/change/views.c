// SPDX-License-Identifier: MIT
//
// A file has entries in $Extend's indexes, which come and go with it: its object
// id's in $ObjId, its reparse point's in $Reparse (Linux-NTFS documentation,
// "$ObjId", "$Reparse"). They are written before a file that gains them and after
// one that loses them, so that a cut leaves an entry too many and never one too few.

#include <string.h>

#include "change.h"
#include "../encode/index.h"

static int find_in_extend(struct ntfs *n, const char *name, uint64_t *ret_file,
			  struct err *err)
{
	le16 units[16];

	return ntfs_folder_find(n, NTFS_REC_EXTEND, units,
				ntfs_ascii_units(name, units), ret_file, err);
}

struct view {
	struct change_file file;
	struct ntfs_tree tree;
};

static const char *file_of(bool is_reparse)
{
	return is_reparse ? "$Reparse" : "$ObjId";
}

static const char *index_of(bool is_reparse)
{
	return is_reparse ? "$R" : "$O";
}

static size_t key_length(bool is_reparse)
{
	return is_reparse ? sizeof(struct ntfs_reparse_key_disk) : 16;
}

static int open_view(struct ntfs_change *c, bool is_reparse, uint32_t stage,
		     struct view *v, struct err *err)
{
	uint64_t number;
	int r = find_in_extend(c->n, file_of(is_reparse), &number, err);

	*v = (struct view){0};
	if (!r)
		r = ntfs_change_load(c, ntfs_ref_record(number), &v->file, err);
	v->file.stage = stage;
	return r ? r
		 : ntfs_tree_open(&v->file, index_of(is_reparse), &v->tree,
				  err);
}

static int store_view(struct view *v, struct err *err)
{
	int r = ntfs_tree_save(&v->tree, err);

	return r ? r : ntfs_change_store(&v->file, err);
}

static void close_view(struct view *v)
{
	ntfs_tree_done(&v->tree);
	ntfs_change_done(&v->file);
}

// An entry that stayed would send whoever opens a file by its object id to another
// one, once the record is used again.
//
// Takes one key out of an index of a file of $Extend.
static int remove_key(struct ntfs_change *c, const struct ntfs_view_key *key,
		      bool may_miss, struct err *err)
{
	struct err inner = {0};
	struct view v;
	int r = open_view(c, key->is_reparse, STAGE_VIEWS, &v, err);

	if (!r) {
		r = ntfs_tree_remove(&v.tree, key->key,
				     key_length(key->is_reparse), &inner);
		if (r == -ENOENT && may_miss)
			r = 0;
		else if (r)
			r = err_pass(err, r, &inner);
	}
	if (!r)
		r = store_view(&v, err);
	close_view(&v);
	return r;
}

int ntfs_views_remove_key(struct ntfs_change *c,
			  const struct ntfs_view_key *key, struct err *err)
{
	return remove_key(c, key, true, err);
}

static int remove_or_put_off(struct ntfs_change *c,
			     const struct ntfs_view_key *key, struct err *err)
{
	struct ntfs_late *late = c->late;

	if (!late)
		return remove_key(c, key, false, err);
	if (mem_grow((void **)&late->items, late->count, &late->capacity,
		     sizeof(*late->items)))
		return err_nomem(err);
	late->items[late->count++] = *key;
	return 0;
}

// Makes the key of a file's reparse point. Returns 0, or 1 when it has none.
static int reparse_key(const struct change_file *f, struct ntfs_view_key *ret,
		       struct err *err)
{
	const struct change_attr *a =
		ntfs_change_find(f, NTFS_AT_REPARSE_POINT, NULL);
	struct ntfs_reparse_key_disk key = {
		.file = to_le64(ntfs_change_reference(f))};
	uint8_t *data;
	size_t size;
	int r = a ? ntfs_change_get(f, a, 65536, &data, &size, err) : 1;

	if (r)
		return r;
	*ret = (struct ntfs_view_key){.is_reparse = true};
	r = size < sizeof(key.tag);
	if (!r)
		memcpy(&key.tag, data, sizeof(key.tag));
	memcpy(ret->key, &key, sizeof(key));
	mem_free(data);
	return r;
}

int ntfs_views_remove(struct change_file *f, struct err *err)
{
	const struct change_attr *id =
		ntfs_change_find(f, NTFS_AT_OBJECT_ID, NULL);
	struct ntfs_view_key key = {0};
	int r = 0;

	if (id && id->value_len >= 16) {
		memcpy(key.key, id->value, 16);
		r = remove_or_put_off(f->c, &key, err);
	}
	if (!r)
		r = reparse_key(f, &key, err);
	else
		return r;
	if (!r)
		r = remove_or_put_off(f->c, &key, err);
	return r == 1 ? 0 : r;
}

// --- Adding ------------------------------------------------------------------

static int add_key(struct ntfs_change *c, bool is_reparse, const uint8_t *entry,
		   struct err *err)
{
	struct err inner = {0};
	struct view v;
	int r = open_view(c, is_reparse, STAGE_SECURE, &v, &inner);

	if (r == -ENOENT)
		r = err_set(err, -ENOTSUP, file_of(is_reparse), ERR_NOWHERE,
			    "the volume has none");
	else if (r)
		r = err_pass(err, r, &inner);
	if (!r)
		r = ntfs_tree_insert(&v.tree, entry, err);
	if (!r)
		r = store_view(&v, err);
	close_view(&v);
	return r;
}

int ntfs_views_add_id(const struct change_file *f,
		      const struct ntfs_bytes *whole, struct err *err)
{
	const size_t id = NTFS_OBJECT_ID_SIZE;
	struct ntfs_objid_data_disk d = {
		.file = to_le64(ntfs_change_reference(f))};
	uint8_t entry[128];

	if (!ntfs_change_find(f, NTFS_AT_OBJECT_ID, NULL))
		return 0;
	memcpy(d.birth_volume, (const uint8_t *)whole->data + id,
	       whole->size - id);
	ntfs_encode_view_entry(entry, whole->data, id, &d, sizeof(d));
	return add_key(f->c, false, entry, err);
}

int ntfs_views_add_reparse(const struct change_file *f, struct err *err)
{
	struct ntfs_view_key key;
	uint8_t entry[64];
	int r = reparse_key(f, &key, err);

	if (r)
		return r == 1 ? 0 : r;
	ntfs_encode_view_entry(entry, key.key, key_length(true), NULL, 0);
	return add_key(f->c, true, entry, err);
}

struct sought {
	const uint8_t *id;
	bool found;
};

static int compare_ids(void *ctx, const uint8_t *key, size_t len)
{
	const struct sought *s = ctx;

	for (size_t i = 0; i + 4 <= 16 && i + 4 <= len; i += 4) {
		uint32_t a = load_le32(s->id + i), b = load_le32(key + i);

		if (a != b)
			return a < b ? -1 : 1;
	}
	return len < 16 ? 1 : len > 16 ? -1 : 0;
}

static int note_found(void *ctx, const struct ntfs_index_entry *e)
{
	((struct sought *)ctx)->found = true;
	return 0;
}

int ntfs_views_has_id(struct ntfs_change *c, const uint8_t id[16], bool *ret,
		      struct err *err)
{
	struct sought s = {.id = id};
	struct ntfs_index x;
	struct ntfs_file f;
	uint64_t number;
	struct err inner = {0};
	int r = find_in_extend(c->n, file_of(false), &number, &inner);

	if (r == -ENOENT) {
		*ret = true; // no file can have one
		return 0;
	}
	r = r ? err_pass(err, r, &inner)
	      : ntfs_file_open(c->n, ntfs_ref_record(number), &f, err);
	if (r)
		return r;
	r = ntfs_index_open(&f, index_of(false), &x, err);
	if (!r) {
		r = ntfs_index_find(&x, compare_ids, note_found, &s, &inner);
		ntfs_index_done(&x);
		r = r == -ENOENT || !r ? 0 : err_pass(err, r, &inner);
	}
	ntfs_file_done(&f);
	if (!r)
		*ret = s.found;
	return r;
}

// --- What no file has ----------------------------------------------------------

#define MAX_GONE 4096u // at once, as findings that are passed on

struct gone {
	struct ntfs_change *c;
	bool is_reparse;
	struct ntfs_view_key keys[MAX_GONE];
	size_t count;
};

// Tells whether a file is there and has the key.
static bool has_key(struct ntfs_change *c, uint64_t reference,
		    const struct ntfs_view_key *key)
{
	const struct change_attr *id;
	struct ntfs_view_key own = {0};
	struct change_file f;
	bool has = false;

	if (!ntfs_change_load(c, ntfs_ref_record(reference), &f, NULL) &&
	    f.sequence == ntfs_ref_sequence(reference)) {
		id = ntfs_change_find(&f, NTFS_AT_OBJECT_ID, NULL);
		if (!key->is_reparse)
			has = id && id->value_len >= 16 &&
			      !memcmp(id->value, key->key, 16);
		else
			has = !reparse_key(&f, &own, NULL) &&
			      !memcmp(own.key, key->key, sizeof(own.key));
	}
	ntfs_change_done(&f);
	return has;
}

static int find_gone(void *ctx, const struct ntfs_index_entry *e)
{
	struct gone *g = ctx;
	struct ntfs_view_key key = {.is_reparse = g->is_reparse};
	uint64_t file = 0;

	if (e->key_len != key_length(g->is_reparse))
		return 0;
	memcpy(key.key, e->key, e->key_len);
	if (g->is_reparse)
		file = get_le64(((const struct ntfs_reparse_key_disk
					  *)(const void *)e->key)
					->file);
	else if (e->data_len >= sizeof(struct ntfs_objid_data_disk))
		file = get_le64(((const struct ntfs_objid_data_disk
					  *)(const void *)e->data)
					->file);
	if (!has_key(g->c, file, &key))
		g->keys[g->count++] = key;
	return g->count == MAX_GONE;
}

// Returns 0, also when the volume has no such index.
static int clean_index(struct ntfs_change *c, struct gone *g, struct err *err)
{
	struct ntfs_index x;
	struct ntfs_file f;
	uint64_t number;
	int r;

	if (find_in_extend(c->n, file_of(g->is_reparse), &number, NULL))
		return 0;
	r = ntfs_file_open(c->n, ntfs_ref_record(number), &f, err);
	if (r)
		return r;
	r = ntfs_index_open(&f, index_of(g->is_reparse), &x, err);
	if (!r) {
		r = ntfs_index_walk(&x, find_gone, g, err);
		ntfs_index_done(&x);
	}
	ntfs_file_done(&f);
	for (size_t i = 0; r >= 0 && i < g->count; i++)
		r = remove_key(c, &g->keys[i], false, err);
	return r < 0 ? r : 0;
}

int ntfs_views_clean(struct ntfs_change *c, struct err *err)
{
	struct gone *g = mem_alloc(sizeof(*g));
	int r;

	if (!g)
		return err_nomem(err);
	g->c = c;
	r = clean_index(c, g, err);
	g->is_reparse = true;
	g->count = 0;
	if (!r)
		r = clean_index(c, g, err);
	mem_free(g);
	return r;
}
