// SPDX-License-Identifier: MIT
//
// A volume made larger. As long as its tables have entries for the new clusters only
// the boot sector changes. Else they grow, and everything behind them gets other
// numbers:
//
//     now    reserved | tables | root | clusters                    |
//     then   reserved, with the old tables | tables | root | clusters        |
//
//     1  what lies in the first clusters, where the new tables will be, is moved
//        behind them; still in the old volume (extend_away.c)
//     2  the new tables and a new copy of each folder are written (extend_tables.c);
//        nothing leads there
//     3  the boot sector is written
//
// The old tables are now reserved sectors, of which there can be 65535 ("Boot Sector
// and BPB"). Nothing of the old volume is written over before it is not one any more.

#include <string.h>

#include "extend.h"

#define EXTEND_WHAT "FAT volume"

// --- Entries and boot sectors ------------------------------------------------------

void fat_extend_each(struct fat_dir *d,
		     void (*fn)(void *ctx, struct fat_entry_disk *e), void *ctx)
{
	for (size_t i = 0; i < d->slots; i++) {
		uint8_t *at = d->data + i * sizeof(struct fat_entry_disk);
		struct fat_entry_disk e;

		memcpy(&e, at, sizeof(e));
		if (!e.name[0])
			break;
		// Parts of long names have the label's bit too.
		if (e.name[0] == FAT_ENTRY_FREE ||
		    e.attributes & FAT_ATTR_LABEL)
			continue;
		fn(ctx, &e);
		memcpy(at, &e, sizeof(e));
	}
}

int fat_extend_write_boot(const struct fat *f, const struct fat_boot_disk *boot,
			  struct err *err)
{
	uint32_t copy = f->info.bits == 32 ? get_le16(boot->fat32.backup_sector)
					   : 0;
	int r = 0;

	if (copy && copy < get_le16(boot->reserved_sectors))
		r = disk_write(f->dev, (uint64_t)copy * f->info.sector_size,
			       boot, sizeof(*boot), err);
	if (!r)
		r = disk_flush(f->dev, err);
	if (!r)
		r = disk_write(f->dev, 0, boot, sizeof(*boot), err);
	return r ? r : disk_flush(f->dev, err);
}

// --- Layout ------------------------------------------------------------------------

static uint32_t most_clusters(const struct fat *f)
{
	return f->info.bits == 12   ? FAT_MAX_12
	       : f->info.bits == 16 ? FAT_MAX_16
				    : FAT_MAX_32;
}

static uint64_t table_bytes(const struct fat *f, uint64_t clusters)
{
	return ((clusters + 2) * (unsigned)f->info.bits + 7) / 8;
}

static int too_large(const struct fat *f, uint64_t clusters, struct err *err)
{
	return err_set(err, -EFBIG, EXTEND_WHAT, ERR_NOWHERE,
		       "FAT%d has %u clusters at most: of %u bytes each, "
		       "%llu bytes in all; it would have %llu",
		       f->info.bits, most_clusters(f), f->info.cluster_size,
		       (unsigned long long)most_clusters(f) *
				       f->info.cluster_size +
			       f->data_start,
		       (unsigned long long)clusters);
}

// Fills in x->next for a volume of `sectors`, with clusters from `data` on.
static int set_layout(struct fat_extend *x, uint64_t sectors, uint64_t data,
		      struct err *err)
{
	struct fat *n = &x->next;
	uint64_t in_cluster = n->info.cluster_size / n->info.sector_size;
	uint64_t clusters = (sectors - data / n->info.sector_size) / in_cluster;

	if (clusters > most_clusters(n) || sectors > UINT32_MAX)
		return too_large(x->f, clusters, err);
	n->info.size = sectors * n->info.sector_size;
	n->info.clusters = (uint32_t)clusters;
	n->data_start = data;
	n->table_used = (size_t)table_bytes(n, clusters);
	return 0;
}

// Larger tables, behind the old ones; so much further that the clusters stay where
// they are.
static int move_tables(struct fat_extend *x, uint64_t sectors, struct err *err)
{
	struct fat *n = &x->next;
	uint64_t sector = n->info.sector_size, cluster = n->info.cluster_size;
	uint64_t root = x->f->data_start - x->f->root_start, room;
	int r = 0;

	do {
		n->table_size =
			round_up(table_bytes(n, n->info.clusters), sector);
		room = round_up(n->tables * n->table_size + root, cluster);
		if (x->f->data_start + room >= sectors * sector)
			return 0;
		r = set_layout(x, sectors, x->f->data_start + room, err);
	} while (!r && n->table_used > n->table_size);
	n->root_start = n->data_start - root;
	n->table_start = n->root_start - n->tables * n->table_size;
	x->shift = (uint32_t)(room / cluster);
	return r;
}

// When larger tables would take what they gain, the volume ends where its own do.
static int keep_tables(struct fat_extend *x, uint64_t sectors, uint64_t most,
		       struct err *err)
{
	uint64_t sector = x->f->info.sector_size;
	uint64_t end = (x->f->data_start + most * x->f->info.cluster_size) /
		       sector;

	x->next = *x->f;
	x->shift = 0;
	return set_layout(x, sectors < end ? sectors : end, x->f->data_start,
			  err);
}

