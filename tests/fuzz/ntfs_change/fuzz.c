// SPDX-License-Identifier: MIT
//
// A volume of 2 MiB (see volumes.h), changed as what is behind its sectors says.
// One that was taken for good at the begin is good at the end, and when it is made
// smaller and larger.

#include "libntfs/change/change.h"
#include "ntfs_resize.h"
#include "unit/libntfs/volumes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

static int change(struct ntfs *n, const uint8_t *op)
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

static void change_all(struct ntfs *n, const uint8_t *ops, size_t size)
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

static void check_all(struct disk *d)
{
	struct ntfs_check_result result;
	struct err err = {0};

	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	// harmless ones are left as they were
	check_eq(result.problems, result.harmless + result.leftovers);
}

// As small as it goes, or somewhat larger, and as large as before.
static void resize(struct disk *d, unsigned more)
{
	struct ntfs_shrink_limits l;
	int r = ntfs_shrink_query(d, &l, NULL);

	if (r)
		return;
	check(l.minimum <= l.in_place && l.in_place <= l.size);
	r = ntfs_shrink(d, l.minimum + (l.size - l.minimum) * more / 1024, NULL,
			NULL);
	check(r != -EINVAL && r != -EIO && r != -EROFS);
	check_all(d);
	r = ntfs_extend(d, d->size, NULL, NULL);
	check(r != -EINVAL && r != -EIO && r != -EROFS);
	check_all(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t ops = size < 8 ? 0 : (size - 8) % SEED_PIECE;
	struct err err = {0};
	bool is_sound = false;
	struct disk *d;
	struct ntfs *n;

	check_ok(disk_memory(SEED_VOLUME, 512, &d, &err), &err);
	expand_seed(data, size - ops, d);
	if (!ntfs_open(d, &n, NULL)) {
		if (!ntfs_change_begin(n, NULL)) {
			change_all(n, data + size - ops, ops);
			check_all(d);
			is_sound = true;
		}
		ntfs_close(n);
	}
	if (is_sound)
		resize(d, size ? data[size - 1] : 0);
	disk_close(d);
	return 0;
}
