// SPDX-License-Identifier: MIT
//
// Boot entries and their order: an entry that is there is found again rather
// than doubled, and numbers that the order keeps for others stay free.

#include "folder.h"

static struct efi_vars *vars;

static struct efi_entry entry(const char *path, uint8_t partition)
{
	return (struct efi_entry){.title = "T",
				  .active = true,
				  .is_gpt = true,
				  .partition = {{partition}},
				  .path = path};
}

static unsigned add(const struct efi_entry *e, enum efi_boot_place place)
{
	struct err err = {0};
	uint16_t number = 9999;

	check_ok(efi_boot_add(vars, e, place, &number, &err), &err);
	return number;
}

// Compares the order with numbers in hex, "0001 0000".
static void expect_order(const char *text)
{
	char found[256] = "";
	struct err err = {0};
	uint16_t *order;
	size_t count;

	check_ok(efi_boot_order(vars, &order, &count, &err), &err);
	for (size_t i = 0; i < count; i++)
		sprintf(found + strlen(found), "%s%04X", i ? " " : "",
			order[i]);
	mem_free(order);
	if (strcmp(found, text))
		fprintf(stderr, "order is %s, not %s\n", found, text);
	check(!strcmp(found, text));
}

static void places(void)
{
	struct efi_entry a = entry("\\a", 1), b = entry("\\b", 1);
	struct efi_entry c = entry("\\c", 1), other = entry("\\A", 2);
	struct efi_entry back;
	struct err err = {0};

	expect_order("");
	check_eq(add(&a, EFI_BOOT_FIRST), 0);
	check_eq(add(&b, EFI_BOOT_FIRST), 1);
	check_eq(add(&c, EFI_BOOT_LAST), 2);
	expect_order("0001 0000 0002");
	check_eq(add(&other, EFI_BOOT_KEEP), 3);
	expect_order("0001 0000 0002 0003");
	check_eq(add(&c, EFI_BOOT_KEEP_FIRST), 2);
	expect_order("0001 0000 0002 0003");
	// the same file again, in other case: it keeps its number
	a.path = "\\A";
	a.title = "New";
	check_eq(add(&a, EFI_BOOT_KEEP), 0);
	expect_order("0001 0000 0002 0003");
	check_eq(add(&a, EFI_BOOT_FIRST), 0);
	expect_order("0000 0001 0002 0003");
	check_eq(add(&a, EFI_BOOT_LAST), 0);
	expect_order("0001 0002 0003 0000");
	check_ok(efi_boot_read(vars, 0, &back, &err), &err);
	check(!strcmp(back.title, "New") && !strcmp(back.path, "\\A"));
	efi_entry_done(&back);
}

static void mbr(void)
{
	struct efi_entry a = entry("\\a", 0), b;

	a.is_gpt = false;
	a.signature = 5;
	a.start = 63;
	b = a;
	b.start = 64;
	check_eq(add(&a, EFI_BOOT_LAST), 4);
	check_eq(add(&b, EFI_BOOT_LAST), 5);
	check_eq(add(&a, EFI_BOOT_KEEP), 4);
}

static void odd_numbers(void)
{
	struct efi_entry a = entry("\\a", 1);

	// in the order, but no variable; a variable that cannot be understood;
	// a variable that is not in the order
	folder_clear();
	folder_put("BootOrder", "\7\0\0\0\0\0\1\0\0\0", 10);
	folder_put("Boot0002", "\7\0\0\0junk", 8);
	folder_put("Boot0000x", "\7\0\0\0", 4);
	folder_put("Boot000a", "\7\0\0\0", 4);
	check_eq(add(&a, EFI_BOOT_LAST), 3);
	expect_order("0000 0001 0000 0003");
	folder_put("BootOrder", "\7\0\0\0\0\0", 6);
	check_eq(add(&a, EFI_BOOT_KEEP_FIRST), 3);
	expect_order("0003 0000");
	folder_put("BootOrder", "\7\0\0\0\0\0", 6);
	check_eq(add(&a, EFI_BOOT_FIRST), 3);
	expect_order("0003 0000");
}

static void current(void)
{
	struct efi_entry e;
	struct err err = {0};

	check_eq(efi_boot_current(vars, &e, NULL), -ENOENT);
	folder_put("BootCurrent", "\6\0\0\0\3\0", 6);
	check_ok(efi_boot_current(vars, &e, &err), &err);
	check(!strcmp(e.path, "\\a") && e.partition.b[0] == 1);
	efi_entry_done(&e);
	folder_put("BootCurrent", "\6\0\0\0\11\0", 6);
	check_eq(efi_boot_current(vars, &e, NULL), -ENOENT);
	folder_put("BootCurrent", "\6\0\0\0\3", 5);
	check_eq(efi_boot_current(vars, &e, NULL), -EBADMSG);
}

// Of two entries for a file, the one in the order; one outside of it at need.
static void find(void)
{
	struct efi_entry a = entry("\\a", 1), b = entry("\\b", 1);
	uint16_t number = 77;

	folder_clear();
	check_eq(efi_boot_find(vars, &a, &number, NULL), -ENOENT);
	check_eq(number, 77);
	check_eq(add(&b, EFI_BOOT_LAST), 0);
	check_eq(add(&a, EFI_BOOT_LAST), 1);
	a.path = "\\A";
	check_eq(efi_boot_find(vars, &a, &number, NULL), 0);
	check_eq(number, 1);
	folder_put("BootOrder", "\7\0\0\0\1\0", 6);
	check_eq(efi_boot_find(vars, &b, &number, NULL), 0);
	check_eq(number, 0);
	folder_put("BootOrder", "\7\0\0\0\1", 5);
	number = 77;
	check_eq(efi_boot_find(vars, &b, &number, NULL), -EBADMSG);
	check_eq(number, 77);
}

static void next(void)
{
	uint8_t data[16];

	check_eq(efi_boot_next(vars, 0x1a2, NULL), 0);
	check_eq(folder_get("BootNext", data, sizeof(data)), 6);
	check(!memcmp(data, "\7\0\0\0\xa2\1", 6));
}

static void refuse(void)
{
	struct efi_entry a = entry(NULL, 1);
	uint16_t number = 9, *order = (void *)1;
	size_t count = 8;

	check_eq(efi_boot_add(vars, &a, EFI_BOOT_LAST, &number, NULL), -EINVAL);
	a = entry("\\z", 1);
	folder_put("BootOrder", "\7\0\0\0\1", 5);
	check_eq(efi_boot_add(vars, &a, EFI_BOOT_LAST, &number, NULL),
		 -EBADMSG);
	check_eq(efi_boot_order(vars, &order, &count, NULL), -EBADMSG);
	check(number == 9 && order == (void *)1 && count == 8);
}

// Writing what is there already touches no variable.
static void no_wear(void)
{
	struct efi_entry a = entry("\\a", 1);
	struct stat before, after;

	folder_clear();
	add(&a, EFI_BOOT_FIRST);
	check(!chmod(folder_path("Boot0000"), 0400));
	check(!stat(folder_path("BootOrder"), &before));
	usleep(20000);
	add(&a, EFI_BOOT_FIRST);
	check(!stat(folder_path("BootOrder"), &after));
	check(before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
	      before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
}

int main(void)
{
	struct err err = {0};

	folder_make();
	folder_put("Lang", "\7\0\0\0en", 6);
	check_ok(efi_vars_open(folder, &vars, &err), &err);
	places();
	mbr();
	odd_numbers();
	current();
	find();
	next();
	refuse();
	no_wear();
	efi_vars_close(vars);
	folder_remove();
	return 0;
}
