// SPDX-License-Identifier: MIT
//
// A volume of 2 MiB (see volumes.h), in which what is behind its sectors damages some
// more, repaired. Repairs end; what one says is left is what the check finds; and
// when that is nothing, a second one has nothing to do.

#include "ntfs_repair.h"
#include "unit/libntfs/volumes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DAMAGE 6 // bytes: where, 3; how it is added up; what; how many times

// Sectors that are not blank are the ones worth it.
static void damage(struct disk *d, const uint8_t *op)
{
	uint64_t at = (op[0] | op[1] << 8 | (op[2] & 31) << 16) % SEED_VOLUME;
	uint8_t byte;

	for (unsigned i = 0; i <= op[5] % 8; i++, at++) {
		if (at >= SEED_VOLUME || disk_read(d, at, &byte, 1, NULL))
			return;
		byte = (uint8_t)(op[3] & 1 ? op[4] : byte ^ op[4]);
		best_effort(disk_write(d, at, &byte, 1, NULL));
	}
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
	size_t ops = size < 8 ? 0 : (size - 8) % SEED_PIECE;
	struct ntfs_repair_result first, second;
	struct ntfs_check_result found;
	struct err err = {0};
	struct disk *d;
	int r;

	check_ok(disk_memory(SEED_VOLUME, 512, &d, &err), &err);
	expand_seed(data, size - ops, d);
	for (data += size - ops; ops >= DAMAGE; data += DAMAGE, ops -= DAMAGE)
		damage(d, data);
	r = repair(d, &first);
	check(r != -EINVAL && r != -EIO && r != -EROFS);
	if (!r) {
		check_ok(ntfs_check(d, NULL, NULL, NULL, &found, &err), &err);
		check(first.is_partial || found.problems == first.left);
		r = repair(d, &second);
		check(r || first.left || first.is_partial || !second.steps);
	}
	disk_close(d);
	return 0;
}
