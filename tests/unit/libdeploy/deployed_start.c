// SPDX-License-Identifier: MIT
//
// The next start from a deployed disk: which entry the firmware is told of.
#include "efi.h"
#include "fixture.h"
#include "unit/libefi/folder.h"

static const char gpt[] = "efi-size = 40M\nmsr-size = 1M";

static struct efi_vars *vars;

static struct disk *deployed(const char *system, const char *keys)
{
	struct answer *a = fixture_answer(system, keys);
	struct disk *d = fixture_disk(96 * MIB);

	fixture_deploy(a, d);
	answer_free(a);
	return d;
}

// BootNext names an entry that starts that file.
static void expect(struct disk *d, unsigned number, const char *path,
		   size_t optional)
{
	struct err err = {0};
	struct efi_entry e;
	struct part_table *t;
	uint8_t data[16];

	check_ok(deployed_start_next(d, vars, &err), &err);
	check_eq(folder_get("BootNext", data, sizeof(data)), 6);
	check_eq(data[4] | data[5] << 8, number);
	check_ok(efi_boot_read(vars, (uint16_t)number, &e, &err), &err);
	check(!strcmp(e.path, path));
	check_eq(e.optional_size, optional);
	check_ok(part_table_read(d, &t, &err), &err);
	check(guid_equal(&e.partition, &part_find(t, 1)->id));
	check_eq(e.start, part_find(t, 1)->start / 512);
	part_table_free(t);
	efi_entry_done(&e);
}

// The machine's other entries stay first; what is there is not made again.
static void windows(void)
{
	const struct efi_entry other = {.title = "stick",
					.is_gpt = true,
					.partition = {{9}},
					.path = "\\EFI\\Boot\\bootx64.efi"};
	struct disk *d = deployed("windows", gpt);
	uint16_t *order;
	size_t count;

	check_eq(efi_boot_add(vars, &other, EFI_BOOT_FIRST, NULL, NULL), 0);
	for (int i = 0; i < 2; i++)
		expect(d, 1, "\\EFI\\Microsoft\\Boot\\bootmgfw.efi", 0x88);
	check_eq(efi_boot_order(vars, &order, &count, NULL), 0);
	check(count == 2 && order[0] == 0 && order[1] == 1);
	mem_free(order);
	disk_close(d);
}

// An entry that somebody has named stays as it is.
static void linux_system(void)
{
	struct disk *d = deployed("linux", gpt);
	struct efi_entry e, named;
	struct err err = {0};

	folder_clear();
	expect(d, 0, "\\EFI\\Boot\\bootx64.efi", 0);
	check_ok(efi_boot_read(vars, 0, &e, &err), &err);
	named = e;
	named.title = "mine";
	check_eq(efi_boot_add(vars, &named, EFI_BOOT_KEEP, NULL, NULL), 0);
	efi_entry_done(&e);
	expect(d, 0, "\\EFI\\Boot\\bootx64.efi", 0);
	check_ok(efi_boot_read(vars, 0, &e, &err), &err);
	check(!strcmp(e.title, "mine"));
	efi_entry_done(&e);
	disk_close(d);
}

static void refused(void)
{
	struct disk *d = fixture_disk(96 * MIB), *esp;
	struct part esp_part = {.type = part_type_efi, .size = 40 * MIB};
	struct guid id = {{1}};
	struct part_table *t;
	struct err err = {0};
	unsigned n;

	folder_clear();
	folder_put("Lang", "\7\0\0\0en", 6);
	check_eq(deployed_start_next(d, vars, NULL), -ENOENT);
	check_ok(part_table_new(PART_GPT, d, &id, 0, &t, &err), &err);
	check_ok(part_table_write(t, d, &err), &err);
	check_eq(deployed_start_next(d, vars, &err), -ENOENT);
	check(strstr(err.why, "no EFI system partition"));
	check_ok(part_table_add(t, &esp_part, &n, NULL), &err);
	check_ok(part_table_write(t, d, NULL), &err);
	part_table_free(t);
	check_eq(deployed_start_next(d, vars, NULL), -ENOENT);
	esp = fixture_part(d, 1);
	check_eq(fat_format(esp, &(struct fat_format_options){.bits = 32},
			    NULL),
		 0);
	disk_close(esp);
	err = (struct err){0};
	check_eq(deployed_start_next(d, vars, &err), -ENOENT);
	check(strstr(err.why, "it holds no boot manager"));
	disk_close(d);
	check(access(folder_path("BootNext"), F_OK));
}

int main(void)
{
	struct err err = {0};

	fixture_make();
	folder_make();
	folder_put("Lang", "\7\0\0\0en", 6);
	check_ok(efi_vars_open(folder, &vars, &err), &err);
	windows();
	linux_system();
	refused();
	efi_vars_close(vars);
	folder_remove();
	fixture_end();
	return 0;
}
