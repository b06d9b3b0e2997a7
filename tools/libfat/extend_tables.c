// SPDX-License-Identifier: MIT
//
// The tables of an extended volume, and its folders: their entries name clusters by
// the new numbers, so each is written anew, to clusters that are free in the old
// volume as well.

#include <stdlib.h>
#include <string.h>

#include "extend.h"

// The value of a bad cluster, as it is stored.
static uint32_t bad_value(const struct fat *f)
{
	return f->info.bits == 12   ? 0xff7
	       : f->info.bits == 16 ? 0xfff7
				    : 0x0ffffff7;
}

static int new_table(struct fat_extend *x, struct err *err)
{
	struct fat *f = x->f, *n = &x->next;
	uint32_t end = f->info.clusters + 2;
	uint8_t *table = mem_alloc((size_t)n->table_size);
	uint8_t *dirty = mem_alloc((size_t)n->table_size / n->info.sector_size);

	if (!table || !dirty) {
		mem_free(table);
		mem_free(dirty);
		return err_nomem(err);
	}
	// Entries 0 and 1: the media byte, and how the volume was left.
	memcpy(table, f->table, f->info.bits / 4);
	n->table = table;
	n->table_dirty = dirty;
	for (uint32_t c = x->shift + 2; c < end; c++) {
		uint32_t v = fat_table_get(f, c);

		if (v == FAT_BAD)
			fat_table_set(n, c - x->shift, bad_value(f));
		else if (v)
			fat_table_set(n, c - x->shift,
				      v == FAT_END ? v : v - x->shift);
	}
	return 0;
}

// --- Folders -----------------------------------------------------------------------

struct place {
	struct fat_extend *x;
	uint32_t at;  // where the search goes on
	bool is_over; // the new room is full: from the begin
};

// Takes a cluster that neither volume uses. Returns 0 when there is none.
static uint32_t take(struct place *p)
{
	struct fat_extend *x = p->x;
	uint32_t end = x->next.info.clusters + 2;

	for (;; p->at++) {
		if (p->at >= end && p->is_over)
			return 0;
		if (p->at >= end) {
			p->is_over = true;
			p->at = 2;
		}
		if (!fat_table_get(&x->next, p->at) &&
		    (!fat_is_cluster(x->f, p->at + x->shift) ||
		     !fat_table_get(x->f, p->at + x->shift)))
			return p->at++;
	}
}

// Gives a folder new clusters in the place of its old ones, in the new table.
static int place_dir(struct place *p, const struct fat_dir *d, uint32_t *ret,
		     struct err *err)
{
	struct fat_extend *x = p->x;
	uint32_t last = 0;

	for (size_t i = 0; i < d->cluster_count; i++) {
		uint32_t c = take(p);

		if (!c)
			return err_set(err, -ENOSPC, "FAT volume", ERR_NOWHERE,
				       "there is no room for its folders: more "
				       "must be free, or be added");
		fat_table_set(&x->next, c, FAT_END);
		if (last)
			fat_table_set(&x->next, last, c);
		else
			*ret = c;
		last = c;
		fat_table_set(&x->next, d->clusters[i] - x->shift, 0);
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static uint32_t find_dir(const struct fat_extend *x, uint32_t first)
{
	const uint32_t *found = bsearch(&first, x->dirs, x->dir_count,
					sizeof(*x->dirs), by_number);

	return found ? x->next_dirs[found - x->dirs] : 0;
}

static void renumber(void *ctx, struct fat_entry_disk *e)
{
	const struct fat_extend *x = ctx;
	uint32_t first = fat_entry_cluster(x->f, e);

	if (!first)
		return;
	fat_entry_set_cluster(e, e->attributes & FAT_ATTR_DIRECTORY
					 ? find_dir(x, first)
					 : first - x->shift);
}

static int write_root(struct fat_extend *x, struct err *err)
{
	struct fat_dir *d;
	int r;

	if (x->f->info.bits == 32) {
		x->next.root_cluster = find_dir(x, x->f->root_cluster);
		return 0;
	}
	r = fat_dir_load(x->f, 0, &d, err);
	if (r)
		return r;
	fat_extend_each(d, renumber, x);
	r = disk_write(x->f->dev, x->next.root_start, d->data,
		       d->slots * sizeof(struct fat_entry_disk), err);
	fat_dir_free(d);
	return r;
}

static int write_dir(struct fat_extend *x, uint32_t first, uint32_t to,
		     struct err *err)
{
	size_t size = x->f->info.cluster_size;
	struct fat_dir *d;
	int r = fat_dir_load(x->f, first, &d, err);

	if (r)
		return r;
	fat_extend_each(d, renumber, x);
	for (size_t i = 0; !r && i < d->cluster_count; i++) {
		r = disk_write(x->f->dev, fat_cluster_offset(&x->next, to),
			       d->data + i * size, size, err);
		to = fat_table_get(&x->next, to);
	}
	fat_dir_free(d);
	return r;
}

static int place_dirs(struct fat_extend *x, struct err *err)
{
	struct place p = {.x = x, .at = x->f->info.clusters + 2 - x->shift};
	int r = 0;

	x->next_dirs = mem_array(x->dir_count, sizeof(*x->next_dirs));
	if (!x->next_dirs)
		return err_nomem(err);
	if (x->dir_count)
		qsort(x->dirs, x->dir_count, sizeof(*x->dirs), by_number);
	for (size_t i = 0; !r && i < x->dir_count; i++) {
		struct fat_dir *d;

		r = fat_dir_load(x->f, x->dirs[i], &d, err);
		if (r)
			break;
		r = place_dir(&p, d, &x->next_dirs[i], err);
		fat_dir_free(d);
	}
	return r;
}

int fat_extend_write_tables(struct fat_extend *x, struct err *err)
{
	struct fat *n = &x->next;
	int r = new_table(x, err);

	if (!r)
		r = place_dirs(x, err);
	if (!r)
		r = write_root(x, err);
	for (size_t i = 0; !r && i < x->dir_count; i++)
		r = write_dir(x, x->dirs[i], x->next_dirs[i], err);
	for (uint32_t i = 0; !r && i < n->tables; i++)
		r = disk_write(n->dev, n->table_start + i * n->table_size,
			       n->table, (size_t)n->table_size, err);
	return r ? r : disk_flush(n->dev, err);
}
