// SPDX-License-Identifier: MIT
//
// An image's tree as bytes: read again it is the same, in every field; what imagex
// wrote comes out as it was.

#include "libwim/write/encode.h"
#include "scene.h"

static bool same_bytes(const void *a, size_t a_size, const void *b,
		       size_t b_size)
{
	return a_size == b_size && (!a_size || !memcmp(a, b, a_size));
}

static bool same_blob(const struct wim_blob *a, const struct wim_blob *b)
{
	if (!a || !b)
		return a == b;
	return a->size == b->size && !memcmp(a->sha1, b->sha1, SHA1_SIZE);
}

static void same_entry(const struct wim_image *ia, const struct wim_dentry *a,
		       const struct wim_image *ib, const struct wim_dentry *b)
{
	check(same_bytes(a->name, a->name_len * 2, b->name, b->name_len * 2));
	check(same_bytes(a->short_name, a->short_name_len * 2, b->short_name,
			 b->short_name_len * 2));
	check_eq(a->attributes, b->attributes);
	check_eq(a->created, b->created);
	check_eq(a->accessed, b->accessed);
	check_eq(a->modified, b->modified);
	check_eq(a->reparse_tag, b->reparse_tag);
	check_eq(a->reparse_flags, b->reparse_flags);
	check_eq(a->link_group, b->link_group);
	check(guid_equal(&a->object_id, &b->object_id));
	check(same_bytes(a->ea, a->ea_size, b->ea, b->ea_size));
	check(same_blob(a->reparse, b->reparse));
	check_eq(a->security < 0, b->security < 0);
	if (a->security >= 0)
		check(same_bytes(ia->security[a->security].descriptor,
				 ia->security[a->security].size,
				 ib->security[b->security].descriptor,
				 ib->security[b->security].size));
	check_eq(a->stream_count, b->stream_count);
	for (size_t i = 0; i < a->stream_count; i++) {
		check(same_bytes(a->streams[i].name, a->streams[i].name_len * 2,
				 b->streams[i].name,
				 b->streams[i].name_len * 2));
		check(same_blob(a->streams[i].blob, b->streams[i].blob));
	}
	check_eq(a->child_count, b->child_count);
	for (size_t i = 0; i < a->child_count; i++)
		same_entry(ia, a->children[i], ib, b->children[i]);
}

// --- Every field -------------------------------------------------------------

static struct wim_content *contents[4];

static const void *keep(struct wim_image *image, const void *data, size_t size)
{
	const void *ret = NULL;

	check_ok(wim_image_keep(image, data, size, &ret, NULL), NULL);
	return ret;
}

static void add_files(struct wim_image *image, struct wim_dentry *folder)
{
	static const uint8_t ea[] = {// next at 20, flags, name of 3, value of 8
				     20, 0, 0, 0, 0x80, 3, 8, 0, 'A', 'B', 'C',
				     0, 1, 2, 3, 4, 5, 6, 7, 8,
				     // the last: name of 1, no value
				     12, 0, 0, 0, 0, 1, 0, 0, 'X', 0, 0, 0};
	struct wim_dentry *d;
	size_t len;

	d = scene_add(image, folder, "plain", 0x20);
	scene_stream(image, d, "", &contents[0]->blob);
	d->short_name = keep(image, scene_name("PLAIN~1", &len), 14);
	d->short_name_len = 7;
	d->security = 0;
	d->object_id = (struct guid){{1, 2, 3, 4, 5, 6, 7, 8}};
	d->ea = keep(image, ea, sizeof(ea));
	d->ea_size = sizeof(ea);
	d = scene_add(image, folder, "streams", 0x20);
	scene_stream(image, d, "", &contents[1]->blob);
	scene_stream(image, d, "b", &contents[0]->blob);
	scene_stream(image, d, "A", NULL);
	d = scene_add(image, folder, "empty with a stream", 0x20);
	scene_stream(image, d, "only", &contents[2]->blob);
	for (int i = 0; i < 2; i++) {
		d = scene_add(image, folder, i ? "link 2" : "link 1", 0x1);
		scene_stream(image, d, "", &contents[1]->blob);
		d->link_group = 0x123456789abc;
	}
}

static void add_links(struct wim_image *image, struct wim_dentry *folder)
{
	struct wim_dentry *d = scene_add(image, folder, "junction", 0x410);

	d->reparse_tag = 0xa0000003;
	d->reparse_flags = 0x10000;
	d->reparse = &contents[2]->blob;
	scene_stream(image, d, "on a junction", &contents[0]->blob);
	d = scene_add(image, folder, "symlink", 0x420);
	d->reparse_tag = 0xa000000c;
	d->reparse = &contents[3]->blob;
	d = scene_add(image, folder, "with content", 0x420);
	d->reparse_tag = 0x80000017;
	d->reparse = &contents[3]->blob;
	scene_stream(image, d, "", &contents[1]->blob);
}

static struct wim_image *make_image(void)
{
	uint8_t descriptor[33] = {1, 0, 4, 0x80};
	struct wim_dentry *root, *folder;
	struct wim_image *image;
	int32_t index;

