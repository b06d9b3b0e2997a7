// SPDX-License-Identifier: MIT
//
// What lies in the first clusters of a volume moved behind them, one cluster at a
// time: it is copied to a free one, which leads on to where the old one does. Then
// what led to the old one leads to the new: an entry of a table, or of a folder. Each
// such write by itself leaves a sound volume, so that their order is of no meaning; at
// last the old ones are free.

#include <string.h>

#include "extend.h"

static bool is_away(const struct fat_extend *x, uint32_t cluster)
{
	return cluster < 2 || cluster >= x->shift + 2;
}

// --- Folders -----------------------------------------------------------------------

static int add_dir(struct fat_extend *x, uint32_t first, struct err *err)
{
	void *dirs = x->dirs;

	if (mem_grow(&dirs, x->dir_count, &x->dir_capacity, sizeof(*x->dirs)))
		return err_nomem(err);
	x->dirs = dirs;
	x->dirs[x->dir_count++] = first;
	return 0;
}

static int add_below(struct fat_extend *x, uint32_t first, struct err *err)
{
	struct fat_node node;
	struct fat_dir *d;
	size_t slot = 0;
	int r = fat_dir_load(x->f, first, &d, err);

	if (r)
		return r;
	while (!r && fat_dir_next(d, &slot, &node))
		if (node.d.attributes & FAT_ATTR_DIRECTORY)
			r = add_dir(x, fat_entry_cluster(x->f, &node.d), err);
	fat_dir_free(d);
	return r;
}

int fat_extend_find_dirs(struct fat_extend *x, struct err *err)
{
	int r = x->f->info.bits == 32 ? add_dir(x, x->f->root_cluster, err)
				      : add_below(x, 0, err);

	// The volume is sound: none comes twice.
	for (size_t i = 0; !r && i < x->dir_count; i++)
		r = add_below(x, x->dirs[i], err);
	return r;
}

// --- Clusters ----------------------------------------------------------------------

struct away {
	struct fat_extend *x;
	uint32_t *to; // where clusters 2 to shift + 1 go; 0: they are free
};

static uint32_t lead(const struct away *a, uint32_t cluster)
{
	return is_away(a->x, cluster) || !a->to[cluster] ? cluster
							 : a->to[cluster];
}

// Takes a free cluster for each that is used.
static int choose(struct away *a, uint32_t *ret_count, struct err *err)
{
	struct fat *f = a->x->f;
	uint32_t at = a->x->shift + 2, end = f->info.clusters + 2, missing = 0;

	*ret_count = 0;
	for (uint32_t c = 2; c < a->x->shift + 2; c++) {
		uint32_t v = fat_table_get(f, c);

		if (v == FAT_BAD)
			return err_set(err, -ENOTSUP, "FAT volume",
				       fat_cluster_offset(f, c),
				       "there are bad clusters where its "
				       "larger tables would be");
		if (!v)
			continue;
		while (at < end && fat_table_get(f, at))
			at++;
		if (at == end)
			missing++;
		else
			a->to[c] = at++;
		++*ret_count;
	}
	return missing ? err_set(err, -ENOSPC, "FAT volume", ERR_NOWHERE,
				 "its larger tables need room: %llu bytes more "
				 "must be free",
				 (unsigned long long)missing *
					 f->info.cluster_size)
		       : 0;
}

static int copy(struct away *a, struct err *err)
{
	struct fat *f = a->x->f;
	uint8_t *buf = mem_alloc(f->info.cluster_size);
	int r = buf ? 0 : err_nomem(err);

	for (uint32_t c = 2; !r && c < a->x->shift + 2; c++) {
		if (!a->to[c])
			continue;
		r = disk_read(f->dev, fat_cluster_offset(f, c), buf,
			      f->info.cluster_size, err);
		if (!r)
			r = disk_write(f->dev, fat_cluster_offset(f, a->to[c]),
				       buf, f->info.cluster_size, err);
		fat_table_set(f, a->to[c], lead(a, fat_table_get(f, c)));
	}
	mem_free(buf);
	if (!r)
		r = disk_flush(f->dev, err);
	return r ? r : fat_table_write(f, err);
}

