// SPDX-License-Identifier: MIT
//
// Making an empty volume. Cluster sizes are those that Windows' own format
// takes for a volume's size; the clusters begin on a multiple of 4 KiB (or of
// a larger cluster's size), as on volumes that Windows makes.

#include <string.h>

#include "fat_priv.h"

#define FORMAT_WHAT  "FAT volume"
#define MIB          ((uint64_t)1 << 20)
#define ALIGN_FROM   (16 * MIB) // smaller volumes have no space to waste
#define ROOT_ENTRIES 512
// Where drivers look when sector 0 cannot be read, and so cannot tell: the
// specification recommends no other place for the backup.
#define BACKUP_SECTOR  6
#define FAT32_RESERVED 32

struct layout {
	int bits;
	uint32_t sector, cluster; // bytes
	uint64_t sectors;
	uint32_t reserved, table, root,
		clusters; // sectors; of clusters how many
};

// Returns the cluster size of a volume of that size.
static uint32_t choose_cluster(int bits, uint64_t size)
{
	static const struct row {
		uint32_t mib, cluster;
	} fat16[] = {{32, 512},   {64, 1024},    {128, 2048},   {256, 4096},
		     {512, 8192}, {1024, 16384}, {2048, 32768}, {0, 65536}},
	  fat32[] = {{64, 512},     {128, 1024},    {256, 2048}, {8192, 4096},
		     {16384, 8192}, {32768, 16384}, {0, 32768}};
	const struct row *t = bits == 32 ? fat32 : fat16;

	while (t->mib && size > t->mib * MIB)
		t++;
	return t->cluster;
}

// Windows' own choice for these sizes; the kind that comes of it is the number
// of clusters' alone.
static int choose_bits(uint64_t size)
{
	if (size < 16 * MIB)
		return 12;
	return size < 512 * MIB ? 16 : 32;
}

// Readers differ by a few in where one kind ends and the next begins; the
// specification advises to stay 16 clusters away from there.
static uint32_t max_clusters(int bits)
{
	return (bits == 12   ? FAT_MAX_12
		: bits == 16 ? FAT_MAX_16
			     : FAT_MAX_32) -
	       16;
}

static uint32_t min_clusters(int bits)
{
	return bits == 12 ? 1 : (bits == 16 ? FAT_MAX_12 : FAT_MAX_16) + 17;
}

// Finds the smallest table that holds all clusters beside it. Returns false
// when there is no room for any.
static bool fit_table(struct layout *l)
{
	uint64_t spc = l->cluster / l->sector, clusters, need;

	// A larger table leaves fewer clusters, so this only grows and ends.
	// The specification's own formula can give a table of a few sectors too
	// many.
	for (l->table = 1;; l->table = (uint32_t)need) {
		uint64_t before = l->reserved + 2 * (uint64_t)l->table +
				  l->root;

		if (before + spc > l->sectors)
			return false;
		clusters = (l->sectors - before) / spc;
		if (clusters > max_clusters(l->bits))
			clusters = max_clusters(l->bits) + 1;
		need = ((clusters + 2) * (unsigned)l->bits + 8 * l->sector -
			1) /
		       (8 * l->sector);
		if (need <= l->table)
			break;
	}
	l->clusters = (uint32_t)clusters;
	return true;
}

static bool lay_out(struct layout *l)
{
	uint32_t align = l->cluster > 4096 ? l->cluster : 4096;
	uint32_t extra;

	l->reserved = l->bits == 32 ? FAT32_RESERVED : 1;
	l->root = l->bits == 32
			  ? 0
			  : (ROOT_ENTRIES * 32 + l->sector - 1) / l->sector;
	if (!fit_table(l))
		return false;
	if (l->sectors * l->sector < ALIGN_FROM)
		return true;
	extra = (l->reserved + 2 * l->table + l->root) % (align / l->sector);
	if (extra)
		l->reserved += align / l->sector - extra;
	// With fewer clusters the table may be a sector too long: no harm.
	l->clusters =
		(uint32_t)((l->sectors - l->reserved - 2 * l->table - l->root) /
			   (l->cluster / l->sector));
	return true;
}

static int no_fit(const struct layout *l, bool too_many, struct err *err)
{
	return err_set(err, too_many ? -EFBIG : -ENOSPC, FORMAT_WHAT,
		       ERR_NOWHERE,
		       "%llu bytes with clusters of %u are too %s for FAT%d",
		       (unsigned long long)(l->sectors * l->sector), l->cluster,
		       too_many ? "many" : "few", l->bits);
}

// Where the cluster size was not asked for, it is halved or doubled until the
// number of clusters is one of the wanted kind.
static int choose_layout(const struct disk *dev,
			 const struct fat_format_options *o, struct layout *l,
			 struct err *err)
{
	uint64_t size = round_down(dev->size, dev->sector_size);

