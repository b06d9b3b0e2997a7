// SPDX-License-Identifier: MIT
//
// Changing volumes: smoke.

#include "disk.h"
#include "ntfs.h"
#include "test.h"

static void say(void *ctx, const struct ntfs_problem *p)
{
	fprintf(stderr, "record %lld %s: %s\n", (long long)p->record, p->rule, p->text);
}

static void check_clean(struct disk *d)
{
	struct ntfs_check_result result;
	struct err err = {0};
	check_ok(ntfs_check(d, say, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
}

int main(int argc, char **argv)
{
	struct ntfs_build_options o = {.serial = 5, .label = "x"};
	struct err err = {0};
	struct disk *d;
	struct ntfs *n;
	static uint8_t data[100000];
	int count = argc > 1 ? atoi(argv[1]) : 300;
	char name[300];

	check_ok(disk_memory(64 << 20, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	check_ok(ntfs_write_file(n, "\\a", "hello", 5, 0x20, 1, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	check_clean(d);
	check_ok(ntfs_write_file(n, "\\a", data, 100000, 0x20, 2, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	check_clean(d);
	check_ok(ntfs_mkdir_all(n, "\\Boot\\Fonts\\deep", 2, &err), &err);
	check_ok(ntfs_write_file(n, "\\Boot\\Fonts\\deep\\x", data, 1000, 0x20, 2, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	check_clean(d);
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof name, "\\Boot\\Some longer file name %d.txt", i * 7919 % count);
		check_ok(ntfs_write_file(n, name, data, i * 3, 0x20, 2, &err), &err);
		if (i % 50 == 49) {
			check_ok(ntfs_sync(n, &err), &err);
			check_clean(d);
		}
	}
	check_ok(ntfs_sync(n, &err), &err);
	check_clean(d);
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof name, "\\Boot\\Some longer file name %d.txt", i * 31 % count);
		check_ok(ntfs_remove(n, name, &err), &err);
		if (i % 50 == 49) {
			check_ok(ntfs_sync(n, &err), &err);
			check_clean(d);
		}
	}
	check_ok(ntfs_remove(n, "\\Boot\\Fonts\\deep\\x", &err), &err);
	check_ok(ntfs_remove(n, "\\Boot\\Fonts\\deep", &err), &err);
	check_ok(ntfs_remove(n, "\\Boot\\Fonts", &err), &err);
	check_ok(ntfs_remove(n, "\\Boot", &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	check_clean(d);
	ntfs_close(n);
	disk_close(d);
	return 0;
}
