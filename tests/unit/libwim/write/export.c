// SPDX-License-Identifier: MIT
//
// Images from one file to another: as they are and compressed again, one and all,
// solid and not, and a WIM as a split one.

#include "scene.h"

static const struct scene_piece first[] = {
	{100, 1, 0}, {600000, 2, 1}, {300000, 3, 0}, {0, 0, 0}};
static const struct scene_piece second[] = {
	{600000, 2, 1}, {600000, 4, 0}, {5000, 5, 0}, {700001, 6, 2}};

static struct scene one, two;

static struct disk *new_file(void)
{
	struct disk *file;

	check_ok(disk_memory(0, 512, &file, NULL), NULL);
	return file;
}

// A file with both images, each added by itself.
static struct disk *make(const struct wim_write_options *options)
{
	struct disk *file = new_file();
	struct wim_writer *w;
	struct err err = {0};

	check_ok(wim_writer_create(file, options, &w, &err), &err);
	check_ok(scene_write(&one, w, "One", &err), &err);
	check_ok(scene_write(&two, w, "Two", &err), &err);
	check_ok(wim_writer_set_boot(w, 2, &err), &err);
	check_ok(wim_writer_finish(w, NULL, &err), &err);
	wim_writer_free(w);
	return file;
}

static struct wim *open_wim(struct disk *file)
{
	struct err err = {0};
	struct wim *w;

	check_ok(wim_open(file, &w, &err), &err);
	return w;
}

static struct disk *export(struct wim *src, uint32_t index,
			   const struct wim_write_options *options,
			   const struct wim_export_options *how)
{
	struct disk *file = new_file();
	struct wim_writer *w;
	struct err err = {0};

	check_ok(wim_writer_create(file, options, &w, &err), &err);
	check_ok(wim_export(src, index, w, how, NULL, &err), &err);
	check_ok(wim_writer_finish(w, NULL, &err), &err);
	wim_writer_free(w);
	return file;
}

static const struct wim_write_options ways[] = {
	{.compression = WIM_COMPRESSION_NONE},
	{.compression = WIM_COMPRESSION_XPRESS},
	{.compression = WIM_COMPRESSION_XPRESS, .chunk_size = 4096},
	{.compression = WIM_COMPRESSION_XPRESS, .is_solid = true},
	{.compression = WIM_COMPRESSION_XPRESS,
	 .is_solid = true,
	 .solid_chunk_size = 32768},
};

// From one way to another, both images and one.
static void each_way(void)
{
	static const unsigned pairs[][2] = {{0, 1}, {1, 0}, {1, 1}, {1, 2},
					    {2, 3}, {3, 1}, {3, 3}, {3, 4}};
	const struct wim_export_options boot = {.is_boot = true};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		const struct wim_write_options *options = &ways[pairs[i][1]];
		struct disk *file = make(&ways[pairs[i][0]]);
		struct wim *src = open_wim(file), *w;
		struct disk *to = export(src, 0, options, &boot);

		w = open_wim(to);
		check_eq(wim_get_info(w)->images, 2);
		check_eq(wim_get_info(w)->boot_index, 2);
		check(!strcmp(wim_get_image_info(w, 1)->name, "One"));
		scene_judge(&one, w, 1);
		scene_judge(&two, w, 2);
		wim_close(w);
		disk_close(to);
		to = export(src, 2, options, NULL);
		w = open_wim(to);
		check_eq(wim_get_info(w)->images, 1);
		check_eq(wim_get_info(w)->boot_index, 0);
		check_eq(wim_get_image_info(w, 1)->files, 4);
		scene_judge(&two, w, 1);
		wim_close(w);
		disk_close(to);
		wim_close(src);
		disk_close(file);
	}
}

