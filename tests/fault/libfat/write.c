// SPDX-License-Identifier: MIT
//
// Changing a FAT volume while allocations and I/Os fail and the power goes: each
// file is old or new, and no two share a cluster.

#include "fault/fault.h"
#include "libfat/fat_priv.h"
#include "test.h"

#define SIZE ((uint64_t)600 << 10)
#define LONG                                                                   \
	"\\EFI\\a name that is long enough to lie in more than one of the "    \
	"sectors of this folder, whose clusters are small, and even "          \
	"longer, so that to enter another one of that kind makes the "         \
	"folder grow"

static uint8_t old_data[3000], new_data[4000], filler[180 << 10];

static struct disk *new_volume(void)
{
	struct fat_format_options o = {
		.bits = 12, .label = "TEST", .cluster_size = 512};
	struct err err = {0};
	struct disk *d;
	struct fat *f;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_ok(fat_format(d, &o, &err), &err);
	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_mkdir_all(f, "EFI", 0, &err), &err);
	// Two slots, so that the next name lies in two sectors.
	check_ok(fat_write_file(f, "EFI\\Bcd", old_data, sizeof(old_data), 0, 0,
				&err),
		 &err);
	check_ok(fat_write_file(f, "EFI\\untouched file", old_data, 900, 0, 0,
				&err),
		 &err);
	check_ok(fat_write_file(f, LONG "-", old_data, 700, 0, 0, &err), &err);
	// So large that what comes later is in another sector of the table.
	check_ok(fat_write_file(f, "filler", filler, sizeof(filler), 0, 0,
				&err),
		 &err);
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

static int run(void *ctx, struct disk *d, struct err *err)
{
	change_fn *const *change = ctx;
	struct fat *f;
	int r = fat_open(d, &f, err);

	if (r)
		return r;
	r = (*change)(f, err);
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

// The next change gives back what was lost, and makes both tables one again.
static void check_mended(struct disk *cut_off)
{
	static uint8_t tables[2][512 * 4];
	struct disk *d = fault_copy(cut_off);
	struct fat_check_result result;
	struct err err = {0};
	struct fat *f;

	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_write_file(f, "next", new_data, 10, 0, 5, &err), &err);
	check_ok(fat_sync(f, &err), &err);
	check_eq(f->table_size, sizeof(tables[0]));
	for (size_t i = 0; i < 2; i++)
		check_ok(disk_read(d, f->table_start + i * f->table_size,
				   tables[i], sizeof(tables[i]), &err),
			 &err);
	check(!memcmp(tables[0], tables[1], sizeof(tables[0])));
	fat_close(f);
	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_check(f, &result, &err), &err);
	check_eq(result.lost_clusters, 0);
	fat_close(f);
	disk_close(d);
}

static void check_volume(void *ctx, struct disk *d, const struct fault_cut *cut,
			 bool is_done)
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
	check_mended(d);
}

// --- Faults ------------------------------------------------------------------

// A failed sync that is tried again ends as one that did not fail.
static void retry_sync(struct disk *base, change_fn *change)
{
	for (unsigned n = 1;; n++) {
		struct disk *work = fault_copy(base);
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
		check_volume(NULL, work, NULL, true);
		disk_close(d);
		disk_close(work);
		if (!plan.failed)
			break;
	}
}

static int format(void *ctx, struct disk *d, struct err *err)
{
	struct fat_format_options o = {.bits = 12, .label = "NEW"};

	return fat_format(d, &o, err);
}

// A format that is cut off is no volume.
static void check_format(void *ctx, struct disk *d, const struct fault_cut *cut,
			 bool is_done)
{
	const char *label;
	struct fat *f;

	if (fat_open(d, &f, NULL)) {
		check(!is_done);
		return;
	}
	label = fat_get_info(f)->label;
	check((cut->count < 3 && !strcmp(label, "TEST")) ||
	      (cut->count && !strcmp(label, "NEW")));
	fat_close(f);
}

int main(void)
{
	static change_fn *const changes[] = {replace, add_long, remove_long,
					     make_folders, all};
	struct fault_operation o = {.run = run, .judge = check_volume};

	memset(old_data, 'o', sizeof(old_data));
	memset(new_data, 'n', sizeof(new_data));
	o.base = new_volume();
	check_volume(NULL, o.base, NULL, true);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		o.ctx = (void *)&changes[i];
		fault_cut_each(&o, 1, 6);
		fault_io_each(&o, 1, false, false);
		retry_sync(o.base, changes[i]);
		fault_mem_each_on(&o, 1);
	}
	o.run = format;
	o.judge = check_format;
	fault_cut_each(&o, 1, 3);
	disk_close(o.base);
	return 0;
}
