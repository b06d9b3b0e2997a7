// SPDX-License-Identifier: MIT
//
// The files of the host as a tree: which paths are one file, and what is no
// file but no error either.

#include <unistd.h>

#include "test.h"
#include "tree.h"

static struct err err;
static struct tree *host;

static struct tree_id id_of(const char *path)
{
	struct tree_id id;

	check_ok(tree_identify(host, path, &id, &err), &err);
	return id;
}

static bool is_same(const char *a, const char *b)
{
	struct tree_id x = id_of(a), y = id_of(b);

	return tree_is_same(&x, &y);
}

static void make(const char *path)
{
	struct disk *d;

	check_ok(disk_create_file(path, 512, 512, &d, &err), &err);
	end_disk(d);
}

static void check_missing(const char *path)
{
	struct tree_id id = {7, 7};
	struct err e = {0};

	check_eq(tree_identify(host, path, &id, &e), -ENOENT);
	check_eq(e.code, -ENOENT);
	check(id.volume == 7 && id.file == 7);
}

static int add_name(void *ctx, const struct tree_stat *entry)
{
	char *names = ctx;

	strcat(strcat(names, entry->name), entry->is_directory ? "/ " : " ");
	return 0;
}

static void check_list(const char *folder, const char *wanted)
{
	char names[200] = "";

	check_ok(tree_list(host, folder, add_name, names, &err), &err);
	check(!strcmp(names, wanted));
}

// A new file has its name when it is finished; one that is there stays until
// then.
static void check_created(const char *path, bool is_there)
{
	struct tree_stat stat;
	struct disk *d;

	check_ok(tree_create_file(host, path, 1000, 0, 0, &d, &err), &err);
	check_eq(tree_stat(host, path, &stat, NULL), is_there ? 0 : -ENOENT);
	disk_close(d);
	check_ok(tree_create_file(host, path, 1000, 0, 0, &d, &err), &err);
	check_ok(disk_write(d, 0, "made", 4, &err), &err);
	end_disk(d);
	check_ok(tree_stat(host, path, &stat, &err), &err);
	check_eq(stat.size, 1000);
}

static void check_changes(void)
{
	const uint64_t time = filetime_from_unix(1600000000, 0) + 7;
	struct tree_stat stat;
	struct tree_info info;
	struct disk *d;
	char *target;
	void *data;
	size_t size;

	check_eq(tree_remove(host, "x", NULL), -EINVAL);
	check_ok(tree_begin(host, &err), &err);
	check_ok(tree_mkdir_all(host, "t/u/v", 0, &err), &err);
	check_ok(tree_mkdir_all(host, "t/u/v", 0, &err), &err);
	check_ok(tree_write_file(host, "t/b", "old", 3, 0, 0, &err), &err);
	check_ok(tree_write_file(host, "t/b", "newer", 5, 0, 0, &err), &err);
	check_ok(tree_read_file(host, "t/b", 5, &data, &size, &err), &err);
	check(size == 5 && !memcmp(data, "newer", 5));
	mem_free(data);
	check_created("t/a", false);
	check_created("t/b", true);
	check(!symlink("nowhere", "t/c"));
	check_list("t", "a b c u/ ");
	check_eq(tree_mkdir_all(host, "t/a", 0, NULL), -ENOTDIR);
	check_eq(tree_mkdir_all(host, "t/a/x", 0, NULL), -ENOTDIR);
	check_eq(tree_create_file(host, "t/c", 1, 0, 0, &d, NULL), -ENOENT);
	check_ok(tree_read_link(host, "t/c", &target, &err), &err);
	check(!strcmp(target, "nowhere"));
	mem_free(target);
	check_eq(tree_read_link(host, "t/a", &target, NULL), -ENOENT);
	check_ok(tree_set_info(host, "t/a", TREE_READONLY, 0, time, &err),
		 &err);
	check_ok(tree_stat(host, "t/a", &stat, &err), &err);
	check(stat.modified == time && stat.attributes & TREE_READONLY);
	check_ok(tree_get_info(host, "t/none", &info, &err), &err);
	check(info.free && info.cluster_size);
	check_eq(tree_remove(host, "t/u", NULL), -ENOTEMPTY);
	check_eq(tree_remove(host, "t/none", NULL), -ENOENT);
	check_ok(tree_sync(host, &err), &err);
	check_ok(tree_remove(host, "t/u/v", &err), &err);
	check_ok(tree_remove(host, "t/u", &err), &err);
	for (const char *name = "abc"; *name; name++) {
		const char path[] = {'t', '/', *name, 0};

		check_ok(tree_remove(host, path, &err), &err);
	}
	check_ok(tree_remove(host, "t", &err), &err);
}

int main(void)
{
	static char longest[5000];
	char dir[] = "/tmp/slipway-files-XXXXXX";
	struct disk *d, *again;

	check_ok(tree_open_host(&host, &err), &err);
	check(!tree_is_volume(host));
	check(mkdtemp(dir) && !chdir(dir));
	make("a.vhd");
	make("b.vhd");
	check(!link("a.vhd", "hard") && !symlink("a.vhd", "soft"));
	check(!symlink("nothing", "dangling") && !symlink("loop", "loop"));
	check(is_same("a.vhd", "./a.vhd"));
	check(is_same("a.vhd", "hard"));
	check(is_same("a.vhd", "soft"));
	check(!is_same("a.vhd", "b.vhd"));
	check_missing("c.vhd");
	check_missing("A.VHD");
	check_missing("");
	check_missing("dangling");
	check_missing("loop");
	check_missing("a.vhd/b.vhd");
	memset(longest, 'x', sizeof(longest) - 1);
	check_missing(longest);
	longest[300] = 0; // one name that is too long
	check_missing(longest);
	check_ok(tree_open_file(host, "a.vhd", DISK_EXCLUSIVE, &d, &err), &err);
	check(!d->read_only);
	check_eq(tree_open_file(host, "hard", DISK_EXCLUSIVE, &again, NULL),
		 -EBUSY);
	disk_close(d);
	check_ok(tree_open_file(host, "soft", DISK_READ_ONLY, &d, &err), &err);
	check(d->read_only);
	disk_close(d);
	unlink("a.vhd");
	unlink("b.vhd");
	unlink("hard");
	unlink("soft");
	unlink("dangling");
	unlink("loop");
	check_changes();
	tree_close(host);
	check(!chdir("/") && !rmdir(dir));
	return 0;
}
