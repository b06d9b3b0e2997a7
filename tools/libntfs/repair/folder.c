// SPDX-License-Identifier: MIT
//
// The index of a folder made anew: from the names of the files that say that they
// are in it.

#include <string.h>

#include "repair.h"
#include "../encode/index.h"

// --- Indexes without entries -------------------------------------------------

static void index_kind(const struct change_attr *root, const char *name,
		       uint32_t *type, uint32_t *collation)
{
	const struct ntfs_index_root_disk *h = root ? (const void *)root->value
						    : NULL;
	bool is_folder = !strcmp(name, "$I30");

	*type = is_folder ? NTFS_AT_FILE_NAME : 0;
	*collation = is_folder ? NTFS_COLLATE_FILE_NAME
		     : !strcmp(name, "$SII") || !strcmp(name, "$Q")
			     ? NTFS_COLLATE_U32
		     : !strcmp(name, "$SDH") ? NTFS_COLLATE_SECURITY_HASH
		     : !strcmp(name, "$R")   ? NTFS_COLLATE_U32S
		     : h && root->value_len >= sizeof(*h)
			     ? get_le32(h->collation)
			     : NTFS_COLLATE_U32S;
}

static struct change_attr *find_units(struct change_file *f, uint32_t type,
				      const char *name)
{
	return ntfs_change_find(f, type, name);
}

int ntfs_repair_empty_index(struct change_file *f, const char *name,
			    struct err *err)
{
	static const uint32_t types[] = {NTFS_AT_INDEX_ALLOCATION,
					 NTFS_AT_BITMAP};
	const struct ntfs_info *info = &f->c->n->info;
	struct change_attr *root = find_units(f, NTFS_AT_INDEX_ROOT, name);
	uint8_t value[NTFS_ROOT_NODE + NTFS_EMPTY_NODE] = {0};
	uint32_t type, collation;
	le16 units[NTFS_MAX_ASCII];
	int r = 0;

	index_kind(root, name, &type, &collation);
	for (size_t i = 0; i < 2; i++) {
		struct change_attr *a = find_units(f, types[i], name);

		if (a)
			ntfs_salvage_drop(f, a);
	}
	ntfs_encode_root(value, type, collation, info->index_size,
			 info->cluster_size);
	ntfs_encode_node(value + NTFS_ROOT_NODE,
			 sizeof(struct ntfs_index_header_disk), NTFS_EMPTY_NODE,
			 NTFS_EMPTY_NODE, 0);
	ntfs_encode_last_entry(value + NTFS_ROOT_NODE +
				       sizeof(struct ntfs_index_header_disk),
			       NULL);
	root = find_units(f, NTFS_AT_INDEX_ROOT, name);
	if (!root)
		r = ntfs_change_add(f, NTFS_AT_INDEX_ROOT, units,
				    ntfs_ascii_units(name, units), &root, err);
	if (!r)
		r = ntfs_change_set(f, root, value, sizeof(value), err);
	if (!r) // new files are compressed, if that is what it said
		root->flags &= NTFS_AF_COMPRESSION_MASK;
	return r;
}

// --- Entries -----------------------------------------------------------------

struct rebuild {
	struct repair_round *w;
	struct change_file folder;
	struct ntfs_tree tree;
	uint64_t entries, left_out;
	struct err *err;
};

struct same {
	const struct rebuild *k;
	const struct ntfs_file_name *name;
};

static int compare(void *ctx, const uint8_t *key, size_t len)
{
	const struct same *s = ctx;
	struct ntfs_file_name name;

	if (ntfs_file_name_decode(key, len, 0, &name, NULL))
		return 1;
	return ntfs_name_compare(s->k->w->c->n, s->name->name,
				 s->name->name_len, name.name, name.name_len);
}

