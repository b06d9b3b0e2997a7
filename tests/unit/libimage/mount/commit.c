// SPDX-License-Identifier: MIT
//
// A mounted image is changed and committed: the image in its WIM is then what the
// volume was, the others are as they were, what was not changed is not read, and the
// words about it stay. Applied again it is the same.

#include "../capture/compare.h"
#include "mounted.h"
#include "ntfs_change.h"

#define MIB (1u << 20)

static struct err err;

// A WIM in memory of several images: the first, and further ones of the same.
static struct disk *copy_wim(const char *path, unsigned copies)
{
	static const struct wim_property words[] = {
		{"NAME", "Windows"},
		{"DESCRIPTION", "What it is"},
		{"FLAGS", "Core"},
		{"WINDOWS/EDITIONID", "Core"},
		{"SERVICING/ODD", "kept"}};
	struct wim_export_options as = {0};
	struct disk *from, *to;
	struct wim_writer *writer;
	struct wim *w, *other;
	char name[16];

	check_ok(disk_open_file(path, DISK_READ_ONLY, &from, &err), &err);
	check_ok(disk_memory(from->size, 512, &to, &err), &err);
	check_ok(disk_copy(from, to, from->size, &err), &err);
	check_ok(wim_open(to, &w, &err), &err);
	check_ok(wim_set_properties(w, 1, words, 5, &err), &err);
	wim_close(w);
	for (unsigned i = 1; i < copies; i++) {
		const struct wim_write_options o = {.has_integrity = true};

		snprintf(name, sizeof(name), "copy %u", i);
		as.name = name;
		check_ok(wim_open(to, &w, &err), &err);
		check_ok(wim_open(from, &other, &err), &err);
		check_ok(wim_writer_append(w, &o, &writer, &err), &err);
		check_ok(wim_export(other, 1, writer, &as, NULL, &err), &err);
		check_ok(wim_writer_finish(writer, NULL, &err), &err);
		wim_writer_free(writer);
		wim_close(other);
		wim_close(w);
	}
	disk_close(from);
	return to;
}

static struct ntfs *begin(struct disk *d)
{
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	return n;
}

static void change(struct image_mount *m)
{
	struct ntfs *n = begin(image_mount_disk(m));
	static char text[300000];

	memset(text, 'n', sizeof(text));
	check_ok(ntfs_mkdir_all(n, "\\new\\folder", MOUNTED_TIME, &err), &err);
	check_ok(ntfs_write_file(n, "\\new\\folder\\large", text, sizeof(text),
				 0, MOUNTED_TIME, &err),
		 &err);
	check_ok(ntfs_write_file(n, "\\new\\small", "small", 5, 0, MOUNTED_TIME,
				 &err),
		 &err);
	check_ok(ntfs_write_file(n, "\\pagefile.sys", "it is kept", 10, 0,
				 MOUNTED_TIME, &err),
		 &err);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
}

// Removes the first file of the image that is in its root, and finds its name.
struct victim {
	char name[256];
	bool is_found;
};

static int take_file(void *ctx, const struct ntfs_entry *e)
{
	struct victim *v = ctx;

	if (e->record < NTFS_FIRST_FILE || v->is_found ||
	    e->attributes & (NTFS_ATTR_DIRECTORY | NTFS_ATTR_REPARSE) ||
	    e->name_space == NTFS_NS_DOS || !e->size)
		return 0;
	snprintf(v->name, sizeof(v->name), "\\%s", e->utf8);
	v->is_found = true;
	return 0;
}

static struct victim remove_one(struct image_mount *m)
{
	struct ntfs *n = begin(image_mount_disk(m));
	struct victim v = {.is_found = false};
	uint64_t root;