	*l = (struct layout){.bits = o->bits ? o->bits : choose_bits(size),
			     .sector = dev->sector_size,
			     .cluster = o->cluster_size,
			     .sectors = size / dev->sector_size};
	if (!l->cluster)
		l->cluster = choose_cluster(l->bits, size);
	if (l->cluster < l->sector)
		l->cluster = l->sector;
	// The boot sector counts sectors in 32 bits.
	if (l->sectors > UINT32_MAX)
		return no_fit(l, true, err);
	for (;;) {
		bool fits = lay_out(l);
		bool few = !fits || l->clusters < min_clusters(l->bits);

		if (fits && !few && l->clusters <= max_clusters(l->bits))
			return 0;
		if (few && (o->cluster_size || l->cluster <= l->sector))
			return no_fit(l, false, err);
		if (!few && (o->cluster_size || l->cluster >= 65536))
			return no_fit(l, true, err);
		l->cluster = few ? l->cluster / 2 : l->cluster * 2;
	}
}

static int check_options(const struct disk *dev,
			 const struct fat_format_options *o, struct err *err)
{
	uint32_t c = o->cluster_size;
	char label[11];

	if (o->bits && o->bits != 12 && o->bits != 16 && o->bits != 32)
		return err_set(err, -EINVAL, FORMAT_WHAT, ERR_NOWHERE,
			       "there is no FAT%d", o->bits);
	if (c && (!is_power_of_two(c) || c < dev->sector_size || c > 65536))
		return err_set(err, -EINVAL, FORMAT_WHAT, ERR_NOWHERE,
			       "clusters cannot have %u bytes", c);
	if (!is_power_of_two(dev->sector_size) || dev->sector_size < 512 ||
	    dev->sector_size > FAT_MAX_SECTOR)
		return err_set(err, -EINVAL, FORMAT_WHAT, ERR_NOWHERE,
			       "sectors cannot have %u bytes",
			       dev->sector_size);
	if (o->label && fat_name_from_label(o->label, label))
		return err_set(err, -EINVAL, FORMAT_WHAT, ERR_NOWHERE,
			       "'%s' cannot be a label", o->label);
	return 0;
}

static bool has_label(const struct fat_format_options *o)
{
	return o->label && o->label[0];
}

static void make_tail(const struct layout *l,
		      const struct fat_format_options *o,
		      struct fat_tail_disk *tail)
{
	*tail = (struct fat_tail_disk){
		.drive = 0x80, .signature = 0x29, .serial = to_le32(o->serial)};
	memcpy(tail->label, "NO NAME    ", sizeof(tail->label));
	if (has_label(o))
		fat_name_from_label(o->label, tail->label);
	memcpy(tail->type,
	       l->bits == 12   ? "FAT12   "
	       : l->bits == 16 ? "FAT16   "
			       : "FAT32   ",
	       sizeof(tail->type));
}

// For a BIOS that boots from this volume by mistake: ask it for the next device
// (int 18h), then halt.
static const uint8_t boot_code[] = {0xcd, 0x18, 0xf4, 0xeb, 0xfd};

static void make_boot(const struct layout *l,
		      const struct fat_format_options *o,
		      struct fat_boot_disk *d)
{
	bool small = l->bits != 32 && l->sectors < 65536;
	uint8_t *raw = (uint8_t *)d;
	size_t code = l->bits == 32 ? offsetof(struct fat_boot_disk, code)
				    : FAT16_CODE_OFFSET;
	struct fat_tail_disk tail;

	*d = (struct fat_boot_disk){
		.jump = {0xeb, (uint8_t)(code - 2), 0x90},
		.sector_size = to_le16((uint16_t)l->sector),
		.cluster_sectors = (uint8_t)(l->cluster / l->sector),
		.reserved_sectors = to_le16((uint16_t)l->reserved),
		.tables = 2,
		.media = 0xf8,
		// what a BIOS says of every large disk (int 13h)
		.track_sectors = to_le16(63),
		.heads = to_le16(255),
		.hidden_sectors = to_le32((uint32_t)o->hidden_sectors),
		.sectors_16 = to_le16(small ? (uint16_t)l->sectors : 0),
		.sectors_32 = to_le32(small ? 0 : (uint32_t)l->sectors),
		.magic = to_le16(FAT_BOOT_MAGIC),
	};
	// BS_OEMName: some drivers look at it, against the specification. They
	// know this one, which Windows' own format writes.
	memcpy(d->oem, "MSDOS5.0", sizeof(d->oem));
	make_tail(l, o, &tail);
	if (l->bits == 32) {
		d->fat32.table_sectors = to_le32(l->table);
		d->fat32.root_cluster = to_le32(2);
		d->fat32.info_sector = to_le16(1);
		d->fat32.backup_sector = to_le16(BACKUP_SECTOR);
		d->fat32.tail = tail;
	} else {
		d->root_entries = to_le16(ROOT_ENTRIES);
		d->table_sectors_16 = to_le16((uint16_t)l->table);
		memcpy(raw + FAT16_TAIL_OFFSET, &tail, sizeof(tail));
	}
	memcpy(raw + code, boot_code, sizeof(boot_code));
}

