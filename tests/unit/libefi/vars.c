// SPDX-License-Identifier: MIT
//
// Variables in a folder: reading, writing, removing, and what is no variable.

#include "folder.h"

static void no_folder(void)
{
	struct efi_vars *vars = (void *)1;
	struct err err = {0};

	check_eq(efi_vars_open("/nonexistent", &vars, &err), -ENOENT);
	check(strstr(err.why, "not started by UEFI"));
	err = (struct err){0};
	check_eq(efi_vars_open(folder, &vars, &err), -ENOENT); // an empty one
	check(strstr(err.why, "not mounted"));
	check_eq(efi_vars_open("/dev/null", &vars, NULL), -ENOTDIR);
	check(vars == (void *)1);
	efi_vars_close(NULL);
}

static void expect(struct efi_vars *vars, const char *name, const void *data,
		   size_t size)
{
	struct err err = {0};
	size_t n;
	void *p;

	check_ok(efi_var_read(vars, name, &efi_global, &p, &n, &err), &err);
	check_eq(n, size);
	check(!memcmp(p, data, size));
	mem_free(p);
}

static void write_and_read(struct efi_vars *vars)
{
	struct err err = {0};
	uint8_t file[64];

	check_ok(efi_var_write(vars, "A", &efi_global, "long value", 10, &err),
		 &err);
	expect(vars, "A", "long value", 10);
	check_ok(efi_var_write(vars, "A", &efi_global, "short", 5, &err), &err);
	expect(vars, "A", "short", 5);
	check_eq(folder_get("A", file, sizeof(file)), 9);
	check(!memcmp(file, "\7\0\0\0short", 9));
	check_ok(efi_var_write(vars, "A", &efi_global, NULL, 0, &err), &err);
	expect(vars, "A", "", 0);
	check_ok(efi_var_write(vars, "A", &efi_security, "x", 1, &err), &err);
	expect(vars, "A", "", 0); // of another vendor
	check_ok(efi_var_remove(vars, "A", &efi_security, &err), &err);
	check_ok(efi_var_remove(vars, "A", &efi_global, &err), &err);
	check_eq(efi_var_remove(vars, "A", &efi_global, &err), -ENOENT);
}

static void refuse(struct efi_vars *vars)
{
	static uint8_t big[65536 + 5];
	struct err err = {0};
	void *p = (void *)1;
	size_t n = 77;

	check_eq(efi_var_read(vars, "None", &efi_global, &p, &n, &err),
		 -ENOENT);
	check_eq(err.code, -ENOENT);
	folder_put("Empty", "", 0);
	check_eq(efi_var_read(vars, "Empty", &efi_global, &p, &n, NULL),
		 -ENOENT);
	folder_put("Short", "\7\0\0", 3);
	check_eq(efi_var_read(vars, "Short", &efi_global, &p, &n, NULL),
		 -EBADMSG);
	folder_put("Big", big, sizeof(big));
	check_eq(efi_var_read(vars, "Big", &efi_global, &p, &n, NULL), -EFBIG);
	check_eq(efi_var_write(vars, "Big", &efi_global, big, 65537, NULL),
		 -EFBIG);
	check_eq(efi_var_read(vars, "", &efi_global, &p, &n, NULL), -EINVAL);
	check_eq(efi_var_read(vars, "../x", &efi_global, &p, &n, NULL),
		 -EINVAL);
	check_eq(efi_var_write(vars, "a/b", &efi_global, "", 0, NULL), -EINVAL);
	check_eq(efi_var_remove(vars, "a/b", &efi_global, NULL), -EINVAL);
	check(p == (void *)1 && n == 77);

	folder_put("Big", big, 65536 + 4);
	check(!efi_var_read(vars, "Big", &efi_global, &p, &n, NULL));
	check_eq(n, 65536);
	mem_free(p);
	check(!mkdir(folder_path("Folder"), 0700));
	check_eq(efi_var_write(vars, "Folder", &efi_global, "", 0, NULL),
		 -EISDIR);
	check(!rmdir(folder_path("Folder")));
}

int main(void)
{
	struct efi_vars *vars;
	struct err err = {0};

	folder_make();
	no_folder();
	folder_put("Lang", "\7\0\0\0en", 6);
	check_ok(efi_vars_open(folder, &vars, &err), &err);
	write_and_read(vars);
	refuse(vars);
	efi_vars_close(vars);
	folder_remove();
	return 0;
}
