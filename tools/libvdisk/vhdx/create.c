// SPDX-License-Identifier: MIT
//
// Making a VHDX: "VHDX Format Specification" 1.00, sections 2.2 and 2.5. Log,
// metadata and block table follow each other from 1 MiB on, then the blocks.

#include <string.h>

#include "../blocks/blocks.h"
#include "../vdisk_priv.h"
#include "vhdx_disk.h"
#include "vhdx_priv.h"

#define LOG_AT   VHDX_MIB
#define META_AT  (2 * VHDX_MIB)
#define TABLE_AT (3 * VHDX_MIB)

// As Windows: small blocks where all or few are there.
#define BLOCK_DYNAMIC (32u << 20)
#define BLOCK_OTHER   (2u << 20)
#define OTHER_MAX     (UINT64_C(4) << 40) // beyond, the table gets long

struct layout {
	uint32_t block_size;
	uint64_t blocks, ratio, entries; // entries: of the table
	uint64_t table_size, end;        // end: of what is before the blocks
	uint64_t present; // blocks that have a place from the start
};

static struct layout lay_out(const struct vdisk_create *c)
{
	uint32_t sector = c->sector_size ? c->sector_size : 512;
	struct layout l = {.block_size = c->block_size};

	if (!l.block_size)
		l.block_size = c->type == VDISK_DYNAMIC || c->size > OTHER_MAX
				       ? BLOCK_DYNAMIC
				       : BLOCK_OTHER;
	l.blocks = (c->size + l.block_size - 1) / l.block_size;
	l.ratio = vhdx_ratio(l.block_size, sector);
	l.entries = vhdx_table_entries(l.blocks, l.ratio,
				       c->type == VDISK_DIFFERENCING);
	l.table_size = round_up(l.entries * sizeof(le64), VHDX_MIB);
	l.end = TABLE_AT + l.table_size;
	l.present = c->type == VDISK_FIXED ? l.blocks
					   : vdisk_present(c, l.blocks);
	return l;
}

static int put_file_id(struct disk *file, struct err *err)
{
	static const char creator[] = "Slipway";
	struct vhdx_file_id_disk id = {0};

	memcpy(id.signature, "vhdxfile", sizeof(id.signature));
	for (size_t i = 0; creator[i]; i++)
		id.creator[i] = to_le16((uint8_t)creator[i]);
	return disk_write(file, 0, &id, sizeof(id), err);
}

static void put_region(uint8_t *bytes, size_t i, const struct guid *id,
		       uint64_t offset, uint64_t length)
{
	struct vhdx_region_disk region = {.id = *id,
					  .offset = to_le64(offset),
					  .length = to_le32((uint32_t)length),
					  .required = to_le32(1)};

	memcpy(bytes + sizeof(struct vhdx_region_head_disk) +
		       i * sizeof(region),
	       &region, sizeof(region));
}

static int put_regions(struct disk *file, const struct layout *l,
		       struct err *err)
{
	struct vhdx_region_head_disk head = {.count = to_le32(2)};
	uint8_t *bytes = mem_alloc(VHDX_TABLE_SIZE);
	int r;

	if (!bytes)
		return err_nomem(err);
	memcpy(head.signature, "regi", 4);
	memcpy(bytes, &head, sizeof(head));
	put_region(bytes, 0, &vhdx_table_region, TABLE_AT, l->table_size);
	put_region(bytes, 1, &vhdx_meta_region, META_AT, VHDX_MIB);
	head.checksum = to_le32(vhdx_checksum(bytes, VHDX_TABLE_SIZE));
	memcpy(bytes, &head, sizeof(head));
	r = disk_write(file, VHDX_REGION_1, bytes, VHDX_TABLE_SIZE, err);
	if (!r)
		r = disk_write(file, VHDX_REGION_2, bytes, VHDX_TABLE_SIZE,
			       err);
	mem_free(bytes);
	return r;
}

// Bytes of the file at first.
static uint64_t size_of(const struct layout *l)
{
	return l->end + l->present * l->block_size;
}

