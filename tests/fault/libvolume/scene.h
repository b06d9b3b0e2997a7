// SPDX-License-Identifier: MIT
//
// A small NTFS volume in memory, for tests of virtual disks that lie in one.

#ifndef SCENE_H
#define SCENE_H

#include "fault/fault.h"
#include "libaddress/address_priv.h"
#include "test.h"

#define SPACE (10u << 20) // of the volume

static struct err err;

static inline struct disk *copy_disk(struct disk *from)
{
	static uint8_t data[SPACE];
	struct disk *d;

	check_ok(disk_memory(SPACE, 512, &d, NULL), NULL);
	check_ok(disk_read(from, 0, data, SPACE, NULL), NULL);
	check_ok(disk_write(d, 0, data, SPACE, NULL), NULL);
	return d;
}

static inline void put_file(struct tree *v, const char *path, struct disk *from)
{
	struct disk *to;

	check_ok(tree_create_file(v, path, from->size, TREE_ARCHIVE, 1, &to,
				  &err),
		 &err);
	check_ok(disk_copy(from, to, from->size, &err), &err);
	disk_close(to);
}

static inline void say(void *ctx, const struct ntfs_problem *p)
{
	(void)ctx;
	if (p->finding == NTFS_UNSAFE)
		fprintf(stderr, "record %lld: %s: %s\n", (long long)p->record,
			ntfs_rule_name(p->rule), p->text);
}

// Checks a volume after a cut. Returns how many leftovers there are.
static inline uint64_t check_volume(struct disk *d)
{
	struct ntfs_check_result result;
	struct err e = {0};

	check_ok(ntfs_check(d, say, NULL, NULL, &result, &e), &e);
	check_eq(result.problems, result.leftovers + result.harmless);
	return result.leftovers;
}

static uint32_t seed;

static inline enum record_fate fate(void *ctx, size_t index)
{
	(void)ctx;
	seed = seed * 1664525 + 1013904223 + (uint32_t)index;
	return seed >> 16 & 1 ? RECORD_KEEP : RECORD_DROP;
}

#endif
