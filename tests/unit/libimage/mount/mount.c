// SPDX-License-Identifier: MIT
//
// An image as a volume, against the same image applied: every entry and every byte;
// what is written over it, in pieces of all kinds, against a disk in memory to which
// the same is done; and the volume opened again.

#include "../capture/compare.h"
#include "mounted.h"

#define MIB (1u << 20)

static struct err err;

static struct wim *open_wim(const char *path, struct disk **ret_file)
{
	struct wim *w;

	check_ok(disk_open_file(path, DISK_READ_ONLY, ret_file, &err), &err);
	check_ok(wim_open(*ret_file, &w, &err), &err);
	return w;
}

// --- What is there -----------------------------------------------------------

static struct disk *applied(struct wim *w)
{
	const struct apply_options options = {.volume.time = MOUNTED_TIME};
	struct apply_result result;
	struct disk *d;

	check_ok(disk_memory(40 * MIB, 512, &d, &err), &err);
	check_ok(apply_image(w, 1, d, &options, NULL, &result, &err), &err);
	return d;
}

static void same_volumes(struct disk *x, struct disk *y)
{
	const struct capture_options options = {.keep_links = true};
	struct capture *a, *b;
	struct ntfs *m, *n;

	check_ok(ntfs_open(x, &m, &err), &err);
	check_ok(ntfs_open(y, &n, &err), &err);
	check_ok(capture_ntfs(m, "\\", &options, NULL, &a, &err), &err);
	check_ok(capture_ntfs(n, "\\", &options, NULL, &b, &err), &err);
	check(capture_get_result(a)->bytes);
	same_images(capture_image(a), capture_image(b));
	capture_free(a);
	capture_free(b);
	ntfs_close(m);
	ntfs_close(n);
}

static void check_sound(struct disk *d)
{
	struct ntfs_check_result found = {0};

	check_ok(ntfs_check(d, NULL, NULL, NULL, &found, &err), &err);
	check_eq(found.problems, 0);
}

static void is_as_applied(const char *path)
{
	struct changes changes;
	struct disk *file, *model;
	struct wim *w = open_wim(path, &file);
	struct image_mount *m = mount(w, 1, true, &changes);
	struct disk *d = image_mount_disk(m);

	check(d->read_only);
	check_eq(disk_write(d, 0, "x", 1, NULL), -EROFS);
	model = applied(w);
	check_sound(d);
	same_volumes(d, model);
	image_mount_close(m);
	disk_close(model);
	end_changes(&changes);
	wim_close(w);
	disk_close(file);
}

static void seeds(void)
{
	static const char *const paths[] = {
		"tests/fuzz/wim_open/seeds/none.wim",
		"tests/fuzz/wim_open/seeds/xpress.wim",
		"tests/fuzz/wim_open/seeds/fields.wim",
		"tests/fuzz/wim_open/seeds/tree-lzx.wim",
		"tests/fuzz/wim_open/seeds/tree-solid.wim",
		"tests/fuzz/wim_open/seeds/tree-x4.wim",
		"tests/fuzz/wim_open/seeds/pipable.wim",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		is_as_applied(paths[i]);
}

// --- What is written ---------------------------------------------------------

#define BEFORE 65536u       // bytes that are looked at before content, and
#define WINDOW (512u << 10) // of all

static uint64_t state = 1;

static uint32_t random_below(uint32_t limit)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % limit;
}

static struct disk *copy_of(struct disk *d, uint64_t start)
{
	uint8_t *buf = malloc(WINDOW);
	struct disk *model;

	check_ok(disk_memory(WINDOW, 512, &model, &err), &err);
	check_ok(disk_read(d, start, buf, WINDOW, &err), &err);
	check_ok(disk_write(model, 0, buf, WINDOW, &err), &err);
	free(buf);
	return model;
}

static void same_bytes_as(struct disk *d, uint64_t start, struct disk *model)
{
	uint8_t *a = malloc(WINDOW), *b = malloc(WINDOW);

	check_ok(disk_read(d, start, a, WINDOW, &err), &err);
	check_ok(disk_read(model, 0, b, WINDOW, &err), &err);
	check(!memcmp(a, b, WINDOW));
	// and in small pieces
	for (uint32_t at = 0; at < WINDOW; at += 700) {
		size_t n = WINDOW - at < 700 ? WINDOW - at : 700;

		check_ok(disk_read(d, start + at, a, n, &err), &err);
		check(!memcmp(a, b + at, n));
	}
	free(a);
	free(b);
}

