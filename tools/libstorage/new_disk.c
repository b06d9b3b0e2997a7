// SPDX-License-Identifier: MIT
//
// New files of the host that hold a disk which is to be written.

#include "address.h"
#include "storage_priv.h"

int storage_new_disk_format(const char *path, enum vdisk_format *ret,
			    struct err *err)
{
	int r = address_check_host(path, err);

	return r ? r : vdisk_format_of_name(path, VDISK_RAW, ret, err);
}

// The file of a VHD or VHDX, with all its room, and the disk in it.
static int make_fixed(const struct storage_effects *e, const char *path,
		      const struct vdisk_create *c,
		      const struct storage_watch *watch,
		      struct storage_new_disk *n, struct err *err)
{
	int r = storage_make_virtual(e, path, c, &n->file, err);

	if (!r)
		r = storage_take_room(e, n->file, watch, err);
	return r ? r : e->open_virtual(n->file, &n->disk, err);
}

int storage_new_disk_open(const struct storage_effects *e, const char *path,
			  uint64_t size, uint32_t sector_size,
			  const struct guid *id,
			  const struct storage_watch *watch,
			  struct storage_new_disk *ret, struct err *err)
{
	struct vdisk_create c = {
		.type = VDISK_FIXED, .size = size, .sector_size = sector_size};
	struct storage_new_disk n = {0};
	int r = storage_new_disk_format(path, &c.format, err);

	if (r)
		return r;
	if (id)
		c.id = *id;
	if (c.format == VDISK_RAW)
		r = e->create_file(path, size, sector_size ? sector_size : 512,
				   &n.file, err);
	else
		r = make_fixed(e, path, &c, watch, &n, err);
	if (r) {
		storage_new_disk_close(&n);
		return r;
	}
	if (!n.disk)
		n.disk = n.file;
	if (id)
		vdisk_seed(n.disk, id);
	*ret = n;
	return 0;
}

int storage_new_disk_finish(struct storage_new_disk *n, struct err *err)
{
	struct err inner = {0};
	int r = 0;

	if (n->disk != n->file) {
		r = disk_finish(n->disk, err);
		if (r)
			return r;
		r = disk_allocate(n->file, 0, n->file->size, &inner);
		if (r && r != -ENOTSUP)
			return err_pass(err, r, &inner);
	}
	return disk_finish(n->file, err);
}

void storage_new_disk_close(struct storage_new_disk *n)
{
	if (n->disk != n->file)
		disk_close(n->disk);
	disk_close(n->file);
	*n = (struct storage_new_disk){0};
}
