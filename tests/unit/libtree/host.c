// SPDX-License-Identifier: MIT
//
// The files of the host as a tree: which paths are one file, and what is no file
// but no error either.

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
	tree_close(host);
	check(!chdir("/") && !rmdir(dir));
	return 0;
}
