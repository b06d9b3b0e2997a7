// SPDX-License-Identifier: MIT
//
// The metadata region of a VHDX, "VHDX Format Specification" 1.00, section 2.6.

#include <string.h>

#include "vhdx_disk.h"
#include "vhdx_priv.h"

enum item { FILE_PARAMETERS, DISK_SIZE, DISK_ID, LOGICAL, PHYSICAL, PARENT };

// In on-disk order, as `enum item` numbers them.
static const struct guid items[] = {
	{{0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d, 0xb3, 0xb6, 0x33,
	  0xf0, 0xaa, 0x44, 0xe7, 0x6b}},
	{{0x24, 0x42, 0xa5, 0x2f, 0x1b, 0xcd, 0x76, 0x48, 0xb2, 0x11, 0x5d,
	  0xbe, 0xd8, 0x3b, 0xf4, 0xb8}},
	{{0xab, 0x12, 0xca, 0xbe, 0xe6, 0xb2, 0x23, 0x45, 0x93, 0xef, 0xc3,
	  0x09, 0xe0, 0x00, 0xc7, 0x46}},
	{{0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47, 0xba, 0x47, 0xf2,
	  0x33, 0xa8, 0xfa, 0xab, 0x5f}},
	{{0xc7, 0x48, 0xa3, 0xcd, 0x5d, 0x44, 0x71, 0x44, 0x9c, 0xc9, 0xe9,
	  0x88, 0x52, 0x51, 0xc5, 0x56}},
	{{0x2d, 0x5f, 0xd3, 0xa8, 0x0b, 0xb3, 0x4d, 0x45, 0xab, 0xf7, 0xd3,
	  0xd8, 0x48, 0x34, 0xab, 0x0c}},
};
#define ITEM_COUNT (sizeof(items) / sizeof(items[0]))

// Bytes of each item; 0: any.
static const uint32_t item_sizes[ITEM_COUNT] = {8, 8, 16, 4, 4, 0};

#define OF_USER  1u // names of their own, which mean nothing here
#define OF_DISK  2u
#define REQUIRED 4u

// File parameters.
#define KEEP_BLOCKS 1u
#define HAS_PARENT  2u

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
		v->is_fixed = get_le32(second) & KEEP_BLOCKS;
		v->has_parent = get_le32(second) & HAS_PARENT;
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

static int take_unknown(const struct vhdx_meta_disk *entry,
			const struct vhdx *v, struct err *err)
{
	char guid[GUID_TEXT];

	if (!(get_le32(entry->flags) & REQUIRED))
		return 0;
	return err_set(err, -ENOTSUP, "VHDX metadata", v->meta_offset,
		       "it requires an item that is not known, {%s}",
		       guid_format(&entry->id, guid));
}

// `at` is where the entry lies.
static int take_locator(uint64_t off, uint64_t len, uint64_t at, struct vhdx *v,
			struct err *err)
{
	if (!len || len > VHDX_MAX_ITEM || off < VHDX_TABLE_SIZE ||
	    !range_ok(off, len, v->meta_length))
		return err_corrupt(err, "VHDX metadata", v->meta_offset,
				   "the parent locator has no proper place");
	v->locator_offset = v->meta_offset + off;
	v->locator_length = (uint32_t)len;
	v->locator_entry = at;
	return 0;
}

