// SPDX-License-Identifier: MIT
//
// Partition tables in memory: free space, adding and removing.

#include <stdlib.h>
#include <string.h>

#include "part_priv.h"

#define TABLE_WHAT "partition table"

// In the order of the bytes on the disk (UEFI 2.10, appendix A).
const struct guid part_type_efi = {{0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2,
				    0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e,
				    0xc9, 0x3b}};
const struct guid part_type_msr = {{0x16, 0xe3, 0xc9, 0xe3, 0x5c, 0x0b, 0xb8,
				    0x4d, 0x81, 0x7d, 0xf9, 0x2d, 0xf0, 0x02,
				    0x15, 0xae}};
const struct guid part_type_data = {{0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33,
				     0x44, 0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26,
				     0x99, 0xc7}};
const struct guid part_type_recovery = {{0xa4, 0xbb, 0x94, 0xde, 0xd1, 0x06,
					 0x40, 0x4d, 0xa1, 0x6a, 0xbf, 0xd5,
					 0x01, 0x79, 0xd6, 0xac}};
const struct guid part_type_linux = {{0xaf, 0x3d, 0xc6, 0x0f, 0x83, 0x84, 0x72,
				      0x47, 0x8e, 0x79, 0x3d, 0x69, 0xd8, 0x47,
				      0x7d, 0xe4}};

int part_table_alloc(const struct disk *dev, struct part_table **ret,
		     struct err *err)
{
	struct part_table *t = mem_alloc(sizeof(*t));
	// an MBR counts sectors in 32 bits
	uint64_t limit = (uint64_t)dev->sector_size << 32;

	if (!t)
		return err_nomem(err);
	t->sector_size = dev->sector_size;
	t->disk_size = round_down(dev->size, dev->sector_size);
	t->first_usable = dev->sector_size;
	t->last_usable = t->disk_size < limit ? t->disk_size : limit;
	t->slots = 4;
	*ret = t;
	return 0;
}

int part_table_new(enum part_style style, const struct disk *dev,
		   const struct guid *disk_id, uint32_t mbr_signature,
		   struct part_table **ret, struct err *err)
{
	struct part_table *t = NULL;
	uint64_t around;
	int r;

	if (style == PART_NONE ||
	    (style == PART_GPT && (!disk_id || guid_is_zero(disk_id))))
		return err_set(err, -EINVAL, TABLE_WHAT, ERR_NOWHERE,
			       "it needs a style, and a GPT an id");
	r = part_table_alloc(dev, &t, err);
	if (r)
		return r;
	t->style = style;
	t->mbr_signature = style == PART_MBR ? mbr_signature : 0;
	if (style == PART_GPT) {
		t->disk_id = *disk_id;
		// UEFI 5.3 has at least 16 KiB kept for entries: 128 of them
		t->slots = 128;
		t->entry_size = sizeof(struct gpt_entry_disk);
		t->entries = 2 * (uint64_t)t->sector_size;
		around = t->sector_size + gpt_entries_size(t);
		t->first_usable = t->sector_size + around;
		t->last_usable = t->disk_size > around ? t->disk_size - around
						       : 0;
	}
	// a GPT takes 34 sectors of 512 bytes at the start of a disk and 33 at
	// its end
	if (t->first_usable >= t->last_usable) {
		part_table_free(t);
		return err_set(err, -ENOSPC, TABLE_WHAT, ERR_NOWHERE,
			       "the disk of %llu bytes is too small for one",
			       (unsigned long long)dev->size);
	}
	*ret = t;
	return 0;
}

void part_table_free(struct part_table *t)
{
	if (!t)
		return;
	mem_free(t->parts);
	mem_free(t);
}

struct part *part_find(const struct part_table *t, unsigned number)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->parts[i].number == number)
			return &t->parts[i];
	return NULL;
}

struct part *part_find_extended(const struct part_table *t)
{
	for (size_t i = 0; t->style == PART_MBR && i < t->count; i++)
		if (!t->parts[i].logical && part_is_extended(&t->parts[i]))
			return &t->parts[i];
	return NULL;
}

int part_table_insert(struct part_table *t, const struct part *p,
		      struct err *err)
{
	void *parts = t->parts;
	size_t i = t->count;

	if (mem_grow(&parts, t->count, &t->capacity, sizeof(*t->parts)))
		return err_nomem(err);
	t->parts = parts;
	while (i && t->parts[i - 1].number > p->number)
		i--;
	memmove(&t->parts[i + 1], &t->parts[i],
		(t->count - i) * sizeof(*t->parts));
	t->parts[i] = *p;
	t->count++;
	return 0;
}

