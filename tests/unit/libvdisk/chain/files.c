// SPDX-License-Identifier: MIT
//
// Virtual disks made and deleted as files of the host: whole or not there.

#include <unistd.h>

#include "chain.h"
#include "test.h"

static struct err err;

static void check_missing(struct tree *host, const char *path)
{
	struct tree_id id;

	check_eq(tree_identify(host, path, &id, NULL), -ENOENT);
}

static void check_making(struct tree *host)
{
	struct vdisk_create c = {
		.format = VDISK_VHD, .type = VDISK_DYNAMIC, .size = 1u << 20};
	struct vdisk_check found;
	struct disk *d;

	check_ok(vdisk_create_file(host, "made.vhd", &c, &err), &err);
	check_ok(disk_open_file("made.vhd", DISK_READ_ONLY, &d, &err), &err);
	check_ok(vdisk_check(d, false, &found, &err), &err);
	disk_close(d);
	check_eq(vdisk_create_file(host, "made.vhd", &c, NULL), -EEXIST);
	check_ok(vdisk_remove_file(host, "made.vhd", &err), &err);
	check_missing(host, "made.vhd");
	check_eq(vdisk_remove_file(host, "made.vhd", NULL), -ENOENT);
	c.size = 1000; // what cannot be made leaves no file
	check_eq(vdisk_create_file(host, "made.vhd", &c, NULL), -EINVAL);
	check_missing(host, "made.vhd");
}

static int stat_failing(struct tree *t, const char *path, struct tree_stat *ret,
			struct err *e)
{
	return err_set(e, -EIO, path, ERR_NOWHERE, "the volume is broken");
}

// It has no way to make a file: what may be there is not replaced.
static void check_broken(void)
{
	static const struct tree_ops ops = {.stat = stat_failing};
	struct vdisk_create c = {
		.format = VDISK_VHD, .type = VDISK_DYNAMIC, .size = 1u << 20};
	struct tree t = {.ops = &ops, .slash = '\\', .is_ready = true};

	check_eq(vdisk_create_file(&t, "\\x.vhd", &c, NULL), -EIO);
}

int main(void)
{
	char dir[] = "/tmp/slipway-files-XXXXXX";
	struct tree *host;

	check(mkdtemp(dir) && !chdir(dir));
	check_ok(tree_open_host(&host, &err), &err);
	check_making(host);
	check_broken();
	tree_close(host);
	check(!chdir("/") && !rmdir(dir));
	return 0;
}
