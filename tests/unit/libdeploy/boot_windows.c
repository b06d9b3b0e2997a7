// SPDX-License-Identifier: MIT
//
// What the loader's entry of a deployed Windows says.
#include "fixture.h"

static struct bcd *load_store(struct disk *d)
{
	struct disk *esp = fixture_part(d, 1);
	struct fat *f;
	struct bcd *bcd;
	void *data;
	size_t size;

	check_ok(fat_open(esp, &f, &fixture_err), &fixture_err);
	check_ok(fat_read_file(f, "\\EFI\\Microsoft\\Boot\\BCD", 16 * MIB,
			       &data, &size, &fixture_err),
		 &fixture_err);
	check_ok(bcd_load(data, size, &bcd, &fixture_err), &fixture_err);
	mem_free(data);
	fat_close(f);
	disk_close(esp);
	return bcd;
}

static void check_device(const struct bcd_object *loader, uint32_t element,
			 const struct part_table *t)
{
	const struct part *data = part_find(t, 3);
	struct bcd_device *device;

	check_ok(bcd_get_device(loader, element, &device, &fixture_err),
		 &fixture_err);
	check_eq(device->kind, BCD_DEVICE_VHD);
	check(!strcmp(device->path, "\\v\\g.vhd"));
	check_eq(device->host->kind, BCD_DEVICE_PARTITION);
	check(guid_equal(&device->host->partition, &data->id));
	check(guid_equal(&device->host->disk, &t->disk_id));
	bcd_device_free(device);
}

static void check_entry(const char *description, const char *wanted)
{
	struct answer *a = fixture_answer("windows", "efi-size = 40M");
	struct disk *d = fixture_disk(96 * MIB);
	struct bcd_object *loader;
	struct part_table *t;
	struct guid id;
	struct bcd *bcd;
	char *text;

	if (description)
		a->description = mem_strdup(description);
	fixture_deploy(a, d);
	check_ok(part_table_read(d, &t, &fixture_err), &fixture_err);
	bcd = load_store(d);
	guid_from_name(&a->seed, "loader", &id);
	loader = bcd_object_find(bcd, &id);
	check(loader);
	check_ok(bcd_get_string(loader, BCD_DESCRIPTION, &text, &fixture_err),
		 &fixture_err);
	check(!strcmp(text, wanted));
	mem_free(text);
	check_device(loader, BCD_DEVICE, t);
	check_device(loader, BCD_OS_DEVICE, t);
	bcd_free(bcd);
	part_table_free(t);
	disk_close(d);
	answer_free(a);
}

int main(void)
{
	struct answer *a;
	struct plan *plan;
	struct disk *d;
	struct err err = {0};

	fixture_make();
	check_entry(NULL, "windows image");
	check_entry("My Windows", "My Windows");
	// an image without a boot manager
	a = fixture_answer("windows", "efi-size = 40M");
	mem_free(a->systems[0]->image_file);
	a->systems[0]->image_file = mem_alloc(100);
	check(a->systems[0]->image_file);
	snprintf(a->systems[0]->image_file, 100, "%s/linux.wim", fixture_dir);
	d = fixture_disk(96 * MIB);
	check_eq(fixture_plan(a, d, &plan, &err), -ENOENT);
	check(strstr(err.why, "cannot boot as Windows"));
	disk_close(d);
	answer_free(a);
	fixture_end();
	return 0;
}
