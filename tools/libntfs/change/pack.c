// SPDX-License-Identifier: MIT
//
// How a file's attributes fill its records: all in the base record when they
// fit; else one after the other into it and as many extension records as it
// takes, named by $ATTRIBUTE_LIST. Runs are cut where a record ends.

#include <string.h>

#include "change.h"

#define END_MARK 8u // with its padding

uint32_t ntfs_pack_first(const struct ntfs *n)
{
	uint32_t count = 1 + n->info.record_size / NTFS_USA_STRIDE;

	return (uint32_t)round_up(sizeof(struct ntfs_record_disk) + 2 * count,
				  8);
}

void ntfs_pack_finish(const struct ntfs *n, struct change_record *rec,
		      const struct ntfs_record_disk *head)
{
	struct ntfs_record_disk d = *head;
	uint32_t first = ntfs_pack_first(n);
	le32 end = to_le32(NTFS_AT_END);

	if (!rec->used)
		rec->used = first;
	memcpy(d.magic, "FILE", 4);
	d.usa_offset = to_le16(sizeof(d));
	d.usa_count =
		to_le16((uint16_t)(1 + n->info.record_size / NTFS_USA_STRIDE));
	d.attrs_offset = to_le16((uint16_t)first);
	d.used = to_le32(rec->used + END_MARK);
	d.allocated = to_le32(n->info.record_size);
	d.next_attr_id = to_le16(rec->next_id);
	memset(rec->data + rec->used, 0, n->info.record_size - rec->used);
	memcpy(rec->data + rec->used, &end, sizeof(end));
	memset(rec->data, 0, first);
	memcpy(rec->data, &d, sizeof(d));
}

// --- Runs --------------------------------------------------------------------

static unsigned number_size(int64_t v)
{
	unsigned n = 1;

	while (n < 8 && (v >> (8 * n - 1)) != 0 && (v >> (8 * n - 1)) != -1)
		n++;
	return n;
}

static uint8_t *put_number(uint8_t *p, int64_t v, unsigned size)
{
	for (uint64_t u = (uint64_t)v; size; size--, u >>= 8)
		*p++ = (uint8_t)u;
	return p;
}

// Puts one run; `lcn` is where the one before began. Returns its size.
static size_t put_run(uint8_t out[17], const struct ntfs_run *run, int64_t lcn)
{
	bool hole = run->lcn == NTFS_HOLE;
	int64_t delta = hole ? 0 : (int64_t)run->lcn - lcn;
	unsigned len = number_size((int64_t)run->len);
	unsigned place = hole ? 0 : number_size(delta);
	uint8_t *p = out;

	*p++ = (uint8_t)(len | place << 4);
	p = put_number(p, (int64_t)run->len, len);
	p = put_number(p, delta, place);
	return (size_t)(p - out);
}

// Puts runs from *i on, as many as there is room for. Returns the bytes used,
// with the end; *clusters is what they hold.
static uint32_t put_runs(const struct ntfs_runs *runs, size_t *i, uint8_t *dst,
			 uint32_t room, uint64_t *clusters)
{
	uint32_t used = 0;
	int64_t lcn = 0;

	for (; *i < runs->count; ++*i) {
		const struct ntfs_run *run = &runs->items[*i];
		uint8_t pair[17];
		size_t n = put_run(pair, run, lcn);

		if (used + n + 1 > room)
			break;
		if (dst)
			memcpy(dst + used, pair, n);
		used += (uint32_t)n;
		*clusters += run->len;
		if (run->lcn != NTFS_HOLE)
			lcn = (int64_t)run->lcn;
	}
	if (dst)
		dst[used] = 0;
	return used + 1;
}

// --- Attributes --------------------------------------------------------------

static uint32_t resident_length(const struct change_attr *a)
{
	uint32_t value = (uint32_t)round_up(sizeof(struct ntfs_resident_disk) +
						    2u * a->name_len,
					    8);

	return (uint32_t)round_up(value + (uint64_t)a->value_len, 8);
}

static uint32_t outside_header(const struct change_attr *a, uint64_t first_vcn)
{
	return sizeof(struct ntfs_nonresident_disk) +
	       (a->unit_shift && !first_vcn ? 8u : 0u);
}

static uint32_t outside_runs(const struct change_attr *a, uint64_t first_vcn)
{
	return (uint32_t)round_up(outside_header(a, first_vcn) +
					  2u * a->name_len,
				  8);
}

