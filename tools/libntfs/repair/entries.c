// SPDX-License-Identifier: MIT
//
// The entries of folders: all that can be read of them, who is in which folder, and
// what they repeat of their files, brought up to date in place.

#include <stdlib.h>
#include <string.h>

#include "repair.h"
#include "../encode/record.h"

// --- Entries as far as they can be read --------------------------------------

static int walk_node(const struct ntfs_index *x, const struct ntfs_node *node,
		     int (*fn)(void *ctx, const struct ntfs_index *x,
			       const struct ntfs_index_entry *e),
		     void *ctx)
{
	struct ntfs_index_entry e = {0};
	int r = 0;

	while (!r && ntfs_index_next(x, node, &e, NULL) > 0)
		if (!(e.flags & NTFS_IE_LAST))
			r = fn(ctx, x, &e);
	return r;
}

int ntfs_repair_each_entry(struct ntfs_repair *k, const struct ntfs_file *f,
			   const char *name,
			   int (*fn)(void *ctx, const struct ntfs_index *x,
				     const struct ntfs_index_entry *e),
			   void *ctx, struct err *err)
{
	struct ntfs_index x;
	struct ntfs_node node;
	uint8_t *buf;
	int r;

	if (ntfs_repair_hide(k, ntfs_index_open(f, name, &x, NULL)))
		return 0;
	buf = mem_alloc(x.block_size);
	r = buf ? 0 : err_nomem(err);
	if (!r && !ntfs_index_root(&x, &node, NULL))
		r = walk_node(&x, &node, fn, ctx);
	for (uint64_t off = 0; !r && x.blocks && off < x.blocks->size;
	     off += x.block_size)
		if (!ntfs_repair_hide(k, ntfs_index_block(&x, off / x.vcn_size,
							  buf, &node, NULL)))
			r = walk_node(&x, &node, fn, ctx);
	mem_free(buf);
	ntfs_index_done(&x);
	return r;
}

// --- Who is where ------------------------------------------------------------

static int by_folder(const void *a, const void *b)
{
	const struct repair_pair *x = a, *y = b;

	if (x->folder != y->folder)
		return x->folder < y->folder ? -1 : 1;
	return x->file < y->file ? -1 : x->file > y->file;
}

static int add_pair(struct repair_round *w, struct repair_pairs *p,
		    uint64_t folder, uint64_t file)
{
	if (p->count && p->items[p->count - 1].folder == folder &&
	    p->items[p->count - 1].file == file)
		return 0;
	if (mem_grow((void **)&p->items, p->count, &p->capacity,
		     sizeof(*p->items)))
		return err_nomem(w->r->err);
	p->items[p->count++] = (struct repair_pair){folder, file};
	return 0;
}

static int add_names(struct repair_round *w, struct repair_pairs *p,
		     const struct ntfs_file *f,
		     bool (*wants)(const struct repair_round *w,
				   uint64_t folder, uint64_t file))
{
	struct ntfs_attr a = {0};
	int r = 0;

	while (!r && ntfs_file_next(f, &a, NULL) > 0) {
		struct ntfs_file_name name;
		uint64_t folder;

		if (a.type != NTFS_AT_FILE_NAME || !a.resident ||
		    ntfs_file_name_decode(a.value, a.value_len, 0, &name, NULL))
			continue;
		folder = ntfs_ref_record(name.parent);
		if (wants(w, folder, f->records[0].number))
			r = add_pair(w, p, folder, f->records[0].number);
	}
	return r;
}

int ntfs_repair_pairs(struct repair_round *w,
		      bool (*wants)(const struct repair_round *w,
				    uint64_t folder, uint64_t file),
		      struct repair_pairs *ret)
{
	struct repair_pairs p = {0};
	int r = 0;

	for (uint64_t i = 0; !r && i < w->scan.count; i++) {
		struct err e = {0};
		struct ntfs_file f;

		if ((w->scan.flags[i] & (SCAN_IN_USE | SCAN_EXTENSION)) !=
		    SCAN_IN_USE)
			continue;
		r = ntfs_file_open(w->c->n, i, &f, &e);
		if (!r) {
			r = add_names(w, &p, &f, wants);
			ntfs_file_done(&f);
		} else {
			r = ntfs_check_is_content(r)
				    ? 0
				    : err_pass(w->r->err, r, &e);
		}
	}
	if (r) {
		mem_free(p.items);
		return r;
	}
	if (p.count)
		qsort(p.items, p.count, sizeof(*p.items), by_folder);
	*ret = p;
	return 0;
}

// --- What entries repeat -----------------------------------------------------

struct refresh {
	struct repair_round *w;
	const struct repair_pair *items; // of one folder
	size_t count;
	uint8_t *node; // that is looked at, to be written
	bool changed;
	struct err *err;
};

