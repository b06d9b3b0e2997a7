// SPDX-License-Identifier: MIT
//
// New virtual disks, on the host and in volumes.

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "storage_priv.h"

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

int storage_take_room(const struct storage_effects *e, struct disk *file,
		      const struct storage_watch *watch, struct err *err)
{
	struct err inner = {0};
	int r = disk_allocate(file, 0, file->size, &inner);

	if (r == -ENOTSUP)
		return write_all(e, file, watch, err);
	return r ? err_pass(err, r, &inner) : 0;
}

static int create_on_host(const struct storage_effects *e, const char *path,
			  const struct vdisk_create *c, bool is_sparse,
			  const struct storage_watch *watch, struct err *err)
{
	struct disk *file;
	int r = storage_make_virtual(e, path, c, &file, err);

	if (r)
		return r;
	if (c->type == VDISK_FIXED && !is_sparse)
		r = storage_take_room(e, file, watch, err);
	if (!r)
		r = disk_finish(file, err);
	disk_close(file);
	return r;
}

// What a disk with blocks of its own is to hold needs a longer file.
static int check_growing(const struct storage_file *at, struct err *err)
{
	return strncmp(at->files->kind, "FAT", 3)
		       ? 0
		       : err_set(err, -ENOTSUP, at->name, ERR_NOWHERE,
				 "a file in a FAT volume keeps its size, and "
				 "this one could hold nothing: make it on the "
				 "host and copy it");
}

static int create_in_volume(const struct storage_effects *e,
			    const struct storage_file *at,
			    const struct vdisk_create *c, bool is_sparse,
			    struct err *err)
{
	struct vdisk_create copy = *c;
	int r = 0;

	if (is_sparse)
		return err_set(err, -ENOTSUP, at->name, ERR_NOWHERE,
			       "only files of the host are made sparse");
	if (c->type == VDISK_DYNAMIC)
		r = check_growing(at, err);
	if (!r)
		r = guid_random(&copy.id, err);
	copy.created = time(NULL);
	return r ? r : e->create_virtual_in(at->files, at->path, &copy, err);
}

int storage_create_virtual(const struct storage_effects *e,
			   const struct storage_file *at,
			   const struct vdisk_create *c, bool is_sparse,
			   const struct storage_watch *watch, struct err *err)
{
	return tree_is_volume(at->files)
		       ? create_in_volume(e, at, c, is_sparse, err)
		       : create_on_host(e, at->path, c, is_sparse, watch, err);
}

int storage_create_child(const struct storage_effects *e,
			 const struct storage_file *at,
			 const struct storage_parent *parent,
			 const struct vdisk_child *child, struct err *err)
{
	struct vdisk_child copy = *child;
	struct err inner = {0};
	int r = child->fill ? check_growing(at, err) : 0;

	if (!r)
		r = guid_random(&copy.id, err);
	if (r)
		return r;
	copy.created = time(NULL);
	r = e->create_child(at->files, at->path, parent->path, &copy, &inner);
	if (!strcmp(inner.what, "virtual disk")) // the one that is there
		snprintf(inner.what, sizeof(inner.what), "%s", parent->name);
	return r ? err_pass(err, r, &inner) : 0;
}
