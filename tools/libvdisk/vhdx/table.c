// SPDX-License-Identifier: MIT
//
// The block table of a VHDX, "VHDX Format Specification" 1.00, section 2.5: after
// each `ratio` entries comes one for a block of sector bitmaps, which only
// differencing disks use. The others have it all the same, empty.

#include <string.h>

#include "patch.h"

#define PLACE(entry) ((entry) & ~(VHDX_MIB - 1))
#define MAP_PRESENT  6u

// A chunk is the blocks whose bits, one a sector, fill a block of bitmaps: 1 MiB has
// 2^23 bits (2.4).
uint64_t vhdx_ratio(uint32_t block_size, uint32_t sector_size)
{
	return (UINT64_C(1) << 23) * sector_size / block_size;
}

uint64_t vhdx_table_entries(uint64_t blocks, uint64_t ratio, bool has_bitmaps)
{
	return has_bitmaps ? (blocks + ratio - 1) / ratio * (ratio + 1)
			   : blocks + (blocks - 1) / ratio;
}

uint64_t vhdx_table_index(const struct vdisk_blocks *b, uint64_t block)
{
	return block + block / ((const struct vhdx_blocks *)b)->ratio;
}

uint64_t vhdx_map_index(const struct vhdx_blocks *v, uint64_t chunk)
{
	return chunk * (v->ratio + 1) + v->ratio;
}

// --- Reading -----------------------------------------------------------------

static int decode_map_entry(struct vhdx_blocks *v, uint64_t chunk,
			    uint64_t entry, uint64_t where, struct err *err)
{
	if (!v->blocks.has_bitmaps || BLOCK_STATE(entry) != MAP_PRESENT)
		return 0;
	if (PLACE(entry) < VHDX_MIB ||
	    !range_ok(PLACE(entry), VHDX_MAP_SIZE, v->blocks.file->size))
		return err_corrupt(err, "VHDX block table", where,
				   "the bitmaps of chunk %llu are not inside "
				   "the file",
				   (unsigned long long)chunk);
	v->maps[chunk] = PLACE(entry);
	vhdx_note_end(v, PLACE(entry) + VHDX_MAP_SIZE);
	return 0;
}

static int decode_entry(struct vhdx_blocks *v, uint64_t i, uint64_t entry,
			uint64_t where, struct err *err)
{
	struct vdisk_blocks *b = &v->blocks;
	uint64_t left = b->disk.size - i * b->block_size;
	uint64_t len = left < b->block_size ? left : b->block_size;
	unsigned state = (unsigned)BLOCK_STATE(entry);

	// 2.5.1.1: these two mean nothing, and a part of a block is there in a
	// differencing disk alone.
	if (state == 4 || state == 5 ||
	    (state == BLOCK_PARTIAL && !b->has_bitmaps))
		return err_corrupt(err, "VHDX block table", where,
				   "block %llu has state %u",
				   (unsigned long long)i, state);
	if (state < BLOCK_FULL) {
		b->table[i] = state;
		return 0;
	}
	if (PLACE(entry) < VHDX_MIB ||
	    !range_ok(PLACE(entry), len, b->file->size))
		return err_corrupt(err, "VHDX block table", where,
				   "block %llu is not inside the file",
				   (unsigned long long)i);
	b->table[i] = PLACE(entry) | state;
	vhdx_note_end(v, PLACE(entry) + b->block_size);
	return 0;
}

// A block with bits needs them.
static int check_maps(const struct vhdx_blocks *v, struct err *err)
{
	for (uint64_t i = 0; i < v->blocks.count; i++)
		if (BLOCK_STATE(v->blocks.table[i]) == BLOCK_PARTIAL &&
		    !v->maps[i / v->ratio])
			return err_corrupt(err, "VHDX block table",
					   v->x.table_offset +
						   vhdx_table_index(&v->blocks,
								    i) *
							   sizeof(le64),
					   "block %llu has no bitmap",
					   (unsigned long long)i);
	return 0;
}

