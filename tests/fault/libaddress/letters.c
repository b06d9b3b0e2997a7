// SPDX-License-Identifier: MIT
//
// The table of drive letters while allocations fail: a letter is given or not, and
// the others stay.

#include <stdlib.h>
#include <unistd.h>

#include "drives.h"
#include "fault/fault.h"
#include "test.h"

static struct err err;

static bool has(char letter)
{
	struct address_letters l;
	bool yes;

	check_ok(address_letters_read(&l, &err), &err);
	yes = l.addresses[letter - 'A'];
	address_letters_done(&l);
	return yes;
}

static int assign(struct err *e)
{
	return address_letter_assign('B', "b.img", e);
}

static int take_away(struct err *e)
{
	return address_letter_remove('B', e);
}

static void fail_each(int (*run)(struct err *e), bool had)
{
	unsigned failed = 1;

	for (unsigned n = 1; failed; n++) {
		struct err why = {0};
		size_t live = fault_mem_live();
		int r;

		fault_mem(n, false);
		r = run(&why);
		failed = fault_mem_failed();
		fault_mem(0, false);
		check_eq(r, failed ? -ENOMEM : 0);
		check_eq(why.code, r);
		check_eq(fault_mem_live(), live);
		check(has('A'));
		check_eq(has('B'), r ? had : !had);
	}
}

int main(void)
{
	char folder[] = "/tmp/slipway-letters-XXXXXX";
	struct disk *d;

	check(mkdtemp(folder) && !chdir(folder));
	check(!setenv("SLIPWAY_LETTERS", "table", 1));
	check_ok(disk_create_file("b.img", 512, 512, &d, &err), &err);
	check_ok(disk_finish(d, &err), &err);
	disk_close(d);
	check_ok(address_letter_assign('A', "b.img", &err), &err);
	fail_each(assign, false);
	fail_each(take_away, true);
	check(!unlink("table") && !unlink("table.lock") && !unlink("b.img"));
	check(!chdir("/") && !rmdir(folder));
	return 0;
}
