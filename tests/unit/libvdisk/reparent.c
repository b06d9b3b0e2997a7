// SPDX-License-Identifier: MIT
//
// Another parent: paths and identity are new, the content is not; paths of any
// length find room, again and again.

#include "unit/libvdisk/images.h"
#include "unit/libvdisk/model.h"

#define SIZE (4 * 1024 * K)

static struct err err;

static void expect(struct disk *file, const struct guid *id,
		   const char *absolute, const char *relative)
{
	struct vdisk_parent parent;
	struct vdisk_check found;
	struct vdisk_info info;

	check_ok(vdisk_probe(file, &info, &err), &err);
	check(guid_equal(&info.parent_id, id));
	check_ok(vdisk_parent_read(file, &parent, &err), &err);
	check(!strcmp(parent.absolute, absolute));
	check(!strcmp(parent.relative, relative));
	vdisk_parent_done(&parent);
	check_ok(vdisk_check(file, false, &found, &err), &err);
	check(!found.footer_lost && !found.needs_replay &&
	      !found.copy_differs && !found.lost);
}

static struct disk *new_child(const struct kind *k, struct disk *below)
{
	struct vdisk_create c = create_of(k, SIZE);
	struct disk *file = new_file(), *d;

	check_ok(vdisk_create(file, &c, &err), &err);
	check_ok(vdisk_open_child(file, below, &parent_id, &d, &err), &err);
	put(d, 1024 * K - 100, "across two blocks, or not", 25);
	put(d, SIZE - 512, "end", 3);
	end_disk(d);
	return file;
}

static void check_content(struct disk *file, struct disk *below,
			  const struct guid *id)
{
	uint8_t b[512];
	struct disk *d;

	check_eq(vdisk_open_child(file, below, &(struct guid){{5, 5}}, &d,
				  NULL),
		 -ESTALE);
	check_ok(vdisk_open_child(file, below, id, &d, &err), &err);
	check_ok(disk_read(d, 1024 * K - 100, b, 25, &err), &err);
	check(!memcmp(b, "across two blocks, or not", 25));
	check_ok(disk_read(d, SIZE - 512, b, 3, &err), &err);
	check(!memcmp(b, "end", 3));
	check_ok(disk_read(d, 0, b, 512, &err), &err);
	check(b[0] == 100 && b[511] == 100); // new_parent's
	end_disk(d);
}

static void check_kind(const struct kind *k)
{
	struct disk *below = new_parent(SIZE), *file = new_child(k, below);
	struct guid id = {{8, 8, 8}};
	char absolute[700] = "/", relative[700] = ".\\";

	for (unsigned i = 0; i < 8; i++) {
		// Longer each time, then short again.
		size_t n = i < 6 ? 20 + 100 * i : 3;

		memset(absolute + 1, 'a' + (int)i, n);
		memset(relative + 2, 'A' + (int)i, n);
		absolute[1 + n] = relative[2 + n] = 0;
		id.b[3] = (uint8_t)i;
		check_ok(vdisk_reparent(file, &id, absolute, relative,
					1600000000, &err),
			 &err);
		expect(file, &id, absolute, relative);
		check_content(file, below, &id);
	}
	end_disk(file);
	end_disk(below);
}

static void check_refused(const struct kind *k)
{
	struct disk *below = new_parent(SIZE), *file = new_child(k, below);
	struct vdisk_create c = create_of(k, SIZE);
	struct disk *alone = new_file();
	static char longest[70000];

	check_eq(vdisk_reparent(file, &parent_id, "/\xff", ".\\x", 0, NULL),
		 -EINVAL);
	memset(longest, 'x', sizeof(longest) - 1);
	check_eq(vdisk_reparent(file, &parent_id, longest, ".\\x", 0, NULL),
		 -EFBIG);
	expect(file, &parent_id, "/vhd/p.vhd", ".\\p.vhd");
	c.type = VDISK_DYNAMIC;
	check_ok(vdisk_create(alone, &c, &err), &err);
	check_eq(vdisk_reparent(alone, &parent_id, "/x", ".\\x", 0, NULL),
		 -EINVAL);
	check_eq(vdisk_reset(alone, NULL), -EINVAL);
	end_disk(alone);
	end_disk(file);
	end_disk(below);
}

int main(void)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (kinds[i].type != VDISK_DIFFERENCING)
			continue;
		check_kind(&kinds[i]);
		check_refused(&kinds[i]);
	}
	return 0;
}
