// SPDX-License-Identifier: MIT
//
// Another name means the same on FAT, on NTFS and on the host: what is replaced,
// what is refused, and that it is done without a sync.

#include <stdlib.h>
#include <unistd.h>

#include "test.h"
#include "volume.h"

#define TIME UINT64_C(133500000000000000)

static struct err err;
static struct tree *tree;

static void put(const char *path)
{
	check_ok(tree_write_file(tree, path, path, strlen(path), TREE_ARCHIVE,
				 TIME, &err),
		 &err);
}

static void expect(const char *path, const char *content)
{
	size_t len;
	void *p;

	check_ok(tree_read_file(tree, path, 1 << 20, &p, &len, &err), &err);
	check(len == strlen(content) && !memcmp(p, content, len));
	mem_free(p);
}

static bool is_there(const char *path)
{
	struct tree_stat s;

	return !tree_stat(tree, path, &s, NULL);
}

static void move(const char *from, const char *to)
{
	check_ok(tree_rename(tree, from, to, TIME, &err), &err);
}

static void refuses(const char *from, const char *to, int code)
{
	struct err why = {0};

	check_eq(tree_rename(tree, from, to, TIME, &why), code);
	check_eq(why.code, code);
	check(*why.why);
}

static int is_spelled(void *ctx, const struct tree_stat *s)
{
	return !strcmp(s->name, ctx);
}

static void check_spelling(const char *folder, const char *name)
{
	check_eq(tree_list(tree, folder, is_spelled, (void *)(uintptr_t)name,
			   &err),
		 1);
}

static void check_files(void)
{
	check_eq(tree_rename(tree, "a", "b", TIME, NULL), -EINVAL);
	check_ok(tree_begin(tree, &err), &err);
	check_ok(tree_mkdir_all(tree, "one/empty", TIME, &err), &err);
	check_ok(tree_mkdir_all(tree, "two", TIME, &err), &err);
	put("one/a file with a long name.txt");
	put("one/target");
	move("one/a file with a long name.txt", "one/b");
	check(!is_there("one/a file with a long name.txt"));
	expect("one/b", "one/a file with a long name.txt");
	move("one/b", "one/target");
	check(!is_there("one/b"));
	expect("one/target", "one/a file with a long name.txt");
	put("two/another file with a long name.txt");
	move("one/target", "two/another file with a long name.txt");
	check(!is_there("one/target"));
	expect("two/another file with a long name.txt",
	       "one/a file with a long name.txt");
	move("two/another file with a long name.txt", "two/Readme.txt");
	move("two/Readme.txt", "two/README.txt");
	check_spelling("two", "README.txt");
	move("two/README.txt", "two/README.txt");
	expect("two/README.txt", "one/a file with a long name.txt");
}

static void check_folders(void)
{
	put("one/empty/file");
	move("one/empty", "two/a folder with a long name");
	expect("two/a folder with a long name/file", "one/empty/file");
	put("two/a folder with a long name/later");
	check_ok(tree_mkdir_all(tree, "three", TIME, &err), &err);
	refuses("three", "two/a folder with a long name", -ENOTEMPTY);
	move("two/a folder with a long name", "three");
	expect("three/later", "two/a folder with a long name/later");
	refuses("three", "three/in it", -EINVAL);
	check_ok(tree_mkdir_all(tree, "three/x/y", TIME, &err), &err);
	refuses("three", "three/x/y/z", -EINVAL);
	refuses("three", "two/README.txt", -ENOTDIR);
	refuses("two/README.txt", "three", -EISDIR);
	refuses("three/none", "three/x/none", -ENOENT);
	refuses("two/README.txt", "none/x", -ENOENT);
	move("three/x/y", "y");
	move("y", "Y");
	check_spelling("", "Y");
	check_ok(tree_remove(tree, "Y", &err), &err);
}

static void check_all(void)
{
	check_files();
	check_folders();
}

static void check_fat(uint64_t size, int bits)
{
	struct fat_format_options o = {.bits = bits};
	struct fat_check_result result;
	struct disk *d;

	check_ok(disk_memory(size, 512, &d, &err), &err);
	check_ok(fat_format(d, &o, &err), &err);
	check_ok(volume_open(d, &tree, &err), &err);
	check_all();
	refuses("", "x", -EINVAL);
	refuses("three", "", -EISDIR);
	tree_close(tree); // nothing was synced
	check_ok(volume_open(d, &tree, &err), &err);
	expect("three/later", "two/a folder with a long name/later");
	check_ok(fat_check(volume_fat(tree), &result, &err), &err);
	check(!result.lost_clusters && !result.twins);
	tree_close(tree);
	disk_close(d);
}

static void check_ntfs(void)
{
	struct ntfs_build_options o = {.serial = 1, .time = TIME};
	struct ntfs_check_result result;
	struct disk *d;

	check_ok(disk_memory(8 << 20, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	check_ok(volume_open(d, &tree, &err), &err);
	check_all();
	refuses("", "x", -EINVAL);
	refuses("three", "", -EISDIR);
	refuses("$MFT", "x", -EPERM);
	tree_close(tree); // nothing was synced
	check_ok(volume_open(d, &tree, &err), &err);
	expect("three/later", "two/a folder with a long name/later");
	tree_close(tree);
	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	disk_close(d);
}

static void check_host(void)
{
	char folder[] = "/tmp/slipway-rename-XXXXXX";
	const char *all[] = {"three/x", "three/file", "three/later", "three",
			     "one",     "two/second", "two"};

	check(mkdtemp(folder) && !chdir(folder));
	check_ok(tree_open_host(&tree, &err), &err);
	check_all();
	check(!link("two/README.txt", "two/second"));
	move("two/README.txt", "two/second"); // a name of the same file
	check(!is_there("two/README.txt"));
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		check_ok(tree_remove(tree, all[i], &err), &err);
	tree_close(tree);
	check(!chdir("/") && !rmdir(folder));
}

int main(void)
{
	check_fat(1 << 20, 12);
	check_fat(8 << 20, 16);
	check_fat(40 << 20, 32);
	check_ntfs();
	check_host();
	return 0;
}
