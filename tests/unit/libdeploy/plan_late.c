// SPDX-License-Identifier: MIT
//
// A disk whose place is known later: it fails until then, and is that place
// after.
#include "libdeploy/plan_priv.h"
#include "test.h"

int main(void)
{
	struct disk *place = NULL, *late, *memory;
	struct err err = {0};
	char text[4] = "";

	check_ok(plan_late_disk(4096, 512, &place, &late, &err), &err);
	check_eq(late->size, 4096);
	check_eq(late->sector_size, 512);
	check_eq(disk_read(late, 0, text, 1, &err), -EINVAL);
	check(strstr(err.why, "no place yet"));
	check_eq(disk_write(late, 0, text, 1, NULL), -EINVAL);
	check_eq(disk_zero(late, 0, 1, NULL), -EINVAL);
	check_eq(disk_discard(late, 0, 1, NULL), -EINVAL);
	check_eq(disk_flush(late, NULL), -EINVAL);

	check_ok(disk_memory(4096, 512, &memory, &err), &err);
	place = memory;
	check_ok(disk_write(late, 100, "abc", 3, &err), &err);
	check_ok(disk_read(memory, 100, text, 3, &err), &err);
	check(!strcmp(text, "abc"));
	check_ok(disk_zero(late, 101, 1, &err), &err);
	check_ok(disk_read(late, 100, text, 3, &err), &err);
	check(!memcmp(text, "a\0c", 3));
	check_ok(disk_discard(late, 0, 512, &err), &err);
	check_ok(disk_flush(late, &err), &err);
	disk_close(late); // the place is the owner's
	disk_close(memory);
	return 0;
}
