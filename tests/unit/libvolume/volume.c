// SPDX-License-Identifier: MIT
//
// One interface over FAT and NTFS: the same calls give the same answers.

#include "test.h"
#include "volume.h"

#define TIME UINT64_C(133500000000000000)

static const char text[] = "The content of a file.";

static struct disk *new_disk(uint64_t size)
{
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(size, 512, &d, &err), &err);
	return d;
}

// \Folder\Long name of a file.txt
static struct disk *new_fat(void)
{
	struct fat_format_options o = {.bits = 16, .serial = 1};
	struct disk *d = new_disk(16 << 20);
	struct err err = {0};
	struct tree *v;

	check_ok(fat_format(d, &o, &err), &err);
	check_ok(volume_open(d, &v, &err), &err);
	check_eq(tree_mkdir_all(v, "Folder", TIME, NULL), -EINVAL);
	check_eq(tree_sync(v, NULL), -EINVAL);
	check_ok(tree_begin(v, &err), &err);
	check_ok(tree_mkdir_all(v, "Folder", TIME, &err), &err);
	check_eq(tree_write_file(v, "x", text, (size_t)UINT32_MAX + 1, 0, TIME,
				 NULL),
		 -EFBIG);
	check_ok(tree_write_file(v, "Folder/Long name of a file.txt", text,
				 sizeof(text), TREE_HIDDEN, TIME, &err),
		 &err);
	check_ok(tree_sync(v, &err), &err);
	tree_close(v);
	return d;
}

static uint32_t add(struct ntfs_build *b, uint32_t parent, const char *name,
		    uint32_t attributes)
{
	struct ntfs_node_spec spec = {attributes, TIME, TIME,
				      TIME,       TIME, NTFS_NO_SECURITY};
	struct ntfs_name n = {0};
	struct err err = {0};
	uint32_t node;
	le16 *units;

	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	check_eq(utf16_from_utf8(name, &units, &n.name_len), 0);
	n.name = units;
	check_ok(ntfs_build_link(b, node, parent, &n, &err), &err);
	mem_free(units);
	return node;
}

static struct disk *new_ntfs(void)
{
	struct ntfs_build_options o = {.serial = 1};
	le16 name[] = {to_le16('s')};
	struct ntfs_stream_spec spec = {.size = sizeof(text)};
	struct ntfs_stream_spec named = {
		.name = name, .name_len = 1, .size = 4};
	struct disk *d = new_disk(16 << 20);
	struct err err = {0};
	struct ntfs_build *b;
	uint32_t stream, second, node;

	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	node = add(b, NTFS_ROOT, "Folder", NTFS_ATTR_DIRECTORY);
	node = add(b, node, "Long name of a file.txt", NTFS_ATTR_HIDDEN);
	check_ok(ntfs_build_stream(b, node, &spec, &stream, &err), &err);
	check_ok(ntfs_build_stream(b, node, &named, &second, &err), &err);
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_ok(ntfs_build_write(b, stream, 0, text, sizeof(text), &err),
		 &err);
	check_ok(ntfs_build_write(b, second, 0, "abcd", 4, &err), &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
	return d;
}

struct seen {
	unsigned count;
	struct tree_stat last;
};

static int see(void *ctx, const struct tree_stat *s)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->last = *s;
	return 0;
}

static void check_file(const struct tree_stat *s)
{
	check(!strcmp(s->name, "Long name of a file.txt"));
	check_eq(s->attributes & TREE_HIDDEN, TREE_HIDDEN);
	check(!s->is_directory);
	check_eq(s->size, sizeof(text));
	check_eq(s->modified, TIME);
}

