// SPDX-License-Identifier: MIT
//
// Owner, mode and device as extended attributes and back; lists that are none.

#include "libimage/unix.h"
#include "test.h"

// name "$lxuid" in front of another one, as if it had been there before
static const uint8_t there[] = {20,  0,   0,   0, 0, 6, 4,   0, '$', 'l', 'x',
				'u', 'i', 'd', 0, 9, 9, 9,   9, 0,   12,  0,
				0,   0,   128, 1, 1, 0, 'A', 0, 'v', 0};

static void around(void)
{
	struct wim_dentry d = {.has_unix = true,
			       .uid = 1000,
			       .gid = 100,
			       .mode = 0020640,
			       .rdev = 0x12345,
			       .ea = there,
			       .ea_size = sizeof(there)};
	struct image_unix u;
	struct ea ea;
	struct err err = {0};
	size_t size, at = 0;
	uint8_t *list;

	check_ok(image_unix_ea(&d, &list, &size, &err), &err);
	check_eq(size % 4, 0);
	check(image_unix_of_ea(list, size, &u));
	check_eq(u.uid, 1000);
	check_eq(u.gid, 100);
	check_eq(u.mode, 0020640);
	check_eq(u.rdev, 0x12345);
	check_eq(ea_next(list, size, &at, &ea), 1);
	check(ea.name_len == 1 && *ea.name == 'A' && ea.flags == 128);
	check_eq(ea_next(list, size, &at, &ea), 1);
	check(image_ea_is_unix(&ea) && !memcmp(ea.name, "$LXUID", 7));
	for (int i = 0; i < 3; i++)
		check_eq(ea_next(list, size, &at, &ea), 1);
	check_eq(ea.value_len, 8); // major 0x123, minor 0x45
	check_eq(load_le32(ea.value), 0x123);
	check_eq(load_le32(ea.value + 4), 0x45);
	check_eq(ea_next(list, size, &at, &ea), 0);
	mem_free(list);
}

static void others(void)
{
	struct wim_dentry d = {.ea = there, .ea_size = sizeof(there)};
	struct image_unix u;
	struct ea ea;
	struct err err = {0};
	static uint8_t large[70000];
	size_t size, at;
	uint8_t *list;

	// what has nothing of Linux keeps its own
	check_ok(image_unix_ea(&d, &list, &size, &err), &err);
	check(!list);
	check(!image_unix_of_ea(there, sizeof(there), &u));
	check(!image_unix_of_ea(NULL, 0, &u));
	// cut anywhere it is no list, or a shorter one
	for (size_t n = 1; n < sizeof(there); n++) {
		at = 0;
		while (ea_next(there, n, &at, &ea) > 0)
			check(ea.value + ea.value_len <= there + n);
	}
	large[4] = 0;
	large[5] = 1;
	large[6] = large[7] = 255;
	large[8] = 'x';
	d = (struct wim_dentry){
		.has_unix = true, .ea = large, .ea_size = 8 + 2 + 65535};
	check_eq(image_unix_ea(&d, &list, &size, &err), -EFBIG);
}

int main(void)
{
	around();
	others();
	return 0;
}
