// SPDX-License-Identifier: MIT
//
// Names that a folder's entries know better than their files do: of a file that has
// lost its names, and of one whose names are of its folder under another sequence
// number. Entries of neither kind go when the index is made anew.

#include <string.h>

#include "repair.h"
#include "../encode/index.h"

struct adopt {
	struct repair_round *w;
	uint64_t folder; // reference
	bool is_odd;     // some entry is not that of a file's name
	struct err *err;
};

static bool is_same_name(const struct ntfs_file_name_disk *a,
			 const struct ntfs_file_name_disk *b)
{
	return a->name_len == b->name_len && a->name_space == b->name_space &&
	       !memcmp(a + 1, b + 1, 2u * a->name_len);
}

// Returns 1 when the name is there, 0 when it was put right (*ret_changed) or is
// none of the file's.
static bool has_name(struct adopt *k, struct change_file *f,
		     const struct ntfs_file_name_disk *wanted,
		     bool *ret_changed)
{
	for (size_t i = 0; i < f->count; i++) {
		struct ntfs_file_name_disk *h = (void *)f->attrs[i].value;

		if (f->attrs[i].type != NTFS_AT_FILE_NAME ||
		    f->attrs[i].value_len <
			    sizeof(*h) + 2u * wanted->name_len ||
		    !is_same_name(h, wanted) ||
		    ntfs_ref_record(get_le64(h->parent)) !=
			    ntfs_ref_record(k->folder))
			continue;
		if (get_le64(h->parent) == k->folder)
			return true;
		h->parent = to_le64(k->folder);
		*ret_changed = true;
		ntfs_repair_say(k->w->r, f->number,
				"its name is of folder %llu under its present "
				"number",
				(unsigned long long)ntfs_ref_record(k->folder));
		return true;
	}
	return false;
}

static int give_name(struct adopt *k, struct change_file *f, const uint8_t *key,
		     size_t len)
{
	struct ntfs_file_name_disk *h;
	struct change_attr *a;
	int r = ntfs_change_add(f, NTFS_AT_FILE_NAME, NULL, 0, &a, k->err);

	if (!r)
		r = ntfs_change_set(f, a, key, len, k->err);
	if (r)
		return r;
	a->indexed = true;
	h = (void *)a->value;
	h->parent = to_le64(k->folder);
	ntfs_repair_say(k->w->r, f->number,
			"it gets the name back that folder %llu has for it",
			(unsigned long long)ntfs_ref_record(k->folder));
	return 0;
}

static bool is_key(const struct ntfs_index_entry *e)
{
	const struct ntfs_file_name_disk *h = (const void *)e->key;

	return e->key_len >= sizeof(*h) && h->name_len &&
	       e->key_len >= sizeof(*h) + 2u * h->name_len &&
	       h->name_space <= NTFS_NS_BOTH;
}

static int adopt(struct adopt *k, struct change_file *f,
		 const struct ntfs_index_entry *e)
{
	const struct ntfs_file_name_disk *h = (const void *)e->key;
	bool has_names = ntfs_change_find(f, NTFS_AT_FILE_NAME, NULL);
	bool changed = false;
	int r = 0;

	if (has_name(k, f, h, &changed)) {
		k->is_odd = k->is_odd || changed;
	} else {
		k->is_odd = true;
		changed = !has_names;
		if (changed)
			r = give_name(k, f, e->key,
				      sizeof(*h) + 2u * h->name_len);
	}
	return r || !changed ? r : ntfs_change_store(f, k->err);
}

static int look_at(void *ctx, const struct ntfs_index *x,
		   const struct ntfs_index_entry *e)
{
	struct adopt *k = ctx;
	uint64_t number = ntfs_ref_record(e->file);
	uint64_t folder = ntfs_ref_record(k->folder);
	struct change_file f;
	struct err err = {0};
	int r;

	(void)x;
	if (!is_key(e) || !ntfs_repair_is_base(&k->w->scan, e->file) ||
	    !((k->w->needs[number] | k->w->needs[folder]) >> REPAIR_ADOPT & 1))
		return 0;
	r = ntfs_change_load(k->w->c, number, &f, &err);
	if (!r)
		r = adopt(k, &f, e);
	ntfs_change_done(&f);
	return ntfs_check_is_content(r) ? 0 : r;
}

static int look_through(struct repair_round *w, uint64_t number)
{
	struct err e = {0};
	struct adopt k = {.w = w,
			  .folder = number | (uint64_t)w->scan.sequences[number]
						     << NTFS_SEQUENCE_SHIFT,
			  .err = &e};
	struct ntfs_file f;
	int r = ntfs_file_open(w->c->n, number, &f, &e);

	if (r)
		return ntfs_check_is_content(r) ? 0
						: err_pass(w->r->err, r, &e);
	ntfs_operation_begin(w->c);
	r = ntfs_repair_each_entry(w->r, &f, "$I30", look_at, &k, &e);
	r = ntfs_round_end(w, number, r, &e);
	ntfs_file_done(&f);
	if (k.is_odd)
		ntfs_round_want(w, number, REPAIR_INDEX);
	return r;
}

int ntfs_repair_adopt(struct repair_round *w)
{
	int r = 0;

	for (uint64_t i = 0; !r && i < w->scan.count; i++) {
		const struct check_record *c = ntfs_check_get(&w->check, i);

		if (c && c->flags & CR_FOLDER && w->scan.flags[i])
			r = look_through(w, i);
	}
	for (uint64_t i = 0; !r && i < w->scan.count; i++)
		(void)ntfs_round_takes(w, i, REPAIR_ADOPT);
	return r ? r : ntfs_repair_folders(w);
}
