// SPDX-License-Identifier: MIT
//
// Trying what BCDBoot would do to a system partition that cannot be written at all:
// it succeeds, and while allocations and reads fail, it says so and loses nothing.

#include "bcdboot.h"
#include "fault/fault.h"
#include "unit/libdeploy/fixture.h"

static const struct bcd_device here = {.kind = BCD_DEVICE_BOOT};
static const struct bcdboot_options options = {
	.entry = {.description = "Second",
		  .system = &here,
		  .windows = &here,
		  .loader = {{0x5e, 0xc0, 0x4d}}},
	.windows = "\\Windows",
};

static void fail_mem(struct tree *source, struct disk *esp)
{
	for (unsigned n = 1;; n += n < 300 ? 1 : 31) {
		size_t live = fault_mem_live();
		struct err err = {0};
		bool failed;
		int r;

		fault_mem(n, false);
		r = bcdboot_try(source, esp, &options, &err);
		failed = fault_mem_failed();
		fault_mem(0, false);
		check_eq(fault_mem_live(), live);
		check_eq(r, failed ? -ENOMEM : 0);
		check_eq(err.code, r);
		if (!failed)
			return;
	}
}

static void fail_reads(struct tree *source, struct disk *esp)
{
	for (unsigned n = 1;; n += n < 60 ? 1 : 17) {
		struct fault_plan plan = {.fail_at = n};
		struct disk *failing = fault_disk(esp, &plan);
		size_t live = fault_mem_live();
		struct err err = {0};
		int r;

		failing->read_only = true;
		r = bcdboot_try(source, failing, &options, &err);
		disk_close(failing);
		check(fault_mem_live() <= live);
		check_eq(r, plan.failed ? -EIO : 0);
		if (!plan.failed)
			return;
	}
}

int main(void)
{
	struct fixture_windows w = fixture_windows("efi-size = 36M");

	w.esp->read_only = true;

	fail_mem(w.source, w.esp);
	fail_reads(w.source, w.esp);

	fixture_windows_end(&w);
	return 0;
}
