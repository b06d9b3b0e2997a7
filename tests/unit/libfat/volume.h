// SPDX-License-Identifier: MIT
//
// A FAT volume in memory, for the tests of libfat.

#ifndef VOLUME_H
#define VOLUME_H

#include "libfat/fat_priv.h"
#include "test.h"

static inline struct disk *new_volume(uint64_t size, uint32_t sector, int bits,
				      uint32_t cluster)
{
	struct fat_format_options o = {.bits = bits,
				       .label = "Test",
				       .serial = 0xdeadbeef,
				       .cluster_size = cluster,
				       .time = 1700000000};
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(size, sector, &d, &err), &err);
	check_ok(fat_format(d, &o, &err), &err);
	return d;
}

static inline struct fat *open_volume(struct disk *d)
{
	struct err err = {0};
	struct fat *f;

	check_ok(fat_open(d, &f, &err), &err);
	return f;
}

static inline void put(struct fat *f, const char *path, const void *data,
		       uint32_t size)
{
	struct err err = {0};

	check_ok(fat_write_file(f, path, data, size, FAT_ATTR_ARCHIVE,
				1700000000, &err),
		 &err);
}

// Syncs, opens again and checks.
static inline struct fat *reopen(struct fat *f, struct disk *d)
{
	struct fat_check_result result;
	struct err err = {0};
	uint32_t free_clusters;

	check_ok(fat_sync(f, &err), &err);
	free_clusters = fat_get_info(f)->free_clusters;
	fat_close(f);
	f = open_volume(d);
	check_eq(fat_get_info(f)->free_clusters, free_clusters);
	check_ok(fat_check(f, &result, &err), &err);
	check_eq(result.lost_clusters, 0);
	return f;
}

static inline void expect(struct fat *f, const char *path, const void *data,
			  size_t size)
{
	struct err err = {0};
	size_t n;
	void *p;

	check_ok(fat_read_file(f, path, 1 << 24, &p, &n, &err), &err);
	check_eq(n, size);
	check(!memcmp(p, data, n));
	mem_free(p);
}

#endif