// --- What leads there --------------------------------------------------------------

static void redirect(void *ctx, struct fat_entry_disk *e)
{
	const struct away *a = ctx;

	fat_entry_set_cluster(e, lead(a, fat_entry_cluster(a->x->f, e)));
}

// Of a folder that is itself moved both copies are written.
static int write_sector(const struct away *a, const struct fat_dir *d,
			size_t sector, const uint8_t *data, struct err *err)
{
	const struct fat *f = a->x->f;
	uint64_t off = (uint64_t)sector * f->info.sector_size;
	size_t i = (size_t)(off / f->info.cluster_size);
	int r = disk_write(f->dev, fat_dir_offset(f, d, sector), data,
			   f->info.sector_size, err);

	if (r || !d->cluster_count || lead(a, d->clusters[i]) == d->clusters[i])
		return r;
	return disk_write(f->dev,
			  fat_cluster_offset(f, lead(a, d->clusters[i])) +
				  off % f->info.cluster_size,
			  data, f->info.sector_size, err);
}

static int redirect_dir(struct away *a, uint32_t first, struct err *err)
{
	size_t size = a->x->f->info.sector_size, bytes;
	struct fat_dir *d;
	uint8_t *before;
	int r = fat_dir_load(a->x->f, first, &d, err);

	if (r)
		return r;
	bytes = d->slots * sizeof(struct fat_entry_disk);
	before = mem_dup(d->data, bytes);
	if (!before)
		r = err_nomem(err);
	else
		fat_extend_each(d, redirect, a);
	for (size_t i = 0; !r && i < bytes / size; i++)
		if (memcmp(before + i * size, d->data + i * size, size))
			r = write_sector(a, d, i, d->data + i * size, err);
	mem_free(before);
	fat_dir_free(d);
	return r;
}

static int redirect_root(struct away *a, struct err *err)
{
	struct fat *f = a->x->f;
	struct fat_boot_disk boot;
	int r;

	if (f->info.bits != 32 || lead(a, f->root_cluster) == f->root_cluster)
		return 0;
	r = disk_read(f->dev, 0, &boot, sizeof(boot), err);
	f->root_cluster = lead(a, f->root_cluster);
	boot.fat32.root_cluster = to_le32(f->root_cluster);
	return r ? r : fat_extend_write_boot(f, &boot, err);
}

static int redirect_all(struct away *a, struct err *err)
{
	struct fat_extend *x = a->x;
	struct fat *f = x->f;
	int r = f->info.bits == 32 ? 0 : redirect_dir(a, 0, err);

	for (size_t i = 0; !r && i < x->dir_count; i++)
		r = redirect_dir(a, x->dirs[i], err);
	for (size_t i = 0; i < x->dir_count; i++)
		x->dirs[i] = lead(a, x->dirs[i]);
	for (uint32_t c = x->shift + 2; c < f->info.clusters + 2; c++) {
		uint32_t v = fat_table_get(f, c);

		if (fat_is_cluster(f, v) && lead(a, v) != v)
			fat_table_set(f, c, lead(a, v));
	}
	if (!r)
		r = redirect_root(a, err);
	if (!r)
		r = disk_flush(f->dev, err);
	return r ? r : fat_table_write(f, err);
}

static int free_old(struct away *a, struct err *err)
{
	struct fat *f = a->x->f;

	for (uint32_t c = 2; c < a->x->shift + 2; c++)
		if (a->to[c])
			fat_table_set(f, c, 0);
	return fat_table_write(f, err);
}

int fat_extend_move_away(struct fat_extend *x, struct err *err)
{
	struct away a = {.x = x,
			 .to = mem_array(x->shift + (size_t)2, sizeof(*a.to))};
	uint32_t count = 0;
	int r = a.to ? choose(&a, &count, err) : err_nomem(err);

	if (!r && count) {
		r = copy(&a, err);
		if (!r)
			r = redirect_all(&a, err);
		if (!r)
			r = free_old(&a, err);
	}
	mem_free(a.to);
	return r;
}
