// SPDX-License-Identifier: MIT
//
// Boot files and a store for a second Windows while the power goes, and while
// I/O and allocations fail: the store that is there is the old one or the new
// one, and every boot file is whole.

#include "bcdboot.h"
#include "fault/fault.h"
#include "unit/libdeploy/fixture.h"

static const char store_path[] = "\\EFI\\Microsoft\\Boot\\BCD";
static const struct guid second = {{0x5e, 0xc0, 0x4d}};

static uint8_t *image; // of the system partition, before
static uint64_t image_size;

static struct disk *fresh(void)
{
	struct disk *d = fixture_disk(image_size);

	check_ok(disk_write(d, 0, image, image_size, NULL), NULL);
	return d;
}

static int add_second(struct tree *source, struct disk *d, struct err *err)
{
	const struct bcd_device here = {.kind = BCD_DEVICE_BOOT};
	const struct bcdboot_options options = {
		.entry = {.description = "Second",
			  .system = &here,
			  .windows = &here,
			  .loader = second},
		.windows = "\\Windows",
	};
	struct tree *v;
	int r = volume_open(d, &v, err);

	if (r)
		return r;
	r = tree_begin(v, err);
	if (!r)
		r = bcdboot_write(source, v, &options, err);
	if (!r)
		r = tree_sync(v, err);
	tree_close(v);
	return r;
}

// Returns true for the new store.
static bool check_volume(struct disk *d)
{
	struct fat_check_result result;
	struct fat_stat stat;
	struct bcd *bcd;
	struct fat *f;
	size_t size;
	void *data;
	bool is_new;

	check_ok(fat_open(d, &f, &fixture_err), &fixture_err);
	check_ok(fat_check(f, &result, &fixture_err), &fixture_err);
	check_ok(fat_stat(f, "\\EFI\\Microsoft\\Boot\\bootmgfw.efi", &stat,
			  &fixture_err),
		 &fixture_err);
	check(stat.size > 10000);
	check_ok(fat_read_file(f, store_path, MIB, &data, &size, &fixture_err),
		 &fixture_err);
	check_ok(bcd_load(data, size, &bcd, &fixture_err), &fixture_err);
	is_new = bcd_object_find(bcd, &second);
	check(bcd->object_count >= 10);
	bcd_free(bcd);
	mem_free(data);
	fat_close(f);
	return is_new;
}

static void cut_power(struct tree *source)
{
	struct record_log log = {NULL, 0, 0};
	struct disk *d = fresh(), *recorded = record_disk(d, &log);
	bool was_new = false;

	check_ok(add_second(source, recorded, &fixture_err), &fixture_err);
	disk_close(recorded);
	check(check_volume(d));
	disk_close(d);
	check(log.count > 10);
	for (size_t n = 0; n <= log.count; n++) {
		bool is_new;

		d = fresh();
		record_replay(&log, n, d, NULL, NULL);
		is_new = check_volume(d);
		check(is_new || !was_new);
		was_new = is_new;
		disk_close(d);
	}
	check(was_new);
	record_free(&log);
}

static void fail_io(struct tree *source)
{
	struct disk *d = fresh();

	for (unsigned n = 1;; n++) {
		struct fault_plan plan = {.fail_at = n, .writes_only = true};
		struct disk *failing = fault_disk(d, &plan);
		struct err err = {0};
		int r = add_second(source, failing, &err);

		disk_close(failing);
		if (!plan.failed) {
			check_ok(r, &err);
			break;
		}
		check_eq(r, -EIO);
		check_volume(d);
	}
	check(check_volume(d));
	disk_close(d);
}

static void fail_mem(struct tree *source)
{
	struct disk *d = fresh();

	for (unsigned n = 1;; n += n < 300 ? 1 : 97) {
		struct err err = {0};
		int r;

		fault_mem(n, false);
		r = add_second(source, d, &err);
		if (!fault_mem_failed()) {
			check_ok(r, &err);
			break;
		}
		fault_mem(0, false);
		check_eq(r, -ENOMEM);
	}
	fault_mem(0, false);
	check(check_volume(d));
	disk_close(d);
}

int main(void)
{
	struct fixture_windows w = fixture_windows("efi-size = 36M");

	image_size = w.esp->size;
	image = mem_alloc(image_size);
	check(image);
	check_ok(disk_read(w.esp, 0, image, image_size, NULL), NULL);

	cut_power(w.source);
	fail_io(w.source);
	fail_mem(w.source);

	mem_free(image);
	fixture_windows_end(&w);
	return 0;
}
