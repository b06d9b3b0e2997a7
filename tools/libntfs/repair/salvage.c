// SPDX-License-Identifier: MIT
//
// A file as far as it can be read: from its base record and all that say that they
// are extensions of it, whether or not its attribute list names them. Where two
// records have the same part of an attribute, that of the base record counts first,
// then that of one in the list.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repair.h"

enum { IN_BASE, IN_LISTED, IN_OTHER };

// One attribute of a record, or one piece of it.
struct piece {
	struct ntfs_attr a;
	unsigned rank;
};

struct salvage {
	struct repair_round *w;
	struct ntfs_record *records;
	size_t record_count, record_capacity;
	struct piece *pieces;
	size_t piece_count, piece_capacity;
	uint64_t *listed; // records in the list
	size_t listed_count, listed_capacity;
	unsigned broken; // attributes that cannot be read
	bool is_lost;
	struct change_file *file;
	struct err *err;
};

// --- What there is -----------------------------------------------------------

static int add_piece(struct salvage *s, const struct ntfs_attr *a,
		     unsigned rank)
{
	if (mem_grow((void **)&s->pieces, s->piece_count, &s->piece_capacity,
		     sizeof(*s->pieces)))
		return err_nomem(s->err);
	s->pieces[s->piece_count++] = (struct piece){*a, rank};
	return 0;
}

// Reads a record; the attributes point into it, and it stays.
static int load_record(struct salvage *s, uint64_t number, size_t *ret)
{
	uint32_t size = s->w->n->info.record_size;
	struct ntfs_record *rec;
	uint8_t *data;
	bool odd;
	int r;

	if (mem_grow((void **)&s->records, s->record_count, &s->record_capacity,
		     sizeof(*s->records)))
		return err_nomem(s->err);
	rec = &s->records[s->record_count];
	data = mem_alloc(size);
	if (!data)
		return err_nomem(s->err);
	r = disk_read(s->w->c->n->mft, number * size, data, size, s->err);
	if (!r && !ntfs_repair_decode(data, size, number, rec, &odd))
		r = err_corrupt(s->err, NTFS_RECORD(number), ERR_NOWHERE,
				"it cannot be read");
	if (r) {
		mem_free(data);
		return r;
	}
	*ret = s->record_count++;
	return 0;
}

static int add_pieces(struct salvage *s, size_t record, unsigned rank)
{
	struct ntfs_attr a = {0};
	int r = 0;

	while (!r && ntfs_repair_next(&s->records[record], &a, &s->broken))
		r = add_piece(s, &a, rank);
	return r;
}

// The records that the list names, as far as it can be read.
static int load_list(struct salvage *s, const struct ntfs_attr *attr)
{
	struct ntfs_list_entry e;
	uint8_t *list = NULL;
	size_t size = 0, off = 0;
	int r = ntfs_list_read(s->w->c->n, attr, &list, &size, NULL);

	if (r)
		return ntfs_check_is_content(r)
			       ? 0
			       : err_set(s->err, r, "attribute list",
					 ERR_NOWHERE, "it cannot be read");
	while (!r && ntfs_list_next(list, size, &off, &e, NULL) > 0) {
		r = mem_grow((void **)&s->listed, s->listed_count,
			     &s->listed_capacity, sizeof(*s->listed));
		if (!r)
			s->listed[s->listed_count++] =
				ntfs_ref_record(e.record);
	}
	mem_free(list);
	return r ? err_nomem(s->err) : 0;
}

static bool is_listed(const struct salvage *s, uint64_t number)
{
	for (size_t i = 0; i < s->listed_count; i++)
		if (s->listed[i] == number)
			return true;
	return false;
}

static int gather(struct salvage *s, uint64_t number)
{
	const struct scan_extension *x;
	struct ntfs_attr a = {0};
	uint64_t reference;
	size_t count, record = 0;
	unsigned ignored = 0;
	int r = load_record(s, number, &record);

	if (r)
		return r;
	reference = number | (uint64_t)s->records[0].sequence
				     << NTFS_SEQUENCE_SHIFT;
	x = ntfs_repair_extensions(&s->w->scan, reference, &count);
	// A piece points to its record, which therefore may not move any more.
	if (count + 1 > s->record_capacity) {
		struct ntfs_record *more =
			mem_resize(s->records, count + 1, sizeof(*more));

		if (!more)
			return err_nomem(s->err);
		s->records = more;
		s->record_capacity = count + 1;
	}
	while (!r && ntfs_repair_next(&s->records[0], &a, &ignored))
		if (a.type == NTFS_AT_ATTRIBUTE_LIST)
			r = load_list(s, &a);
	if (!r)
		r = add_pieces(s, 0, IN_BASE);
	for (size_t i = 0; !r && i < count; i++) {
		if (!(s->w->scan.flags[x[i].record] & SCAN_IN_USE))
			continue;
		r = load_record(s, x[i].record, &record);
		if (!r)
			r = add_pieces(s, record,
				       is_listed(s, x[i].record) ? IN_LISTED
								 : IN_OTHER);
	}
	return r;
}

