// SPDX-License-Identifier: MIT
//
// Entering a boot entry while the N-th allocation or the N-th write fails: the
// code is right, nothing leaks, the order is the old one or the new one, and all
// that it names is whole.

#include <sys/syscall.h>

#include "fault/fault.h"
#include "unit/libefi/folder.h"

// Takes the place of write(2): the firmware refuses, or takes a part.
static unsigned writes, fail_at;
static bool stays, partly;

ssize_t write(int fd, const void *data, size_t size)
{
	writes++;
	if (fail_at && (writes == fail_at || (stays && writes > fail_at))) {
		if (partly)
			return (ssize_t)size - 1;
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_write, fd, data, size);
}

static struct efi_entry entry = {.title = "New",
				 .active = true,
				 .is_gpt = true,
				 .path = "\\new",
				 .optional = (const uint8_t *)"x",
				 .optional_size = 1};

static void prepare(bool has_entry)
{
	struct efi_entry old = entry;
	struct efi_vars *vars;
	uint16_t number;

	folder_clear();
	folder_put("Boot0007", "\7\0\0\0junk", 8);
	folder_put("BootOrder", "\7\0\0\0\7\0", 6);
	if (!has_entry)
		return;
	old.title = "Old";
	check(!efi_vars_open(folder, &vars, NULL));
	check(!efi_boot_add(vars, &old, EFI_BOOT_LAST, &number, NULL));
	check_eq(number, 0);
	efi_vars_close(vars);
}

static int run(struct err *err)
{
	struct efi_vars *vars;
	uint16_t number = 99;
	int r = efi_vars_open(folder, &vars, err);

	if (r)
		return r;
	r = efi_boot_add(vars, &entry, EFI_BOOT_FIRST, &number, err);
	check_eq(number, r ? 99 : 0);
	efi_vars_close(vars);
	return r;
}

// What is there after a failure of the order's or the entry's writing.
static void check_left(bool has_entry, bool failed)
{
	struct efi_vars *vars;
	struct efi_entry e;
	struct err err = {0};
	uint16_t *order;
	size_t count;

	check_ok(efi_vars_open(folder, &vars, &err), &err);
	check_ok(efi_boot_order(vars, &order, &count, &err), &err);
	check_eq(count, has_entry || !failed ? 2 : 1);
	check_eq(order[0], failed ? 7 : 0);
	mem_free(order);
	if (has_entry || !failed) {
		check_ok(efi_boot_read(vars, 0, &e, &err), &err);
		check(!strcmp(e.path, "\\new"));
		efi_entry_done(&e);
	} else {
		check(access(folder_path("Boot0000"), F_OK));
	}
	efi_vars_close(vars);
}

static void allocations(bool has_entry)
{
	for (int persistent = 0; persistent < 2; persistent++) {
		for (unsigned n = 1;; n++) {
			size_t live = fault_mem_live();
			struct err err = {0};
			int r;

			prepare(has_entry);
			fault_mem(n, persistent);
			r = run(&err);
			if (!fault_mem_failed()) {
				check_ok(r, &err);
				break;
			}
			fault_mem(0, false);
			check_eq(fault_mem_live(), live);
			// what is only compared may be left uncompared
			check(r == -ENOMEM || (!r && !persistent));
			check_left(has_entry, r);
		}
		fault_mem(0, false);
	}
}

static void failing_writes(bool has_entry)
{
	for (int persistent = 0; persistent < 2; persistent++) {
		for (unsigned n = 1;; n++) {
			struct err err = {0};
			int r;

			prepare(has_entry);
			writes = 0;
			fail_at = n;
			stays = persistent;
			r = run(&err);
			fail_at = 0;
			if (writes < n) {
				check_ok(r, &err);
				check_eq(n, 3);
				break;
			}
			check_eq(r, -ENOSPC);
			check(strstr(err.why, "no room"));
			check_left(has_entry, true);
		}
	}
}

int main(void)
{
	struct err err = {0};

	folder_make();
	for (int has_entry = 0; has_entry < 2; has_entry++) {
		allocations(has_entry);
		failing_writes(has_entry);
	}
	prepare(false);
	writes = 0;
	fail_at = 1;
	partly = true;
	check_eq(run(&err), -EIO);
	fail_at = 0;
	check_left(false, true);
	folder_remove();
	check_eq(fault_mem_live(), 0);
	return 0;
}