	check_ok(ntfs_lookup(n, "\\", &root, &err), &err);
	check_ok(ntfs_list(n, root, take_file, &v, &err), &err);
	if (v.is_found)
		check_ok(ntfs_remove(n, v.name, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	return v;
}

static struct capture *take(struct disk *d, struct ntfs **ret_ntfs)
{
	const struct capture_options options = {.keep_links = true};
	struct capture *c;

	check_ok(ntfs_open(d, ret_ntfs, &err), &err);
	check_ok(capture_ntfs(*ret_ntfs, "\\", &options, NULL, &c, &err), &err);
	return c;
}

static struct disk *applied(struct wim *w, uint32_t index)
{
	const struct apply_options options = {.volume.no_dos_names = true};
	struct apply_result result;
	struct disk *d;

	check_ok(disk_memory(40 * MIB, 512, &d, &err), &err);
	check_ok(apply_image(w, index, d, &options, NULL, &result, &err), &err);
	return d;
}

// Holds the image in the file against the volume.
static void is_as_volume(struct disk *file, uint32_t index, struct disk *volume)
{
	struct ntfs *m, *n;
	struct wim *w;
	struct disk *d;
	struct capture *a, *b;

	check_ok(wim_open(file, &w, &err), &err);
	check_ok(wim_verify(w, NULL, &err), &err);
	d = applied(w, index);
	a = take(volume, &m);
	b = take(d, &n);
	same_images(capture_image(a), capture_image(b));
	capture_free(a);
	capture_free(b);
	ntfs_close(m);
	ntfs_close(n);
	disk_close(d);
	wim_close(w);
}

static void words_stay(struct disk *file, uint32_t index, const char *name)
{
	const struct wim_image_info *info;
	struct wim *w;
	char *xml;

	check_ok(wim_open(file, &w, &err), &err);
	info = wim_get_image_info(w, index);
	check(!strcmp(info->name, name));
	check(!strcmp(info->description, "What it is"));
	check(!strcmp(info->edition, "Core"));
	check_ok(wim_get_xml(w, index, &xml, &err), &err);
	check(strstr(xml, "<ODD>kept</ODD>"));
	mem_free(xml);
	wim_close(w);
}

static uint64_t entries_of(struct disk *file, uint32_t index)
{
	struct wim_image *image;
	struct wim *w;
	uint64_t n;

	check_ok(wim_open(file, &w, &err), &err);
	check_ok(wim_image_load(w, index, &image, &err), &err);
	n = image->dentry_count;
	wim_image_free(image);
	wim_close(w);
	return n;
}

// Content that is not there any more is no longer listed; what stays was not stored
// anew: the file gets longer by the new content and the tables alone.
static void commits(const char *path, bool append)
{
	const struct image_commit_options options = {.append = append};
	struct disk *file = copy_wim(path, 2);
	uint64_t before = file->size, entries = entries_of(file, 2);
	struct changes changes;
	struct image_mount *m;
	struct capture *c;
	struct victim gone;
	uint32_t index = 99;
	struct wim *w;

	check_ok(wim_open(file, &w, &err), &err);
	m = mount(w, 1, false, &changes);
	change(m);
	gone = remove_one(m);
	check_ok(image_commit(m, &options, NULL, &c, &index, &err), &err);
	check_eq(index, append ? 3 : 1);
	for (unsigned i = 0; i < CAPTURE_LOSSES; i++)
		check_eq(capture_get_result(c)->lost[i].count, 0);
	capture_free(c);
	is_as_volume(file, index, image_mount_disk(m));
	image_mount_close(m);
	end_changes(&changes);
	wim_close(w);
	words_stay(file, index, append ? "Windows (2)" : "Windows");
	check(file->size < before + 340000);
	check_eq(entries_of(file, 2), entries);
	check_eq(entries_of(file, index), entries + 5 - gone.is_found);
	disk_close(file);
}

// What the WIM has is not read by hash, but known: a commit of nothing reads no
// content, and gives the tree that there was.
static void nothing_changed(const char *path)
{
	const struct image_commit_options options = {.append = false};
	struct disk *file = copy_wim(path, 1);
	struct changes changes;
	struct image_mount *m;
	struct capture *c;
	struct wim_content *const *list;
	size_t count, unknown = 0;
	uint32_t index;
	struct wim *w;

	check_ok(wim_open(file, &w, &err), &err);
	m = mount(w, 1, false, &changes);
	check_ok(image_commit(m, &options, NULL, &c, &index, &err), &err);
	list = capture_content(c, &count);
	for (size_t i = 0; i < count; i++)
		unknown += !list[i]->known && !list[i]->data;
	check_eq(unknown, 0);
	capture_free(c);
	is_as_volume(file, 1, image_mount_disk(m));
	image_mount_close(m);
	end_changes(&changes);
	wim_close(w);
	disk_close(file);
}

// What is written where content of the image lay is new content.
static void in_place(const char *path)
{
	const struct image_commit_options options = {.append = false};
	struct disk *file = copy_wim(path, 1), *content;
	struct victim v = {.is_found = false};
	struct changes changes;
	struct image_mount *m;
	struct capture *c;
	uint32_t index;
	struct ntfs *n;
	uint64_t root;
	uint8_t byte;
	struct wim *w;

	check_ok(wim_open(file, &w, &err), &err);
	m = mount(w, 1, false, &changes);
	n = begin(image_mount_disk(m));
	check_ok(ntfs_lookup(n, "\\", &root, &err), &err);
	check_ok(ntfs_list(n, root, take_file, &v, &err), &err);
	check(v.is_found);
	check_ok(ntfs_open_file(n, v.name, &content, &err), &err);
	check_ok(disk_read(content, 0, &byte, 1, &err), &err);
	byte ^= 1;
	check_ok(disk_write(content, 0, &byte, 1, &err), &err);
	disk_close(content);
	ntfs_close(n);
	check_ok(image_commit(m, &options, NULL, &c, &index, &err), &err);
	capture_free(c);
	is_as_volume(file, 1, image_mount_disk(m));
	image_mount_close(m);
	end_changes(&changes);
	wim_close(w);
	disk_close(file);
}

static void refused(void)
{
	struct disk *file =
		copy_wim("tests/fuzz/wim_open/seeds/tree-lzx.wim", 2);
	struct image_commit_options options = {.append = true,
					       .name = "copy 1"};
	static const char sleeping[4096] = "hibr";
	uint64_t size = file->size;
	struct changes changes;
	struct capture *c = NULL;
	struct ntfs *n;
	struct image_mount *m;
	uint32_t index = 99;
	struct wim *w;

	check_ok(wim_open(file, &w, &err), &err);
	m = mount(w, 1, true, &changes);
	check_eq(image_commit(m, &options, NULL, &c, &index, NULL), -EROFS);
	image_mount_close(m);
	end_changes(&changes);
	m = mount(w, 1, false, &changes);
	check_eq(image_commit(m, &options, NULL, &c, &index, NULL), -EEXIST);
	n = begin(image_mount_disk(m));
	check_ok(ntfs_write_file(n, "\\hiberfil.sys", sleeping,
				 sizeof(sleeping), 0, MOUNTED_TIME, &err),
		 &err);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	options.name = NULL;
	check_eq(image_commit(m, &options, NULL, &c, &index, NULL), -EBUSY);
	check(!c && index == 99);
	check_eq(file->size, size);
	image_mount_close(m);
	end_changes(&changes);
	wim_close(w);
	disk_close(file);
}

int main(void)
{
	static const char *const paths[] = {
		"tests/fuzz/wim_open/seeds/fields.wim",
		"tests/fuzz/wim_open/seeds/tree-lzx.wim",
		"tests/fuzz/wim_open/seeds/tree-solid.wim",
		"tests/fuzz/wim_open/seeds/tree-x4.wim",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		commits(paths[i], false);
		nothing_changed(paths[i]);
	}
	commits(paths[1], true);
	in_place(paths[1]);
	refused();
	return 0;
}
