// SPDX-License-Identifier: MIT
//
// New virtual disks by the addresses of their files: empty ones, children, copies.

#include "vdisk_priv.h"

// On the host the name must be one that a new file may have, and of a kind that is
// made here.
static int open_new(const char *address, struct storage_spot *ret,
		    struct err *err)
{
	enum vdisk_format format;
	struct storage_spot s;
	int r = vdisk_format_of_name(address, VDISK_VHD, &format, err);

	if (!r)
		r = storage_spot_open(address, true, &s, err);
	if (r)
		return r;
	r = s.place ? 0 : address_check_host(address, err);
	if (r)
		storage_spot_close(&s, NULL);
	else
		*ret = s;
	return r;
}

static struct storage_file file_at(const struct storage_spot *spot,
				   const char *address)
{
	return (struct storage_file){spot->tree, spot->path, address};
}

static void writes_zeroes(void *ctx)
{
	storage_vdisk_note(ctx, "its file system cannot reserve room; zeroes "
				"are written instead");
}

int storage_vdisk_create(const struct storage_effects *effects,
			 const char *address, const struct vdisk_create *c,
			 bool is_sparse, const struct storage_vdisk_listener *l,
			 struct err *err)
{
	const struct storage_watch watch = {l ? l->progress : NULL,
					    writes_zeroes, (void *)l};
	struct storage_file at;
	struct storage_spot spot;
	int r = open_new(address, &spot, err);

	if (r)
		return r;
	at = file_at(&spot, address);
	r = storage_create_virtual(effects, &at, c, is_sparse, &watch, err);
	if (!r)
		r = storage_spot_finish(&spot, err);
	storage_spot_close(&spot, l);
	return r;
}

// --- Children ----------------------------------------------------------------

// Makes the child read as the source.
static int fill_child(void *ctx, struct disk *child, struct err *err)
{
	struct place *from;
	int r = address_open(ctx, ADDRESS_FILE | ADDRESS_VIRTUAL, &from, err);

	if (r)
		return r;
	r = disk_copy_changes(from->disk, child, err);
	address_close(from);
	return r;
}

int storage_vdisk_create_child(const struct storage_effects *effects,
			       const char *address, const char *parent,
			       const char *source, uint32_t block_size,
			       const struct storage_vdisk_listener *l,
			       struct err *err)
{
	const struct vdisk_child child = {.block_size = block_size,
					  .fill = source ? fill_child : NULL,
					  .ctx = (void *)source};
	struct storage_spot spot;
	char *below = NULL;
	int r = open_new(address, &spot, err);

	if (r)
		return r;
	r = storage_spot_beside(&spot, parent, &below, err);
	if (!r) {
		const struct storage_file at = file_at(&spot, address);

		r = storage_create_child(effects, &at,
					 &(struct storage_parent){below,
								  parent},
					 &child, err);
	}
	if (!r)
		r = storage_spot_finish(&spot, err);
	mem_free(below);
	storage_spot_close(&spot, l);
	return r;
}

// --- Copies ------------------------------------------------------------------

// A disk's table and volumes count in its sectors: it keeps their size. Of a raw
// image the table says it.
static int choose_sector_size(struct disk *from, struct vdisk_create *c,
			      struct err *err)
{
	uint32_t size = from->sector_size;
	int r = from->is_sector_guessed ? part_sector_size(from, &size, err)
					: 0;

	if (!r && c->format == VDISK_VHD && size != 512)
		r = err_set(err, -ENOTSUP, "source", ERR_NOWHERE,
			    "its sectors are of %u bytes, and those of a VHD "
			    "always of 512: nothing on it could be read; make "
			    "a VHDX",
			    size);
	if (!r && c->format == VDISK_VHDX)
		c->sector_size = size;
	return r;
}

// Makes the file: `c` says what, of the size of `from`.
static int make_target(const struct storage_effects *effects, const char *path,
		       struct vdisk_create *c, struct disk *from,
		       struct disk **ret, struct err *err)
{
	int r = choose_sector_size(from, c, err);

	if (r)
		return r;
	c->size = from->size;
	if (c->format == VDISK_RAW)
		return effects->create_file(path, c->size, 512, ret, err);
	return storage_make_virtual(effects, path, c, ret, err);
}

int storage_vdisk_copy_disk(const struct storage_effects *effects,
			    struct disk *source, const char *path,
			    const struct vdisk_create *c,
			    struct progress *progress, struct err *err)
{
	struct vdisk_create what = *c;
	struct disk *file, *to = NULL;
	int r = make_target(effects, path, &what, source, &file, err);

	if (r)
		return r;
	if (what.format != VDISK_RAW)
		r = effects->open_virtual(file, &to, err);
	if (!r)
		r = disk_set_direct(file, err);
	if (!r)
		r = disk_copy_data(source, to ? to : file, source->size,
				   progress, "Converting", err);
	if (!r)
		r = to ? disk_finish(to, err) : 0;
	if (!r)
		r = disk_finish(file, err);
	disk_close(to);
	disk_close(file);
	return r;
}

int storage_vdisk_copy(const struct storage_effects *effects,
		       const char *source, const char *path,
		       const struct vdisk_create *c,
		       const struct storage_vdisk_listener *l, struct err *err)
{
	struct place *from;
	int r = address_check_host(path, err);

	if (!r)
		r = address_open(source, ADDRESS_FILE | ADDRESS_VIRTUAL, &from,
				 err);
	if (r)
		return r;
	r = storage_vdisk_copy_disk(effects, from->disk, path, c,
				    l ? l->progress : NULL, err);
	address_close(from);
	return r;
}