static void write_both(struct disk *d, uint64_t start, struct disk *model,
		       uint64_t off, uint32_t len)
{
	uint8_t buf[40000];

	if (random_below(4) == 0) {
		check_ok(disk_zero(d, start + off, len, &err), &err);
		check_ok(disk_zero(model, off, len, &err), &err);
		return;
	}
	memset(buf, (int)random_below(256), len);
	check_ok(disk_write(d, start + off, buf, len, &err), &err);
	check_ok(disk_write(model, off, buf, len, &err), &err);
}

static void writes(const char *path)
{
	struct changes changes;
	struct disk *file, *model;
	struct wim *w = open_wim(path, &file);
	struct image_mount *m = mount(w, 1, false, &changes);
	struct disk *d = image_mount_disk(m);
	uint64_t at;

	check(d->size > IMAGE_MOUNT_ROOM);
	at = content_range(d).off - BEFORE;
	model = copy_of(d, at);
	same_bytes_as(d, at, model);
	for (unsigned i = 0; i < 300; i++)
		write_both(d, at, model, BEFORE - 20000 + random_below(200000),
			   1 + random_below(i % 3 ? 600 : 39999));
	same_bytes_as(d, at, model);
	// from the file of changes alone
	check_ok(disk_flush(d, &err), &err);
	image_mount_close(m);
	check_ok(image_mount_open(w, 1, changes.disk, &m, &err), &err);
	same_bytes_as(image_mount_disk(m), at, model);
	image_mount_close(m);
	disk_close(model);
	end_changes(&changes);
	wim_close(w);
	disk_close(file);
}

// --- What is refused ---------------------------------------------------------

static void refused(void)
{
	struct changes changes, other;
	struct disk *file, *file2;
	struct wim *w = open_wim("tests/fuzz/wim_open/seeds/xpress.wim", &file);
	struct wim *w2 = open_wim("tests/fuzz/wim_open/seeds/none.wim", &file2);
	const struct image_mount_options options = {.time = MOUNTED_TIME};
	struct image_mount *m = mount(w, 1, false, &changes), *none = NULL;
	uint8_t byte;

	check_eq(image_mount_new(w, 2, changes.disk, &options, NULL, &none,
				 NULL),
		 -ENOENT);
	other = new_changes(MIB);
	check_eq(image_mount_new(w, 1, other.disk, &options, NULL, &none, NULL),
		 -EINVAL);
	check_eq(image_mount_open(w, 1, other.disk, &none, NULL), -EBADMSG);
	end_changes(&other);
	other = new_changes(100);
	check_eq(image_mount_open(w, 1, other.disk, &none, NULL), -EBADMSG);
	end_changes(&other);
	check_eq(image_mount_open(w2, 1, changes.disk, &none, NULL), -ESTALE);
	check_ok(disk_read(changes.disk, changes.disk->size - 4000, &byte, 1,
			   &err),
		 &err);
	byte ^= 1;
	check_ok(disk_write(changes.disk, changes.disk->size - 4001, &byte, 1,
			    &err),
		 &err);
	check_eq(image_mount_open(w, 1, changes.disk, &none, NULL), -EBADMSG);
	check(!none);
	image_mount_close(m);
	image_mount_close(NULL);
	end_changes(&changes);
	wim_close(w);
	wim_close(w2);
	disk_close(file);
	disk_close(file2);
}

static void real_ones(void)
{
	static const char *const names[] = {
		"imagex-tree252-lzx.wim",
		"imagex-onefile-xpress.wim",
		"wimlib-solid-lzx-32K.wim",
		"wimlib-lzx.wim",
	};
	char path[1024];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/wim/%s", samples(), names[i]);
		is_as_applied(path);
	}
}

int main(void)
{
	seeds();
	writes("tests/fuzz/wim_open/seeds/tree-lzx.wim");
	writes("tests/fuzz/wim_open/seeds/tree-solid.wim");
	refused();
	real_ones();
	return 0;
}
