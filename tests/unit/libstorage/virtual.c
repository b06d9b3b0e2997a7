// SPDX-License-Identifier: MIT
//
// New virtual disks: in which order they are made and have their room, what a place
// refuses, and that they have an identity.

#include "unit/libstorage/recorder.h"

#define MIB ((uint64_t)1 << 20)

static void note_zeroes(void *ctx)
{
	++*(int *)ctx;
}

static const struct guid seed = {{5}};
static struct tree host = {.kind = "host", .slash = '/'};
static struct tree ntfs = {.kind = "NTFS", .slash = '\\'};
static struct tree fat = {.kind = "FAT32", .slash = '\\'};

static int create(enum vdisk_type type, bool is_sparse, int *notes)
{
	const struct vdisk_create c = {
		.format = VDISK_VHD, .type = type, .size = 3 * MIB, .id = seed};
	const struct storage_watch watch = {.writes_zeroes = note_zeroes,
					    .ctx = notes};

	return storage_create_virtual(
		&recording, &(struct storage_file){&host, "a.vhd", "a.vhd"}, &c,
		is_sparse, notes ? &watch : NULL, NULL);
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

static int create_in(struct tree *t, enum vdisk_type type, bool is_sparse,
		     struct err *err)
{
	const struct vdisk_create c = {.format = VDISK_VHD, .type = type};

	record_begin();
	return storage_create_virtual(&recording,
				      &(struct storage_file){t, "\\a.vhd",
							     "d.img@1:\\a.vhd"},
				      &c, is_sparse, NULL, err);
}

// In a volume nothing is sparse, and in FAT nothing grows.
static void test_volumes(void)
{
	struct err err = {0};

	check_ok(create_in(&ntfs, VDISK_DYNAMIC, false, NULL), NULL);
	check_calls("NTFS \\a.vhd");
	check(!guid_is_zero(&recorder.made.id) && recorder.made.created > 0);
	check_ok(create_in(&fat, VDISK_FIXED, false, NULL), NULL);
	check_calls("FAT32 \\a.vhd");
	check_eq(create_in(&fat, VDISK_DYNAMIC, false, &err), -ENOTSUP);
	check(!strcmp(err.what, "d.img@1:\\a.vhd"));
	check_calls("");
	check_eq(create_in(&ntfs, VDISK_FIXED, true, NULL), -ENOTSUP);
	check_calls("");
}

static int fill_nothing(void *ctx, struct disk *child, struct err *err)
{
	return 0;
}

static int create_child_in(struct tree *t, bool has_content, struct err *err)
{
	const struct vdisk_child child = {.fill = has_content ? fill_nothing
							      : NULL};

	record_begin();
	return storage_create_child(&recording,
				    &(struct storage_file){t, "c", "c"},
				    &(struct storage_parent){"p", "dir/p"},
				    &child, err);
}

static void test_children(void)
{
	check_ok(create_child_in(&host, true, NULL), NULL);
	check_calls("host child c of p");
	check(!guid_is_zero(&recorder.made.id) && recorder.made.created > 0);
	check_ok(create_child_in(&fat, false, NULL), NULL);
	check_eq(create_child_in(&fat, true, NULL), -ENOTSUP);
	check_calls("");
}

int main(void)
{
	test_create();
	test_identity();
	test_volumes();
	test_children();
	return 0;
}
