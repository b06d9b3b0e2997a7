// SPDX-License-Identifier: MIT
//
// The metadata region of a VHDX, "VHDX Format Specification" 1.00, section 3.5.

#include <string.h>

#include "vhdx_disk.h"
#include "vhdx_priv.h"

enum item { FILE_PARAMETERS, DISK_SIZE, DISK_ID, LOGICAL, PHYSICAL, PARENT };

// In on-disk order, as `enum item` numbers them.
static const struct guid items[] = {
	{{0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d,
	  0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b}},
	{{0x24, 0x42, 0xa5, 0x2f, 0x1b, 0xcd, 0x76, 0x48,
	  0xb2, 0x11, 0x5d, 0xbe, 0xd8, 0x3b, 0xf4, 0xb8}},
	{{0xab, 0x12, 0xca, 0xbe, 0xe6, 0xb2, 0x23, 0x45,
	  0x93, 0xef, 0xc3, 0x09, 0xe0, 0x00, 0xc7, 0x46}},
	{{0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47,
	  0xba, 0x47, 0xf2, 0x33, 0xa8, 0xfa, 0xab, 0x5f}},
	{{0xc7, 0x48, 0xa3, 0xcd, 0x5d, 0x44, 0x71, 0x44,
	  0x9c, 0xc9, 0xe9, 0x88, 0x52, 0x51, 0xc5, 0x56}},
	{{0x2d, 0x5f, 0xd3, 0xa8, 0x0b, 0xb3, 0x4d, 0x45,
	  0xab, 0xf7, 0xd3, 0xd8, 0x48, 0x34, 0xab, 0x0c}},
};
#define ITEM_COUNT (sizeof(items) / sizeof(items[0]))

// Bytes of each item; 0: any.
static const uint32_t item_sizes[ITEM_COUNT] = {8, 8, 16, 4, 4, 0};

#define REQUIRED 4u

static int find_item(const struct guid *id)
{
	for (size_t i = 0; i < ITEM_COUNT; i++)
		if (guid_equal(id, &items[i]))
			return (int)i;
	return -1;
}

static void take_item(struct vhdx *v, int item, const uint8_t bytes[16])
{
	le32 first, second;
	le64 whole;

	memcpy(&first, bytes, sizeof(first));
	memcpy(&second, bytes + 4, sizeof(second));
	memcpy(&whole, bytes, sizeof(whole));
	switch (item) {
	case FILE_PARAMETERS:
		v->block_size = get_le32(first);
		v->is_fixed = get_le32(second) & 1;
		v->has_parent = get_le32(second) & 2;
		break;
	case DISK_SIZE:
		v->size = get_le64(whole);
		break;
	case DISK_ID:
		memcpy(v->id.b, bytes, sizeof(v->id.b));
		break;
	case LOGICAL:
		v->sector_size = get_le32(first);
		break;
	}
}

static int read_item(struct disk *file, const struct vhdx_meta_disk *entry,
		     struct vhdx *v, struct err *err)
{
	uint64_t off = get_le32(entry->offset), len = get_le32(entry->length);
	uint8_t bytes[16] = {0};
	int item = find_item(&entry->id), r;

	if (item < 0) {
		if (get_le32(entry->flags) & REQUIRED)
			return err_set(err, -ENOTSUP, "VHDX metadata",
				       v->meta_offset,
				       "a required item is not known");
		return 0;
	}
	if (!item_sizes[item])
		return 0;
	if (len != item_sizes[item] || off < VHDX_TABLE_SIZE ||
	    !range_ok(off, len, v->meta_length))
		return err_corrupt(err, "VHDX metadata", v->meta_offset,
				   "item %d has no proper place", item);
	r = disk_read(file, v->meta_offset + off, bytes, (size_t)len, err);
	if (!r)
		take_item(v, item, bytes);
	return r;
}

static int check_values(const struct vhdx *v, struct err *err)
{
	if (v->sector_size != 512 && v->sector_size != 4096)
		return err_corrupt(err, "VHDX metadata", v->meta_offset,
				   "a sector cannot have %u bytes",
				   v->sector_size);
	if (!is_power_of_two(v->block_size) || v->block_size < VHDX_MIN_BLOCK ||
	    v->block_size > VHDX_MAX_BLOCK)
		return err_corrupt(err, "VHDX metadata", v->meta_offset,
				   "a block cannot have %u bytes",
				   v->block_size);
	if (!v->size || v->size % v->sector_size || v->size > VHDX_MAX_SIZE)
		return err_corrupt(err, "VHDX metadata", v->meta_offset,
				   "a disk cannot have %llu bytes",
				   (unsigned long long)v->size);
	return 0;
}

int vhdx_read_meta(struct disk *file, struct vhdx *v, struct err *err)
{
	struct vhdx_meta_head_disk head;
	struct vhdx_meta_disk entry;
	uint32_t count;
	int r;

	if (v->meta_length < VHDX_TABLE_SIZE)
		return err_corrupt(err, "VHDX metadata", v->meta_offset,
				   "the region is too short");
	r = disk_read(file, v->meta_offset, &head, sizeof(head), err);
	if (r)
		return r;
	count = get_le16(head.count);
	if (memcmp(head.signature, "metadata", 8) || count > VHDX_MAX_ENTRIES)
		return err_corrupt(err, "VHDX metadata", v->meta_offset,
				   "the table is damaged");
	for (uint32_t i = 0; i < count && !r; i++) {
		uint64_t at = sizeof(head) + (uint64_t)i * sizeof(entry);

		r = disk_read(file, v->meta_offset + at, &entry, sizeof(entry),
			      err);
		if (!r)
			r = read_item(file, &entry, v, err);
	}
	return r ? r : check_values(v, err);
}
