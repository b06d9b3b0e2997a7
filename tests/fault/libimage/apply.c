// SPDX-License-Identifier: MIT
//
// Applying an image while the N-th allocation, the N-th read of the WIM or the
// N-th write of the volume fails: the right error, nothing leaked, the result
// untouched, and nothing that is taken for a volume.

#include "image.h"
#include "fault/fault.h"
#include "part.h"
#include "test.h"

#define VOLUME_SIZE (12u << 20)

static const struct {
	const char *name;
	bool compact;
} files[] = {
	{"tests/fuzz/wim_open/seeds/none.wim", false},
	{"tests/fuzz/wim_open/seeds/xpress.wim", false},
	{"tests/fuzz/wim_open/seeds/lzx.wim", false},
	// reparse points, object ids, ...
	{"tests/fuzz/wim_open/seeds/fields.wim", false},
	{"tests/fuzz/wim_open/seeds/tree-x4.wim", true},
	{"tests/fuzz/wim_open/seeds/tree-solid.wim", true},
};

static struct apply_options options = {
	.volume = {.label = "Fault", .serial = 1}, .threads = 2};

static struct disk *new_volume(void)
{
	struct disk *d;
	struct err err = {0};

	check_ok(disk_memory(VOLUME_SIZE, 512, &d, &err), &err);
	return d;
}

static int apply(struct disk *file, struct disk *volume, struct err *err)
{
	struct apply_result result = {.files = 12345};
	struct wim *w;
	int r = wim_open(file, &w, err);

	if (r)
		return r;
	r = apply_image(w, 1, volume, &options, NULL, &result, err);
	check(!r == (result.files != 12345));
	wim_close(w);
	return r;
}

static bool is_sound(struct disk *volume)
{
	struct ntfs_check_result result = {0};

	return !ntfs_check(volume, NULL, NULL, NULL, &result, NULL) &&
	       !result.problems;
}

static bool is_volume(struct disk *volume)
{
	struct ntfs *n;

	if (ntfs_open(volume, &n, NULL))
		return false;
	ntfs_close(n);
	return true;
}

static void fail_memory(struct disk *file, bool persistent)
{
	for (unsigned n = 1;; n += n < 200 ? 1 : 7) {
		struct disk *volume = new_volume();
		size_t live = fault_mem_live();
		struct err err = {0};
		unsigned failed;
		int r;

		fault_mem(n, persistent);
		r = apply(file, volume, &err);
		failed = fault_mem_failed();
		fault_mem(0, false);
		check_eq(fault_mem_live(), live);
		check_eq(r, failed ? -ENOMEM : 0);
		check_eq(err.code, r);
		check(r ? !is_volume(volume) : is_sound(volume));
		disk_close(volume);
		if (!failed)
			return;
	}
}

static void fail_io(struct disk *file, bool writes, bool persistent)
{
	for (unsigned n = 1;; n++) {
		struct fault_plan plan = {.fail_at = n,
					  .persistent = persistent,
					  .writes_only = writes};
		struct disk *volume = new_volume();
		struct disk *bad = fault_disk(writes ? volume : file, &plan);
		size_t live = fault_mem_live();
		struct err err = {0};
		int r = apply(writes ? file : bad, writes ? bad : volume, &err);

		disk_close(bad);
		check_eq(fault_mem_live(), live);
		check_eq(r, plan.failed ? -EIO : 0);
		check_eq(err.code, r);
		// a flush that fails after the boot sector leaves the new volume
		check(is_sound(volume) || (r && !is_volume(volume)));
		disk_close(volume);
		if (!plan.failed)
			return;
	}
}

// At each write of a good run the power is cut.
static void cut_power(struct disk *file)
{
	struct record_log log = {0};
	struct disk *base = new_volume(), *d = record_disk(base, &log);
	struct err err = {0};

	check_ok(apply(file, d, &err), &err);
	disk_close(d);
	disk_close(base);
	check(log.count > 10);
	for (size_t i = 0; i <= log.count; i++) {
		struct disk *volume = new_volume();

		record_replay(&log, i, volume, NULL, NULL);
		check(is_sound(volume) || !is_volume(volume));
		disk_close(volume);
	}
	record_free(&log);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct disk *file;
		struct err err = {0};

		options.compact = files[i].compact;
		check_ok(disk_open_file(files[i].name, DISK_READ_ONLY, &file,
					&err),
			 &err);
		for (int persistent = 0; persistent < 2; persistent++) {
			fail_memory(file, persistent);
			fail_io(file, false, persistent);
			fail_io(file, true, persistent);
		}
		cut_power(file);
		disk_close(file);
	}
	return 0;
}