static void put_resident(const struct change_attr *a, uint8_t *at, uint16_t id)
{
	uint32_t value = (uint32_t)round_up(sizeof(struct ntfs_resident_disk) +
						    2u * a->name_len,
					    8);
	struct ntfs_resident_disk d = {
		.attr = {.type = to_le32(a->type),
			 .length = to_le32(resident_length(a)),
			 .name_len = a->name_len,
			 .name_offset = to_le16(sizeof(d)),
			 .flags = to_le16(a->flags),
			 .id = to_le16(id)},
		.value_len = to_le32(a->value_len),
		.value_offset = to_le16((uint16_t)value),
		.indexed = a->indexed,
	};

	memset(at, 0, resident_length(a));
	memcpy(at, &d, sizeof(d));
	if (a->name_len)
		memcpy(at + sizeof(d), a->name, 2u * a->name_len);
	if (a->value_len)
		memcpy(at + value, a->value, a->value_len);
}

// Puts the piece that begins with run *i at `vcn`, into at most `room` bytes.
// Returns its length, or 0 when not even one run fits.
static uint32_t put_outside(const struct change_attr *a, uint8_t *at,
			    uint32_t room, uint16_t id, size_t *i,
			    uint64_t *vcn)
{
	uint32_t head = outside_header(a, *vcn), runs = outside_runs(a, *vcn);
	struct ntfs_nonresident_disk d = {
		.attr = {.type = to_le32(a->type),
			 .nonresident = 1,
			 .name_len = a->name_len,
			 .name_offset = to_le16((uint16_t)head),
			 .flags = to_le16(a->flags),
			 .id = to_le16(id)},
		.first_vcn = to_le64(*vcn),
		.runs_offset = to_le16((uint16_t)runs),
		.compression_unit = a->unit_shift,
	};
	le64 total = to_le64(a->total);
	uint64_t clusters = 0;
	size_t from = *i;
	uint32_t length;

	if (room < runs + 8)
		return 0;
	memset(at, 0, room);
	length = runs +
		 put_runs(&a->runs, i, at + runs, room - runs, &clusters);
	if (*i == from && *i < a->runs.count)
		return 0;
	if (!*vcn) {
		d.allocated = to_le64(a->allocated);
		d.size = to_le64(a->size);
		d.valid = to_le64(a->valid);
	}
	*vcn += clusters;
	d.last_vcn = to_le64(*vcn - 1);
	d.attr.length = to_le32((uint32_t)round_up(length, 8));
	memcpy(at, &d, sizeof(d));
	if (head > sizeof(d))
		memcpy(at + sizeof(d), &total, sizeof(total));
	if (a->name_len)
		memcpy(at + head, a->name, 2u * a->name_len);
	return (uint32_t)round_up(length, 8);
}

static uint32_t whole_length(const struct change_attr *a)
{
	uint64_t clusters = 0;
	size_t i = 0;

	if (a->resident)
		return resident_length(a);
	return (uint32_t)round_up(outside_runs(a, 0) +
					  (uint64_t)put_runs(&a->runs, &i, NULL,
							     UINT32_MAX / 2,
							     &clusters),
				  8);
}

int64_t ntfs_change_room(const struct change_file *f,
			 const struct change_attr *without)
{
	int64_t room = (int64_t)f->c->n->info.record_size - END_MARK -
		       ntfs_pack_first(f->c->n);

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
	struct change_record rec = {.used = ntfs_pack_first(n)};

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
	size_t size = (size_t)round_up(sizeof(struct ntfs_list_entry_disk) +
					       2u * a->name_len,
				       8);
	struct ntfs_list_entry_disk d = {
		.type = to_le32(a->type),
		.length = to_le16((uint16_t)size),
		.name_len = a->name_len,
		.name_offset = sizeof(d),
		.first_vcn = to_le64(vcn),
		.record = to_le64(p->count - 1),
		.id = to_le16(id),
	};

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
	memset(p->list + p->list_size, 0, size);
	memcpy(p->list + p->list_size, &d, sizeof(d));
	if (a->name_len)
		memcpy(p->list + p->list_size + sizeof(d), a->name,
		       2u * a->name_len);
	p->list_size += size;
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
		uint32_t limit = n->info.record_size - END_MARK -
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
	struct change_pack p = {0};
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
	uint32_t first = ntfs_pack_first(f->c->n), length, room;
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
