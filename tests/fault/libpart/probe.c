// SPDX-License-Identifier: MIT
//
// Looking at what a disk holds, the N-th allocation and the N-th read failing: it
// is said, and no disk is ever blank for it.

#include "fault/fault.h"
#include "part.h"
#include "test.h"

#define MIB  ((uint64_t)1 << 20)
#define SIZE (300 * MIB) // over what is read whole, with samples in threads

static struct disk *disk;

// What there is lies where it is found last: between the ends.
static struct disk *new_disk(void)
{
	struct disk *d;
	struct err err = {0};

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_ok(disk_write(d, 290 * MIB, "somebody's", 10, &err), &err);
	return d;
}

static int probe(struct err *err)
{
	struct part_content found = {.kind = PART_HOLDS_NOTHING};
	int r = part_probe(disk, &found, err);

	check(r || found.at == 290 * MIB);
	return r;
}

static void check_reads(struct disk *base, bool persistent)
{
	for (unsigned n = 1;; n++) {
		struct fault_plan plan = {.fail_at = n,
					  .persistent = persistent};
		struct err err = {0};
		int r;

		disk = fault_disk(base, &plan);
		r = probe(&err);
		disk_close(disk);
		if (!plan.failed) {
			check_ok(r, &err);
			return;
		}
		// What is found all the same is told: probe() has looked.
		check(!r || r == -EIO);
	}
}

int main(void)
{
	struct disk *base = new_disk();

	disk = base;
	fault_mem_fails(probe);
	check_reads(base, false);
	check_reads(base, true);
	disk_close(base);
	return 0;
}
