// SPDX-License-Identifier: MIT
//
// Reading dynamic and differencing VHDs against a model.

#include "unit/libvdisk/images.h"

static void compare(struct disk *d, const uint8_t *model)
{
	uint8_t *b = malloc(DISK_SIZE);
	struct err err = {0};

	check(b);
	for (uint64_t off = 0; off < DISK_SIZE; off += 333) {
		static const size_t lens[] = {1, 511, 513, 5000, DISK_SIZE};

		for (size_t i = 0; i < 5; i++) {
			size_t n = lens[i];

			if (n > DISK_SIZE - off)
				n = DISK_SIZE - off;
			check_ok(disk_read(d, off, b, n, &err), &err);
			check(!memcmp(b, model + off, n));
		}
	}
	free(b);
}

static void check_map(struct disk *d)
{
	// from, length of the run, whether it is data
	static const uint64_t runs[][3] = {
		{0, BLOCK, 0},
		{BLOCK, BLOCK, 1},
		{2 * BLOCK, 2 * BLOCK, 0},
		{4 * BLOCK, BLOCK + 1024, 1},
		{4 * BLOCK + 100, BLOCK + 924, 1},
	};
	struct err err = {0};
	uint64_t n;
	bool data;

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		check_ok(disk_map(d, runs[i][0], DISK_SIZE - runs[i][0], &n,
				  &data, &err),
			 &err);
		check_eq(n, runs[i][1]);
		check_eq(data, runs[i][2]);
	}
}

static void fill_model(uint8_t *model, bool differencing)
{
	for (unsigned s = 0; s < DISK_SIZE / 512; s++) {
		bool here = s / 8 == 1 || s / 8 >= 4;

		if (differencing)
			here = here && s % 2;
		memset(model + s * 512, here ? (int)s + 1 : 0, 512);
	}
}

static void check_bad_table(void)
{
	struct disk *file = new_dynamic(VDISK_DYNAMIC), *d = NULL;
	be32 entry = to_be32((FILE_SIZE - 4096) / 512);
	struct err err = {0};

	put(file, TABLE_AT, &entry, 4);
	check_eq(vdisk_open(file, &d, &err), -EBADMSG);
	check_eq(err.where, FILE_SIZE / 512 * 512 - 4096);
	check(!d);
	disk_close(file);
}

int main(void)
{
	static uint8_t model[DISK_SIZE];
	struct disk *file = new_dynamic(VDISK_DYNAMIC), *d, *parent;
	struct guid id = {{9, 9, 9}};
	struct err err = {0};

	fill_model(model, false);
	check_ok(vdisk_open(file, &d, &err), &err);
	check_eq(d->size, DISK_SIZE);
	compare(d, model);
	check_map(d);
	disk_close(d);
	disk_close(file);

	// On a parent that is two sectors shorter.
	file = new_dynamic(VDISK_DIFFERENCING);
	parent = new_memory(DISK_SIZE - 1024);
	fill_model(model, true);
	for (unsigned s = 0; s < DISK_SIZE / 512 - 2; s++) {
		uint8_t data[512];

		memset(data, 200 + s % 50, 512);
		put(parent, s * 512, data, 512);
		if (!model[s * 512])
			memcpy(model + s * 512, data, 512);
	}
	check_ok(vdisk_open_child(file, parent, &id, &d, &err), &err);
	compare(d, model);
	disk_close(d);
	disk_close(parent);
	disk_close(file);
	check_bad_table();
	return 0;
}
