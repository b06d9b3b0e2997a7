// SPDX-License-Identifier: MIT
//
// New files of the host that hold a disk.

#include <time.h>

#include "address.h"
#include "storage.h"

// --- A virtual disk ----------------------------------------------------------

int storage_make_virtual(const struct storage_effects *e, const char *path,
			 const struct vdisk_create *c, struct disk **ret,
			 struct err *err)
{
	struct vdisk_create copy = *c;
	struct disk *file;
	int r = 0;

	if (guid_is_zero(&c->id)) {
		copy.created = time(NULL);
		r = guid_random(&copy.id, err);
	}
	if (!r)
		r = e->create_file(path, 0, 512, &file, err);
	if (r)
		return r;
	r = e->create_virtual(file, &copy, err);
	if (r)
		disk_close(file);
	else
		*ret = file;
	return r;
}

static int write_zeroes(struct disk *disk, struct progress *progress,
			struct err *err)
{
	size_t piece = 1u << 20;
	uint8_t *zeroes = mem_aligned(4096, piece);
	uint64_t off = 0;
	int r = zeroes ? 0 : err_nomem(err);

	while (!r && off < disk->size) {
		size_t n = disk->size - off < piece ? (size_t)(disk->size - off)
						    : piece;

		r = disk_write(disk, off, zeroes, n, err);
		off += n;
		if (!r)
			r = progress_report(progress, "Writing zeroes", off,
					    disk->size);
	}
	mem_free(zeroes);
	return r ? r : disk_finish(disk, err);
}

// What its file system cannot reserve is written.
static int write_all(const struct storage_effects *e, struct disk *file,
		     const struct storage_watch *watch, struct err *err)
{
	struct disk *disk;
	int r = e->open_virtual(file, &disk, err);

	if (r)
		return r;
	if (watch)
		watch->writes_zeroes(watch->ctx);
	r = disk_set_direct(file, err);
	if (!r)
		r = write_zeroes(disk, watch ? watch->progress : NULL, err);
	disk_close(disk);
	return r;
}

static int take_room(const struct storage_effects *e, struct disk *file,
		     const struct storage_watch *watch, struct err *err)
{
	struct err inner = {0};
	int r = disk_allocate(file, 0, file->size, &inner);

	if (r == -ENOTSUP)
		return write_all(e, file, watch, err);
	return r ? err_pass(err, r, &inner) : 0;
}

int storage_create_virtual(const struct storage_effects *e, const char *path,
			   const struct vdisk_create *c, bool is_sparse,
			   const struct storage_watch *watch, struct err *err)
{
	struct disk *file;
	int r = storage_make_virtual(e, path, c, &file, err);

	if (r)
		return r;
	if (c->type == VDISK_FIXED && !is_sparse)
		r = take_room(e, file, watch, err);
	if (!r)
		r = disk_finish(file, err);
	disk_close(file);
	return r;
}

// --- A disk to be written ----------------------------------------------------

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
		r = take_room(e, n->file, watch, err);
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
