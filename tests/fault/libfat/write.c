// SPDX-License-Identifier: MIT
//
// Changing a FAT volume while allocations and I/Os fail and the power goes: each
// file is old or new, and no two share a cluster.

#include "fat.h"
#include "fault/fault.h"
#include "test.h"

#define SIZE ((uint64_t)600 << 10)
#define LONG "\\EFI\\a name that is long enough to lie in more than one of the " \
	     "sectors of this folder, whose clusters are small, and even " \
	     "longer, so that to enter another one of that kind makes the " \
	     "folder grow"

static uint8_t old_data[3000], new_data[4000], filler[180 << 10];

static struct disk *copy_disk(struct disk *from)
{
	static uint8_t data[SIZE];
	struct disk *d;

	check_ok(disk_memory(SIZE, 512, &d, NULL), NULL);
	check_ok(disk_read(from, 0, data, SIZE, NULL), NULL);
	check_ok(disk_write(d, 0, data, SIZE, NULL), NULL);
	return d;
}

static struct disk *new_volume(void)
{
	struct fat_format_options o = {.bits = 12, .label = "TEST",
				       .cluster_size = 512};
	struct err err = {0};
	struct disk *d;
	struct fat *f;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_ok(fat_format(d, &o, &err), &err);
	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_mkdir_all(f, "EFI", 0, &err), &err);
	// Two slots, so that the next name lies in two sectors.
	check_ok(fat_write_file(f, "EFI\\Bcd", old_data, sizeof(old_data), 0, 0,
				&err), &err);
	check_ok(fat_write_file(f, "EFI\\untouched file", old_data, 900, 0, 0,
				&err), &err);
	check_ok(fat_write_file(f, LONG "-", old_data, 700, 0, 0, &err), &err);
	// So large that what comes later is in another sector of the table.
	check_ok(fat_write_file(f, "filler", filler, sizeof(filler), 0, 0,
				&err), &err);
	check_ok(fat_sync(f, &err), &err);
	fat_close(f);
	return d;
}

// --- The changes -------------------------------------------------------------

static int replace(struct fat *f, struct err *err)
{
	return fat_write_file(f, "EFI\\BCD", new_data, sizeof(new_data), 0, 5,
			      err);
}

static int add_long(struct fat *f, struct err *err)
{
	return fat_write_file(f, LONG, new_data, sizeof(new_data), 0, 5, err);
}

static int remove_long(struct fat *f, struct err *err)
{
	return fat_remove(f, LONG "-", err);
}

static int make_folders(struct fat *f, struct err *err)
{
	int r = fat_mkdir_all(f, "EFI\\Microsoft\\Boot\\en-US", 5, err);

	return r ? r
		 : fat_write_file(f, "EFI/Microsoft/Boot/en-US/bootmgr.mui",
				  new_data, sizeof(new_data), 0, 5, err);
}

static int all(struct fat *f, struct err *err)
{
	int r = remove_long(f, err);

	if (!r)
		r = replace(f, err);
	if (!r)
		r = add_long(f, err);
	return r ? r : make_folders(f, err);
}

typedef int change_fn(struct fat *f, struct err *err);

static int run(struct disk *d, change_fn *change, struct err *err)
{
	struct fat *f;
	int r = fat_open(d, &f, err);

	if (r)
		return r;
	r = change(f, err);
	if (!r)
		r = fat_sync(f, err);
	fat_close(f);
	return r;
}

// --- What must hold ----------------------------------------------------------

static int name_is_whole(void *ctx, const struct fat_stat *s)
{
	check(!strchr(s->name, '~'));
	return 0;
}

// A file is missing, or has the first `old` bytes of the old data, or the
// `new` first of the new.
static void check_file(struct fat *f, const char *path, bool may_miss,
		       size_t old, size_t new)
{
	struct err err = {0};
	size_t size;
	void *data;
	int r = fat_read_file(f, path, 10000, &data, &size, &err);

	if (r == -ENOENT && may_miss)
		return;
	check_ok(r, &err);
	check((old && size == old && !memcmp(data, old_data, old)) ||
	      (new && size == new && !memcmp(data, new_data, new)));
	mem_free(data);
}

static void check_volume(struct disk *d)
{
	struct fat_check_result result;
	struct err err = {0};
	struct fat *f;

	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_check(f, &result, &err), &err);
	check_ok(fat_list(f, "EFI", name_is_whole, NULL, &err), &err);
	check_file(f, "EFI\\BCD", false, sizeof(old_data), sizeof(new_data));
	check_file(f, LONG "-", true, 700, 0);
	check_file(f, LONG, true, 0, sizeof(new_data));
	check_file(f, "EFI\\untouched file", false, 900, 0);
	check_file(f, "EFI/Microsoft/Boot/en-US/bootmgr.mui", true, 0,
		   sizeof(new_data));
	fat_close(f);
}