static bool is_wanted(const struct refresh *k, uint64_t file)
{
	struct repair_pair key = {k->items[0].folder, file};

	return bsearch(&key, k->items, k->count, sizeof(key), by_folder);
}

static int refresh_entry(struct refresh *k, const struct ntfs_index_entry *e)
{
	uint64_t number = ntfs_ref_record(e->file);
	struct ntfs_file_name_disk before, after;
	struct change_file f;
	int r;

	if (e->key_len < sizeof(before) || !is_wanted(k, number) ||
	    !ntfs_repair_is_base(&k->w->scan, e->file))
		return 0;
	r = ntfs_change_load(k->w->c, number, &f, k->err);
	memcpy(&before, e->key, sizeof(before));
	after = before;
	if (!r && ntfs_change_find(&f, NTFS_AT_STANDARD_INFORMATION, NULL))
		ntfs_folder_copy(&f, &after);
	ntfs_change_done(&f);
	if (r || !memcmp(&before, &after, sizeof(after)))
		return r;
	memcpy(k->node + (e->key - k->node), &after, sizeof(after));
	k->changed = true;
	return 0;
}

static int refresh_node(struct refresh *k, const struct ntfs_index *x,
			const struct ntfs_node *node)
{
	struct ntfs_index_entry e = {0};
	int r = 0;

	k->node = (uint8_t *)(uintptr_t)node->data;
	k->changed = false;
	while (!r && ntfs_index_next(x, node, &e, NULL) > 0)
		if (!(e.flags & NTFS_IE_LAST))
			r = refresh_entry(k, &e);
	return r;
}

static int refresh_root(struct refresh *k, const struct ntfs_index *x)
{
	struct change_attr *a;
	struct change_file f;
	struct ntfs_node node;
	int r = ntfs_index_root(x, &node, k->err);

	if (!r)
		r = refresh_node(k, x, &node);
	if (r || !k->changed)
		return r;
	r = ntfs_change_load(k->w->c, k->items[0].folder, &f, k->err);
	a = r ? NULL : ntfs_change_find(&f, NTFS_AT_INDEX_ROOT, "$I30");
	if (a && a->value_len == x->root_size) {
		memcpy(a->value, x->root, x->root_size);
		r = ntfs_change_store(&f, k->err);
	}
	ntfs_change_done(&f);
	return r;
}

static int refresh_blocks(struct refresh *k, const struct ntfs_index *x,
			  uint8_t *buf)
{
	int r = 0;

	for (uint64_t off = 0; !r && x->blocks && off < x->blocks->size;
	     off += x->block_size) {
		struct ntfs_node node;

		if (ntfs_repair_hide(k->w->r,
				     ntfs_index_block(x, off / x->vcn_size, buf,
						      &node, NULL)))
			continue;
		r = refresh_node(k, x, &node);
		if (r || !k->changed)
			continue;
		ntfs_encode_usa(buf, x->block_size, buf);
		r = ntfs_cache_write(k->w->c, x->blocks, off, buf,
				     x->block_size, STAGE_CHANGED_FOLDERS,
				     k->err);
	}
	return r;
}

static int refresh_folder(struct refresh *k)
{
	struct ntfs_index x;
	struct ntfs_file f;
	uint8_t *buf;
	int r = ntfs_file_open(k->w->c->n, k->items[0].folder, &f, k->err);

	if (r)
		return r;
	r = ntfs_index_open(&f, "$I30", &x, k->err);
	ntfs_file_done(&f);
	if (r)
		return r;
	buf = mem_alloc(x.block_size);
	r = buf ? refresh_blocks(k, &x, buf) : err_nomem(k->err);
	if (!r)
		r = refresh_root(k, &x);
	mem_free(buf);
	ntfs_index_done(&x);
	return r;
}

static bool wants_entry(const struct repair_round *w, uint64_t folder,
			uint64_t file)
{
	return w->needs[file] >> REPAIR_ENTRY & 1;
}

int ntfs_repair_entries(struct repair_round *w)
{
	struct repair_pairs p = {0};
	size_t to;
	int r = ntfs_repair_pairs(w, wants_entry, &p);

	for (uint64_t i = 0; !r && i < w->scan.count; i++)
		if (ntfs_round_takes(w, i, REPAIR_ENTRY))
			ntfs_repair_say(w->r, i,
					"what its folder's entry repeats of "
					"it is brought up to date");
	for (size_t i = 0; !r && i < p.count; i = to) {
		struct err e = {0};
		struct refresh k = {.w = w, .items = p.items + i, .err = &e};

		for (to = i;
		     to < p.count && p.items[to].folder == p.items[i].folder;)
			to++;
		k.count = to - i;
		ntfs_operation_begin(w->c);
		r = ntfs_round_end(w, p.items[i].folder, refresh_folder(&k),
				   &e);
	}
	mem_free(p.items);
	return r;
}