static void test_reading(struct disk *d, const char *kind)
{
	struct tree_stat s = {.size = 77};
	struct seen seen = {0};
	struct tree_info info;
	struct err err = {0};
	struct tree *v;
	struct disk *file = NULL;
	size_t size;
	void *data;

	check_ok(volume_open(d, &v, &err), &err);
	check(!strcmp(v->kind, kind));
	check_eq(tree_stat(v, "\\folder\\none", &s, NULL), -ENOENT);
	check_eq(s.size, 77);
	check_ok(tree_stat(v, "\\", &s, &err), &err);
	check(s.is_directory && !s.name[0]);
	check_ok(tree_stat(v, "folder\\", &s, &err), &err);
	check(s.is_directory && !strcmp(s.name, "Folder"));
	check_ok(tree_stat(v, "FOLDER/LONGNA~1.TXT", &s, &err), &err);
	check_file(&s);
	check_ok(tree_list(v, "", see, &seen, &err), &err);
	check_eq(seen.count, 1);
	check(!strcmp(seen.last.name, "Folder"));
	check_ok(tree_list(v, "folder", see, &seen, &err), &err);
	check_eq(seen.count, 2);
	check_file(&seen.last);
	check(!strcmp(seen.last.short_name, "LONGNA~1.TXT"));
	check_eq(seen.last.created, TIME);
	check_ok(tree_get_info(v, "", &info, &err), &err);
	check(!info.label[0] && info.serial == 1 && info.cluster_size >= 512);
	check(info.free > 10 << 20 && info.free < 16 << 20);
	check_eq(tree_list(v, "folder\\x", see, &seen, NULL), -ENOENT);
	check_eq(tree_open_file(v, "folder", DISK_READ_ONLY, &file, NULL),
		 -EISDIR);
	check_eq(tree_read_file(v, "", 10, &data, &size, NULL), -EISDIR);
	check(!file);
	check_ok(tree_open_file(v, "folder/long name of a file.TXT",
				DISK_READ_ONLY, &file, &err),
		 &err);
	check_eq(file->size, sizeof(text));
	disk_close(file);
	check_eq(tree_read_file(v, "folder/long name of a file.TXT", 5, &data,
				&size, NULL),
		 -EFBIG);
	check_ok(tree_read_file(v, "folder/long name of a file.TXT", 1000,
				&data, &size, &err),
		 &err);
	check(size == sizeof(text) && !memcmp(data, text, size));
	mem_free(data);
	tree_close(v);
}

static int see_stream(void *ctx, const char *name, uint64_t size)
{
	struct seen *seen = ctx;

	seen->count++;
	snprintf(seen->last.name, sizeof(seen->last.name), "%s", name);
	seen->last.size = size;
	return 0;
}

// NTFS alone has streams with names.
static void test_streams(struct disk *d, bool has_one)
{
	const char *path = "folder\\LONGNA~1.TXT:S", *none = "folder:s";
	struct err err = {0};
	struct seen seen = {0};
	struct tree *v;
	struct disk *file;
	char data[4];

	check_ok(volume_open(d, &v, &err), &err);
	check_ok(tree_streams(v, "folder/longna~1.txt", see_stream, &seen,
			      &err),
		 &err);
	check_eq(seen.count, has_one);
	check_eq(tree_streams(v, "none", see_stream, &seen, NULL), -ENOENT);
	check_eq(tree_open_file(v, none, DISK_READ_ONLY, &file, NULL),
		 has_one ? -ENOENT : -EINVAL);
	if (has_one) {
		check(!strcmp(seen.last.name, "s") && seen.last.size == 4);
		check_ok(tree_open_file(v, path, DISK_READ_ONLY, &file, &err),
			 &err);
		check_eq(file->size, 4);
		check_ok(disk_read(file, 0, data, 4, &err), &err);
		check(!memcmp(data, "abcd", 4));
		disk_close(file);
		check_eq(tree_open_file(v, "folder::$DATA", DISK_READ_ONLY,
					&file, NULL),
			 -EISDIR);
	}
	tree_close(v);
}

// In FAT the path is the file, in any case, as Windows has it, and with any slashes.
static void test_fat_paths(struct disk *d)
{
	static const char *const same[] = {"\\folder\\\xc3\xa4",
					   "Folder//\xc3\x84/"};
	struct tree_id id, other;
	struct err err = {0};
	struct tree *v;

	check_ok(volume_open(d, &v, &err), &err);
	check_ok(tree_begin(v, &err), &err);
	check_ok(tree_write_file(v, "Folder\\\xc3\x84", text, 1, 0, TIME, &err),
		 &err);
	check_ok(tree_identify(v, "folder/\xc3\x84", &id, &err), &err);
	for (size_t i = 0; i < 2; i++) {
		check_ok(tree_identify(v, same[i], &other, &err), &err);
		check(tree_is_same(&id, &other));
	}
	check_ok(tree_identify(v, "folder", &other, &err), &err);
	check(!tree_is_same(&id, &other));
	check_eq(tree_identify(v, "folder\\a", &other, NULL), -ENOENT);
	tree_close(v);
}

int main(void)
{
	struct disk *blank = new_disk(1 << 20), *fat = new_fat(),
		    *ntfs = new_ntfs();
	struct tree *v = NULL;

	check_eq(volume_open(blank, &v, NULL), -ENOENT);
	check(!v);
	test_reading(fat, "FAT16");
	test_reading(ntfs, "NTFS");
	test_streams(fat, false);
	test_streams(ntfs, true);
	test_fat_paths(fat);
	tree_close(NULL);
	disk_close(ntfs);
	disk_close(fat);
	disk_close(blank);
	return 0;
}