// --- Put together ------------------------------------------------------------

static int compare_pieces(const struct salvage *s, const struct piece *x,
			  const struct piece *y)
{
	int d;

	if (x->a.type != y->a.type)
		return x->a.type < y->a.type ? -1 : 1;
	d = ntfs_name_compare(s->w->n, x->a.name, x->a.name_len, y->a.name,
			      y->a.name_len);
	if (d)
		return d;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return 0;
}

// A stable sort: files have few attributes, and names stay in their order.
static void sort_pieces(struct salvage *s)
{
	for (size_t i = 1; i < s->piece_count; i++) {
		struct piece p = s->pieces[i];
		size_t j = i;

		for (; j && compare_pieces(s, &s->pieces[j - 1], &p) > 0; j--)
			s->pieces[j] = s->pieces[j - 1];
		s->pieces[j] = p;
	}
}

static bool is_same(const struct salvage *s, const struct piece *x,
		    const struct piece *y)
{
	return x->a.type == y->a.type &&
	       !ntfs_name_compare(s->w->n, x->a.name, x->a.name_len, y->a.name,
				  y->a.name_len);
}

static int add_resident(struct salvage *s, const struct ntfs_attr *from)
{
	struct change_attr *a;
	int r = ntfs_change_add(s->file, from->type, from->name, from->name_len,
				&a, s->err);

	if (!r)
		r = ntfs_change_set(s->file, a, from->value, from->value_len,
				    s->err);
	if (!r) {
		a->flags = from->flags;
		a->indexed = from->indexed;
	}
	return r;
}

// The piece of pieces [from, to) that begins at a VCN, of the first rank.
static const struct ntfs_attr *find_piece(const struct salvage *s, size_t from,
					  size_t to, uint64_t vcn)
{
	for (size_t i = from; i < to; i++)
		if (!s->pieces[i].a.resident && s->pieces[i].a.first_vcn == vcn)
			return &s->pieces[i].a;
	return NULL;
}

static int gather_runs(struct salvage *s, size_t from, size_t to,
		       struct ntfs_runs *runs)
{
	const struct ntfs_attr *p;
	bool whole = true;
	int r = 0;

	while (!r && whole && (p = find_piece(s, from, to, runs->clusters))) {
		uint64_t before = runs->clusters;

		r = ntfs_repair_runs(s->w->n, p, runs, &whole, s->err);
		if (runs->clusters == before)
			break;
	}
	return r;
}

// Sizes as far as there are clusters.
static void set_sizes(struct salvage *s, struct change_attr *a,
		      const struct ntfs_attr *first)
{
	uint32_t cluster = s->w->n->info.cluster_size;
	uint64_t room = a->runs.clusters * cluster;

	a->allocated = a->total = room;
	a->size = first->size < room ? first->size : room;
	a->valid = first->valid < a->size ? first->valid : a->size;
	if (a->unit_shift) {
		a->total = 0;
		for (size_t i = 0; i < a->runs.count; i++)
			if (a->runs.items[i].lcn != NTFS_HOLE)
				a->total += a->runs.items[i].len * cluster;
	}
	if (first->size <= room)
		return;
	s->is_lost = true;
	ntfs_repair_lose(s->w->r, s->file->number,
			 "its attribute 0x%x ends after %llu of %llu bytes: "
			 "where the rest lies is not known",
			 a->type, (unsigned long long)room,
			 (unsigned long long)first->size);
}

static int add_outside(struct salvage *s, size_t from, size_t to)
{
	const struct ntfs_attr *first = find_piece(s, from, to, 0);
	struct change_attr *a;
	int r;

	if (!first) {
		s->is_lost = true;
		ntfs_repair_lose(s->w->r, s->file->number,
				 "its attribute 0x%x has lost its beginning, "
				 "and is dropped",
				 s->pieces[from].a.type);
		return 0;
	}
	r = ntfs_change_add(s->file, first->type, first->name, first->name_len,
			    &a, s->err);
	if (r)
		return r;
	a->resident = false;
	a->flags = first->flags;
	a->unit_shift = first->unit_shift;
	r = gather_runs(s, from, to, &a->runs);
	// A compressed one is made of whole units.
	if (!r && a->unit_shift && a->unit_shift < 16)
		ntfs_runs_cut(&a->runs,
			      round_down(a->runs.clusters,
					 UINT64_C(1) << a->unit_shift));
	if (!r)
		set_sizes(s, a, first);
	if (!r)
		(void)ntfs_repair_hide(s->w->r,
				       ntfs_change_read_tag(s->file, a, NULL));
	return r;
}

static bool has_value(const struct salvage *s, const struct ntfs_attr *name)
{
	for (size_t i = 0; i < s->file->count; i++) {
		const struct change_attr *a = &s->file->attrs[i];

		if (a->type == name->type && a->resident &&
		    a->value_len == name->value_len &&
		    !memcmp(a->value, name->value, name->value_len))
			return true;
	}
	return false;
}

