// SPDX-License-Identifier: MIT
//
// An image into a volume that holds files while the N-th allocation or the N-th I/O
// of the volume fails, or the power goes: the right error, nothing leaked, and a file
// that was there is the old one or the new one. NTFS and FAT.

#include "fault/fault.h"
#include "image_into.h"
#include "test.h"
#include "volume.h"

#define SIZE ((uint64_t)4 << 20)
#define OLD  "old content"

static struct disk *wim_file;

static int apply(struct tree *t, struct wim *w, struct err *err)
{
	const struct into_options options = {.threads = 1};
	struct into_result result;

	return volume_ntfs(t) ? image_into_ntfs(w, 1, volume_ntfs(t), "\\",
						&options, NULL, &result, err)
			      : image_into_tree(w, 1, t, "\\", &options, NULL,
						&result, err);
}

static int run(void *ctx, struct disk *d, struct err *err)
{
	struct wim *w = NULL;
	struct tree *t = NULL;
	int r = wim_open(wim_file, &w, err);

	if (!r)
		r = volume_open(d, &t, err);
	if (!r)
		r = tree_begin(t, err);
	if (!r)
		r = apply(t, w, err);
	tree_close(t);
	wim_close(w);
	return r;
}

static void check_volume(void *ctx, struct disk *d, const struct fault_cut *cut,
			 bool is_done)
{
	struct err err = {0};
	struct tree *t;
	size_t size;
	void *data;

	check_ok(volume_open(d, &t, &err), &err);
	check_ok(tree_begin(t, &err), &err);
	check_ok(tree_read_file(t, "\\a\\x.txt", 1000, &data, &size, &err),
		 &err);
	check(size != strlen(OLD) || !memcmp(data, OLD, size));
	mem_free(data);
	tree_close(t);
}

static struct disk *new_volume(bool is_fat)
{
	struct ntfs_build_options ntfs = {.serial = 1};
	struct fat_format_options fat = {.bits = 12};
	struct err err = {0};
	struct disk *d;
	struct tree *t;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	if (is_fat)
		check_ok(fat_format(d, &fat, &err), &err);
	else
		check_ok(ntfs_format(d, &ntfs, &err), &err);
	check_ok(volume_open(d, &t, &err), &err);
	check_ok(tree_begin(t, &err), &err);
	check_ok(tree_mkdir_all(t, "\\a", filetime_now(), &err), &err);
	check_ok(tree_write_file(t, "\\a\\x.txt", OLD, strlen(OLD), 0,
				 filetime_now(), &err),
		 &err);
	check_ok(tree_sync(t, &err), &err);
	tree_close(t);
	return d;
}

int main(void)
{
	struct err err = {0};

	check_ok(disk_open_file("tests/fuzz/wim_open/seeds/lzx.wim",
				DISK_READ_ONLY, &wim_file, &err),
		 &err);
	for (int is_fat = 0; is_fat < 2; is_fat++) {
		struct fault_operation o = {.base = new_volume(is_fat),
					    .run = run,
					    .judge = check_volume};

		fault_mem_each_on(&o, is_fat ? 7 : 61);
		fault_io_each(&o, is_fat ? 5 : 31, false, false);
		if (!is_fat) // FAT: tests of that library
			fault_cut_each(&o, 7, 1);
		disk_close(o.base);
	}
	disk_close(wim_file);
	return 0;
}