// --- Faults ------------------------------------------------------------------

static uint32_t seed;

static enum record_fate random_fate(void *ctx, size_t index)
{
	seed = seed * 1664525 + 1013904223;
	return (enum record_fate)((seed >> 16) % 3);
}

static void cut_power(struct disk *base, change_fn *change)
{
	struct record_log log = {0};
	struct disk *work = copy_disk(base);
	struct disk *d = record_disk(work, &log);
	struct err err = {0};

	check_ok(run(d, change, &err), &err);
	for (size_t n = 0; n <= log.count; n++) {
		for (unsigned round = 0; round < 6; round++) {
			struct disk *cut = copy_disk(base);

			seed = round * 77;
			record_replay(&log, n, cut, round ? random_fate : NULL,
				      NULL);
			check_volume(cut);
			disk_close(cut);
		}
	}
	record_free(&log);
	disk_close(d);
	disk_close(work);
}

static void fail_io(struct disk *base, change_fn *change)
{
	for (unsigned n = 2;; n++) {
		struct fault_plan plan = {.fail_at = n / 2,
					  .persistent = n & 1};
		struct disk *work = copy_disk(base);
		struct disk *d = fault_disk(work, &plan);
		struct err err = {0};
		int r = run(d, change, &err);

		check_eq(r, plan.failed ? -EIO : 0);
		check_volume(work);
		disk_close(d);
		disk_close(work);
		if (!plan.failed)
			break;
	}
}

// A failed sync that is tried again ends as one that did not fail.
static void retry_sync(struct disk *base, change_fn *change)
{
	for (unsigned n = 1;; n++) {
		struct disk *work = copy_disk(base);
		struct fault_plan plan = {.writes_only = true};
		struct disk *d = fault_disk(work, &plan);
		struct fat_check_result result;
		struct err err = {0};
		struct fat *f;
		int r;

		check_ok(fat_open(d, &f, &err), &err);
		check_ok(change(f, &err), &err);
		plan.fail_at = plan.count + n;
		r = fat_sync(f, &err);
		check_eq(r, plan.failed ? -EIO : 0);
		err = (struct err){0};
		check_ok(fat_sync(f, &err), &err);
		fat_close(f);
		check_ok(fat_open(work, &f, &err), &err);
		check_ok(fat_check(f, &result, &err), &err);
		check_eq(result.lost_clusters, 0);
		fat_close(f);
		check_volume(work);
		disk_close(d);
		disk_close(work);
		if (!plan.failed)
			break;
	}
}

static void fail_memory(struct disk *base, change_fn *change)
{
	for (unsigned n = 2;; n++) {
		struct disk *work = copy_disk(base);
		size_t live = fault_mem_live();
		struct err err = {0};
		unsigned failed;
		int r;

		fault_mem(n / 2, n & 1);
		r = run(work, change, &err);
		failed = fault_mem_failed();
		fault_mem(0, false);
		check_eq(r, failed ? -ENOMEM : 0);
		check_eq(fault_mem_live(), live);
		check_volume(work);
		disk_close(work);
		if (!failed)
			break;
	}
}

// A format that is cut off is no volume.
static void cut_format(void)
{
	struct fat_format_options o = {.bits = 12, .label = "NEW"};
	struct disk *base = new_volume(), *work = copy_disk(base);
	struct record_log log = {0};
	struct disk *d = record_disk(work, &log);

	check_ok(fat_format(d, &o, NULL), NULL);
	for (size_t n = 1; n <= log.count; n++) {
		for (seed = 0; seed < 3; seed++) {
			struct disk *cut = copy_disk(base);
			uint32_t start = seed;
			struct fat *f;

			record_replay(&log, n, cut, seed ? random_fate : NULL,
				      NULL);
			seed = start;
			if (!fat_open(cut, &f, NULL)) {
				const char *label = fat_get_info(f)->label;

				check(n < 3 ? !strcmp(label, "TEST") ||
						      !strcmp(label, "NEW")
					    : !strcmp(label, "NEW"));
				fat_close(f);
			}
			disk_close(cut);
		}
	}
	record_free(&log);
	disk_close(d);
	disk_close(work);
	disk_close(base);
}

int main(void)
{
	static change_fn *const changes[] = {replace, add_long, remove_long,
					     make_folders, all};
	struct disk *base;

	memset(old_data, 'o', sizeof(old_data));
	memset(new_data, 'n', sizeof(new_data));
	base = new_volume();
	check_volume(base);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		cut_power(base, changes[i]);
		fail_io(base, changes[i]);
		retry_sync(base, changes[i]);
		fail_memory(base, changes[i]);
	}
	disk_close(base);
	cut_format();
	return 0;
}