static bool share_space(const struct part *a, const struct part *b)
{
	// the extended partition holds the logical ones, on purpose
	if (a->logical != b->logical && part_is_extended(a->logical ? b : a))
		return false;
	return a->start < b->start + b->size && b->start < a->start + a->size;
}

bool part_overlaps(const struct part_table *t, const struct part *p)
{
	if (p->start < t->first_usable ||
	    !range_ok(p->start, p->size, t->last_usable))
		return true;
	for (size_t i = 0; i < t->count; i++)
		if (t->parts[i].number != p->number &&
		    share_space(p, &t->parts[i]))
			return true;
	return false;
}

bool part_table_has_overlap(const struct part_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (part_overlaps(t, &t->parts[i]))
			return true;
	return t->first_usable >= t->last_usable;
}

// --- Free space --------------------------------------------------------------

struct span {
	uint64_t start, end;
};

// What is taken of a part of the disk, sorted, ended by an empty span at the
// end of that part.
struct taken {
	uint64_t low;
	size_t count;
	struct span *spans;
};

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static int find_taken(const struct part_table *t, const struct part *extended,
		      struct taken *ret, struct err *err)
{
	struct taken k = {.low = t->first_usable};
	uint64_t high = t->last_usable;

	k.spans = mem_array(2 * t->count + 2, sizeof(*k.spans));
	if (!k.spans)
		return err_nomem(err);
	if (extended) {
		k.low = extended->start;
		high = extended->start + extended->size;
	}
	for (size_t i = 0; i < t->count; i++) {
		const struct part *p = &t->parts[i];

		if (p->logical != (extended != NULL))
			continue;
		k.spans[k.count++] =
			(struct span){p->start, p->start + p->size};
		// the record as well: a partition over it would cut the chain
		if (p->logical)
			k.spans[k.count++] =
				(struct span){p->ebr, p->ebr + t->sector_size};
	}
	qsort(k.spans, k.count, sizeof(*k.spans), by_start);
	// The first record always lies at the start of the extended partition.
	if (k.count && extended && k.spans[0].start != k.low)
		k.low += t->sector_size;
	k.spans[k.count++] = (struct span){high, high};
	*ret = k;
	return 0;
}

// Looks for `size` bytes (0: as many as there are) from `start` (0: anywhere)
// with room for a logical partition's record before it, when `record`.
static bool find_free(const struct part_table *t, const struct taken *k,
		      uint64_t start, uint64_t size, bool record,
		      struct part *ret)
{
	uint64_t low = k->low, best = 0;

	for (size_t i = 0; i < k->count; low = k->spans[i++].end) {
		uint64_t end = k->spans[i].start, from, ebr, room;

		if (start) {
			from = ebr = start;
			if (record)
				ebr = k->count > 1 ? start - t->sector_size
						   : k->low;
		} else {
			ebr = round_up(low, PART_ALIGN);
			// the record takes a whole MiB before its partition, as
			// Windows leaves it
			from = ebr + (record ? PART_ALIGN : 0);
		}
		if (ebr < low || from >= end || (record && ebr >= from))
			continue;
		room = end - from;
		if (!size && round_down(end, PART_ALIGN) > from)
			room = round_down(end, PART_ALIGN) - from;
		// All there is, rounded to whole MiB: less than one is no
		// place.
		else if (!size && !start)
			continue;
		if (room < size || room <= best)
			continue;
		best = size ? size : room;
		*ret = (struct part){
			.start = from, .size = best, .ebr = record ? ebr : 0};
		if (size)
			break;
	}
	return best;
}

// --- Adding and removing -----------------------------------------------------

static int check_spec(const struct part_table *t, const struct part *spec,
		      struct err *err)
{
	size_t n = 0;
	le16 *units;
	int r;

	if (spec->start % t->sector_size || spec->size % t->sector_size)
		return err_set(err, -EINVAL, TABLE_WHAT, ERR_NOWHERE,
			       "start and size must be multiples of %u",
			       t->sector_size);
	if (t->style == PART_GPT ? guid_is_zero(&spec->type) : !spec->mbr_type)
		return err_set(err, -EINVAL, TABLE_WHAT, ERR_NOWHERE,
			       "a partition needs a type");
	if (t->style == PART_MBR) {
		// 0xee would make it a GPT to every reader, and a second
		// extended partition is one that Windows and Linux do not look
		// into.
		if (spec->mbr_type == PART_MBR_PROTECTIVE ||
		    (part_is_extended(spec) &&
		     (spec->logical || part_find_extended(t))))
			return err_set(err, -EINVAL, TABLE_WHAT, ERR_NOWHERE,
				       "there can be no such partition");
		return 0;
	}
	if (spec->logical)
		return err_set(err, -EINVAL, TABLE_WHAT, ERR_NOWHERE,
			       "a GPT has no logical partitions");
	r = utf16_from_utf8(spec->name, &units, &n);
	if (r == -ENOMEM)
		return err_nomem(err);
	if (!r)
		mem_free(units);
	if (r || n > 36)
		return err_set(err, -EINVAL, TABLE_WHAT, ERR_NOWHERE,
			       "'%s' cannot be a partition's name", spec->name);
	return 0;
}