// Names: all of them, but what a record that nobody names has only when there is no
// other.
static int add_names(struct salvage *s, size_t from, size_t to)
{
	int r = 0;

	for (size_t i = from; !r && i < to; i++) {
		const struct piece *p = &s->pieces[i];

		if (!p->a.resident || has_value(s, &p->a) ||
		    (p->rank == IN_OTHER &&
		     ntfs_change_find(s->file, NTFS_AT_FILE_NAME, NULL)))
			continue;
		r = add_resident(s, &p->a);
	}
	return r;
}

static int put_together(struct salvage *s)
{
	size_t to;
	int r = 0;

	sort_pieces(s);
	for (size_t i = 0; !r && i < s->piece_count; i = to) {
		const struct piece *p = &s->pieces[i];

		for (to = i + 1;
		     to < s->piece_count && is_same(s, p, &s->pieces[to]);)
			to++;
		if (p->a.type == NTFS_AT_ATTRIBUTE_LIST)
			continue;
		if (p->a.type == NTFS_AT_FILE_NAME)
			r = add_names(s, i, to);
		else if (p->a.resident)
			r = add_resident(s, &p->a);
		else
			r = add_outside(s, i, to);
	}
	return r;
}

// The old extension records are given back when the file is stored.
static int note_extensions(struct salvage *s)
{
	struct change_file *f = s->file;

	mem_free(f->extensions);
	f->extension_count = 0;
	f->extensions = mem_array(s->record_count, sizeof(*f->extensions));
	if (!f->extensions)
		return err_nomem(s->err);
	for (size_t i = 1; i < s->record_count; i++)
		f->extensions[f->extension_count++] = s->records[i].number;
	return 0;
}

static void salvage_done(struct salvage *s)
{
	for (size_t i = 0; i < s->record_count; i++)
		mem_free(s->records[i].data);
	mem_free(s->records);
	mem_free(s->pieces);
	mem_free(s->listed);
}

// What can be read as it should be is taken so.
static int load_whole(struct salvage *s, uint64_t number)
{
	struct err e = {0};
	int r = ntfs_change_load(s->w->c, number, s->file, &e);

	if (r) {
		ntfs_change_done(s->file);
		return ntfs_check_is_content(r) ? 1 : err_pass(s->err, r, &e);
	}
	ntfs_runs_done(&s->file->list_runs);
	return 0;
}

// What only extensions have that the list does not name.
static int add_missing(struct salvage *s)
{
	size_t to;
	int r = 0;

	sort_pieces(s);
	for (size_t i = 0; !r && i < s->piece_count; i = to) {
		const struct piece *p = &s->pieces[i];
		bool is_there = p->rank != IN_OTHER;

		for (to = i + 1;
		     to < s->piece_count && is_same(s, p, &s->pieces[to]);)
			to++;
		for (size_t j = 0; !is_there && j < s->file->count; j++) {
			const struct change_attr *a = &s->file->attrs[j];

			is_there = a->type == p->a.type &&
				   !ntfs_name_compare(s->w->n, a->name,
						      a->name_len, p->a.name,
						      p->a.name_len);
		}
		if (is_there)
			continue;
		if (p->a.resident)
			r = add_resident(s, &p->a);
		else if (find_piece(s, i, to, 0))
			r = add_outside(s, i, to);
	}
	return r;
}

static int load_parts(struct salvage *s, uint64_t number)
{
	const struct ntfs_record *base = &s->records[0];
	int r;

	*s->file = (struct change_file){.c = s->w->c,
					.number = number,
					.sequence = base->sequence,
					.flags = base->flags};
	r = put_together(s);
	if (!r && s->broken) {
		s->is_lost = true;
		ntfs_repair_lose(s->w->r, number,
				 "%u of its attributes cannot be read, and "
				 "%s dropped",
				 s->broken, s->broken == 1 ? "is" : "are");
	}
	return r;
}

int ntfs_salvage(struct repair_round *w, uint64_t number,
		 struct change_file *ret, bool *ret_lost, struct err *err)
{
	struct salvage s = {.w = w, .file = ret, .err = err};
	int r;

	*ret = (struct change_file){.c = w->c};
	r = gather(&s, number);
	if (!r && (s.records[0].base || !(s.records[0].flags & NTFS_RF_IN_USE)))
		r = err_corrupt(err, NTFS_RECORD(number), ERR_NOWHERE,
				"it is not that of a file");
	if (!r)
		r = load_whole(&s, number);
	if (r == 1)
		r = load_parts(&s, number);
	else if (!r && s.record_count - 1 > ret->extension_count)
		r = add_missing(&s);
	if (!r)
		r = note_extensions(&s);
	*ret_lost = s.is_lost;
	salvage_done(&s);
	return r;
}

void ntfs_salvage_drop(struct change_file *f, struct change_attr *a)
{
	size_t i = (size_t)(a - f->attrs);

	mem_free(a->name);
	mem_free(a->value);
	ntfs_runs_done(&a->runs);
	memmove(a, a + 1, (--f->count - i) * sizeof(*a));
}
