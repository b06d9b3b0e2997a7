// SPDX-License-Identifier: MIT
//
// Faults in a volume of 1 MiB that holds a bit of everything, chosen by the input
// (damage.h), and repaired. Repairs end; what one says is left is what the check
// finds; and when that is nothing, a second one has nothing to do.

#include "fault/libntfs/damage.h"
#include "ntfs_repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_FAULTS 16

static const struct shape shape = {"tiny", 512, 1, 12, add_links, 0, -1};

// The volume, and where its faults may be: made once.
static const uint8_t *volume(const struct places_of **ret)
{
	static uint8_t bytes[1u << 20];
	static struct places_of places;
	struct err err = {0};
	struct disk *d;

	if (!places.count) {
		d = make_shape(&shape, 5);
		check_eq(d->size, sizeof(bytes));
		check_ok(disk_read(d, 0, bytes, sizeof(bytes), &err), &err);
		places = find_places_of(d);
		disk_close(d);
	}
	*ret = &places;
	return bytes;
}

// Returns 0 when there was a plan, and it was written.
static int repair(struct disk *d, struct ntfs_repair_result *ret)
{
	struct ntfs_repair_calls calls = {.ctx = NULL};
	struct ntfs_repair *r;
	bool was_cut;
	int e = ntfs_repair_resume(d, &was_cut, NULL);

	if (!e)
		e = ntfs_repair_plan(d, &calls, &r, NULL);
	if (e)
		return e;
	*ret = *ntfs_repair_get_result(r);
	if (ret->steps)
		e = ntfs_repair_write(r, NULL);
	ntfs_repair_free(r);
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ntfs_repair_result first, second;
	struct ntfs_check_result found;
	struct damage k = {.data = data, .size = size};
	const uint8_t *bytes = volume(&k.places);
	struct err err = {0};
	int r;

	check_ok(disk_memory(1u << 20, 512, &k.d, &err), &err);
	check_ok(disk_write(k.d, 0, bytes, 1u << 20, &err), &err);
	for (unsigned i = 0; k.size && i < MAX_FAULTS; i++)
		plant_one(&k);
	r = repair(k.d, &first);
	check(r != -EINVAL && r != -EIO && r != -EROFS);
	if (!r) {
		check_ok(ntfs_check(k.d, NULL, NULL, NULL, &found, &err), &err);
		check(first.is_partial || found.problems == first.left);
		r = repair(k.d, &second);
		check(r || first.left || first.is_partial || !second.steps);
	}
	disk_close(k.d);
	return 0;
}