static int write_tables(struct disk *dev, const struct layout *l,
			struct err *err)
{
	// The entries of clusters 0 (the media byte, all other bits set) and 1
	// (shut down properly, no errors), and for FAT32 that of the root
	// folder: one cluster, its chain's end.
	static const uint8_t start[][12] = {
		{0xf8, 0xff, 0xff},
		{0xf8, 0xff, 0xff, 0xff},
		{0xf8, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff,
		 0xff, 0x0f},
	};
	const uint8_t *s = start[l->bits == 12 ? 0 : l->bits == 16 ? 1 : 2];
	int r = 0;

	for (uint32_t i = 0; i < 2 && !r; i++)
		r = disk_write(dev,
			       ((uint64_t)l->reserved + i * l->table) *
				       l->sector,
			       s, sizeof(start[0]), err);
	return r;
}

static int write_label(struct disk *dev, const struct layout *l,
		       const struct fat_format_options *o, struct err *err)
{
	struct fat_entry_disk e = {.attributes = FAT_ATTR_LABEL};

	if (!has_label(o))
		return 0;
	fat_name_from_label(o->label, (char *)e.name);
	fat_time_encode(o->time, &e.modified_date, &e.modified_time);
	return disk_write(dev,
			  ((uint64_t)l->reserved + 2 * (uint64_t)l->table) *
				  l->sector,
			  &e, sizeof(e), err);
}

// FAT32's other reserved sectors: FSInfo, the end mark of the sector that
// Windows keeps more boot code in, and the backups.
static int write_reserved(struct disk *dev, const struct layout *l,
			  const struct fat_boot_disk *boot, struct err *err)
{
	struct fat_info_disk info = {
		.magic_1 = to_le32(FAT_INFO_MAGIC_1),
		.magic_2 = to_le32(FAT_INFO_MAGIC_2),
		.magic_3 = to_le32(FAT_INFO_MAGIC_3),
		// the root folder has cluster 2
		.free_clusters = to_le32(l->clusters - 1),
		.next_free = to_le32(3),
	};
	struct fat_info_disk more = {.magic_3 = to_le32(FAT_INFO_MAGIC_3)};
	int r = 0;

	if (l->bits != 32)
		return 0;
	for (uint64_t at = 0; at <= BACKUP_SECTOR && !r; at += BACKUP_SECTOR) {
		r = disk_write(dev, (at + 1) * l->sector, &info, sizeof(info),
			       err);
		if (!r)
			r = disk_write(dev, (at + 2) * l->sector, &more,
				       sizeof(more), err);
	}
	if (r)
		return r;
	return disk_write(dev, (uint64_t)BACKUP_SECTOR * l->sector, boot,
			  sizeof(*boot), err);
}

// Zeroes everything up to the first cluster and what is left there of other
// file systems; the boot sector before all else.
static int wipe(struct disk *dev, const struct layout *l, struct err *err)
{
	uint64_t end =
		((uint64_t)l->reserved + 2 * (uint64_t)l->table + l->root) *
			l->sector +
		l->cluster;
	int r = disk_zero(dev, 0, l->sector, err);

	if (end < MIB)
		end = dev->size < MIB ? dev->size : MIB;
	if (!r)
		r = disk_flush(dev, err);
	return r ? r : disk_zero(dev, 0, end, err);
}

int fat_format(struct disk *dev, const struct fat_format_options *options,
	       struct err *err)
{
	struct fat_boot_disk boot;
	struct layout l;
	int r = check_options(dev, options, err);

	if (!r)
		r = choose_layout(dev, options, &l, err);
	if (r)
		return r;
	// The boot sector goes first and comes last: cut off in between, this
	// is no volume rather than a broken one.
	make_boot(&l, options, &boot);
	r = wipe(dev, &l, err);
	if (!r)
		r = write_tables(dev, &l, err);
	if (!r)
		r = write_label(dev, &l, options, err);
	if (!r)
		r = write_reserved(dev, &l, &boot, err);
	if (!r)
		r = disk_flush(dev, err);
	if (!r)
		r = disk_write(dev, 0, &boot, sizeof(boot), err);
	return r ? r : disk_flush(dev, err);
}
