// SPDX-License-Identifier: MIT
//
// Files that are changed: appended to, an image deleted, properties and the image
// to boot set; and what cannot be.

#include "scene.h"

static const struct scene_piece first[] = {
	{100, 1, 0}, {600000, 2, 1}, {5000, 3, 0}};
static const struct scene_piece second[] = {
	{600000, 2, 1}, {600000, 4, 1}, {5000, 3, 0}, {7, 5, 0}};

static struct scene one, two;

// A file with the first scene.
static struct disk *make(const struct wim_write_options *options)
{
	struct wim_writer *w;
	struct err err = {0};
	struct disk *file;

	check_ok(disk_memory(0, 512, &file, NULL), NULL);
	check_ok(wim_writer_create(file, options, &w, &err), &err);
	check_ok(scene_write(&one, w, "One", &err), &err);
	check_ok(wim_writer_set_boot(w, 1, &err), &err);
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

static void append_as(struct disk *file, struct scene *s, const char *name,
		      bool is_solid)
{
	const struct wim_write_options options = {.is_solid = is_solid};
	struct wim *w = open_wim(file);
	struct wim_writer *writer;
	struct err err = {0};

	check_ok(wim_writer_append(w, &options, &writer, &err), &err);
	check_ok(scene_write(s, writer, name, &err), &err);
	check_ok(wim_writer_finish(writer, NULL, &err), &err);
	wim_writer_free(writer);
	wim_close(w);
}

static void append(struct disk *file, struct scene *s, const char *name)
{
	append_as(file, s, name, false);
}

static void judge(struct disk *file, uint32_t images, uint32_t boot,
		  bool has_integrity)
{
	struct wim *w = open_wim(file);
	struct err err = {0};

	check_eq(wim_get_info(w)->images, images);
	check_eq(wim_get_info(w)->boot_index, boot);
	check_eq(wim_get_info(w)->has_integrity, has_integrity);
	if (has_integrity)
		check_ok(wim_check_integrity(w, NULL, &err), &err);
	for (uint32_t i = 1; i <= images; i++) {
		const char *name = wim_get_image_info(w, i)->name;

		scene_judge(!strncmp(name, "One", 3) ? &one : &two, w, i);
	}
	wim_close(w);
}

static void delete(struct disk *file, uint32_t index)
{
	struct wim *w = open_wim(file);
	struct err err = {0};

	check_ok(wim_delete(w, index, NULL, &err), &err);
	wim_close(w);
}

static void appending(bool has_integrity)
{
	const struct wim_write_options options = {
		.has_integrity = has_integrity};
	struct disk *file = make(&options);
	uint64_t size = file->size;

	append(file, &two, "Two");
	judge(file, 2, 1, has_integrity);
	// Of 1.2 MB one piece of 600,000 bytes and one of 7 are new.
	check(file->size > size + 600000 && file->size < size + 610000);
	append(file, &one, "One again");
	check(file->size < size + 620000);
	judge(file, 3, 1, has_integrity);
	delete (file, 1);
	judge(file, 2, 0, has_integrity);
	delete (file, 2);
	judge(file, 1, 0, has_integrity);
	delete (file, 1);
	judge(file, 0, 0, has_integrity);
	append(file, &two, "Two");
	judge(file, 1, 0, has_integrity);
	disk_close(file);
}

// Solid resources of several times, and content that is not solid.
static void solid(void)
{
	const struct wim_write_options options = {
		.compression = WIM_COMPRESSION_XPRESS, .is_solid = true};
	struct disk *file = make(&options);

	append_as(file, &two, "Two", true);
	judge(file, 2, 1, false);
	append_as(file, &one, "One again", true);
	judge(file, 3, 1, false);
	delete (file, 1);
	judge(file, 2, 0, false);
	delete (file, 1);
	append(file, &two, "Two");
	judge(file, 2, 0, false);
	disk_close(file);
}

// A writer that is not finished leaves the file as it was.
static void giving_up(void)
{
	const struct wim_write_options options = {0};
	struct disk *file = make(&options);
	uint64_t size = file->size;
	struct wim *w = open_wim(file);
	struct wim_writer *writer;

	check_ok(wim_writer_append(w, &options, &writer, NULL), NULL);
	check_ok(scene_write(&two, writer, "Two", NULL), NULL);
	wim_writer_free(writer);
	check_eq(file->size, size);
	check_ok(wim_writer_append(w, &options, &writer, NULL), NULL);
	check_eq(scene_write(&two, writer, "ONE", NULL), -EEXIST);
	wim_writer_free(writer);
	wim_close(w);
	check_eq(file->size, size);
	judge(file, 1, 1, false);
	disk_close(file);
}

// --- Properties --------------------------------------------------------------

static void set(struct disk *file, uint32_t index, const char *path,
		const char *value, int expected)
{
	const struct wim_property property = {path, value};
	struct wim *w = open_wim(file);
	uint64_t size = file->size;

	check_eq(wim_set_properties(w, index, &property, 1, NULL), expected);
	if (expected)
		check_eq(file->size, size);
	wim_close(w);
}

// The other scene takes an image's place: what was said of it stays, and content that
// only the old one had is no longer listed.
static void replacing(bool is_solid)
{
	const struct wim_write_options options = {
		.compression = WIM_COMPRESSION_XPRESS, .is_solid = is_solid};
	const struct wim_property words[] = {{"WINDOWS/EDITIONID", "Core"}};
	const struct wim_new_image info = {
		.name = "ignored", .properties = words, .property_count = 1};
	struct disk *file = make(&options);
	const struct wim_image_info *said;
	struct wim_writer *writer;
	struct err err = {0};
	struct wim *w;

	append(file, &one, "Two");
	set(file, 2, "DESCRIPTION", "stays", 0);
	w = open_wim(file);
	check_ok(wim_writer_append(w, &options, &writer, &err), &err);
	check_ok(wim_writer_add_content(writer, two.contents, two.count, NULL,
					&err),
		 &err);
	check_eq(wim_writer_replace_image(writer, 3, two.image, &info, NULL),
		 -ENOENT);
	check_ok(wim_writer_replace_image(writer, 2, two.image, &info, &err),
		 &err);
	check_ok(wim_writer_finish(writer, NULL, &err), &err);
	wim_writer_free(writer);
	wim_close(w);
	judge(file, 2, 1, false);
	w = open_wim(file);
	said = wim_get_image_info(w, 2);
	check(!strcmp(said->name, "Two") && !strcmp(said->edition, "Core"));
	check(!strcmp(said->description, "stays"));
	check_eq(said->files, 4);
	check_ok(wim_verify(w, NULL, &err), &err);
	wim_close(w);
	delete (file, 1);
	judge(file, 1, 0, false);
	disk_close(file);
}

static void properties(bool has_integrity)
{
	const struct wim_write_options options = {
		.has_integrity = has_integrity};
	struct disk *file = make(&options);
	const struct wim_image_info *info;
	struct wim *w;

	append(file, &two, "Two");
	set(file, 1, "NAME", "One more", 0);
	set(file, 1, "name", "tWO", -EEXIST);
	set(file, 2, "NAME", "TWO", 0);
	set(file, 2, "WINDOWS/EDITIONID", "Professional", 0);
	set(file, 2, "DESCRIPTION", "\xc3\xa4", 0);
	set(file, 2, "BAD PATH", "x", -EBADMSG);
	set(file, 2, "FLAGS", "\x02", -EBADMSG);
	set(file, 3, "NAME", "x", -ENOENT);
	set(file, 0, "NAME", "x", -ENOENT);
	judge(file, 2, 1, has_integrity);
	w = open_wim(file);
	info = wim_get_image_info(w, 2);
	check(!strcmp(info->name, "TWO"));
	check(!strcmp(info->edition, "Professional"));
	check(!strcmp(info->description, "\xc3\xa4"));
	check_eq(info->files, 4);
	check(!strcmp(wim_get_image_info(w, 1)->name, "One more"));
	wim_close(w);
	set(file, 2, "DESCRIPTION", NULL, 0);
	w = open_wim(file);
	check(!*wim_get_image_info(w, 2)->description);
	check_eq(wim_set_boot(w, 3, NULL), -ENOENT);
	check_ok(wim_set_boot(w, 2, NULL), NULL);
	wim_close(w);
	judge(file, 2, 2, has_integrity);
	w = open_wim(file);
	check_ok(wim_set_boot(w, 0, NULL), NULL);
	wim_close(w);
	judge(file, 2, 0, has_integrity);
	disk_close(file);
}

static void refused(void)
{
	const struct wim_write_options options = {0};
	const struct wim_property property = {"NAME", "x"};
	struct disk *file = make(&options);
	uint32_t flags = 4; // read-only
	struct wim_writer *writer;
	struct wim *w = open_wim(file);

	for (int i = 0; i < 2; i++) {
		check_eq(wim_delete(w, 2, NULL, NULL), -ENOENT);
		check_ok(disk_write(file, 0x10, &flags, 4, NULL), NULL);
		file->read_only = i;
		check_eq(wim_writer_append(w, &options, &writer, NULL), -EROFS);
		check_eq(wim_delete(w, 1, NULL, NULL), -EROFS);
		check_eq(wim_set_boot(w, 1, NULL), -EROFS);
		check_eq(wim_set_properties(w, 1, &property, 1, NULL), -EROFS);
		file->read_only = false;
		flags = 0;
	}
	wim_close(w);
	disk_close(file);
}

int main(void)
{
	scene_make(&one, first, sizeof(first) / sizeof(*first));
	scene_make(&two, second, sizeof(second) / sizeof(*second));
	for (int i = 0; i < 2; i++) {
		appending(i);
		properties(i);
	}
	solid();
	replacing(false);
	replacing(true);
	giving_up();
	refused();
	scene_free(&one);
	scene_free(&two);
	return 0;
}
