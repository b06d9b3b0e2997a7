// SPDX-License-Identifier: MIT
//
// Numbers of disks and volumes, which stay as long as what they mean is there, and
// what follows from them.

#include <stdlib.h>
#include <string.h>

#include "storage_priv.h"

static bool is_same_disk(const struct storage_disk *a,
			 const struct storage_disk *b)
{
	return !strcmp(a->address, b->address) && a->sequence == b->sequence;
}

static bool has_number(const struct storage_lists *l, unsigned number)
{
	for (size_t i = 0; i < l->disk_count; i++)
		if (l->disks[i].number == number)
			return true;
	return false;
}

static int by_number(const void *a, const void *b)
{
	const struct storage_disk *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

void storage_number_disks(const struct storage_lists *old,
			  struct storage_lists *l)
{
	unsigned next = 0;

	for (size_t i = 0; i < l->disk_count; i++)
		for (size_t j = 0; j < old->disk_count; j++)
			if (is_same_disk(&l->disks[i], &old->disks[j]))
				l->disks[i].number = old->disks[j].number;
	for (size_t i = 0; i < l->disk_count; i++) {
		if (l->disks[i].number != STORAGE_NO_NUMBER)
			continue;
		while (has_number(l, next))
			next++;
		l->disks[i].number = next;
	}
	if (l->disk_count)
		qsort(l->disks, l->disk_count, sizeof(*l->disks), by_number);
}

// --- Partitions --------------------------------------------------------------------

static unsigned old_number(const struct storage_disk *old,
			   const struct storage_region *region)
{
	for (size_t i = 0; i < old->region_count; i++)
		if (!old->regions[i].is_free && old->regions[i].number &&
		    old->regions[i].start == region->start)
			return old->regions[i].number;
	return 0;
}

static bool has_partition(const struct storage_disk *d, unsigned number)
{
	for (size_t i = 0; i < d->region_count; i++)
		if (!d->regions[i].is_free && d->regions[i].number == number)
			return true;
	return false;
}

static bool is_numbered(const struct storage_disk *d,
			const struct storage_region *region)
{
	return !region->is_free &&
	       !storage_is_extended(&region->part, d->style);
}

static const struct storage_disk *find_old(const struct storage_lists *l,
					   const struct storage_disk *d)
{
	for (size_t i = 0; i < l->disk_count; i++)
		if (is_same_disk(&l->disks[i], d))
			return &l->disks[i];
	return NULL;
}

void storage_number_partitions(const struct storage_lists *l,
			       struct storage_disk *d)
{
	const struct storage_disk *old = find_old(l, d);
	unsigned next = 1;

	if (!old || old->style != d->style)
		return;
	for (size_t i = 0; i < d->region_count; i++)
		if (is_numbered(d, &d->regions[i]))
			d->regions[i].number = old_number(old, &d->regions[i]);
	for (size_t i = 0; i < d->region_count; i++) {
		if (!is_numbered(d, &d->regions[i]) || d->regions[i].number)
			continue;
		while (has_partition(d, next))
			next++;
		d->regions[i].number = next;
	}
}

// The disk that a virtual disk's file lies on: the one whose address its own begins
// with.
void storage_find_hosts(struct storage_lists *l)
{
	for (size_t i = 0; i < l->disk_count; i++) {
		struct storage_disk *d = &l->disks[i];
		size_t best = 0;

		for (size_t j = 0; d->virtual_file && j < l->disk_count; j++) {
			const struct storage_disk *host = &l->disks[j];
			size_t n = strlen(host->address);

			if (n > best && i != j &&
			    !strncmp(d->address, host->address, n) &&
			    strchr("@:", d->address[n])) {
				best = n;
				d->host_disk = (int)host->number;
			}
		}
	}
}

static bool has_volume_number(const struct storage_lists *l, unsigned number)
{
	for (size_t i = 0; i < l->volume_count; i++)
		if (l->volumes[i].number == number)
			return true;
	return false;
}

static int by_volume_number(const void *a, const void *b)
{
	const struct storage_volume *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static uint64_t volume_start(const struct storage_lists *l,
			     const struct storage_volume *v)
{
	for (size_t i = 0; i < l->disk_count; i++) {
		const struct storage_disk *d = &l->disks[i];

		if (d->number != v->disk)
			continue;
		for (size_t j = 0; j < d->region_count; j++)
			if (!d->regions[j].is_free &&
			    d->regions[j].part.number == v->partition)
				return d->regions[j].start;
	}
	return 0;
}

// A volume is the same by where it begins: deleting a logical partition gives those
// behind it other numbers of the table.
static void keep_volume_numbers(const struct storage_lists *old,
				struct storage_lists *l)
{
	for (size_t i = 0; i < l->volume_count; i++) {
		struct storage_volume *v = &l->volumes[i];

		for (size_t j = 0; j < old->volume_count; j++) {
			const struct storage_volume *o = &old->volumes[j];

			if (o->disk == v->disk && o->kind == v->kind &&
			    volume_start(old, o) == volume_start(l, v))
				v->number = o->number;
		}
	}
}

static void point_regions(struct storage_lists *l)
{
	for (size_t i = 0; i < l->disk_count; i++) {
		struct storage_disk *d = &l->disks[i];

		for (size_t k = 0; k < d->region_count; k++)
			d->regions[k].volume = -1;
		for (size_t j = 0; j < l->volume_count; j++)
			for (size_t k = 0; k < d->region_count; k++)
				if (l->volumes[j].disk == d->number &&
				    !d->regions[k].is_free &&
				    d->regions[k].part.number ==
					    l->volumes[j].partition)
					d->regions[k].volume =
						(int)l->volumes[j].number;
	}
}

void storage_number_volumes(const struct storage_lists *old,
			    struct storage_lists *l)
{
	unsigned next = 0;

	keep_volume_numbers(old, l);
	for (size_t i = 0; i < l->volume_count; i++) {
		if (l->volumes[i].number != STORAGE_NO_NUMBER)
			continue;
		while (has_volume_number(l, next))
			next++;
		l->volumes[i].number = next;
	}
	if (l->volume_count)
		qsort(l->volumes, l->volume_count, sizeof(*l->volumes),
		      by_volume_number);
	point_regions(l);
}

void storage_take_letters(const struct address_letters *letters,
			  struct storage_lists *l)
{
	for (size_t i = 0; i < l->volume_count; i++) {
		struct storage_volume *v = &l->volumes[i];

		v->letter = 0;
		for (int k = ADDRESS_LETTERS - 1; k >= 0; k--)
			if (letters->addresses[k] &&
			    !strcmp(letters->addresses[k], v->address))
				v->letter = (char)('A' + k);
	}
}