static int find_layout(struct fat_extend *x, uint64_t sectors, struct err *err)
{
	const struct fat *f = x->f;
	uint64_t most = f->table_size * 8 / (unsigned)f->info.bits - 2;
	int r;

	x->next = *f;
	r = set_layout(x, sectors, f->data_start, err);
	if (r || x->next.info.clusters <= most)
		return r;
	r = move_tables(x, sectors, err);
	if (r || x->next.info.clusters <= most)
		return r ? r : keep_tables(x, sectors, most, err);
	if (x->next.table_start / f->info.sector_size > UINT16_MAX)
		return err_set(
			err, -ENOTSUP, EXTEND_WHAT, ERR_NOWHERE,
			"its tables have no room to grow: they must "
			"begin in the first 65535 sectors; it can have "
			"%llu bytes, or be formatted anew",
			(unsigned long long)(f->data_start +
					     most * f->info.cluster_size));
	if (x->next.table_used > FAT_MAX_TABLE)
		return err_set(err, -EFBIG, EXTEND_WHAT, ERR_NOWHERE,
			       "its table would be too large");
	if (x->shift >= f->info.clusters)
		return err_set(err, -ENOSPC, EXTEND_WHAT, ERR_NOWHERE,
			       "it is smaller than its new tables: format it "
			       "anew");
	return 0;
}

// --- Doing it ----------------------------------------------------------------------

// The entries behind the last one of now: of no meaning until the boot sector says so.
static int clear_entries(struct fat_extend *x, struct err *err)
{
	struct fat *f = x->f;
	uint64_t size = round_up(f->table_used, f->info.sector_size);
	uint32_t end = (uint32_t)(size * 8 / (unsigned)f->info.bits);
	int r;

	for (uint32_t c = f->info.clusters + 2; c < end; c++)
		fat_table_set(f, c, 0);
	// An entry of 12 bits may begin in the last byte.
	if (f->info.bits == 12 && end > f->info.clusters + 1 &&
	    end + end / 2 < size) {
		f->table[end + end / 2] &= end & 1 ? 0x0f : 0;
		f->table_dirty[size / f->info.sector_size - 1] = 1;
	}
	r = fat_table_write(f, err);
	for (uint32_t i = 0; !r && i < f->tables && f->table_size > size; i++)
		r = disk_zero(f->dev, f->table_start + i * f->table_size + size,
			      f->table_size - size, err);
	return r;
}

static void fill_boot(const struct fat_extend *x, struct fat_boot_disk *boot)
{
	const struct fat *n = &x->next;
	uint64_t sectors = n->info.size / n->info.sector_size;
	uint32_t table = (uint32_t)(n->table_size / n->info.sector_size);
	bool small = n->info.bits != 32 && sectors <= UINT16_MAX;

	boot->reserved_sectors =
		to_le16((uint16_t)(n->table_start / n->info.sector_size));
	boot->sectors_16 = to_le16(small ? (uint16_t)sectors : 0);
	boot->sectors_32 = to_le32(small ? 0 : (uint32_t)sectors);
	if (n->info.bits == 32) {
		boot->fat32.table_sectors = to_le32(table);
		boot->fat32.root_cluster = to_le32(n->root_cluster);
	} else {
		boot->table_sectors_16 = to_le16((uint16_t)table);
	}
}

static int switch_boot(struct fat_extend *x, struct err *err)
{
	struct fat_boot_disk boot;
	struct fat *n = &x->next;
	int r = disk_read(n->dev, 0, &boot, sizeof(boot), err);

	fill_boot(x, &boot);
	// In between FSInfo knows nothing.
	n->info.free_clusters = UINT32_MAX;
	if (!r)
		r = fat_info_write(n, err);
	if (!r)
		r = fat_extend_write_boot(n, &boot, err);
	return r;
}

static int count_free(struct fat_extend *x, struct err *err)
{
	struct fat *n = &x->next;

	n->info.free_clusters = x->f->info.free_clusters + n->info.clusters -
				x->f->info.clusters;
	n->lowest_free = 2;
	if (!x->shift)
		return fat_info_write(n, err);
	n->info.free_clusters = 0;
	for (uint32_t c = n->info.clusters + 1; c >= 2; c--)
		if (!fat_table_get(n, c)) {
			n->info.free_clusters++;
			n->lowest_free = c;
		}
	return fat_info_write(n, err);
}

static int extend(struct fat_extend *x, struct err *err)
{
	int r = fat_sync(x->f, err); // what a cut left

	if (!r)
		r = progress_report(x->progress, "Extending", 0, 3);
	if (r)
		return r;
	if (!x->shift) {
		r = clear_entries(x, err);
	} else {
		r = fat_extend_find_dirs(x, err);
		if (!r)
			r = fat_extend_move_away(x, err);
		if (!r)
			r = progress_report(x->progress, "Extending", 1, 3);
		if (!r)
			r = fat_extend_write_tables(x, err);
		if (!r)
			r = progress_report(x->progress, "Extending", 2, 3);
	}
	if (!r)
		r = switch_boot(x, err);
	return r ? r : count_free(x, err);
}

int fat_extend(struct disk *dev, uint64_t size, struct progress *progress,
	       struct err *err)
{
	struct fat_extend x = {.progress = progress};
	int r = fat_open(dev, &x.f, err);

	if (r)
		return r;
	r = fat_check_writable(x.f, err);
	if (!r && size > dev->size)
		r = err_set(err, -ENOSPC, EXTEND_WHAT, ERR_NOWHERE,
			    "its partition is smaller than that");
	else if (!r && size < x.f->info.size)
		r = err_set(err, -EINVAL, EXTEND_WHAT, ERR_NOWHERE,
			    "it is larger than that");
	else if (!r)
		r = find_layout(&x, size / x.f->info.sector_size, err);
	if (!r)
		r = x.next.info.size > x.f->info.size ? extend(&x, err)
						      : fat_sync(x.f, err);
	if (x.next.table != x.f->table) {
		mem_free(x.next.table);
		mem_free(x.next.table_dirty);
	}
	mem_free(x.dirs);
	mem_free(x.next_dirs);
	fat_close(x.f);
	return r ? r : progress_report(progress, "Extending", 3, 3);
}