// Takes the table, a piece of the file's at a time.
int vhdx_table_read(struct vhdx_blocks *v, struct err *err)
{
	uint64_t blocks = v->blocks.count;
	uint64_t total =
		vhdx_table_entries(blocks, v->ratio, v->blocks.has_bitmaps);
	le64 piece[512];

	if (total > v->x.table_length / sizeof(le64))
		return err_corrupt(err, "VHDX block table", v->x.table_offset,
				   "it is too short for the disk");
	for (uint64_t i = 0; i < total; i += 512) {
		size_t n = total - i < 512 ? (size_t)(total - i) : 512;
		uint64_t where = v->x.table_offset + i * sizeof(le64);
		int r = disk_read(v->blocks.file, where, piece,
				  n * sizeof(le64), err);

		for (size_t j = 0; j < n && !r; j++) {
			uint64_t entry = get_le64(piece[j]);
			uint64_t at = where + j * sizeof(le64);
			uint64_t chunk = (i + j) / (v->ratio + 1);
			bool is_map = (i + j) % (v->ratio + 1) == v->ratio;

			if (is_map)
				r = decode_map_entry(v, chunk, entry, at, err);
			else if (i + j - chunk < blocks)
				r = decode_entry(v, i + j - chunk, entry, at,
						 err);
		}
		if (r)
			return r;
	}
	return check_maps(v, err);
}

// --- Writing -----------------------------------------------------------------

void vhdx_table_encode(const struct vhdx_blocks *v, uint64_t page,
		       uint8_t bytes[VHDX_PAGE])
{
	const struct vdisk_blocks *b = &v->blocks;

	memset(bytes, 0, VHDX_PAGE);
	for (uint64_t i = 0; i < VHDX_ENTRIES_A_PAGE; i++) {
		uint64_t index = page * VHDX_ENTRIES_A_PAGE + i;
		uint64_t chunk = index / (v->ratio + 1);
		uint64_t block = index - chunk;
		bool is_map = index % (v->ratio + 1) == v->ratio;
		uint64_t entry = 0;
		le64 disk;

		if (is_map && chunk < v->chunks && v->maps[chunk])
			entry = v->maps[chunk] | MAP_PRESENT;
		else if (!is_map && block < b->count)
			entry = BLOCK_STATE(b->table[block]) < BLOCK_FULL
					? BLOCK_STATE(b->table[block])
					: b->table[block];
		disk = to_le64(entry);
		memcpy(bytes + i * sizeof(disk), &disk, sizeof(disk));
	}
}

#define PIECE 64u // pages of the table written at a time

int vhdx_table_put(struct vhdx_blocks *v, uint64_t place, uint64_t from,
		   uint64_t len, struct err *err)
{
	uint64_t total = vhdx_table_entries(v->blocks.count, v->ratio,
					    v->blocks.has_bitmaps) *
			 sizeof(le64);
	uint64_t page = from / VHDX_ENTRIES_A_PAGE;
	uint64_t end = (total + VHDX_PAGE - 1) / VHDX_PAGE;
	uint8_t *bytes = mem_array(PIECE, VHDX_PAGE);
	int r = bytes ? 0 : err_nomem(err);

	while (page < end && !r) {
		uint64_t n = end - page < PIECE ? end - page : PIECE;

		for (uint64_t i = 0; i < n; i++)
			vhdx_table_encode(v, page + i, bytes + i * VHDX_PAGE);
		r = disk_write(v->blocks.file, place + page * VHDX_PAGE, bytes,
			       (size_t)n * VHDX_PAGE, err);
		page += n;
	}
	mem_free(bytes);
	if (!r && page * VHDX_PAGE < len)
		r = disk_zero(v->blocks.file, place + page * VHDX_PAGE,
			      len - page * VHDX_PAGE, err);
	return r;
}

int vhdx_table_move(struct vhdx_blocks *v, uint64_t to, struct err *err)
{
	struct vhdx_patch p = {0};
	int r = vdisk_blocks_commit(&v->blocks, err);

	if (!r)
		r = vhdx_table_put(v, to, 0, v->x.table_length, err);
	if (!r)
		r = vhdx_patch_init(&p, v, err);
	if (!r)
		r = vhdx_patch_table(&p, to, v->x.table_length, err);
	if (!r)
		r = vhdx_patch_apply(&p, err);
	vhdx_patch_done(&p);
	if (!r)
		v->x.table_offset = to;
	return r;
}
