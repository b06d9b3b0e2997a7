// SPDX-License-Identifier: MIT
//
// A file that goes takes its entries in $Extend's indexes with it: its object
// id's in $ObjId, its reparse point's in $Reparse (Linux-NTFS documentation,
// "$ObjId", "$Reparse").

#include <string.h>

#include "change.h"

static int find_in_extend(struct ntfs *n, const char *name, uint64_t *ret_file,
			  struct err *err)
{
	le16 units[16];

	return ntfs_folder_find(n, NTFS_REC_EXTEND, units,
				ntfs_ascii_units(name, units), ret_file, err);
}

// An entry that stayed would send whoever opens a file by its object id to another
// one, once the record is used again.
//
// Takes one key out of an index of a file of $Extend.
static int remove_key(struct ntfs_change *c, const char *file,
		      const char *index, const uint8_t *key, size_t len,
		      struct err *err)
{
	struct change_file f;
	struct ntfs_tree t = {0};
	uint64_t number;
	int r = find_in_extend(c->n, file, &number, err);

	if (r)
		return r;
	r = ntfs_change_load(c, ntfs_ref_record(number), &f, err);
	f.stage = STAGE_VIEWS;
	if (!r)
		r = ntfs_tree_open(&f, index, &t, err);
	if (!r)
		r = ntfs_tree_remove(&t, key, len, err);
	if (!r)
		r = ntfs_tree_save(&t, err);
	if (!r)
		r = ntfs_change_store(&f, err);
	ntfs_tree_done(&t);
	ntfs_change_done(&f);
	return r;
}

int ntfs_views_remove(struct change_file *f, struct err *err)
{
	const struct change_attr *id =
		ntfs_change_find(f, NTFS_AT_OBJECT_ID, NULL);
	const struct change_attr *point =
		ntfs_change_find(f, NTFS_AT_REPARSE_POINT, NULL);
	struct ntfs_reparse_key_disk key = {
		.file = to_le64(ntfs_change_reference(f))};
	uint8_t *data;
	size_t size;
	int r = 0;

	if (id && id->value_len >= 16)
		r = remove_key(f->c, "$ObjId", "$O", id->value, 16, err);
	if (r || !point)
		return r;
	r = ntfs_change_get(f, point, 65536, &data, &size, err);
	if (r)
		return r;
	if (size >= sizeof(key.tag)) {
		memcpy(&key.tag, data, sizeof(key.tag));
		r = remove_key(f->c, "$Reparse", "$R", (const uint8_t *)&key,
			       sizeof(key), err);
	}
	mem_free(data);
	return r;
}

// --- What is of files that are gone --------------------------------------------

#define MAX_GONE 4096u // at once, as findings that are passed on

struct gone {
	struct ntfs *n;
	bool is_reparse;
	uint8_t keys[MAX_GONE][16]; // $ObjId's; $Reparse's are shorter
	size_t count;
	struct err *err;
};

static bool is_there(struct ntfs *n, uint64_t reference)
{
	struct ntfs_stat s;

	return !ntfs_stat(n, ntfs_ref_record(reference), &s, NULL) &&
	       s.sequence == ntfs_ref_sequence(reference);
}

static int find_gone(void *ctx, const struct ntfs_index_entry *e)
{
	struct gone *g = ctx;
	size_t key_len = g->is_reparse ? sizeof(struct ntfs_reparse_key_disk)
				       : 16;
	uint64_t file = 0;

	if (e->key_len != key_len)
		return 0;
	if (g->is_reparse)
		file = get_le64(((const struct ntfs_reparse_key_disk
					  *)(const void *)e->key)
					->file);
	else if (e->data_len >= sizeof(struct ntfs_objid_data_disk))
		file = get_le64(((const struct ntfs_objid_data_disk
					  *)(const void *)e->data)
					->file);
	if (!is_there(g->n, file))
		memcpy(g->keys[g->count++], e->key, key_len);
	return g->count == MAX_GONE;
}

// Returns 0, also when the volume has no such index.
static int clean_index(struct ntfs_change *c, struct gone *g, const char *file,
		       const char *index, struct err *err)
{
	struct ntfs_index x;
	struct ntfs_file f;
	uint64_t number;
	size_t key_len = g->is_reparse ? sizeof(struct ntfs_reparse_key_disk)
				       : 16;
	int r;

	if (find_in_extend(c->n, file, &number, NULL))
		return 0;
	r = ntfs_file_open(c->n, ntfs_ref_record(number), &f, err);
	if (r)
		return r;
	r = ntfs_index_open(&f, index, &x, err);
	if (!r) {
		r = ntfs_index_walk(&x, find_gone, g, err);
		ntfs_index_done(&x);
	}
	ntfs_file_done(&f);
	for (size_t i = 0; r >= 0 && i < g->count; i++)
		r = remove_key(c, file, index, g->keys[i], key_len, err);
	return r < 0 ? r : 0;
}

int ntfs_views_clean(struct ntfs_change *c, struct err *err)
{
	struct gone *g = mem_alloc(sizeof(*g));
	int r;

	if (!g)
		return err_nomem(err);
	g->n = c->n;
	r = clean_index(c, g, "$ObjId", "$O", err);
	g->is_reparse = true;
	g->count = 0;
	if (!r)
		r = clean_index(c, g, "$Reparse", "$R", err);
	mem_free(g);
	return r;
}
