// SPDX-License-Identifier: MIT
//
// The file allocation table, kept in memory as it lies on the volume, and the
// free clusters in it.

#include <string.h>

#include "fat_priv.h"

#define TABLE_WHAT "FAT"

int fat_table_load(struct fat *f, struct err *err)
{
	size_t size = (size_t)round_up(f->table_used, f->info.sector_size);
	uint64_t at = f->table_start + f->active_table * f->table_size;
	int r;

	f->table = mem_alloc(size);
	f->table_dirty = mem_alloc(size / f->info.sector_size);
	if (!f->table || !f->table_dirty)
		return err_nomem(err);
	r = disk_read(f->dev, at, f->table, size, err);
	if (r)
		return r;
	f->lowest_free = 2;
	for (uint32_t i = 0; i < f->info.clusters; i++)
		f->info.free_clusters += !fat_table_get(f, i + 2);
	return 0;
}

uint32_t fat_table_get(const struct fat *f, uint32_t cluster)
{
	const uint8_t *t = f->table;
	uint32_t v, end;
	size_t i;

	switch (f->info.bits) {
	case 12:
		// two entries share three bytes: an even one has the low bits
		i = cluster + cluster / 2;
		v = (uint32_t)t[i] | (uint32_t)t[i + 1] << 8;
		v = cluster & 1 ? v >> 4 : v & 0xfff;
		end = 0xff8;
		break;
	case 16:
		i = (size_t)cluster * 2;
		v = (uint32_t)t[i] | (uint32_t)t[i + 1] << 8;
		end = 0xfff8;
		break;
	default:
		i = (size_t)cluster * 4;
		v = (uint32_t)t[i] | (uint32_t)t[i + 1] << 8 |
		    (uint32_t)t[i + 2] << 16 | (uint32_t)(t[i + 3] & 15) << 24;
		end = 0x0ffffff8;
		break;
	}
	// All of the last eight end a chain; writers differ in which. The one
	// before them marks a bad cluster.
	if (v >= end)
		return FAT_END;
	return v == end - 1 ? FAT_BAD : v;
}

static void mark(struct fat *f, size_t byte)
{
	f->table_dirty[byte / f->info.sector_size] = 1;
}

void fat_table_set(struct fat *f, uint32_t cluster, uint32_t value)
{
	uint8_t *t = f->table;
	size_t i;

	switch (f->info.bits) {
	case 12:
		i = cluster + cluster / 2;
		value &= 0xfff;
		if (cluster & 1) {
			t[i] = (uint8_t)((t[i] & 0x0f) | (value & 0x0f) << 4);
			t[i + 1] = (uint8_t)(value >> 4);
		} else {
			t[i] = (uint8_t)value;
			t[i + 1] = (uint8_t)((t[i + 1] & 0xf0) | value >> 8);
		}
		// an entry of 12 bits may cross into the next sector
		mark(f, i + 1);
		break;
	case 16:
		i = (size_t)cluster * 2;
		t[i] = (uint8_t)value;
		t[i + 1] = (uint8_t)(value >> 8);
		break;
	default:
		i = (size_t)cluster * 4;
		t[i] = (uint8_t)value;
		t[i + 1] = (uint8_t)(value >> 8);
		t[i + 2] = (uint8_t)(value >> 16);
		// The highest four bits are reserved: kept as found, and never
		// looked at.
		t[i + 3] = (uint8_t)((t[i + 3] & 0xf0) | (value >> 24 & 15));
		break;
	}
	mark(f, i);
	f->changed = true;
}

int fat_table_next(const struct fat *f, uint32_t cluster, uint32_t *ret,
		   struct err *err)
{
	uint32_t next = fat_table_get(f, cluster);

	// Refused rather than taken for the end: what the file has lost may
	// still be saved, as long as nothing is written.
	if (next != FAT_END && !fat_is_cluster(f, next))
		return err_corrupt(err, TABLE_WHAT,
				   fat_cluster_offset(f, cluster),
				   "cluster %u leads to %s", cluster,
				   !next             ? "a free one"
				   : next == FAT_BAD ? "a bad one"
						     : "none of the volume");
	*ret = next;
	return 0;
}