static int read_item(struct disk *file, const struct vhdx_meta_disk *entry,
		     uint64_t at, struct vhdx *v, struct err *err)
{
	uint64_t off = get_le32(entry->offset), len = get_le32(entry->length);
	uint8_t bytes[16] = {0};
	int item = find_item(&entry->id), r;

	if (range_ok(off, len, v->meta_length) && off + len > v->items_end)
		v->items_end = (uint32_t)(off + len);
	if (item < 0 || get_le32(entry->flags) & OF_USER)
		return take_unknown(entry, v, err);
	if (v->items & 1u << item)
		return err_corrupt(err, "VHDX metadata", v->meta_offset,
				   "item %d is there twice", item);
	v->items |= 1u << item;
	if (item == PARENT)
		return take_locator(off, len, at, v, err);
	if (len != item_sizes[item] || off < VHDX_TABLE_SIZE ||
	    !range_ok(off, len, v->meta_length))
		return err_corrupt(err, "VHDX metadata", v->meta_offset,
				   "item %d has no proper place", item);
	if (item == DISK_SIZE)
		v->size_offset = v->meta_offset + off;
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
	if (v->has_parent && !v->locator_offset)
		return err_corrupt(err, "VHDX metadata", v->meta_offset,
				   "it has a parent, but not where it is");
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
		uint64_t at = v->meta_offset + sizeof(head) +
			      (uint64_t)i * sizeof(entry);

		r = disk_read(file, at, &entry, sizeof(entry), err);
		if (!r)
			r = read_item(file, &entry, at, v, err);
	}
	return r ? r : check_values(v, err);
}

// --- Writing -----------------------------------------------------------------

// The region while it is made: the table, and items behind it.
struct region {
	uint8_t *bytes;
	uint32_t count, end;
};

#define REGION_SIZE (2 * VHDX_TABLE_SIZE + VHDX_MAX_LOCATOR)

static void add_item(struct region *g, enum item item, const void *data,
		     size_t n)
{
	bool of_file = item == FILE_PARAMETERS || item == PARENT;
	struct vhdx_meta_disk entry = {
		.id = items[item],
		.offset = to_le32(g->end),
		.length = to_le32((uint32_t)n),
		.flags = to_le32(of_file ? REQUIRED : REQUIRED | OF_DISK)};

	memcpy(g->bytes + sizeof(struct vhdx_meta_head_disk) +
		       g->count * sizeof(entry),
	       &entry, sizeof(entry));
	memcpy(g->bytes + g->end, data, n);
	g->count++;
	g->end += (uint32_t)n;
}

static int add_locator(struct region *g, const struct vdisk_create *c,
		       struct err *err)
{
	uint8_t *bytes;
	size_t n;
	int r = vhdx_locator_encode(c, &bytes, &n, err);

	if (r)
		return r;
	add_item(g, PARENT, bytes, n);
	mem_free(bytes);
	return 0;
}

int vhdx_meta_write(struct disk *file, uint64_t offset,
		    const struct vdisk_create *c, uint32_t block_size,
		    struct err *err)
{
	uint32_t flags = c->type == VDISK_FIXED          ? KEEP_BLOCKS
			 : c->type == VDISK_DIFFERENCING ? HAS_PARENT
							 : 0;
	le32 parameters[2] = {to_le32(block_size), to_le32(flags)};
	le32 logical = to_le32(c->sector_size ? c->sector_size : 512);
	le32 physical = to_le32(4096);
	le64 size = to_le64(c->size);
	struct region g = {.bytes = mem_alloc(REGION_SIZE),
			   .end = VHDX_TABLE_SIZE};
	struct vhdx_meta_head_disk head = {0};
	int r = 0;

	if (!g.bytes)
		return err_nomem(err);
	add_item(&g, FILE_PARAMETERS, parameters, sizeof(parameters));
	add_item(&g, DISK_SIZE, &size, sizeof(size));
	add_item(&g, LOGICAL, &logical, sizeof(logical));
	add_item(&g, PHYSICAL, &physical, sizeof(physical));
	add_item(&g, DISK_ID, &c->id, sizeof(c->id));
	if (c->type == VDISK_DIFFERENCING)
		r = add_locator(&g, c, err);
	memcpy(head.signature, "metadata", 8);
	head.count = to_le16((uint16_t)g.count);
	memcpy(g.bytes, &head, sizeof(head));
	if (!r)
		r = disk_write(file, offset, g.bytes, g.end, err);
	mem_free(g.bytes);
	return r;
}
