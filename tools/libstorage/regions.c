// SPDX-License-Identifier: MIT
//
// Partitions and the free space between them, in the order of the disk.

#include <stdlib.h>
#include <string.h>

#include "storage_priv.h"

// Smaller gaps are what alignment leaves; nothing is made there.
#define LEAST_FREE PART_ALIGN

bool storage_is_extended(const struct part *p, enum part_style style)
{
	return style == PART_MBR && !p->logical &&
	       (p->mbr_type == PART_MBR_EXTENDED ||
		p->mbr_type == PART_MBR_EXTENDED_LBA || p->mbr_type == 0x85);
}

static bool is_of(uint8_t type, const uint8_t *types, size_t count)
{
	return memchr(types, type, count) != NULL;
}

// The bit 0x10 of a type hides it, for those that have such a twin.
static bool is_hidden_mbr(uint8_t type)
{
	static const uint8_t types[] = {
		0x11,        0x14, 0x16, 0x17,
		0x1b,        0x1c, 0x1e, PART_MBR_RECOVERY,
		PART_MBR_EFI};

	return is_of(type, types, sizeof(types));
}

static bool is_windows_mbr(uint8_t type)
{
	static const uint8_t types[] = {PART_MBR_FAT12,    0x04, PART_MBR_FAT16,
					PART_MBR_NTFS,     0x0b, PART_MBR_FAT32,
					PART_MBR_FAT16_LBA};

	return is_of(type, types, sizeof(types)) || is_hidden_mbr(type);
}

bool storage_has_volume(const struct part *p, enum part_style style)
{
	if (style == PART_MBR)
		return is_windows_mbr(p->mbr_type);
	return guid_equal(&p->type, &part_type_data) ||
	       guid_equal(&p->type, &part_type_efi) ||
	       guid_equal(&p->type, &part_type_recovery);
}

bool storage_is_hidden_type(const struct part *p, enum part_style style)
{
	if (style == PART_MBR)
		return is_hidden_mbr(p->mbr_type);
	return guid_equal(&p->type, &part_type_efi) ||
	       guid_equal(&p->type, &part_type_recovery);
}

struct list {
	struct storage_region *regions;
	size_t count;
};

static void add_free(struct list *l, uint64_t start, uint64_t end,
		     bool is_logical)
{
	if (end >= start + LEAST_FREE)
		l->regions[l->count++] =
			(struct storage_region){.start = start,
						.size = end - start,
						.is_free = true,
						.is_logical = is_logical,
						.volume = -1};
}

// In the order of the disk, and the extended one before what is in it.
static int by_place(const void *a, const void *b)
{
	const struct storage_region *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->is_logical - y->is_logical;
}

static void add_parts(const struct part_table *t, struct list *l)
{
	unsigned number = 1;

	for (size_t i = 0; i < t->count; i++)
		l->regions[l->count++] = (struct storage_region){
			.start = t->parts[i].start,
			.size = t->parts[i].size,
			.is_logical = t->parts[i].logical,
			.part = t->parts[i],
			.volume = -1};
	qsort(l->regions, l->count, sizeof(*l->regions), by_place);
	for (size_t i = 0; i < l->count; i++)
		if (!storage_is_extended(&l->regions[i].part, t->style))
			l->regions[i].number = number++;
}

// What is free in [low, high) between the partitions of one kind. A logical one's
// place begins with its record.
static void add_gaps(struct list *l, size_t parts, uint64_t low, uint64_t high,
		     bool is_logical)
{
	for (size_t i = 0; i < parts; i++) {
		const struct storage_region *r = &l->regions[i];
		uint64_t start = r->start;

		if (r->is_logical != is_logical)
			continue;
		if (is_logical && r->part.ebr < start)
			start = r->part.ebr;
		add_free(l, low, start, is_logical);
		if (r->start + r->size > low)
			low = r->start + r->size;
	}
	add_free(l, low, high, is_logical);
}

int storage_list_regions(const struct part_table *t,
			 struct storage_region **ret, size_t *ret_count,
			 struct err *err)
{
	struct list l = {0};
	size_t parts;

	// A gap before each partition, and one at the end of the disk and of each
	// extended partition.
	l.regions = mem_array(3 * t->count + 1, sizeof(*l.regions));
	if (!l.regions)
		return err_nomem(err);
	add_parts(t, &l);
	parts = l.count;
	add_gaps(&l, parts, t->first_usable, t->last_usable, false);
	for (size_t i = 0; i < parts; i++) {
		const struct storage_region *r = &l.regions[i];

		if (storage_is_extended(&r->part, t->style)) {
			add_gaps(&l, parts, r->start, r->start + r->size, true);
			break;
		}
	}
	qsort(l.regions, l.count, sizeof(*l.regions), by_place);
	*ret = l.regions;
	*ret_count = l.count;
	return 0;
}
