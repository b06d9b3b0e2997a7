// SPDX-License-Identifier: MIT
//
// How a file's attributes fill its records: all in the base record when they
// fit; else one after the other into it and as many extension records as it
// takes, named by $ATTRIBUTE_LIST. Runs are cut where a record ends.

#include <string.h>

#include "change.h"
#include "../encode/attr.h"
#include "../encode/record.h"

// --- Runs --------------------------------------------------------------------

// Puts runs from *i on, as many as there is room for. Returns the bytes used,
// with the end; *clusters is what they hold.
static uint32_t put_runs(const struct ntfs_runs *runs, size_t *i, uint8_t *dst,
			 uint32_t room, uint64_t *clusters)
{
	uint32_t used = 0;
	uint64_t lcn = 0;

	for (; *i < runs->count; ++*i) {
		const struct ntfs_run *run = &runs->items[*i];
		uint8_t pair[NTFS_RUN_SIZE];
		uint32_t n = ntfs_encode_run(pair, run->lcn, run->len, lcn);

		if (used + n + 1 > room)
			break;
		if (dst)
			memcpy(dst + used, pair, n);
		used += n;
		*clusters += run->len;
		if (run->lcn != NTFS_HOLE)
			lcn = run->lcn;
	}
	if (dst)
		dst[used] = 0;
	return used + 1;
}

// --- Attributes --------------------------------------------------------------

static struct ntfs_attr_form form_of(const struct change_attr *a, uint16_t id)
{
	return (struct ntfs_attr_form){.type = a->type,
				       .flags = a->flags,
				       .id = id,
				       .name_len = a->name_len,
				       .name = a->name};
}

static uint32_t resident_length(const struct change_attr *a)
{
	return ntfs_resident_size(a->name_len, a->value_len);
}

static void put_resident(const struct change_attr *a, uint8_t *at, uint16_t id)
{
	const struct ntfs_attr_form form = form_of(a, id);
	uint8_t *value =
		ntfs_encode_resident(at, &form, a->value_len, a->indexed);

	if (a->value_len)
		memcpy(value, a->value, a->value_len);
}

// Puts the piece that begins with run *i at `vcn`, into at most `room` bytes.
// Returns its length, or 0 when not even one run fits.
static uint32_t put_outside(const struct change_attr *a, uint8_t *at,
			    uint32_t room, uint16_t id, size_t *i,
			    uint64_t *vcn)
{
	uint32_t runs = ntfs_runs_offset(a->name_len, a->unit_shift && !*vcn);
	const struct ntfs_attr_form form = form_of(a, id);
	struct ntfs_piece piece = {.first_vcn = *vcn,
				   .allocated = a->allocated,
				   .size = a->size,
				   .valid = a->valid,
				   .total = a->total,
				   .unit_shift = a->unit_shift};
	size_t from = *i;
	uint32_t length;

	if (room < runs + 8)
		return 0;
	length = put_runs(&a->runs, i, at + runs, room - runs, &piece.clusters);
	if (*i == from && *i < a->runs.count)
		return 0;
	*vcn += piece.clusters;
	return ntfs_encode_piece(at, &form, &piece, length);
}

static uint32_t whole_length(const struct change_attr *a)
{
	uint64_t clusters = 0;
	size_t i = 0;

	if (a->resident)
		return resident_length(a);
	return (uint32_t)round_up(ntfs_runs_offset(a->name_len, a->unit_shift) +
					  (uint64_t)put_runs(&a->runs, &i, NULL,
							     UINT32_MAX / 2,
							     &clusters),
				  8);
}

int64_t ntfs_change_room(const struct change_file *f,
			 const struct change_attr *without)
{
	int64_t room = (int64_t)f->c->n->info.record_size - NTFS_END_MARK -
		       ntfs_record_first(f->c->n->info.record_size);

	for (size_t i = 0; i < f->count; i++) {
		struct change_attr a = f->attrs[i];

		if (&f->attrs[i] == without) {
			a.resident = true;
			a.value_len = 0;
		}
		room -= whole_length(&a);
	}
	return without ? (int64_t)round_down((uint64_t)(room < 0 ? 0 : room), 8)
		       : room;
}

bool ntfs_change_fits(const struct change_file *f)
{
	return ntfs_change_room(f, NULL) >= 0;
}

// --- Records -----------------------------------------------------------------

static int add_record(const struct ntfs *n, struct change_pack *p,
		      struct err *err)
{
	struct change_record rec = {
		.used = ntfs_record_first(n->info.record_size)};

	if (mem_grow((void **)&p->records, p->count, &p->capacity,
		     sizeof(*p->records)))
		return err_nomem(err);
	rec.data = mem_alloc(n->info.record_size);
	if (!rec.data)
		return err_nomem(err);
	p->records[p->count++] = rec;
	return 0;
}

