// SPDX-License-Identifier: MIT
//
// Children beside a disk: found by what they are, not by their names; none of
// the files that are excepted, by whichever name.

#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "test.h"

static struct tree *host;
static struct err err;

static void make(const char *path, enum vdisk_format format)
{
	struct vdisk_create c = {.format = format,
				 .type = VDISK_DYNAMIC,
				 .size = 1u << 20,
				 .id = {{(uint8_t)path[0], 1, 2}}};

	check_ok(vdisk_create_file(host, path, &c, &err), &err);
}

static void make_child(const char *path, const char *parent)
{
	struct vdisk_child c = {.id = {{(uint8_t)path[0], 3, 4}}};

	check_ok(vdisk_child_create(host, path, parent, &c, &err), &err);
}

// Asks about a disk; err tells.
static int guard(const char *path, char *const *except, size_t count)
{
	struct vdisk_info info;
	struct disk *file;

	err = (struct err){0};
	check_ok(disk_open_file(path, DISK_READ_ONLY, &file, &err), &err);
	check_ok(vdisk_probe(file, &info, &err), &err);
	disk_close(file);
	return vdisk_guard_children(host, path, &info.link_id, except, count,
				    "would cry", &err);
}

static void write_junk(const char *path)
{
	struct disk *d;

	check_ok(disk_create_file(path, 3000, 512, &d, &err), &err);
	check_ok(disk_write(d, 2000, "conectix", 8, &err), &err);
	end_disk(d);
}

static void check_format(enum vdisk_format format)
{
	char child[] = "c.vhd", nothing[] = "nothing.vhd";
	char *except[] = {child, nothing};

	make("p.vhd", format);
	make("q.vhd", format);
	write_junk("junk.vhd");
	check(!mkdir("folder.vhd", 0700));
	check_eq(guard("p.vhd", NULL, 0), 0);
	make_child("c.vhd", "p.vhd");
	check_eq(guard("q.vhd", NULL, 0), 0);
	check_eq(guard("c.vhd", NULL, 0), 0);
	check_eq(guard("p.vhd", NULL, 0), -EBUSY);
	check(strstr(err.why, "c.vhd is a child of it and would cry"));
	check(!strcmp(err.what, "p.vhd"));
	check_eq(guard("p.vhd", except, 2), 0);
	check(!link("c.vhd", "same.VHDX"));
	check_eq(guard("p.vhd", except, 2), 0);
	check_eq(guard("p.vhd", except + 1, 1), -EBUSY);

	// A file whose name does not say that it is a disk is not looked at.
	check(!unlink("same.VHDX") && !rename("c.vhd", "c.txt"));
	check_eq(guard("p.vhd", NULL, 0), 0);
	check(!rename("c.txt", "c.avhd"));
	check_eq(guard("p.vhd", NULL, 0), -EBUSY);

	// Another folder's child is not seen, from wherever it is looked at.
	check(!rename("c.avhd", "folder.vhd/c.vhd"));
	check_eq(guard("p.vhd", NULL, 0), 0);
	check_eq(guard("./p.vhd", NULL, 0), 0);
	check(!rename("folder.vhd/c.vhd", "c.vhd"));
	check_eq(guard("./p.vhd", NULL, 0), -EBUSY);
	check_eq(guard("folder.vhd/../p.vhd", NULL, 0), -EBUSY);
	check_eq(vdisk_guard_children(host, "none/p.vhd", &(struct guid){{0}},
				      NULL, 0, "", NULL),
		 -ENOENT);
	check(!unlink("p.vhd") && !unlink("q.vhd") && !unlink("c.vhd") &&
	      !unlink("junk.vhd") && !rmdir("folder.vhd"));
}

int main(void)
{
	char dir[] = "/tmp/slipway-family-XXXXXX";

	check_ok(tree_open_host(&host, &err), &err);
	check(mkdtemp(dir) && !chdir(dir));
	check_format(VDISK_VHD);
	check_format(VDISK_VHDX);
	tree_close(host);
	check(!chdir("/") && !rmdir(dir));
	return 0;
}
