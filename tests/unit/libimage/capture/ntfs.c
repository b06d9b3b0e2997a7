// SPDX-License-Identifier: MIT
//
// NTFS volumes are captured: what was applied comes back, of random trees of all that
// both sides hold. With arguments, for other programs to judge:
//
//     ntfs random SEED ENTRIES MIB VOLUME     makes a volume of a random tree
//     ntfs capture VOLUME WIM                 captures a volume

#include "image.h"
#include "unit/libimage/capture/compare.h"
#include "unit/libimage/capture/random.h"

#define MIB (1u << 20)

static struct err err;
static const struct capture_options as_they_are = {.keep_links = true};

static struct disk *memory(uint64_t size)
{
	struct disk *d;

	check_ok(disk_memory(size, 512, &d, &err), &err);
	return d;
}

static struct ntfs *open_volume(struct disk *d)
{
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	return n;
}

static void write_wim(struct capture *c, struct disk *file,
		      const struct wim_write_options *options)
{
	struct wim_new_image info = {.name = "captured"};
	struct wim_content *const *list;
	struct wim_writer *w;
	size_t count;

	list = capture_content(c, &count);
	check_ok(wim_writer_create(file, options, &w, &err), &err);
	check_ok(wim_writer_add_content(w, list, count, NULL, &err), &err);
	check_ok(wim_writer_add_image(w, capture_image(c), &info, &err), &err);
	check_ok(wim_writer_finish(w, NULL, &err), &err);
	wim_writer_free(w);
}

// Applies what was captured, captures that, and compares.
static void around(struct disk *volume)
{
	const struct wim_write_options write = {
		.compression = WIM_COMPRESSION_XPRESS};
	const struct apply_options apply = {
		.volume = {.serial = 2, .no_dos_names = true}};
	struct disk *file = memory(0), *again = memory(volume->size);
	struct ntfs *n = open_volume(volume), *m;
	struct apply_result applied;
	struct capture *a, *b;
	struct wim *w;

	check_ok(capture_ntfs(n, "\\", &as_they_are, NULL, &a, &err), &err);
	write_wim(a, file, &write);
	check_ok(wim_open(file, &w, &err), &err);
	check_ok(apply_image(w, 1, again, &apply, NULL, &applied, &err), &err);
	wim_close(w);
	m = open_volume(again);
	check_ok(capture_ntfs(m, "\\", &as_they_are, NULL, &b, &err), &err);
	same_images(capture_image(a), capture_image(b));
	check_eq(capture_get_result(a)->files, applied.files);
	check_eq(capture_get_result(a)->links, applied.links);
	check_eq(capture_get_result(a)->folders, applied.folders);
	for (unsigned i = 0; i < CAPTURE_LOSSES; i++)
		check_eq(capture_get_result(a)->lost[i].count, 0);
	capture_free(a);
	capture_free(b);
	ntfs_close(n);
	ntfs_close(m);
	disk_close(file);
	disk_close(again);
}

static void random_trees(void)
{
	const struct ntfs_build_options options = {.serial = 1};

	for (uint64_t seed = 0; seed < 3; seed++) {
		struct disk *d = memory(16 * MIB);

		random_volume(d, seed, 150, &options);
		around(d);
		disk_close(d);
	}
}

static void program(char **argv)
{
	const struct ntfs_build_options options = {.serial = 1};
	const struct wim_write_options write = {
		.compression = WIM_COMPRESSION_XPRESS};
	struct disk *d, *file;
	struct capture *c;
	struct ntfs *n;

	if (!strcmp(argv[1], "random")) {
		check_ok(disk_create_file(argv[5],
					  (uint64_t)atoi(argv[4]) * MIB, 512,
					  &d, &err),
			 &err);
		random_volume(d, (uint64_t)atoll(argv[2]),
			      (unsigned)atoi(argv[3]), &options);
		end_disk(d);
		return;
	}
	check_ok(disk_open_file(argv[2], DISK_READ_ONLY, &d, &err), &err);
	n = open_volume(d);
	check_ok(capture_ntfs(n, "\\", &as_they_are, NULL, &c, &err), &err);
	check_ok(disk_create_file(argv[3], 0, 512, &file, &err), &err);
	write_wim(c, file, &write);
	for (unsigned i = 0; i < CAPTURE_LOSSES; i++) {
		const struct capture_lost *l = &capture_get_result(c)->lost[i];

		for (unsigned k = 0; k < CAPTURE_FIRST && l->first[k]; k++)
			printf("%s %s\n", l->first[k], capture_loss_text(i));
	}
	end_disk(file);
	capture_free(c);
	ntfs_close(n);
	disk_close(d);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		program(argv);
		return 0;
	}
	random_trees();
	return 0;
}
