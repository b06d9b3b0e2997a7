// SPDX-License-Identifier: MIT
//
// FAT volumes made larger with files in them. For other judges:
//
//     extend FILE [SIZE]
//     extend make FILE BITS CLUSTER SIZE

#include "tree.h"

#define MIB ((uint64_t)1 << 20)

static struct err err;

static struct disk *slice(struct disk *d, uint64_t size)
{
	struct disk *s;

	check_ok(disk_slice(d, 0, size, &s, &err), &err);
	return s;
}

static const struct {
	int bits;
	uint32_t cluster;
	uint64_t from, to;
	int files;
	bool ends_before; // larger tables would take more than they gain
} rows[] = {
	{12, 512, 400 * 1024, MIB, 40, false},
	{12, 4096, 2 * MIB, 12 * MIB, 40, false},
	{16, 512, 4 * MIB, 20 * MIB, 200, false},
	{16, 2048, 16 * MIB, 17 * MIB, 200, false},
	{16, 2048, 16 * MIB, 100 * MIB, 200, false},
	{32, 512, 40 * MIB, 41 * MIB, 300, true},
	{32, 512, 40 * MIB, 44 * MIB, 300, false},
	{32, 512, 34 * MIB, 66 * MIB, 300, false},
};

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct disk *d, *s;
		uint64_t sum, size;

		check_ok(disk_memory(rows[i].to, 512, &d, &err), &err);
		s = slice(d, rows[i].from);
		make_tree(s, rows[i].bits, rows[i].cluster, rows[i].files,
			  20000 / (rows[i].bits == 12 ? 4 : 1));
		disk_close(s);
		sum = tree_of(d, &size, false);
		check_eq(size, rows[i].from);
		check_ok(fat_extend(d, rows[i].to, NULL, &err), &err);
		check(tree_of(d, &size, false) == sum);
		check(size <= rows[i].to && size > rows[i].from);
		check((size == rows[i].to) != rows[i].ends_before);
		disk_close(d);
	}
}

static void test_refused(void)
{
	struct disk *d, *s;
	struct fat *f;
	uint64_t size;

	check_ok(disk_memory(300 * MIB, 512, &d, &err), &err);
	s = slice(d, 16 * MIB);
	make_tree(s, 16, 2048, 10, 5000);
	check_eq(fat_extend(s, 17 * MIB, NULL, &err), -ENOSPC);
	err = (struct err){0};
	check_eq(fat_extend(s, 15 * MIB, NULL, &err), -EINVAL);
	err = (struct err){0};
	check_eq(fat_extend(d, 300 * MIB, NULL, &err), -EFBIG);
	err = (struct err){0};
	check_ok(fat_extend(d, 16 * MIB, NULL, &err), &err);
	// Full: there is no room for what lies where the tables would be.
	check_ok(fat_open(s, &f, &err), &err);
	size = (uint64_t)fat_get_info(f)->free_clusters * 2048;
	while (size) {
		char path[40];
		uint32_t n = size < MIB ? (uint32_t)size : (uint32_t)MIB;
		void *data = calloc(1, n);

		snprintf(path, sizeof(path), "\\F%u", (unsigned)(size / 2048));
		check_ok(fat_write_file(f, path, data, n, 0, 1700000000, &err),
			 &err);
		free(data);
		size -= n;
	}
	check_ok(fat_sync(f, &err), &err);
	fat_close(f);
	check_eq(fat_extend(d, 100 * MIB, NULL, &err), -ENOSPC);
	err = (struct err){0};
	tree_of(s, &size, false);
	disk_close(s);
	disk_close(d);
}

int main(int argc, char **argv)
{
	struct disk *d;

	if (argc == 6) {
		check_ok(disk_open_file(argv[2], 0, &d, &err), &err);
		make_tree(d, atoi(argv[3]), (uint32_t)atoi(argv[4]), 300,
			  (uint32_t)atoi(argv[5]));
		end_disk(d);
	} else if (argc > 1) {
		check_ok(disk_open_file(argv[1], 0, &d, &err), &err);
		check_ok(fat_extend(d,
				    argc > 2 ? strtoull(argv[2], NULL, 0)
					     : d->size,
				    NULL, &err),
			 &err);
		end_disk(d);
	} else {
		test_rows();
		test_refused();
	}
	return 0;
}
