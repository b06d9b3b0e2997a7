// SPDX-License-Identifier: MIT
//
// The boot sector's numbers, and opening: what real volumes say, and how each
// broken field is refused.

#include "libntfs/read.h"
#include "unit/libntfs/volumes.h"

static const struct {
	uint8_t sectors_per_cluster;
	int8_t record, index;
	uint32_t cluster_size, record_size, index_size; // 0: refused
} sizes[] = {
	{1, 2, 8, 512, 1024, 4096},
	{8, -10, 1, 4096, 1024, 4096},
	{8, 1, 1, 4096, 4096, 4096},
	{128, -10, -12, 65536, 1024, 4096},
	{0xf8, -12, -12, 131072, 4096, 4096}, // 2^(256 - f8) sectors
	{0xf4, -10, -12, 2097152, 1024, 4096},
	{0xf3, -10, -12, 0, 0, 0}, // over 2 MiB
	{0x80 + 1, -10, -12, 0, 0, 0},
	{0xe0, -10, -12, 0, 0, 0}, // 2^32 sectors
	{0, -10, -12, 0, 0, 0},
	{3, -10, -12, 0, 0, 0},
	{8, 0, 1, 0, 0, 0},
	{8, -8, 1, 0, 0, 0},   // records of 256 bytes
	{8, -17, 1, 0, 0, 0},  // of 128 KiB
	{8, -128, 1, 0, 0, 0},
	{8, 3, 1, 0, 0, 0},    // of 12 KiB
	{8, -10, 32, 0, 0, 0}, // blocks of 128 KiB
};

static void decode_sizes(struct disk *dev)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct ntfs_boot_disk boot = {
			.oem = "NTFS    ",
			.sector_size = to_le16(512),
			.sectors_per_cluster = sizes[i].sectors_per_cluster,
			.sectors = to_le64((64u << 20) / 512 - 1),
			.mft_lcn = to_le64(4),
			.clusters_per_record = sizes[i].record,
			.clusters_per_index = sizes[i].index,
			.serial = to_le64(0x1234),
		};
		struct ntfs n = {.dev = dev};
		struct err err = {0};
		int r = ntfs_boot_decode(&boot, &n, &err);

		check_eq(r, sizes[i].cluster_size ? 0 : -EBADMSG);
		if (r)
			continue;
		check_eq(n.info.cluster_size, sizes[i].cluster_size);
		check_eq(n.info.record_size, sizes[i].record_size);
		check_eq(n.info.index_size, sizes[i].index_size);
		check_eq(n.info.serial, 0x1234);
	}
}

static const struct {
	uint32_t offset;
	uint8_t bytes[8];
	size_t len;
} broken[] = {
	{3, "XTFS", 4},
	{11, {0, 0}, 2},
	{11, {0, 3}, 2},
	{40, {0, 0, 0, 0, 0, 0, 0, 0}, 8},
	{40, {0, 0, 0, 0, 0, 0, 0, 1}, 8}, // larger than the disk
	{48, {0xff, 0xff, 0xff, 0}, 4},
	{56, {0xff, 0xff, 0xff, 0}, 4},
	{48, {0, 0, 0, 0}, 4}, // what is there is no record
};

static void refuse(void)
{
	struct ntfs *n = (struct ntfs *)&broken; // must stay as it is

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct disk *d = load_seed("empty");
		struct err err = {0};

		check_ok(disk_write(d, broken[i].offset, broken[i].bytes,
				    broken[i].len, &err),
			 &err);
		check_eq(ntfs_open(d, &n, &err), -EBADMSG);
		check_eq(err.code, -EBADMSG);
		check(n == (struct ntfs *)&broken && *err.why);
		disk_close(d);
	}
	ntfs_close(NULL);
}

static void open_seed(void)
{
	struct disk *d = load_seed("files");
	const struct ntfs_info *info;
	struct err err = {0};
	struct ntfs *n;
	uint64_t record;
	bool empty;

	check_ok(ntfs_open(d, &n, &err), &err);
	info = ntfs_get_info(n);
	check(!strcmp(info->label, "seed"));
	check_eq(info->cluster_size, 512);
	check_eq(info->major * 10 + info->minor, 31);
	check_eq(info->size, SEED_VOLUME - 512);
	check_ok(ntfs_is_empty(n, &empty, &err), &err);
	check(!empty);
	check_ok(ntfs_lookup(n, "", &record, &err), &err);
	check_eq(record, 5);
	check_ok(ntfs_lookup(n, "//$EXTEND\\$quota/", &record, &err), &err);
	check_eq(record, 24);
	record = 77;
	check_eq(ntfs_lookup(n, "\\file9", &record, &err), -ENOENT);
	check(record == 77 && !strcmp(err.what, "file9"));
	check_eq(ntfs_lookup(n, "\\file1\\x", &record, NULL), -ENOTDIR);
	ntfs_close(n);
	disk_close(d);
	d = load_seed("empty");
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_is_empty(n, &empty, &err), &err);
	check(empty);
	ntfs_close(n);
	disk_close(d);
}

static void open_samples(void)
{
	for (size_t i = 0; i < SAMPLE_VOLUMES; i++) {
		struct disk *d = load_volume(&sample_volumes[i]);
		struct err err = {0};
		struct ntfs *n;

		check_ok(ntfs_open(d, &n, &err), &err);
		check(!strcmp(ntfs_get_info(n)->label,
			      sample_volumes[i].label));
		check_eq(ntfs_get_info(n)->cluster_size,
			 sample_volumes[i].cluster_size);
		ntfs_close(n);
		disk_close(d);
	}
}

int main(void)
{
	struct err err = {0};
	struct disk *dev;

	check_ok(disk_memory(64u << 20, 512, &dev, &err), &err);
	decode_sizes(dev);
	disk_close(dev);
	refuse();
	open_seed();
	open_samples();
	return 0;
}