// Blocks that have a place follow each other.
static int put_table(struct disk *file, const struct vdisk_create *c,
		     const struct layout *l, struct err *err)
{
	uint64_t place = l->end, block = 0;
	le64 piece[512];
	int r = disk_zero(file, TABLE_AT, l->table_size, err);

	if (!l->present)
		return r;
	for (uint64_t i = 0; i < l->entries && !r; i += 512) {
		uint64_t n = l->entries - i < 512 ? l->entries - i : 512;

		for (uint64_t j = 0; j < n; j++) {
			bool is_map = (i + j) % (l->ratio + 1) == l->ratio;
			bool is_here = !is_map && (c->type == VDISK_FIXED ||
						   vdisk_is_present(c, block));

			piece[j] = to_le64(is_here ? place | BLOCK_FULL : 0);
			place += is_here ? l->block_size : 0;
			block += !is_map;
		}
		r = disk_write(file, TABLE_AT + i * sizeof(le64), piece,
			       (size_t)n * sizeof(le64), err);
	}
	return r;
}

// The headers come last: without them the file is none.
static int put_headers(struct disk *file, const struct vdisk_create *c,
		       struct err *err)
{
	struct vhdx_header h = {.sequence = 0,
				.slot = 1,
				.log_offset = LOG_AT,
				.log_length = VHDX_MIB};

	guid_from_name(&c->id, "file", &h.file_write);
	guid_from_name(&c->id, "data", &h.data_write);
	return vhdx_header_write(file, &h, err);
}

static int check(const struct vdisk_create *c, const struct layout *l,
		 struct err *err)
{
	uint32_t sector = c->sector_size ? c->sector_size : 512;

	if (sector != 512 && sector != 4096)
		return err_set(err, -EINVAL, "VHDX", ERR_NOWHERE,
			       "a sector has 512 or 4096 bytes");
	if (!c->size || c->size % sector)
		return err_set(err, -EINVAL, "VHDX", ERR_NOWHERE,
			       "a size is whole sectors of %u bytes", sector);
	if (c->size > VHDX_MAX_SIZE)
		return err_set(err, -EFBIG, "VHDX", ERR_NOWHERE,
			       "a VHDX has at most 64 TiB");
	if (!is_power_of_two(l->block_size) || l->block_size < VHDX_MIN_BLOCK ||
	    l->block_size > VHDX_MAX_BLOCK)
		return err_set(err, -EINVAL, "VHDX", ERR_NOWHERE,
			       "a block has 1 MiB to 256 MiB, a power of two");
	return 0;
}

int vhdx_create(struct disk *file, const struct vdisk_create *c,
		struct err *err)
{
	struct layout l = lay_out(c);
	int r = check(c, &l, err);

	if (!r && file->size < size_of(&l))
		r = disk_resize(file, size_of(&l), err);
	if (!r)
		r = disk_zero(file, 0, TABLE_AT, err);
	if (!r)
		r = put_regions(file, &l, err);
	if (!r)
		r = vhdx_meta_write(file, META_AT, c, l.block_size, err);
	if (!r)
		r = put_table(file, c, &l, err);
	if (!r)
		r = disk_flush(file, err);
	if (!r)
		r = put_headers(file, c, err);
	if (!r)
		r = put_file_id(file, err);
	return r ? r : disk_flush(file, err);
}

int vhdx_layout(const struct vdisk_create *c, struct vdisk_layout *ret,
		struct err *err)
{
	struct layout l = lay_out(c);
	int r = check(c, &l, err);

	if (r)
		return r;
	*ret = (struct vdisk_layout){
		.file_size = size_of(&l),
		.max_size = l.end + l.blocks * l.block_size,
		.first = l.end,
		.stride = l.block_size,
		.blocks = l.blocks,
		.block_size = l.block_size,
	};
	if (c->type == VDISK_DIFFERENCING) // and a block of bitmaps a chunk
		ret->max_size += (l.blocks + l.ratio - 1) / l.ratio * VHDX_MIB;
	return 0;
}
