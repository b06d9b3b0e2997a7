// SPDX-License-Identifier: MIT
//
// FAT volumes are captured, as any tree is: names of both kinds, attributes, times,
// content, and what rules leave out.

#include "fat.h"
#include "unit/libimage/capture/compare.h"
#include "volume.h"

#define NOW UINT64_C(132000000000000000)

static struct err err;

static struct tree *open_tree(struct disk *d)
{
	struct tree *t;

	check_ok(volume_open(d, &t, &err), &err);
	return t;
}

static void fill(struct disk *d)
{
	static const struct {
		const char *path, *content;
		uint32_t attributes;
	} files[] = {
		{"\\A long name.txt", "long", TREE_ARCHIVE},
		{"\\SHORT.TXT", "", TREE_READONLY | TREE_HIDDEN},
		{"\\sub\\deeper\\x", "deep", TREE_ARCHIVE},
		{"\\sub\\x.tmp", "left out", TREE_SYSTEM},
	};
	struct tree *t = open_tree(d);

	check_ok(tree_begin(t, &err), &err);
	check_ok(tree_mkdir_all(t, "\\sub\\deeper", NOW, &err), &err);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		check_ok(tree_write_file(t, files[i].path, files[i].content,
					 strlen(files[i].content),
					 files[i].attributes, NOW, &err),
			 &err);
	check_ok(tree_sync(t, &err), &err);
	tree_close(t);
}

static void holds(const struct wim_dentry *d, const char *content)
{
	void *data = content_bytes(d->streams[0].blob);

	check_eq(d->streams[0].blob->size, strlen(content));
	check(!memcmp(data, content, strlen(content)));
	mem_free(data);
}

static void whole(struct tree *t)
{
	const struct capture_options options = {0};
	const struct wim_dentry *root, *d;
	struct capture *c = NULL;
	char *text;

	check_eq(capture_tree(t, "\\none", &options, NULL, &c, NULL), -ENOENT);
	check_eq(capture_tree(t, "\\SHORT.TXT", &options, NULL, &c, NULL),
		 -ENOTDIR);
	check(!c);
	check_ok(capture_tree(t, "\\", &options, NULL, &c, &err), &err);
	root = capture_image(c)->root;
	check_eq(capture_image(c)->dentry_count, 7);
	d = child(root, "A long name.txt");
	check_eq(d->attributes, NTFS_ATTR_ARCHIVE);
	check_eq(d->modified, NOW);
	text = utf16_to_utf8(d->short_name, d->short_name_len);
	check(strchr(text, '~') && strstr(text, ".TXT"));
	mem_free(text);
	holds(d, "long");
	d = child(root, "SHORT.TXT");
	check_eq(d->attributes, NTFS_ATTR_READONLY | NTFS_ATTR_HIDDEN);
	check(!d->short_name_len && !d->streams[0].blob);
	holds(child(child(child(root, "sub"), "deeper"), "x"), "deep");
	check_eq(capture_get_result(c)->files, 4);
	check_eq(capture_get_result(c)->folders, 3);
	check_eq(capture_get_result(c)->bytes, 16);
	capture_free(c);
}

static void part(struct tree *t)
{
	static const char list[] = "[ExclusionList]\n*.tmp\n";
	struct capture_options options = {0};
	const struct wim_dentry *root;
	struct capture_rules *rules;
	struct capture *c;

	check_ok(capture_rules_parse(list, sizeof(list) - 1, "list", &rules,
				     &err),
		 &err);
	options.rules = rules;
	check_ok(capture_tree(t, "\\SUB\\", &options, NULL, &c, &err), &err);
	capture_rules_free(rules);
	root = capture_image(c)->root;
	check_eq(root->child_count, 1);
	check_eq(capture_get_result(c)->excluded, 1);
	holds(child(child(root, "deeper"), "x"), "deep");
	capture_free(c);
}

int main(void)
{
	const struct fat_format_options options = {.bits = 16, .serial = 1};
	struct disk *d;
	struct tree *t;

	check_ok(disk_memory(16 << 20, 512, &d, &err), &err);
	check_ok(fat_format(d, &options, &err), &err);
	fill(d);
	t = open_tree(d);
	whole(t);
	part(t);
	tree_close(t);
	disk_close(d);
	return 0;
}
