// SPDX-License-Identifier: MIT
//
// Making and opening fixed VHDs, and what is refused.

#include "unit/libvdisk/images.h"

static const struct guid id = {{1, 2, 3, 4}};

static void check_fixed(void)
{
	uint64_t sizes[] = {512, 1536, 4 * MIB, 999 * 512};

	for (size_t i = 0; i < 4; i++) {
		uint64_t size = sizes[i];
		struct disk *file = new_memory(vdisk_fixed_file_size(size)), *d;
		struct vdisk_info info;
		struct err err = {0};
		uint8_t b;

		check_eq(file->size, size + 512);
		put(file, size - 1, "e", 1); // data is left as it is
		check_ok(vdisk_create_fixed(file, size, &id, 1600000000, &err),
			 &err);
		check_ok(vdisk_probe(file, &info, &err), &err);
		check_eq(info.format, VDISK_VHD);
		check_eq(info.type, VDISK_FIXED);
		check_eq(info.size, size);
		check_eq(info.file_size, size + 512);
		check_eq(info.created, 1600000000);
		check(guid_equal(&info.id, &id));
		check(!strcmp(info.creator, "win "));
		check_ok(vdisk_open(file, &d, &err), &err);
		check_eq(d->size, size);
		check_eq(d->sector_size, 512);
		check_ok(disk_read(d, size - 1, &b, 1, &err), &err);
		check_eq(b, 'e');
		check_ok(disk_write(d, 0, "w", 1, &err), &err);
		check_ok(disk_read(file, 0, &b, 1, &err), &err);
		check_eq(b, 'w');
		check_eq(disk_write(d, size, "w", 1, NULL), -EINVAL);
		check_ok(disk_zero(d, 0, size, &err), &err);
		check_ok(vdisk_probe(file, &info, &err), &err);
		disk_close(d);
		disk_close(file);
	}
}

static void check_refused(void)
{
	struct disk *file = new_memory(4096), *d = NULL;
	struct vhd_footer footer = footer_of(VDISK_FIXED);
	struct vhd_footer_disk bytes;
	struct vdisk_info info;
	struct err err = {0};

	check_eq(vdisk_create_fixed(file, 0, &id, 0, NULL), -EINVAL);
	check_eq(vdisk_create_fixed(file, 4096 - 512 - 1, &id, 0, NULL),
		 -EINVAL);
	check_eq(vdisk_create_fixed(file, 4096, &id, 0, NULL), -EINVAL);
	check_eq(vdisk_create_fixed(file, VDISK_MAX_VHD_SIZE + 512, &id, 0,
				    NULL),
		 -EFBIG);
	check_eq(vdisk_probe(file, &info, &err), -ENOENT);
	check_eq(vdisk_open(file, &d, NULL), -ENOENT);
	// A disk that is longer than its file.
	footer.current_size = 4096;
	vhd_footer_encode(&footer, &bytes);
	put(file, 4096 - 512, &bytes, sizeof(bytes));
	err = (struct err){0};
	check_eq(vdisk_open(file, &d, &err), -EBADMSG);
	check_eq(err.where, 4096 - 512);
	// Room behind the disk is fine.
	footer.current_size = 1024;
	vhd_footer_encode(&footer, &bytes);
	put(file, 4096 - 512, &bytes, sizeof(bytes));
	check_eq(vdisk_open(file, &d, NULL), 0);
	check_eq(d->size, 1024);
	disk_close(d);
	disk_close(file);
}

static void check_children(void)
{
	struct disk *file = new_dynamic(VDISK_DIFFERENCING), *d = NULL;
	struct disk *parent = new_memory(DISK_SIZE), *vhdx, *plain;
	struct vdisk_info info;
	struct err err = {0};

	check_ok(vdisk_probe(file, &info, &err), &err);
	check_eq(info.type, VDISK_DIFFERENCING);
	check_eq(info.block_size, BLOCK);
	check(!strcmp(info.parent, "p\xc3\xa9"));
	check_eq(vdisk_open(file, &d, &err), -ENOTSUP);
	check(strstr(err.why, "p\xc3\xa9"));
	check_eq(vdisk_open_child(file, parent, &id, &d, NULL), -ESTALE);
	plain = new_dynamic(VDISK_DYNAMIC);
	check_eq(vdisk_open_child(plain, parent, &id, &d, NULL), -EINVAL);
	vhdx = new_vhdx((struct vhdx_spec){.flags = 2}); // says nothing of it
	check_eq(vdisk_open_child(vhdx, parent, &id, &d, NULL), -EBADMSG);
	check(!d);
	disk_close(plain);
	disk_close(vhdx);
	disk_close(parent);
	disk_close(file);
}

int main(void)
{
	check_fixed();
	check_refused();
	check_children();
	return 0;
}