// Chooses the number: a free slot, or for a logical one that after the last.
static int choose_number(const struct part_table *t, const struct part *spec,
			 unsigned *ret, struct err *err)
{
	// logical partitions count from 5, however many primary ones there are:
	// so do Linux and Windows
	unsigned n = spec->logical ? 5 : 1;

	if (spec->number && !spec->logical) {
		if (spec->number > t->slots)
			return err_set(err, -EINVAL, TABLE_WHAT, ERR_NOWHERE,
				       "the last number is %u", t->slots);
		if (part_find(t, spec->number))
			return err_set(err, -EEXIST, TABLE_WHAT, ERR_NOWHERE,
				       "partition %u is there already",
				       spec->number);
		*ret = spec->number;
		return 0;
	}
	while (part_find(t, n))
		n++;
	if (spec->logical ? n >= 5 + PART_MAX_LOGICAL : n > t->slots)
		return err_set(err, -ENOSPC, TABLE_WHAT, ERR_NOWHERE,
			       "it has no room for another partition");
	*ret = n;
	return 0;
}

static int choose_place(const struct part_table *t, const struct part *spec,
			struct part *ret, struct err *err)
{
	const struct part *extended = NULL;
	struct taken k = {0};
	bool found;
	int r;

	if (spec->logical) {
		extended = part_find_extended(t);
		if (!extended)
			return err_set(err, -EINVAL, TABLE_WHAT, ERR_NOWHERE,
				       "there is no extended partition");
	}
	r = find_taken(t, extended, &k, err);
	if (r)
		return r;
	found = find_free(t, &k, spec->start, spec->size, spec->logical, ret);
	mem_free(k.spans);
	if (found)
		return 0;
	if (spec->start)
		return err_set(err, -EINVAL, TABLE_WHAT, spec->start,
			       "the space from there is not free");
	if (!spec->size)
		return err_set(err, -ENOSPC, TABLE_WHAT, ERR_NOWHERE,
			       "no space is free");
	return err_set(err, -ENOSPC, TABLE_WHAT, ERR_NOWHERE,
		       "there is no free place for %llu MB",
		       (unsigned long long)spec->size >> 20);
}

// Of the disk's id and the number: the same steps give the same table, byte by
// byte, and two disks never share an id.
static void make_id(const struct part_table *t, struct part *p)
{
	char name[] = "partition 0000";

	for (unsigned n = p->number, i = 13; n; n /= 10, i--)
		name[i] = (char)('0' + n % 10);
	guid_from_name(&t->disk_id, name, &p->id);
}

int part_table_add(struct part_table *t, const struct part *spec,
		   unsigned *ret_number, struct err *err)
{
	struct part p = *spec, place = {0};
	int r = check_spec(t, spec, err);

	if (!r)
		r = choose_number(t, spec, &p.number, err);
	if (!r)
		r = choose_place(t, spec, &place, err);
	if (r)
		return r;
	p.start = place.start;
	p.size = place.size;
	p.ebr = place.ebr;
	if (t->style == PART_GPT && guid_is_zero(&p.id))
		make_id(t, &p);
	r = part_table_insert(t, &p, err);
	if (r)
		return r;
	for (size_t i = 0; p.active && i < t->count; i++)
		t->parts[i].active = t->parts[i].number == p.number;
	if (ret_number)
		*ret_number = p.number;
	return 0;
}

static void remove_at(struct part_table *t, size_t i)
{
	bool logical = t->parts[i].logical;

	t->count--;
	memmove(&t->parts[i], &t->parts[i + 1],
		(t->count - i) * sizeof(*t->parts));
	// their numbers are their places in the chain
	for (; logical && i < t->count; i++)
		t->parts[i].number--;
}

int part_table_remove(struct part_table *t, unsigned number, struct err *err)
{
	struct part *p = part_find(t, number);

	if (!p)
		return err_set(err, -ENOENT, TABLE_WHAT, ERR_NOWHERE,
			       "there is no partition %u", number);
	if (p == part_find_extended(t))
		while (t->parts[t->count - 1].logical)
			t->count--;
	remove_at(t, (size_t)(p - t->parts));
	return 0;
}
