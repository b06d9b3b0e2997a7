// SPDX-License-Identifier: MIT
//
// Whole images onto disks in memory. The image of each seed is the same tree.
#include "image.h"
#include "test.h"

#define MIB (1u << 20)

static struct err err;
static const struct apply_options options = {
	.volume = {.label = "Applied", .serial = 0x1234}};

static struct wim *open_wim(const char *path, struct disk **ret_file)
{
	struct wim *w;

	check_ok(disk_open_file(path, DISK_READ_ONLY, ret_file, &err), &err);
	check_ok(wim_open(*ret_file, &w, &err), &err);
	return w;
}

static struct disk *memory(uint64_t size)
{
	struct disk *d;

	check_ok(disk_memory(size, 512, &d, &err), &err);
	return d;
}

static int apply(const char *path, uint32_t index, struct disk *volume,
		 struct progress *progress, struct apply_result *ret,
		 struct err *e)
{
	struct disk *file;
	struct wim *w = open_wim(path, &file);
	int r = apply_image(w, index, volume, &options, progress, ret, e);

	wim_close(w);
	disk_close(file);
	return r;
}

static void check_same(void)
{
	static const char *const files[] = {
		"tests/fuzz/wim_open/seeds/none.wim",
		"tests/fuzz/wim_open/seeds/xpress.wim",
		"tests/fuzz/wim_open/seeds/lzx.wim",
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct disk *d = memory(12 * MIB);
		struct ntfs_check_result found = {0};
		struct apply_result result = {0};
		struct ntfs *n;

		check_ok(apply(files[i], 1, d, NULL, &result, &err), &err);
		check(result.files && result.folders && result.bytes);
		check_ok(ntfs_check(d, NULL, NULL, NULL, &found, &err), &err);
		check_eq(found.problems, 0);
		check_ok(ntfs_open(d, &n, &err), &err);
		check(!strcmp(ntfs_get_info(n)->label, "Applied"));
		check_eq(ntfs_get_info(n)->serial, 0x1234);
		ntfs_close(n);
		disk_close(d);
	}
}

// An old volume on the disk is gone, or as it was: never in between.
static void refused(uint64_t size, const char *path, uint32_t index,
		    struct progress *progress, int code, bool kept)
{
	const struct ntfs_build_options old = {.label = "Old"};
	struct disk *d = memory(size);
	struct apply_result result = {.files = 77};
	struct err e = {0};
	struct ntfs *n;

	check_ok(ntfs_format(d, &old, &err), &err);
	check_eq(apply(path, index, d, progress, &result, &e), code);
	check_eq(e.code, code);
	check_eq(result.files, 77);
	check_eq(!ntfs_open(d, &n, NULL), kept);
	if (kept)
		ntfs_close(n);
	disk_close(d);
}

static int stop(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	return 1;
}

// The last byte of the first blob: its hash does not fit any more.
static void check_damaged(void)
{
	size_t size;
	uint8_t *bytes =
		read_sample("tests/fuzz/wim_open/seeds/none.wim", &size);
	struct disk *file = memory(size), *d = memory(12 * MIB);
	struct apply_result result = {.files = 77};
	struct err e = {0};
	struct ntfs *n;
	struct wim *w;

	bytes[208 + 5] ^= 1; // content begins behind the header
	check(!disk_write(file, 0, bytes, size, NULL));
	check_ok(wim_open(file, &w, &err), &err);
	check_eq(apply_image(w, 1, d, &options, NULL, &result, &e), -EBADMSG);
	check(result.files == 77 && ntfs_open(d, &n, NULL));
	wim_close(w);
	disk_close(file);
	disk_close(d);
	free(bytes);
}

int main(void)
{
	static const char path[] = "tests/fuzz/wim_open/seeds/lzx.wim";
	struct progress progress = {.report = stop};

	check_same();
	refused(12 * MIB, path, 2, NULL, -ENOENT, true);
	refused(12 * MIB, path, 0, NULL, -ENOENT, true);
	refused(12 * MIB, path, 1, &progress, -ECANCELED, false);
	check_damaged();
	return 0;
}
