// SPDX-License-Identifier: MIT
//
// Which partition the boot manager is on: by the store on it, by the disk that a
// Windows lies on, by what the machine was started from; and what cannot be told.
#include "disk.h"
#include "efi.h"
#include "fat.h"
#include "machine.h"
#include "part.h"
#include "sysfs.h"
#include "unit/libefi/folder.h"

#define MIB       (1u << 20)
#define UEFI_PATH "\\EFI\\Microsoft\\Boot"
#define BIOS_PATH "\\Boot"

static struct err err;
static struct efi_vars *vars;

// A disk with FAT volumes; `kinds` has a letter for each: E, an EFI system
// partition, A, an active one, D, one for data; small letters: no store on it.
static struct disk *make_disk(enum part_style style, uint8_t id,
			      const char *kinds)
{
	const struct guid disk_id = {{id}};
	const struct fat_format_options fat = {.bits = 12};
	struct part_table *t;
	struct disk *d, *part;
	struct fat *f;

	check_ok(disk_memory(16 * MIB, 512, &d, &err), &err);
	check_ok(part_table_new(style, d, &disk_id, id, &t, &err), &err);
	for (unsigned i = 0; kinds[i]; i++) {
		char kind = kinds[i] & ~0x20;
		const char *parent = kind == 'A' ? BIOS_PATH : UEFI_PATH;
		struct part spec = {
			.size = 2 * MIB,
			.type = kind == 'E' ? part_type_efi : part_type_data,
			.mbr_type = kind == 'E' ? PART_MBR_EFI : PART_MBR_FAT32,
			.active = kind == 'A'};
		char store[64];
		unsigned n;

		check_ok(part_table_add(t, &spec, &n, &err), &err);
		check_eq(n, i + 1);
		check_ok(disk_slice(d, part_find(t, n)->start, 2 * MIB, &part,
				    &err),
			 &err);
		check_ok(fat_format(part, &fat, &err), &err);
		check_ok(fat_open(part, &f, &err), &err);
		check_ok(fat_mkdir_all(f, parent, 0, &err), &err);
		snprintf(store, sizeof(store), "%s\\%s", parent,
			 kinds[i] == kind ? "BCD" : "BCD.bak");
		check_ok(fat_write_file(f, store, "x", 1, 0, 0, &err), &err);
		check_ok(fat_sync(f, &err), &err);
		fat_close(f);
		disk_close(part);
	}
	check_ok(part_table_write(t, d, &err), &err);
	part_table_free(t);
	return d;
}

// The machine was started from the n-th partition of that disk.
static void started_from(struct disk *d, unsigned n)
{
	struct efi_entry e = {.title = "x", .path = "\\x.efi"};
	struct part_table *t;
	uint16_t number;
	uint8_t current[6] = {7};

	check_ok(part_table_read(d, &t, &err), &err);
	e.is_gpt = t->style == PART_GPT;
	e.partition_number = n;
	e.partition = part_find(t, n)->id;
	e.signature = t->mbr_signature;
	e.start = part_find(t, n)->start / 512;
	e.size = part_find(t, n)->size / 512;
	part_table_free(t);
	check_ok(efi_boot_add(vars, &e, EFI_BOOT_FIRST, &number, &err), &err);
	current[4] = (uint8_t)number;
	folder_put("BootCurrent", current, sizeof(current));
}

static void expect(int r, int wanted, char *address, const char *name)
{
	check_eq(r, wanted);
	if (!wanted) {
		check(!strcmp(address, name));
		mem_free(address);
	} else {
		check(strstr(err.why, name));
	}
	err = (struct err){0};
}

static void by_store(void)
{
	static const struct {
		enum part_style style;
		const char *kinds;
		int r;
		const char *name;
	} cases[] = {
		{PART_GPT, "eDE", 0, "d@3"},
		{PART_GPT, "ED", 0, "d@1"},
		{PART_GPT, "EE", -EEXIST, "d@1, d@2"},
		{PART_GPT, "eD", -ENOENT, "no system partition"},
		{PART_MBR, "DA", 0, "d@2"},
		{PART_MBR, "DE", 0, "d@2"},
		{PART_MBR, "Da", -ENOENT, "no system partition"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct disk *d = make_disk(cases[i].style, 9, cases[i].kinds);
		char *address = NULL;
		int r = system_partition_of(d, "d", NULL, &address, &err);

		expect(r, cases[i].r, address, cases[i].name);
		if (cases[i].r == -EEXIST) {
			started_from(d, 2);
			r = system_partition_of(d, "d", vars, &address, &err);
			expect(r, 0, address, "d@2");
		}
		disk_close(d);
	}
}

static void put_disk(const char *name, struct disk *d)
{
	char path[40];
	void *data = mem_alloc((size_t)d->size);

	check(data && !disk_read(d, 0, data, (size_t)d->size, NULL));
	snprintf(path, sizeof(path), "pci0/%s", name);
	add_disk(name, path, *name == 'a' ? "8:0" : "8:16", "32768\n");
	snprintf(path, sizeof(path), "dev/%s", name);
	put_data(path, data, (size_t)d->size);
	mem_free(data);
}

// A Windows on a disk without an EFI system partition, and a machine with one.
static void by_machine(void)
{
	struct disk *own = make_disk(PART_GPT, 3, "De"),
		    *bios = make_disk(PART_MBR, 4, "A"),
		    *windows = make_disk(PART_GPT, 5, "D");
	char *address = NULL;
	int r;

	put("proc/self/mountinfo", "");
	put("proc/swaps", "Filename Type Size Used Priority\n");
	put_disk("a", own);
	put_disk("b", bios);
	started_from(own, 2);
	r = system_partition_for(windows, "d", vars, NULL, &address, &err);
	expect(r, -ENOENT, address, "no EFI system partition");
	r = system_partition_for(windows, "d", vars, root, &address, &err);
	expect(r, 0, address, "/dev/a@2");
	r = system_partition_for(own, "own", vars, root, &address, &err);
	expect(r, 0, address, "own@2");
	r = system_partition_of_machine(root, vars, &address, &err);
	expect(r, -ENOENT, address, "no system partition with a boot store");
	r = system_partition_of_machine(root, NULL, &address, &err);
	expect(r, 0, address, "/dev/b@1");
	put("proc/self/mountinfo",
	    "30 1 8:0 / /run/medium ro - vfat /dev/a ro\n");
	r = system_partition_for(windows, "d", vars, root, &address, &err);
	expect(r, -EBUSY, address, "/dev/a@2, is in use (");
	disk_close(own);
	disk_close(bios);
	disk_close(windows);
}

int main(void)
{
	check(mkdtemp(root));
	folder_make();
	folder_put("Lang", "\7\0\0\0en", 6);
	check_ok(efi_vars_open(folder, &vars, &err), &err);
	by_store();
	by_machine();
	efi_vars_close(vars);
	folder_remove();
	remove_root();
	return 0;
}
