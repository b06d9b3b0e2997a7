// SPDX-License-Identifier: MIT
//
// A volume of 2 MiB (see volumes.h), changed as what is behind its sectors says.
// One that was taken for good at the begin is good at the end, and when it is made
// smaller and larger.

#include "fuzz/ntfs_changes.h"
#include "ntfs_resize.h"
#include "unit/libntfs/volumes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
