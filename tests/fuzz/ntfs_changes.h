// SPDX-License-Identifier: MIT
//
// Changes of an NTFS volume as bytes say: three for each.

#ifndef FUZZ_NTFS_CHANGES_H
#define FUZZ_NTFS_CHANGES_H

#include "libntfs/change/change.h"
#include "test.h"

static const char *const paths[] = {"\\new",
				    "\\file1",
				    "\\dir",
				    "\\dir\\x",
				    "\\A new folder\\with another",
				    "\\files\\file 3",
				    "\\big",
				    "\\A new folder",
				    "\\sparse",
				    "\\dir\\a"};

static inline int change(struct ntfs *n, const uint8_t *op)
{
	static uint8_t content[65536];
	struct disk *d;
	char path[64];
	size_t size;

	snprintf(path, sizeof(path),
		 op[1] < 128 ? paths[op[1] % 10]
			     : "\\dir\\a file of many, whose number is %u",
		 op[1]);
	switch (op[0] % 7) {
	case 0:
		return ntfs_mkdir_all(n, path, 1, NULL);
	case 1:
		return ntfs_remove(n, path, NULL);
	case 2:
		return ntfs_resize_file(n, path, op[2] * 300u, 1, NULL);
	case 3:
		if (!ntfs_create_file(n, path, op[2] * 200u, 32, 1, &d, NULL))
			disk_close(d);
		return 0;
	case 4: // also into itself
		(void)ntfs_rename(n, path, paths[op[2] % 10], 1, NULL);
		return 0;
	default:
		size = op[2] < 128 ? op[2] : op[2] * 100u;
		return ntfs_write_file(n, path, content, size, 32, 1, NULL);
	}
}

// Makes them; volumes whose changes fail for any reason but theirs are not good.
static inline void change_all(struct ntfs *n, const uint8_t *ops, size_t size)
{
	struct err err = {0};

	for (; size >= 3; ops += 3, size -= 3) {
		int r = change(n, ops);

		check(r != -EINVAL && r != -EIO && r != -EROFS);
		if (ops[0] >= 192)
			check_ok(ntfs_sync(n, &err), &err);
	}
	check_ok(ntfs_sync(n, &err), &err);
}

#endif