// The same compression gives the same resources, and no waste.
static void as_it_is(void)
{
	struct wim_write_options options = ways[1];
	struct disk *file = make(&options), *to, *again;
	struct wim *src = open_wim(file), *w;

	check(wim_get_info(src)->unused < 1000);
	check_ok(wim_delete(src, 1, NULL, NULL), NULL);
	wim_close(src);
	src = open_wim(file);
	check(wim_get_info(src)->unused > 10000);
	to = export(src, 0, &options, NULL);
	check(to->size < file->size - 10000);
	w = open_wim(to);
	scene_judge(&two, w, 1);
	again = export(w, 0, &options, NULL);
	check_eq(again->size, to->size);
	disk_close(again);
	wim_close(w);
	disk_close(to);
	wim_close(src);
	disk_close(file);
}

// Solid resources of other chunks than are asked for are copied while most of them
// is wanted, and compressed again when it is not.
static void solid_stays(void)
{
	const struct wim_export_options boot = {.is_boot = true};
	struct disk *file = make(&ways[4]), *to;
	struct wim *src = open_wim(file), *w;
	struct err err = {0};

	check(wim_get_info(src)->is_solid);
	check_eq(wim_get_info(src)->solid_compression, WIM_COMPRESSION_XPRESS);
	check_eq(wim_get_info(src)->solid_chunk_size, 32768);
	to = export(src, 0, &ways[3], &boot);
	check(to->size <= file->size);
	w = open_wim(to);
	check_eq(wim_get_info(w)->solid_chunk_size, 32768);
	scene_judge(&one, w, 1);
	scene_judge(&two, w, 2);
	wim_close(w);
	disk_close(to);
	// of the first image's resource the second uses two thirds
	check_ok(wim_delete(src, 1, NULL, &err), &err);
	wim_close(src);
	src = open_wim(file);
	to = export(src, 0, &ways[3], &boot);
	w = open_wim(to);
	check(to->size < file->size - 50000);
	scene_judge(&two, w, 1);
	wim_close(w);
	disk_close(to);
	wim_close(src);
	disk_close(file);
}

static void names(void)
{
	const struct wim_export_options other = {.name = "Other",
						 .description = "words"};
	const struct wim_export_options taken = {.name = "tWo"};
	struct disk *file = make(&ways[0]), *to = new_file();
	struct wim *src = open_wim(file), *w;
	struct wim_writer *writer;
	struct err err = {0};

	check_ok(wim_writer_create(to, &ways[0], &writer, &err), &err);
	check_eq(wim_export(src, 3, writer, NULL, NULL, NULL), -ENOENT);
	check_ok(wim_export(src, 2, writer, NULL, NULL, &err), &err);
	check_eq(wim_export(src, 2, writer, NULL, NULL, NULL), -EEXIST);
	check_eq(wim_export(src, 0, writer, NULL, NULL, NULL), -EEXIST);
	check_eq(wim_export(src, 1, writer, &taken, NULL, NULL), -EEXIST);
	check_ok(wim_export(src, 2, writer, &other, NULL, &err), &err);
	check_ok(wim_writer_finish(writer, NULL, &err), &err);
	wim_writer_free(writer);
	w = open_wim(to);
	check_eq(wim_get_info(w)->images, 2);
	check(!strcmp(wim_get_image_info(w, 2)->name, "Other"));
	check(!strcmp(wim_get_image_info(w, 2)->description, "words"));
	scene_judge(&two, w, 1);
	scene_judge(&two, w, 2);
	wim_close(w);
	wim_close(src);
	disk_close(to);
	disk_close(file);
}

// Damaged content is found out when it is compressed again.
static void damaged(void)
{
	struct disk *file = make(&ways[0]), *to = new_file();
	struct wim *src = open_wim(file);
	struct wim_writer *writer;
	uint8_t byte = 0x55;

	check_ok(disk_write(file, 1000, &byte, 1, NULL), NULL);
	check_ok(wim_writer_create(to, &ways[1], &writer, NULL), NULL);
	check_eq(wim_export(src, 0, writer, NULL, NULL, NULL), -EBADMSG);
	wim_writer_free(writer);
	wim_close(src);
	disk_close(to);
	disk_close(file);
}

struct parts {
	struct disk *files[16];
	uint16_t count;
};

static int make_file(void *ctx, uint16_t part, uint16_t parts,
		     struct disk **ret, struct err *err)
{
	struct parts *p = ctx;

