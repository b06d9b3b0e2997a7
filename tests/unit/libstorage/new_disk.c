// SPDX-License-Identifier: MIT
//
// New files that hold a disk: in which order they are made, have their room and
// are finished, and that what failed leaves none.

#include "unit/libstorage/recorder.h"

#define MIB ((uint64_t)1 << 20)

static void note_zeroes(void *ctx)
{
	++*(int *)ctx;
}

static const struct guid seed = {{5}};

static int create(enum vdisk_type type, bool is_sparse, int *notes)
{
	const struct vdisk_create c = {
		.format = VDISK_VHD, .type = type, .size = 3 * MIB, .id = seed};
	const struct storage_watch watch = {.writes_zeroes = note_zeroes,
					    .ctx = notes};

	return storage_create_virtual(&recording, "a.vhd", &c, is_sparse,
				      notes ? &watch : NULL, NULL);
}

// A fixed disk has its room before it is finished; what cannot be reserved is
// written, and that is told once.
static void test_create(void)
{
	int notes = 0;

	record_begin();
	check_ok(create(VDISK_FIXED, false, NULL), NULL);
	check_calls("file a.vhd 0 512, vhd, reserve, finish, close");
	check(guid_equal(&recorder.made.id, &seed));
	record_begin();
	check_ok(create(VDISK_FIXED, true, NULL), NULL);
	check_calls("file a.vhd 0 512, vhd, finish, close");
	record_begin();
	check_ok(create(VDISK_DYNAMIC, false, NULL), NULL);
	check_calls("file a.vhd 0 512, vhd, finish, close");
	record_begin();
	recorder.no_room = true;
	check_ok(create(VDISK_FIXED, false, &notes), NULL);
	check_calls("file a.vhd 0 512, vhd, reserve, open, write 1, write 2, "
		    "write 3, finish, close, finish, close");
	check_eq(notes, 1);
}

// Without an identifier there is a random one, and now is the time.
static void test_identity(void)
{
	struct vdisk_create c = {.format = VDISK_VHDX};
	struct disk *file;

	record_begin();
	check_ok(storage_make_virtual(&recording, "a", &c, &file, NULL), NULL);
	check(!guid_is_zero(&recorder.made.id));
	check(recorder.made.created > 0);
	c.id = seed;
	check_ok(storage_make_virtual(&recording, "a", &c, &file, NULL), NULL);
	check_eq(recorder.made.created, 0);
}

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
	record_begin();
	recorder.fail = "finish";
	check_eq(create(VDISK_FIXED, false, NULL), -EIO);
	check_calls("file a.vhd 0 512, vhd, reserve, finish, close");
}

int main(void)
{
	test_create();
	test_identity();
	test_new_disk();
	test_failures();
	return 0;
}
