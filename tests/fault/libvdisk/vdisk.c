// SPDX-License-Identifier: MIT
//
// Opening, reading and making virtual disks while the N-th allocation or I/O
// fails: the right error, nothing leaked, outputs untouched; a VHD that is
// being made is afterwards one, or none.

#include "fault/fault.h"
#include "unit/libvdisk/images.h"

// Opens (on a parent when there is one) and reads a disk.
static int use(struct disk *file, struct disk *parent, struct err *err)
{
	static uint8_t b[8192];
	struct guid id = {{9, 9, 9}};
	struct disk *d = NULL;
	int r = parent ? vdisk_open_child(file, parent, &id, &d, err)
		       : vdisk_open(file, &d, err);

	if (!r)
		r = disk_read(d, d->size / 2 - 5000, b, sizeof(b), err);
	else
		check(!d);
	disk_close(d);
	return r;
}

struct files {
	struct disk *file, *parent;
};

static int use_files(void *ctx, struct err *err)
{
	struct files *f = ctx;

	return use(f->file, f->parent, err);
}

static void fail_memory(struct disk *file, struct disk *parent)
{
	fault_mem_each(use_files, &(struct files){file, parent});
}

static void fail_reads(struct disk *below, struct disk *parent)
{
	for (int persistent = 0; persistent < 2; persistent++) {
		for (unsigned n = 1;; n++) {
			struct fault_plan plan = {.fail_at = n,
						  .persistent = persistent};
			struct disk *file = fault_disk(below, &plan);
			struct err err = {0};
			int r = use(file, parent, &err);

			disk_close(file);
			check_eq(r, plan.failed ? -EIO : 0);
			check_eq(err.code, r);
			if (!plan.failed)
				break;
		}
	}
}

static void fail_create(void)
{
	struct guid id = {{1}};

	for (unsigned n = 1;; n++) {
		struct fault_plan plan = {.fail_at = n};
		struct disk *below = new_memory(vdisk_fixed_file_size(4096));
		struct disk *file = fault_disk(below, &plan);
		struct vdisk_info info;
		struct err err = {0};
		int r = vdisk_create_fixed(file, 4096, &id, 0, &err);

		check_eq(r, plan.failed ? -EIO : 0);
		r = vdisk_probe(below, &info, NULL);
		check(r == 0 || (plan.failed && r == -ENOENT));
		disk_close(file);
		disk_close(below);
		if (!plan.failed)
			break;
	}
}

int main(void)
{
	struct disk *parent = new_memory(DISK_SIZE);
	struct disk *files[] = {new_dynamic(VDISK_DYNAMIC),
				new_dynamic(VDISK_DIFFERENCING),
				new_vhdx((struct vhdx_spec){0})};

	for (size_t i = 0; i < 3; i++) {
		fail_memory(files[i], i == 1 ? parent : NULL);
		fail_reads(files[i], i == 1 ? parent : NULL);
		disk_close(files[i]);
	}
	disk_close(parent);
	fail_create();
	return 0;
}