static int add_entry(struct change_pack *p, const struct change_attr *a,
		     uint64_t vcn, uint16_t id, struct err *err)
{
	const struct ntfs_attr_form form = form_of(a, id);
	size_t size = ntfs_list_entry_size(a->name_len);

	if (p->list_size + size > NTFS_MAX_LIST)
		return err_set(err, -EFBIG, "file", ERR_NOWHERE,
			       "it would be in too many pieces");
	if (p->list_size + size > p->list_capacity) {
		size_t room = p->list_capacity * 2 + 1024;
		uint8_t *list = mem_resize(p->list, room, 1);

		if (!list)
			return err_nomem(err);
		p->list = list;
		p->list_capacity = room;
	}
	p->list_size += ntfs_encode_list_entry(p->list + p->list_size, &form,
					       vcn, p->count - 1);
	return 0;
}

// Puts a piece of an attribute into the current record. *done becomes true when
// it was the last one. Returns 0, or 1 when nothing fits.
static int put_piece(struct change_pack *p, const struct change_attr *a,
		     uint32_t limit, size_t *run, uint64_t *vcn, bool *done,
		     struct err *err)
{
	struct change_record *rec = &p->records[p->count - 1];
	uint32_t room = limit > rec->used ? limit - rec->used : 0, length;
	uint8_t *at = rec->data + rec->used;
	uint64_t first = *vcn;

	if (a->resident) {
		length = resident_length(a);
		if (length > room)
			return 1;
		put_resident(a, at, rec->next_id);
		*done = true;
	} else {
		length = put_outside(a, at, room, rec->next_id, run, vcn);
		if (!length)
			return 1;
		*done = *run == a->runs.count;
	}
	rec->used += length;
	return add_entry(p, a, first, rec->next_id++, err);
}

static int put_attr(const struct change_file *f, struct change_pack *p,
		    const struct change_attr *a, uint32_t reserve,
		    struct err *err)
{
	const struct ntfs *n = f->c->n;
	bool done = false, is_new = false;
	uint64_t vcn = 0;
	size_t run = 0;
	int r = 0;

	while (!r && !done) {
		uint32_t limit = n->info.record_size - NTFS_END_MARK -
				 (p->count == 1 ? reserve : 0);

		r = put_piece(p, a, limit, &run, &vcn, &done, err);
		if (r == 1 && is_new)
			return err_set(err, -EFBIG, NTFS_RECORD(f->number),
				       ERR_NOWHERE,
				       "an attribute (0x%x) is larger than a "
				       "record",
				       a->type);
		is_new = r == 1;
		if (r == 1)
			r = add_record(n, p, err);
	}
	return r;
}

int ntfs_pack(const struct change_file *f, uint32_t reserve,
	      struct change_pack *ret, struct err *err)
{
	struct change_pack p = {.reserve = reserve};
	int r = add_record(f->c->n, &p, err);

	for (size_t i = 0; !r && i < f->count; i++)
		r = put_attr(f, &p, &f->attrs[i], reserve, err);
	if (r) {
		ntfs_pack_done(&p);
		return r;
	}
	*ret = p;
	return 0;
}

void ntfs_pack_done(struct change_pack *p)
{
	for (size_t i = 0; i < p->count; i++)
		mem_free(p->records[i].data);
	mem_free(p->records);
	mem_free(p->list);
	*p = (struct change_pack){0};
}

void ntfs_pack_list(const struct change_file *f, struct change_pack *p,
		    const struct ntfs_runs *runs)
{
	struct change_record *rec = &p->records[0];
	uint32_t first = ntfs_record_first(f->c->n->info.record_size), length,
		 room;
	const struct ntfs_attr_disk *standard =
		(const void *)(rec->data + first);
	uint32_t cluster = f->c->n->info.cluster_size;
	struct change_attr a = {.type = NTFS_AT_ATTRIBUTE_LIST};
	uint64_t vcn = 0;
	size_t run = 0;
	uint8_t *at;

	// Behind $STANDARD_INFORMATION, the only one that comes before it.
	if (get_le32(standard->type) == NTFS_AT_STANDARD_INFORMATION)
		first += get_le32(standard->length);
	at = rec->data + first;
	a.resident = !runs;
	a.value = p->list;
	a.value_len = a.resident ? (uint32_t)p->list_size : 0;
	if (runs) {
		a.runs = *runs;
		a.size = a.valid = p->list_size;
		a.allocated = runs->clusters * cluster;
	}
	length = whole_length(&a);
	memmove(at + length, at, rec->used - first);
	room = length;
	if (a.resident)
		put_resident(&a, at, rec->next_id++);
	else
		put_outside(&a, at, room, rec->next_id++, &run, &vcn);
	rec->used += length;
}
