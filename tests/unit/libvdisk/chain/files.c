// SPDX-License-Identifier: MIT
//
// The files of the host as chains see them: which paths are one file, and what
// is no file but no error either.

#include <unistd.h>

#include "test.h"
#include "vdisk.h"

static struct err err;

static struct vdisk_file_id id_of(const char *path)
{
	struct vdisk_file_id id;

	check_ok(vdisk_host_files.identify(NULL, path, &id, &err), &err);
	return id;
}

static bool is_same(const char *a, const char *b)
{
	struct vdisk_file_id x = id_of(a), y = id_of(b);

	return x.volume == y.volume && x.file == y.file;
}

static void make(const char *path)
{
	struct disk *d;

	check_ok(disk_create_file(path, 512, 512, &d, &err), &err);
	end_disk(d);
}

static void check_missing(const char *path)
{
	struct vdisk_file_id id = {7, 7};
	struct err e = {0};

	check_eq(vdisk_host_files.identify(NULL, path, &id, &e), -ENOENT);
	check_eq(e.code, -ENOENT);
	check(id.volume == 7 && id.file == 7);
}

static void check_making(void)
{
	struct vdisk_create c = {
		.format = VDISK_VHD, .type = VDISK_DYNAMIC, .size = 1u << 20};
	const struct vdisk_files *host = &vdisk_host_files;
	struct vdisk_check found;
	struct disk *d;

	check_ok(vdisk_create_file(host, "made.vhd", &c, &err), &err);
	check_ok(disk_open_file("made.vhd", DISK_READ_ONLY, &d, &err), &err);
	check_ok(vdisk_check(d, false, &found, &err), &err);
	disk_close(d);
	check_eq(vdisk_create_file(host, "made.vhd", &c, NULL), -EEXIST);
	check_ok(vdisk_remove_file(host, "made.vhd", &err), &err);
	check_missing("made.vhd");
	check_eq(vdisk_remove_file(host, "made.vhd", NULL), -ENOENT);
	c.size = 1000; // what cannot be made leaves no file
	check_eq(vdisk_create_file(host, "made.vhd", &c, NULL), -EINVAL);
	check_missing("made.vhd");
}

int main(void)
{
	static char longest[5000];
	char dir[] = "/tmp/slipway-files-XXXXXX";
	struct disk *d, *again;

	check(!vdisk_host_files.is_volume);
	check(mkdtemp(dir) && !chdir(dir));
	make("a.vhd");
	make("b.vhd");
	check(!link("a.vhd", "hard") && !symlink("a.vhd", "soft"));
	check(!symlink("nothing", "dangling") && !symlink("loop", "loop"));
	check(is_same("a.vhd", "./a.vhd"));
	check(is_same("a.vhd", "hard"));
	check(is_same("a.vhd", "soft"));
	check(!is_same("a.vhd", "b.vhd"));
	check_making();
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
	check_ok(vdisk_host_files.open_file(NULL, "a.vhd", DISK_EXCLUSIVE, &d,
					    &err),
		 &err);
	check(!d->read_only);
	check_eq(vdisk_host_files.open_file(NULL, "hard", DISK_EXCLUSIVE,
					    &again, NULL),
		 -EBUSY);
	disk_close(d);
	check_ok(vdisk_host_files.open_file(NULL, "soft", DISK_READ_ONLY, &d,
					    &err),
		 &err);
	check(d->read_only);
	disk_close(d);
	unlink("a.vhd");
	unlink("b.vhd");
	unlink("hard");
	unlink("soft");
	unlink("dangling");
	unlink("loop");
	check(!chdir("/") && !rmdir(dir));
	return 0;
}
