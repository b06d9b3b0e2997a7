// SPDX-License-Identifier: MIT
//
// New files that hold a disk: in which order they are made, have their room and
// are finished, and that what failed leaves none.

#include "unit/libstorage/recorder.h"

#define MIB ((uint64_t)1 << 20)

static const struct guid seed = {{5}};

static int open_new(const char *path, struct storage_new_disk *ret)
{
	return storage_new_disk_open(&recording, path, 8 * MIB, 0, &seed, NULL,
				     ret, NULL);
}

// The name says the kind; a virtual disk's room is taken again at the end.
static void test_new_disk(void)
{
	struct storage_new_disk n;

	record_begin();
	check_ok(open_new("/tmp/a.img", &n), NULL);
	check(n.disk == n.file);
	check_ok(storage_new_disk_finish(&n, NULL), NULL);
	storage_new_disk_close(&n);
	check_calls("file /tmp/a.img 8 512, finish, close");
	record_begin();
	check_ok(open_new("/tmp/a.vhdx", &n), NULL);
	check(n.disk != n.file);
	check_eq(recorder.made.type, VDISK_FIXED);
	check_eq(recorder.made.size, 8 * MIB);
	check_ok(storage_new_disk_finish(&n, NULL), NULL);
	storage_new_disk_close(&n);
	check_calls("file /tmp/a.vhdx 0 512, vhdx, reserve, open, finish, "
		    "reserve, finish, close, close");
	check(!n.disk && !n.file);
	storage_new_disk_close(&n);
	check_eq(open_new("/tmp/a.vmdk", &n), -ENOTSUP);
}

// What failed is closed without a name.
static void test_failures(void)
{
	static const struct {
		const char *fail, *calls;
	} rows[] = {
		{"file /tmp/a.vhd 0 512", "file /tmp/a.vhd 0 512"},
		{"vhd", "file /tmp/a.vhd 0 512, vhd, close"},
		{"reserve", "file /tmp/a.vhd 0 512, vhd, reserve, close"},
		{"open", "file /tmp/a.vhd 0 512, vhd, reserve, open, close"},
	};
	struct storage_new_disk n = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		record_begin();
		recorder.fail = rows[i].fail;
		check_eq(open_new("/tmp/a.vhd", &n), -EIO);
		check_calls(rows[i].calls);
		check(!n.disk && !n.file);
	}
}

int main(void)
{
	test_new_disk();
	test_failures();
	return 0;
}
