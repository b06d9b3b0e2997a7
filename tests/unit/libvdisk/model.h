// SPDX-License-Identifier: MIT
//
// Virtual disks of every kind that can be made, in memory, for the tests that
// compare them with a plain array.

#ifndef MODEL_H
#define MODEL_H

#include "test.h"
#include "vdisk.h"

struct kind {
	enum vdisk_format format;
	enum vdisk_type type;
	uint32_t block_size, sector_size;
};

#define K 1024u

static const struct kind kinds[] = {
	{VDISK_VHD, VDISK_FIXED, 0, 512},
	{VDISK_VHD, VDISK_DYNAMIC, 512 * K, 512},
	{VDISK_VHD, VDISK_DYNAMIC, 0, 512},
	{VDISK_VHD, VDISK_DIFFERENCING, 512 * K, 512},
	{VDISK_VHD, VDISK_DIFFERENCING, 0, 512},
	{VDISK_VHDX, VDISK_FIXED, 0, 512},
	{VDISK_VHDX, VDISK_DYNAMIC, 1024 * K, 512},
	{VDISK_VHDX, VDISK_DYNAMIC, 2048 * K, 4096},
	{VDISK_VHDX, VDISK_DIFFERENCING, 1024 * K, 512},
	{VDISK_VHDX, VDISK_DIFFERENCING, 2048 * K, 4096},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct guid parent_id = {{9, 9, 9, 0x40, 5}};

static inline struct vdisk_create create_of(const struct kind *k, uint64_t size)
{
	return (struct vdisk_create){.format = k->format,
				     .type = k->type,
				     .size = size,
				     .block_size = k->block_size,
				     .sector_size = k->sector_size,
				     .id = {{1, 2, 3}},
				     .created = 1600000000,
				     .parent_id = parent_id,
				     .parent_absolute = "/vhd/p.vhd",
				     .parent_relative = ".\\p.vhd",
				     .parent_time = 1500000000};
}

// Opens a disk of a kind, with what lies below it.
static inline struct disk *open_kind(const struct kind *k, struct disk *file,
				     struct disk *parent)
{
	struct err err = {0};
	struct disk *d;

	if (k->type == VDISK_DIFFERENCING)
		check_ok(vdisk_open_child(file, parent, &parent_id, &d, &err),
			 &err);
	else
		check_ok(vdisk_open(file, &d, &err), &err);
	return d;
}

// An empty file that can grow.
static inline struct disk *new_file(void)
{
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(0, 512, &d, &err), &err);
	return d;
}

// A parent that is two sectors shorter than the disk, every sector of which has
// a content of its own.
static inline struct disk *new_parent(uint64_t size)
{
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(size - 8192, 512, &d, &err), &err);
	for (uint64_t off = 0; off < size - 8192; off += 512) {
		uint8_t sector[512];

		memset(sector, (int)(off / 512 % 97 + 100), sizeof(sector));
		check_ok(disk_write(d, off, sector, 512, &err), &err);
	}
	return d;
}

// Compares all of a disk with what it must hold, and what it says to be holes
// with zeroes. Where it reads to stays between calls of one size: taking and
// giving back such amounts would be most of a test that compares often.
static inline void compare_disk(struct disk *d, const uint8_t *model,
				uint64_t size)
{
	static uint8_t *b;
	static uint64_t room;
	struct err err = {0};
	uint64_t off, n;
	bool data;

	if (size != room) {
		free(b);
		b = malloc(size);
		room = size;
	}
	check(b);
	memset(b, 0xdb, size); // or what is not read is as last time
	check_ok(disk_read(d, 0, b, size, &err), &err);
	check(!memcmp(b, model, size));
	for (off = 0; off < size; off += n) {
		check_ok(disk_map(d, off, size - off, &n, &data, &err), &err);
		check(n && n <= size - off);
		check(data || mem_is_zero(model + off, n));
	}
}

static inline uint64_t random_number(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *state >> 33;
}

#endif
