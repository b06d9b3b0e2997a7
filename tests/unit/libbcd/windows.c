// SPDX-License-Identifier: MIT
//
// The store that bcdboot writes: against one that Windows wrote, and adding to
// it. With an argument it writes the store of that row to a file, for judges:
// windows uefi|bios|vhd FILE.

#include "made.h"
#include "test.h"

static const struct bcd_device esp = {
	.kind = BCD_DEVICE_PARTITION, .partition = {{1}}, .disk = {{2}}};
static const struct bcd_device windows = {
	.kind = BCD_DEVICE_PARTITION, .partition = {{3}}, .disk = {{2}}};
static const struct bcd_device active = {.kind = BCD_DEVICE_PARTITION,
					 .table = BCD_TABLE_MBR,
					 .signature = 0x743afecf,
					 .offset = 1048576};
static const struct bcd_device vhd = {
	.kind = BCD_DEVICE_VHD, .host = &windows, .path = "\\vhd\\win.vhdx"};

static const struct {
	const char *name;
	struct bcd_windows_entry entry;
} rows[] = {
	{"uefi",
	 {.firmware = BCD_UEFI,
	  .system = &esp,
	  .windows = &windows,
	  .loader = {{5}},
	  .resume = {{6}},
	  .timeout = 30}},
	{"bios",
	 {.firmware = BCD_BIOS,
	  .system = &active,
	  .windows = &active,
	  .description = "Windows 7",
	  .locale = "de-DE",
	  .loader = {{5}},
	  .resume = {{6}},
	  .timeout = 5}},
	{"vhd",
	 {.firmware = BCD_UEFI,
	  .system = &esp,
	  .windows = &vhd,
	  .loader = {{5}},
	  .resume = {{6}},
	  .timeout = 10}},
};

static struct bcd *make(size_t row)
{
	struct err err = {0};
	struct bcd *bcd;
	size_t size;
	void *data;

	check_ok(made_store(&rows[row].entry, 77, &data, &size, &err), &err);
	check_ok(bcd_load(data, size, &bcd, &err), &err);
	check_eq(bcd->hive->root->written, 77);
	check_eq(bcd->objects[0]->key->written, 77);
	mem_free(data);
	return bcd;
}

static void check_text(const struct bcd_object *obj, uint32_t element,
		       const char *want)
{
	struct err err = {0};
	char *s;

	check_ok(bcd_get_string(obj, element, &s, &err), &err);
	check(!strcmp(s, want));
	mem_free(s);
}

static void check_device(const struct bcd_object *obj, uint32_t element,
			 const char *want)
{
	struct err err = {0};
	struct bcd_device *d;
	char *s;

	check_ok(bcd_get_device(obj, element, &d, &err), &err);
	s = bcd_device_format(d);
	check(s && !strcmp(s, want));
	mem_free(s);
	bcd_device_free(d);
}

// Which elements each object of a store by Windows 10 has, but those that come
// later (recovery, the firmware's), ours must have, and no others.
static void test_against_windows(void)
{
	static const uint32_t later[] = {0x14000008, 0x16000009, 0x15000066,
					 0x14000006};
	struct bcd *ours = make(0), *theirs;
	struct err err = {0};
	char path[512];
	uint8_t *data;
	size_t size;

	snprintf(path, sizeof(path), "%s/bcd/win10-uefi-gpt.BCD", samples());
	data = read_sample(path, &size);
	check_ok(bcd_load(data, size, &theirs, &err), &err);
	for (size_t i = 0; i < ours->object_count; i++) {
		const struct bcd_object *o = ours->objects[i], *t = NULL;
		struct bcd_element e;
		size_t cursor = 0;

		t = bcd_object_find(theirs, o->type == BCD_OS_LOADER
						    ? &bcd_id_default
						    : &o->id);
		for (size_t k = 0; !t && k < theirs->object_count; k++)
			if (theirs->objects[k]->type == o->type)
				t = theirs->objects[k];
		check(t && t->type == o->type);
		while (bcd_element_next(o, &cursor, &e))
			check(bcd_element_exists(t, e.number));
		for (cursor = 0; bcd_element_next(t, &cursor, &e);) {
			bool is_later = false;

			for (size_t k = 0; k < 4; k++)
				is_later |= later[k] == e.number;
			check(is_later || bcd_element_exists(o, e.number));
		}
	}
	bcd_free(theirs);
	bcd_free(ours);
	free(data);
}

