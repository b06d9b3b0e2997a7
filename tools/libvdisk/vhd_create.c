// SPDX-License-Identifier: MIT
//
// Making dynamic and differencing VHDs: "Virtual Hard Disk Image Format
// Specification" 1.0, sections "Dynamic Disk Header Format" and "Parent
// Locator"; the places are those that Windows 10 uses.

#include <string.h>

#include "vhd_disk.h"
#include "vhd_priv.h"

#define EPOCH INT64_C(946684800) // 2000-01-01, where a VHD's time begins

// What is written before the table.
struct layout {
	struct vhd_footer_disk footer;
	struct vhd_header_disk header;
	uint64_t table, table_size, end;
	le16 *paths[2]; // W2ku, W2ru
	size_t lengths[2];
	uint64_t places[2];
};

static int encode_path(const char *path, le16 **ret, size_t *ret_n,
		       struct err *err)
{
	int r = utf16_from_utf8(path, ret, ret_n);

	if (r == -EINVAL)
		return err_set(err, r, path, ERR_NOWHERE,
			       "the path is not UTF-8");
	return r ? err_nomem(err) : 0;
}

static void put_locator(struct layout *l, size_t i, const char *platform)
{
	struct vhd_locator_disk *at = &l->header.locators[i];

	memcpy(at->platform, platform, sizeof(at->platform));
	// Room in bytes, not in sectors, as Windows writes it.
	at->space = to_be32((uint32_t)round_up(l->lengths[i] * 2, VHD_SECTOR));
	at->length = to_be32((uint32_t)(l->lengths[i] * 2));
	at->offset = to_be64(l->places[i]);
	l->end = l->places[i] + round_up(l->lengths[i] * 2, VHD_SECTOR);
}

static uint32_t parent_time(int64_t time)
{
	if (time < EPOCH)
		return 0;
	return time - EPOCH > UINT32_MAX ? UINT32_MAX
					 : (uint32_t)(time - EPOCH);
}

// The name is the absolute path, in big-endian units; a longer one is cut.
static int add_parent(struct layout *l, const struct vdisk_create *c,
		      struct err *err)
{
	static const char *const platforms[] = {"W2ku", "W2ru"};
	const char *const paths[] = {c->parent_absolute, c->parent_relative};

	for (size_t i = 0; i < 2; i++) {
		int r = encode_path(paths[i], &l->paths[i], &l->lengths[i],
				    err);

		if (r)
			return r;
		if (l->lengths[i] * 2 > VHD_MAX_LOCATOR)
			return err_set(err, -EFBIG, "VHD", ERR_NOWHERE,
				       "the path of the parent is too long");
		l->places[i] = round_up(l->end, 4096);
		put_locator(l, i, platforms[i]);
	}
	for (size_t i = 0; i < l->lengths[0] && i < 255; i++)
		l->header.parent_name[i] = to_be16(get_le16(l->paths[0][i]));
	l->header.parent_id = c->parent_id;
	l->header.parent_time = to_be32(parent_time(c->parent_time));
	return 0;
}

static int lay_out(struct layout *l, const struct vdisk_create *c,
		   struct err *err)
{
	struct vhd_footer footer = vhd_footer_new(c->type, c->size, &c->id,
						  c->created);
	uint32_t block = c->block_size ? c->block_size : 2u << 20;
	uint64_t blocks = (c->size + block - 1) / block;
	be32 sum;
	int r = 0;

	memcpy(l->header.cookie, "cxsparse", sizeof(l->header.cookie));
	l->header.next = to_be64(VHD_NO_OFFSET);
	l->header.version = to_be32(0x00010000);
	l->header.table_entries = to_be32((uint32_t)blocks);
	l->header.block_size = to_be32(block);
	l->end = VHD_FOOTER_SIZE + sizeof(l->header);
	if (c->type == VDISK_DIFFERENCING)
		r = add_parent(l, c, err);
	l->table = l->end;
	l->table_size = round_up(blocks * sizeof(be32), VHD_SECTOR);
	l->header.table_offset = to_be64(l->table);
	sum = to_be32(vhd_checksum(
		&l->header, sizeof(l->header),
		offsetof(struct vhd_header_disk, checksum)));
	l->header.checksum = sum;
	vhd_footer_encode(&footer, &l->footer);
	l->end = l->table + l->table_size;
	return r;
}

static int put_table(struct disk *file, const struct layout *l,
		     struct err *err)
{
	uint64_t left = l->table_size, off = l->table;
	size_t size = left < 1 << 20 ? (size_t)left : 1 << 20;
	uint8_t *ones = mem_alloc(size);
	int r = ones ? 0 : err_nomem(err);

	if (ones)
		memset(ones, 0xff, size);
	while (!r && left) {
		size_t n = left < size ? (size_t)left : size;

		r = disk_write(file, off, ones, n, err);
		off += n;
		left -= n;
	}
	mem_free(ones);
	return r;
}

static int put_all(struct disk *file, const struct layout *l, struct err *err)
{
	int r = disk_write(file, VHD_FOOTER_SIZE, &l->header,
			   sizeof(l->header), err);

	for (size_t i = 0; i < 2 && !r; i++)
		r = disk_write(file, l->places[i], l->paths[i],
			       l->lengths[i] * sizeof(le16), err);
	if (!r)
		r = put_table(file, l, err);
	if (!r)
		r = disk_flush(file, err);
	if (!r)
		r = disk_write(file, file->size - VHD_FOOTER_SIZE, &l->footer,
			       sizeof(l->footer), err);
	if (!r)
		r = disk_write(file, 0, &l->footer, sizeof(l->footer), err);
	return r ? r : disk_flush(file, err);
}

int vhd_dynamic_create(struct disk *file, const struct vdisk_create *c,
		       struct err *err)
{
	struct layout l = {0};
	int r = lay_out(&l, c, err);

	if (!r && file->size < l.end + VHD_FOOTER_SIZE)
		r = disk_resize(file, l.end + VHD_FOOTER_SIZE, err);
	if (!r)
		r = put_all(file, &l, err);
	mem_free(l.paths[0]);
	mem_free(l.paths[1]);
	return r;
}