	check_ok(wim_image_new(&image, NULL), NULL);
	check_ok(wim_image_add(image, NULL, NULL, 0, &root, NULL), NULL);
	for (int i = 0; i < 3; i++) {
		descriptor[20] = (uint8_t)i;
		check_ok(wim_image_security(image, descriptor,
					    sizeof(descriptor) - (size_t)i,
					    &index, NULL),
			 NULL);
	}
	root->security = 2;
	scene_add(image, root, "empty folder", 0x10);
	folder = scene_add(image, root, "folder", 0x10);
	folder->security = 1;
	scene_stream(image, folder, "on a folder", &contents[3]->blob);
	add_files(image, folder);
	add_links(image, folder);
	for (int i = 0; i < 200; i++)
		folder = scene_add(image, folder, "deep", 0x10);
	check_ok(wim_image_finish(image, NULL), NULL);
	return image;
}

static void every_field(void)
{
	const struct wim_write_options options = {0};
	const struct wim_new_image info = {.name = "x"};
	struct wim_image *image = make_image(), *again;
	const struct wim_image_info *found;
	struct wim_writer *writer;
	struct disk *file;
	struct err err = {0};
	struct wim *w;

	check_ok(disk_memory(0, 512, &file, NULL), NULL);
	check_ok(wim_writer_create(file, &options, &writer, &err), &err);
	check_ok(wim_writer_add_content(writer, contents, 4, NULL, &err), &err);
	check_ok(wim_writer_add_image(writer, image, &info, &err), &err);
	check_ok(wim_writer_finish(writer, NULL, &err), &err);
	wim_writer_free(writer);
	check_ok(wim_open(file, &w, &err), &err);
	check_ok(wim_image_load(w, 1, &again, &err), &err);
	check_eq(again->dentry_count, image->dentry_count);
	same_entry(image, image->root, again, again->root);
	found = wim_get_image_info(w, 1);
	check_eq(found->directories, 202);
	check_eq(found->files, 8);
	check_eq(found->bytes,
		 contents[0]->blob.size + 4 * contents[1]->blob.size);
	check_eq(found->hard_link_bytes, contents[1]->blob.size);
	wim_image_free(again);
	wim_close(w);
	disk_close(file);
	wim_image_free(image);
}

// --- What cannot be ----------------------------------------------------------

static void refuse(struct wim_image *image, int expected, const char *what)
{
	struct err err = {0};
	void *data = NULL;
	size_t size;

	check_eq(wim_metadata_encode(image, &data, &size, &err), expected);
	check(!data);
	check(!what || !strcmp(err.what, what));
}

static void refused(void)
{
	static const uint8_t ea[12] = {16, 0, 0, 0, 0, 1, 0, 0, 'X', 0, 0, 0};
	struct wim_image *image = make_image();
	struct wim_dentry *d =
		(struct wim_dentry *)scene_find(image->root, "folder");
	struct wim_dentry *file = (struct wim_dentry *)scene_find(d, "plain");
	const void *old_ea = file->ea;

	d->security = 3;
	refuse(image, -EINVAL, "\\folder");
	d->security = 1;
	file->security = -2;
	refuse(image, -EINVAL, "\\folder\\plain");
	file->security = -1;
	file->ea = ea;
	file->ea_size = sizeof(ea);
	refuse(image, -EBADMSG, "\\folder\\plain");
	file->ea_size = 5;
	refuse(image, -EBADMSG, NULL);
	file->ea = old_ea;
	file->ea_size = 0;
	file->short_name_len = 256;
	refuse(image, -EFBIG, NULL);
	file->short_name_len = 0;
	wim_image_free(image);
	check_ok(wim_image_new(&image, NULL), NULL);
	check_ok(wim_image_add(image, NULL, NULL, 0, &d, NULL), NULL);
	for (int i = 0; i <= WIM_MAX_DEPTH; i++)
		d = scene_add(image, d, "x", 0x10);
	check_ok(wim_image_finish(image, NULL), NULL);
	refuse(image, -EFBIG, NULL);
	wim_image_free(image);
}

// --- What imagex wrote -------------------------------------------------------

static void of_imagex(const char *name)
{
	struct wim_image *image;
	struct err err = {0};
	struct disk *file;
	void *data, *old;
	size_t size;
	char *path;
	struct wim *w;

	check(asprintf(&path, "%s/wim/%s", samples(), name) > 0);
	check_ok(disk_open_file(path, DISK_READ_ONLY, &file, &err), &err);
	check_ok(wim_open(file, &w, &err), &err);
	check_ok(wim_image_load(w, 1, &image, &err), &err);
	check_ok(wim_metadata_encode(image, &data, &size, &err), &err);
	check_eq(size, w->metadata[0].size);
	check_ok(wim_read_blob(w, &w->metadata[0], size, &old, &err), &err);
	// In folders of several entries imagex has files first.
	if (image->dentry_count == 2)
		check(!memcmp(data, old, size));
	mem_free(old);
	mem_free(data);
	wim_image_free(image);
	wim_close(w);
	disk_close(file);
	free(path);
}

int main(void)
{
	for (unsigned i = 0; i < 4; i++)
		contents[i] = scene_content(i * 100 + 10, i, 0);
	every_field();
	refused();
	for (unsigned i = 0; i < 4; i++)
		scene_content_free(contents[i]);
	of_imagex("imagex-onefile-none.wim");
	of_imagex("imagex-tree252-lzx.wim");
	return 0;
}