// Two that differ in case alone may be there when one is a POSIX name.
static int found(void *ctx, const struct ntfs_index_entry *e)
{
	const struct same *s = ctx;
	struct ntfs_file_name name;

	return ntfs_file_name_decode(e->key, e->key_len, 0, &name, NULL) ||
	       (name.name_space != NTFS_NS_POSIX &&
		s->name->name_space != NTFS_NS_POSIX);
}

static int insert(struct rebuild *k, const uint8_t *entry, size_t key_len)
{
	struct ntfs_file_name name;
	struct same s = {k, &name};
	int r = ntfs_file_name_decode(entry + NTFS_ENTRY_KEY, key_len, 0, &name,
				      k->err);

	if (!r)
		r = ntfs_index_find(&k->tree.x, compare, found, &s, NULL);
	if (r == -ENOENT || !r)
		r = ntfs_tree_insert(&k->tree, entry, NULL);
	if (r == 1 || r == -EEXIST) {
		k->left_out++; // it gets another name later
		return 0;
	}
	k->entries += !r;
	return r ? err_set(k->err, r, NTFS_INDEX_OF(k->folder.number),
			   ERR_NOWHERE, "an entry cannot be put into it")
		 : 0;
}

static int add_file(struct rebuild *k, uint64_t number)
{
	uint64_t reference = ntfs_change_reference(&k->folder);
	uint8_t entry[NTFS_NAME_ENTRY_MAX];
	struct change_file f;
	struct err e = {0};
	int r = ntfs_change_load(k->w->c, number, &f, &e);

	if (r) {
		ntfs_change_done(&f);
		return ntfs_check_is_content(r) ? 0 : err_pass(k->err, r, &e);
	}
	for (size_t i = 0; !r && i < f.count; i++)
		if (ntfs_folder_entry(&f, reference, &f.attrs[i], entry))
			r = insert(k, entry, f.attrs[i].value_len);
	ntfs_change_done(&f);
	return r;
}

static int rebuild(struct rebuild *k, uint64_t number,
		   const struct repair_pair *items, size_t count)
{
	int r = ntfs_change_load(k->w->c, number, &k->folder, k->err);

	if (!r)
		r = ntfs_repair_empty_index(&k->folder, "$I30", k->err);
	if (!r)
		r = ntfs_tree_open(&k->folder, "$I30", &k->tree, k->err);
	for (size_t i = 0; !r && i < count; i++)
		r = add_file(k, items[i].file);
	if (!r)
		r = ntfs_tree_save(&k->tree, k->err);
	return r ? r : ntfs_change_store(&k->folder, k->err);
}

static int rebuild_folder(struct repair_round *w, uint64_t number,
			  const struct repair_pair *items, size_t count)
{
	struct err e = {0};
	struct rebuild k = {.w = w, .err = &e};
	int r;

	ntfs_operation_begin(w->c);
	r = rebuild(&k, number, items, count);
	ntfs_tree_done(&k.tree);
	ntfs_change_done(&k.folder);
	if (!r)
		ntfs_repair_say(w->r, number,
				"the folder's index is made anew: %llu names",
				(unsigned long long)k.entries);
	return ntfs_round_end(w, number, r, &e);
}

static bool wants_folder(const struct repair_round *w, uint64_t folder,
			 uint64_t file)
{
	return folder < w->scan.count && w->needs[folder] >> REPAIR_INDEX & 1;
}

int ntfs_repair_folders(struct repair_round *w)
{
	struct repair_pairs p = {0};
	size_t at = 0, to;
	int r = ntfs_repair_pairs(w, wants_folder, &p);

	for (uint64_t i = 0; !r && i < w->scan.count; i++) {
		if (!ntfs_round_takes(w, i, REPAIR_INDEX))
			continue;
		while (at < p.count && p.items[at].folder < i)
			at++;
		for (to = at; to < p.count && p.items[to].folder == i;)
			to++;
		r = rebuild_folder(w, i, p.items + at, to - at);
	}
	mem_free(p.items);
	return r;
}