// Finds the first run of `count` free clusters. Returns its first, or 0.
static uint32_t find_run(const struct fat *f, uint32_t count)
{
	uint32_t end = f->info.clusters + 2, n = 0;

	for (uint32_t c = f->lowest_free; c < end; c++) {
		n = fat_table_get(f, c) ? 0 : n + 1;
		if (n == count)
			return c - count + 1;
	}
	return 0;
}

int fat_table_take(struct fat *f, uint32_t count, uint32_t *ret_first,
		   struct err *err)
{
	uint32_t first = 0, last = 0, c;

	if (count > f->info.free_clusters)
		return err_set(err, -ENOSPC, "FAT volume", ERR_NOWHERE,
			       "%llu bytes are needed and %llu free",
			       (unsigned long long)count * f->info.cluster_size,
			       (unsigned long long)f->info.free_clusters *
				       f->info.cluster_size);
	while (fat_table_get(f, f->lowest_free))
		f->lowest_free++;
	c = find_run(f, count);
	f->info.free_clusters -= count;
	// Without such a run the first ones that are free, in pieces.
	for (c = c ? c : f->lowest_free; count; c++) {
		if (fat_table_get(f, c))
			continue;
		fat_table_set(f, c, FAT_END);
		if (last)
			fat_table_set(f, last, c);
		else
			first = c;
		last = c;
		count--;
	}
	*ret_first = first;
	return 0;
}

void fat_table_give_one(struct fat *f, uint32_t cluster)
{
	fat_table_set(f, cluster, 0);
	f->info.free_clusters++;
	if (cluster < f->lowest_free)
		f->lowest_free = cluster;
}

void fat_table_give(struct fat *f, uint32_t first)
{
	for (uint32_t c = first, next; fat_is_cluster(f, c); c = next) {
		// read before the cluster is free, as that takes its link away
		next = fat_table_get(f, c);
		if (!next)
			break;
		fat_table_give_one(f, c);
	}
}

// Finds the sectors of one table that are not as the active one has them.
static int compare_copy(struct fat *f, uint32_t copy, struct err *err)
{
	size_t size = f->info.sector_size;
	uint64_t at = f->table_start + copy * f->table_size;
	uint8_t sector[FAT_MAX_SECTOR];
	int r = 0;

	for (size_t i = 0; i * size < f->table_used && !r; i++) {
		r = disk_read(f->dev, at + i * size, sector, size, err);
		if (!r && memcmp(sector, f->table + i * size, size))
			f->table_dirty[i] = 1;
	}
	return r;
}

int fat_table_compare(struct fat *f, struct err *err)
{
	int r = 0;

	// Where they differ, a change was cut off or a tool wrote only one. The
	// active one is what all drivers read, so it counts.
	for (uint32_t i = 0; f->mirrored && i < f->tables && !r; i++)
		if (i != f->active_table)
			r = compare_copy(f, i, err);
	return r;
}

// Writes the runs of dirty sectors to one table.
static int write_copy(struct fat *f, uint32_t copy, size_t sectors,
		      struct err *err)
{
	size_t size = f->info.sector_size;
	uint64_t at = f->table_start + copy * f->table_size;

	for (size_t i = 0, n; i < sectors; i += n) {
		int r;

		n = 1;
		if (!f->table_dirty[i])
			continue;
		while (i + n < sectors && f->table_dirty[i + n])
			n++;
		r = disk_write(f->dev, at + i * size, f->table + i * size,
			       n * size, err);
		if (r)
			return r;
	}
	return 0;
}

int fat_table_write(struct fat *f, struct err *err)
{
	size_t sectors = (f->table_used + f->info.sector_size - 1) /
			 f->info.sector_size;
	int r = 0;

	for (uint32_t i = 0; i < f->tables && !r; i++)
		if (f->mirrored || i == f->active_table)
			r = write_copy(f, i, sectors, err);
	if (!r)
		r = disk_flush(f->dev, err);
	if (!r)
		memset(f->table_dirty, 0, sectors);
	return r;
}