	check(part >= 1 && part <= parts && parts <= 16);
	check(!p->count || p->count == parts);
	p->count = parts;
	*ret = p->files[part - 1] = new_file();
	return 0;
}

static uint64_t place_of(struct wim *w, uint32_t index, const char *name)
{
	struct wim_image *image;
	struct err err = {0};
	uint64_t at;

	check_ok(wim_image_load(w, index, &image, &err), &err);
	at = scene_find(image->root, name)->streams[0].blob->offset;
	wim_image_free(image);
	return at;
}

// Content that is copied as it is is looked at before, and no other is.
static void damaged_elsewhere(void)
{
	struct disk *file = make(&ways[1]), *to;
	struct wim *src = open_wim(file), *w;
	struct parts p = {0};
	struct wim_split_files files = {make_file, &p};
	struct wim_writer *writer;
	struct err err = {0};
	uint8_t byte = 0xaa;

	// which the second image alone has
	check_ok(disk_write(file, place_of(src, 2, "f1") + 9000, &byte, 1,
			    &err),
		 &err);
	to = export(src, 1, &ways[1], NULL);
	w = open_wim(to);
	scene_judge(&one, w, 1);
	wim_close(w);
	disk_close(to);
	to = new_file();
	check_ok(wim_writer_create(to, &ways[1], &writer, &err), &err);
	check_eq(wim_export(src, 2, writer, NULL, NULL, NULL), -EBADMSG);
	wim_writer_free(writer);
	disk_close(to);
	check_eq(wim_split(src, 1 << 20, &files, NULL, NULL), -EBADMSG);
	check_eq(p.count, 0);
	wim_close(src);
	disk_close(file);
}

// --- Split -------------------------------------------------------------------

static void split(const struct wim_write_options *options, uint64_t part_size,
		  uint16_t expected)
{
	struct parts p = {0};
	struct wim_split_files files = {make_file, &p};
	struct wim_part parts[16] = {0};
	struct disk *file = make(options);
	struct wim *src = open_wim(file), *w;
	struct err err = {0};

	check_ok(wim_split(src, part_size, &files, NULL, &err), &err);
	check_eq(p.count, expected);
	for (uint16_t i = 0; i < p.count; i++) {
		check(p.files[i]->size <= part_size ||
		      p.files[i]->size < 702000);
		parts[i].file = p.files[i];
	}
	check_ok(wim_open_parts(parts, p.count, &w, &err), &err);
	check_eq(wim_get_info(w)->images, 2);
	check_eq(wim_get_info(w)->boot_index, 2);
	if (options->has_integrity)
		check_ok(wim_check_integrity(w, NULL, &err), &err);
	scene_judge(&one, w, 1);
	scene_judge(&two, w, 2);
	wim_close(w);
	wim_close(src);
	for (uint16_t i = 0; i < p.count; i++)
		disk_close(p.files[i]);
	disk_close(file);
}

static void splitting(void)
{
	const struct wim_write_options checked = {.has_integrity = true};
	struct parts p = {0};
	struct wim_split_files files = {make_file, &p};
	struct disk *file = make(&ways[3]);
	struct wim *src = open_wim(file);

	split(&ways[0], 1 << 20, 3);
	split(&ways[0], 100000, 6);
	split(&ways[0], 10 << 20, 1);
	split(&checked, 1 << 20, 3);
	split(&ways[3], 2 << 20, 1);
	check_eq(wim_split(src, 100000, &files, NULL, NULL), -ENOTSUP);
	check_eq(wim_split(src, 100, &files, NULL, NULL), -EINVAL);
	check_eq(p.count, 0);
	wim_close(src);
	disk_close(file);
}

int main(void)
{
	scene_make(&one, first, sizeof(first) / sizeof(*first));
	scene_make(&two, second, sizeof(second) / sizeof(*second));
	each_way();
	as_it_is();
	solid_stays();
	names();
	damaged();
	damaged_elsewhere();
	splitting();
	scene_free(&one);
	scene_free(&two);
	return 0;
}