static void test_rows(void)
{
	struct bcd *bcd = make(0);
	struct bcd_object *obj = bcd_object_find(bcd, &bcd_id_default);

	check_eq(bcd->object_count, 11);
	check_text(obj, BCD_PATH, "\\Windows\\system32\\winload.efi");
	check_text(obj, BCD_DESCRIPTION, "Windows 10");
	check_text(bcd_object_find(bcd, &rows[0].entry.resume), BCD_PATH,
		   "\\Windows\\system32\\winresume.efi");
	check_text(bcd_object_find(bcd, &bcd_id_bootmgr), BCD_PATH,
		   "\\EFI\\Microsoft\\Boot\\bootmgfw.efi");
	bcd_free(bcd);

	bcd = make(1);
	obj = bcd_object_find(bcd, &bcd_id_default);
	check_eq(bcd->object_count, 11);
	check_text(obj, BCD_PATH, "\\Windows\\system32\\winload.exe");
	check_text(obj, BCD_LOCALE, "de-DE");
	check(!bcd_element_exists(obj, BCD_ISOLATED_CONTEXT));
	check_device(obj, BCD_OS_DEVICE, "partition=mbr:743afecf:0x100000");
	check(!bcd_element_exists(bcd_object_find(bcd, &bcd_id_bootmgr),
				  BCD_PATH));
	check_text(bcd_object_find(bcd, &bcd_id_memdiag), BCD_PATH,
		   "\\boot\\memtest.exe");
	bcd_free(bcd);

	bcd = make(2);
	obj = bcd_object_find(bcd, &bcd_id_default);
	check_eq(bcd->object_count, 10);
	check(!bcd_element_exists(obj, BCD_RESUME_OBJECT));
	check_device(obj, BCD_DEVICE,
		     "vhd=[gpt:00000002-0000-0000-0000-000000000000:"
		     "00000003-0000-0000-0000-000000000000]"
		     "\\vhd\\win.vhdx,locate=custom:12000002");
	check_device(obj, BCD_OS_DEVICE,
		     "vhd=[gpt:00000002-0000-0000-0000-000000000000:"
		     "00000003-0000-0000-0000-000000000000]"
		     "\\vhd\\win.vhdx,locate=custom:22000002");
	bcd_free(bcd);
}

static void check_order(const struct bcd *bcd, const uint8_t *first,
			size_t want)
{
	struct err err = {0};
	struct guid *ids;
	size_t n;

	check_ok(bcd_get_objects(bcd_object_find(bcd, &bcd_id_bootmgr),
				 BCD_DISPLAY_ORDER, &ids, &n, &err),
		 &err);
	check_eq(n, want);
	for (size_t i = 0; i < n; i++)
		check_eq(ids[i].b[0], first[i]);
	mem_free(ids);
}

static void test_adding(void)
{
	struct bcd_windows_entry entry = rows[2].entry;
	struct err err = {0};
	struct bcd *bcd = make(0);
	struct guid id;
	uint64_t n;

	// another Windows, first and the default
	entry.loader.b[0] = 8;
	check_ok(bcd_add_windows(bcd, &entry, &id, &err), &err);
	check_eq(id.b[0], 8);
	check_order(bcd, (const uint8_t[]){8, 5}, 2);
	check_eq(bcd_object_find(bcd, &bcd_id_default)->id.b[0], 8);
	check(!bcd_element_exists(bcd_object_find(bcd, &bcd_id_bootmgr),
				  BCD_MANAGER_RESUME_OBJECT));

	// the first one once more: its own GUIDs again, nothing new
	entry = rows[0].entry;
	entry.loader.b[0] = 9;
	entry.resume.b[0] = 10;
	entry.timeout = 99;
	check_ok(bcd_add_windows(bcd, &entry, &id, &err), &err);
	check_eq(id.b[0], 5);
	check_order(bcd, (const uint8_t[]){5, 8}, 2);
	check_eq(bcd->object_count, 12);
	check_ok(bcd_get_integer(bcd_object_find(bcd, &bcd_id_bootmgr),
				 BCD_TIMEOUT, &n, &err),
		 &err);
	check_eq(n, 30);

	// last, and the default stays
	entry = rows[0].entry;
	entry.loader.b[0] = 11;
	entry.system_root = "\\WINNT";
	entry.keep_default = entry.add_last = true;
	check_ok(bcd_add_windows(bcd, &entry, &id, &err), &err);
	check_order(bcd, (const uint8_t[]){5, 8, 11}, 3);
	check_eq(bcd_object_find(bcd, &bcd_id_default)->id.b[0], 5);

	// a GUID of something else
	entry.loader = bcd_id_memdiag;
	check_eq(bcd_add_windows(bcd, &entry, &id, NULL), -EEXIST);
	bcd_free(bcd);
}

static int write_store(const char *name, const char *path)
{
	struct err err = {0};
	size_t i = 0, size;
	void *data;
	FILE *f;

	while (strcmp(rows[i].name, name))
		i++;
	check_ok(made_store(&rows[i].entry, 132223104000000000, &data, &size,
			    &err),
		 &err);
	f = fopen(path, "wb");
	check(f && fwrite(data, 1, size, f) == size && !fclose(f));
	mem_free(data);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return write_store(argv[1], argv[2]);
	test_rows();
	test_adding();
	test_against_windows();
	return 0;
}
