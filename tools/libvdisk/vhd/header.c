// SPDX-License-Identifier: MIT
//
// The dynamic header of a VHD, "Virtual Hard Disk Image Format Specification"
// 1.0, section "Dynamic Disk Header Format", and what it says of a parent.

#include <string.h>

#include "vhd_disk.h"
#include "vhd_priv.h"

#define COOKIE "cxsparse"

static int check_table(const struct vhd_header *h,
		       const struct vhd_footer *footer, uint64_t file_size,
		       uint64_t where, struct err *err)
{
	uint64_t blocks;

	if (!is_power_of_two(h->block_size) || h->block_size < VHD_SECTOR)
		return err_corrupt(err, "VHD dynamic header", where,
				   "a block cannot have %u bytes",
				   h->block_size);
	if (h->block_size > VHD_MAX_BLOCK)
		return err_set(err, -EFBIG, "VHD dynamic header", where,
			       "blocks of %u bytes are not read",
			       h->block_size);
	blocks = footer->current_size / h->block_size +
		 (footer->current_size % h->block_size != 0);
	if (blocks > VHD_MAX_TABLE)
		return err_set(err, -EFBIG, "VHD dynamic header", where,
			       "a table of %llu blocks is not read",
			       (unsigned long long)blocks);
	if (h->table_entries < blocks)
		return err_corrupt(err, "VHD dynamic header", where,
				   "%u blocks of %u bytes are too few",
				   h->table_entries, h->block_size);
	if (!range_ok(h->table_offset, blocks * sizeof(be32), file_size))
		return err_corrupt(err, "VHD dynamic header", where,
				   "the block table is not inside the file");
	return 0;
}

// The name is UTF-16, big-endian by the specification; ends at the first NUL.
static int decode_parent(const struct vhd_header_disk *disk,
			 struct vhd_header *h, struct err *err)
{
	le16 units[256];
	size_t n = 0;
	char *name;

	while (n < 256 && get_be16(disk->parent_name[n])) {
		units[n] = to_le16(get_be16(disk->parent_name[n]));
		n++;
	}
	name = utf16_to_utf8(units, n);
	if (!name)
		return err_nomem(err);
	memcpy(h->parent, name, strlen(name) + 1);
	mem_free(name);
	return 0;
}

static void decode_locators(const struct vhd_header_disk *disk,
			    struct vhd_header *h)
{
	for (size_t i = 0; i < VHD_LOCATORS; i++) {
		const struct vhd_locator_disk *from = &disk->locators[i];

		memcpy(h->locators[i].platform, from->platform, 4);
		h->locators[i].offset = get_be64(from->offset);
		h->locators[i].length = get_be32(from->length);
	}
}

int vhd_header_decode(const struct vhd_header_disk *disk,
		      const struct vhd_footer *footer, uint64_t file_size,
		      struct vhd_header *ret, struct err *err)
{
	uint64_t where = footer->header_offset;
	struct vhd_header h = {0};
	int r;

	if (memcmp(disk->cookie, COOKIE, sizeof(disk->cookie)))
		return err_corrupt(err, "VHD dynamic header", where,
				   "there is none where the footer says");
	if (get_be32(disk->checksum) !=
	    vhd_checksum(disk, sizeof(*disk),
			 offsetof(struct vhd_header_disk, checksum)))
		return err_corrupt(err, "VHD dynamic header", where,
				   "the checksum does not match");
	if (get_be32(disk->version) >> 16 != 1)
		return err_set(err, -ENOTSUP, "VHD dynamic header", where,
			       "version %u of it is not known",
			       get_be32(disk->version) >> 16);
	h.table_offset = get_be64(disk->table_offset);
	h.table_entries = get_be32(disk->table_entries);
	h.block_size = get_be32(disk->block_size);
	r = check_table(&h, footer, file_size, where, err);
	if (r)
		return r;
	if (footer->type == VDISK_DIFFERENCING) {
		h.parent_id = disk->parent_id;
		decode_locators(disk, &h);
		r = decode_parent(disk, &h, err);
		if (r)
			return r;
	}
	*ret = h;
	return 0;
}

int vhd_header_read(struct disk *file, const struct vhd_footer *footer,
		    struct vhd_header *ret, struct err *err)
{
	struct vhd_header_disk disk;
	int r;

	if (!range_ok(footer->header_offset, sizeof(disk), file->size))
		return err_corrupt(err, "VHD dynamic header",
				   footer->header_offset,
				   "it is not inside the file");
	r = disk_read(file, footer->header_offset, &disk, sizeof(disk), err);
	return r ? r : vhd_header_decode(&disk, footer, file->size, ret, err);
}

int vhd_read(struct disk *file, struct vhd *ret, struct err *err)
{
	struct vhd v = {0};
	uint64_t end;
	int r = vhd_footer_read(file, &v.footer, &v.footer_lost, &end, err);

	if (r)
		return r;
	if (v.footer.type == VDISK_FIXED && v.footer.current_size > end)
		return err_corrupt(err, "VHD footer", end,
				   "the disk is longer than its file");
	if (v.footer.type != VDISK_FIXED)
		r = vhd_header_read(file, &v.footer, &v.header, err);
	if (r)
		return r;
	*ret = v;
	return 0;
}
