// SPDX-License-Identifier: MIT
//
// Images made in memory: order, names, streams, security descriptors, and what
// cannot be.

#include "scene.h"

static struct wim_image *begin(struct wim_dentry **ret_root)
{
	struct wim_image *image;
	struct err err = {0};

	check_ok(wim_image_new(&image, &err), &err);
	check_ok(wim_image_add(image, NULL, NULL, 0, ret_root, &err), &err);
	check_eq((*ret_root)->attributes, 0x10);
	check_eq((*ret_root)->security, -1);
	return image;
}

static int try_add(struct wim_image *image, struct wim_dentry *parent,
		   const char *name)
{
	struct wim_dentry *d = (void *)1;
	struct err err = {0};
	size_t len;
	const le16 *n = scene_name(name, &len);
	int r = wim_image_add(image, parent, n, len, &d, &err);

	check_eq(err.code, r);
	check(!r == (d != (void *)1));
	return r;
}

static void order(void)
{
	static const char *const names[] = {"b", "a", "C", "A", "b.txt", "B"};
	static const char *const sorted[] = {"A", "a", "B", "b", "b.txt", "C"};
	struct wim_dentry *root, *folder;
	struct wim_image *image = begin(&root);
	struct err err = {0};
	size_t len;

	folder = scene_add(image, root, "folder", 0x10);
	for (size_t i = 0; i < 6; i++)
		scene_add(image, folder, names[i], 0x20);
	scene_add(image, root, "last", 0x20);
	check_ok(wim_image_finish(image, &err), &err);
	check_eq(image->dentry_count, 9);
	check_eq(root->child_count, 2);
	check(root->children[0] == folder);
	check_eq(folder->child_count, 6);
	for (size_t i = 0; i < 6; i++) {
		const le16 *n = scene_name(sorted[i], &len);

		check_eq(folder->children[i]->name_len, len);
		check(!memcmp(folder->children[i]->name, n, len * 2));
		check(folder->children[i]->parent == folder);
		check_eq(folder->children[i]->stream_count, 1);
	}
	for (uint32_t i = 0; i < 9; i++)
		check_eq(image->dentries[i]->index, i);
	// It is finished.
	check_eq(try_add(image, folder, "late"), -EINVAL);
	wim_image_free(image);
}

static void bad_entries(void)
{
	struct wim_dentry *root, *file, *other;
	struct wim_image *image = begin(&root);
	char longest[257];

	memset(longest, 'x', sizeof(longest));
	longest[256] = 0;
	check_eq(try_add(image, root, longest), -EBADMSG);
	longest[255] = 0;
	check_eq(try_add(image, root, longest), 0);
	check_eq(try_add(image, root, ""), -EBADMSG);
	check_eq(try_add(image, root, "."), -EBADMSG);
	check_eq(try_add(image, root, ".."), -EBADMSG);
	check_eq(try_add(image, root, "a/b"), -EBADMSG);
	check_eq(try_add(image, root, "a\\b"), -EBADMSG);
	check_eq(try_add(image, root, "a:b"), 0);
	file = scene_add(image, root, "file", 0x20);
	check_eq(try_add(image, file, "x"), -EINVAL);
	check_eq(wim_image_add(image, NULL, NULL, 0, &other, NULL), -EINVAL);
	wim_image_free(image);
}

static void same_names(void)
{
	struct wim_dentry *root, *folder;
	struct wim_image *image = begin(&root);
	struct err err = {0};

	folder = scene_add(image, root, "folder", 0x10);
	scene_add(image, root, "x", 0x20);
	scene_add(image, folder, "x", 0x20);
	scene_add(image, folder, "x", 0x20);
	check_eq(wim_image_finish(image, &err), -EEXIST);
	check(!strcmp(err.what, "x"));
	wim_image_free(image);
	check_ok(wim_image_new(&image, NULL), NULL);
	check_eq(wim_image_finish(image, NULL), -EINVAL);
	wim_image_free(image);
}

static int try_stream(struct wim_image *image, struct wim_dentry *d,
		      const char *name)
{
	size_t len;
	const le16 *n = scene_name(name, &len);

	return wim_image_add_stream(image, d, n, len, NULL, NULL);
}

static void streams(void)
{
	static const char *const sorted[] = {"", "Alpha", "beta", "gamma",
					     "Zone.Identifier"};
	struct wim_blob blob = {.size = 5};
	struct wim_dentry *root, *file;
	struct wim_image *image = begin(&root);
	size_t len;

	file = scene_add(image, root, "file", 0x20);
	scene_stream(image, file, "Zone.Identifier", &blob);
	scene_stream(image, file, "beta", NULL);
	scene_stream(image, file, "", &blob);
	scene_stream(image, file, "gamma", &blob);
	scene_stream(image, file, "Alpha", &blob);
	check_eq(file->stream_count, 5);
	for (size_t i = 0; i < 5; i++) {
		const le16 *n = scene_name(sorted[i], &len);

		check_eq(file->streams[i].name_len, len);
		check(!memcmp(file->streams[i].name ? file->streams[i].name : n,
			      n, len * 2));
		check(file->streams[i].blob == (i == 2 ? NULL : &blob));
	}
	check_eq(try_stream(image, file, "ALPHA"), -EEXIST);
	check_eq(try_stream(image, file, ""), -EEXIST);
	check_eq(try_stream(image, file, "a:b"), -EBADMSG);
	check_eq(try_stream(image, root, ""), -EINVAL);
	check_eq(try_stream(image, root, "a"), 0);
	check_ok(wim_image_finish(image, NULL), NULL);
	check_eq(root->stream_count, 1);
	check_eq(try_stream(image, file, "new"), -EINVAL);
	wim_image_free(image);
}

static void security(void)
{
	struct wim_dentry *root;
	struct wim_image *image = begin(&root);
	uint8_t descriptor[64] = {1, 0, 4, 0x80};
	int32_t index = 77;

	check_eq(wim_image_security(image, descriptor, 19, &index, NULL),
		 -EBADMSG);
	check_eq(wim_image_security(image, descriptor, 1 << 20, &index, NULL),
		 -EFBIG);
	check_eq(index, 77);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 1000; i++) {
			store_le32(descriptor + 20, (uint32_t)i / 2);
			check_ok(wim_image_security(image, descriptor,
						    i % 2 ? 64 : 24, &index,
						    NULL),
				 NULL);
			check_eq(index, i);
		}
	}
	check_eq(image->security_count, 1000);
	check_eq(image->security[999].size, 64);
	check_eq(image->security[998].size, 24);
	wim_image_free(image);
}

int main(void)
{
	order();
	bad_entries();
	same_names();
	streams();
	security();
	wim_image_free(NULL);
	return 0;
}
