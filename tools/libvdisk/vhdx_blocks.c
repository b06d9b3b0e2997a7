// SPDX-License-Identifier: MIT
//
// Reading the blocks of a fixed or dynamic VHDX, "VHDX Format Specification"
// 1.00, section 3.4. After each `ratio` entries of the block table comes one
// for a sector bitmap, which only differencing disks use.

#include <string.h>

#include "vhdx_disk.h"
#include "vhdx_priv.h"

#define STATE(entry)  ((entry) & 7)
#define PLACE(entry)  ((entry) & ~((UINT64_C(1) << 20) - 1))
#define STATE_PRESENT 6

// A table of 64 TiB in blocks of 1 MiB would take 512 MiB; entries are kept
// only for what is present, and more than this is not.
#define VHDX_MAX_TABLE (UINT64_C(8) << 20)

struct vhdx_disk {
	struct disk disk;
	struct disk *file;
	uint32_t block_size;
	uint64_t blocks;
	uint64_t *places; // in the file, 0: reads as zeroes
};

static int vhdx_disk_read(struct disk *d, uint64_t off, void *buf, size_t len,
			  struct err *err)
{
	struct vhdx_disk *v = (struct vhdx_disk *)d;
	uint8_t *out = buf;

	while (len) {
		uint64_t place = v->places[off / v->block_size];
		uint32_t in = (uint32_t)(off % v->block_size);
		size_t n = v->block_size - in;
		int r = 0;

		if (n > len)
			n = len;
		if (place)
			r = disk_read(v->file, place + in, out, n, err);
		else
			memset(out, 0, n);
		if (r)
			return r;
		off += n;
		out += n;
		len -= n;
	}
	return 0;
}

static int vhdx_disk_map(struct disk *d, uint64_t off, uint64_t len,
			 uint64_t *ret_len, bool *ret_data, struct err *err)
{
	struct vhdx_disk *v = (struct vhdx_disk *)d;
	uint64_t block = off / v->block_size, end = off + len, next;
	bool used = v->places[block];

	do {
		block++;
		next = block * v->block_size;
	} while (next < end && !v->places[block] == !used);
	*ret_len = (next < end ? next : end) - off;
	*ret_data = used;
	return 0;
}

static void vhdx_disk_close(struct disk *d)
{
	mem_free(((struct vhdx_disk *)d)->places);
	mem_free(d);
}

static const struct disk_ops vhdx_ops = {
	.read = vhdx_disk_read,
	.map = vhdx_disk_map,
	.close = vhdx_disk_close,
};

static int check_entry(const struct vhdx_disk *v, uint64_t i, uint64_t entry,
		       uint64_t where, struct err *err)
{
	uint64_t left = v->disk.size - i * v->block_size;
	uint64_t len = left < v->block_size ? left : v->block_size;

	if (STATE(entry) > 3 && STATE(entry) != STATE_PRESENT)
		return err_corrupt(err, "VHDX block table", where,
				   "block %llu has state %u",
				   (unsigned long long)i,
				   (unsigned)STATE(entry));
	if (STATE(entry) == STATE_PRESENT &&
	    (!PLACE(entry) || !range_ok(PLACE(entry), len, v->file->size)))
		return err_corrupt(err, "VHDX block table", where,
				   "block %llu is not inside the file",
				   (unsigned long long)i);
	return 0;
}

// Turns the table into places, a piece of the file's at a time.
static int read_table(struct vhdx_disk *v, const struct vhdx *x, uint64_t ratio,
		      struct err *err)
{
	le64 piece[512];
	uint64_t total = v->blocks + (v->blocks - 1) / ratio;

	if (total > x->table_length / sizeof(le64))
		return err_corrupt(err, "VHDX block table", x->table_offset,
				   "it is too short for the disk");
	for (uint64_t i = 0; i < total; i += 512) {
		size_t n = total - i < 512 ? (size_t)(total - i) : 512;
		uint64_t where = x->table_offset + i * sizeof(le64);
		int r = disk_read(v->file, where, piece, n * sizeof(le64), err);

		for (size_t j = 0; j < n && !r; j++) {
			uint64_t entry = get_le64(piece[j]), at = i + j;
			uint64_t block = at - at / (ratio + 1);

			if (at % (ratio + 1) == ratio)
				continue;
			r = check_entry(v, block, entry, where, err);
			if (STATE(entry) == STATE_PRESENT)
				v->places[block] = PLACE(entry);
		}
		if (r)
			return r;
	}
	return 0;
}

int vhdx_open(struct disk *file, struct disk **ret, struct err *err)
{
	struct vhdx_disk *v;
	struct vhdx x;
	uint64_t blocks;
	int r = vhdx_read(file, &x, err);

	if (r)
		return r;
	if (x.needs_replay)
		return err_set(err, -EUCLEAN, "VHDX", ERR_NOWHERE,
			       "it was not closed properly, its log must be "
			       "replayed first: attach it once on Windows, or "
			       "run qemu-img check -r all");
	blocks = (x.size + x.block_size - 1) / x.block_size;
	if (blocks > VHDX_MAX_TABLE || blocks > x.table_length / sizeof(le64))
		return blocks > VHDX_MAX_TABLE
			       ? err_set(err, -EFBIG, "VHDX", ERR_NOWHERE,
					 "it has too many blocks to be read")
			       : err_corrupt(err, "VHDX block table",
					     x.table_offset,
					     "it is too short for the disk");
	v = mem_alloc(sizeof(*v));
	if (!v)
		return err_nomem(err);
	v->disk = (struct disk){.ops = &vhdx_ops,
				.size = x.size,
				.sector_size = x.sector_size,
				.read_only = true};
	v->file = file;
	v->block_size = x.block_size;
	v->blocks = blocks;
	v->places = mem_array((size_t)blocks, sizeof(*v->places));
	r = v->places ? read_table(v, &x,
				   (UINT64_C(1) << 23) * x.sector_size /
					   x.block_size,
				   err)
		      : err_nomem(err);
	if (r) {
		vhdx_disk_close(&v->disk);
		return r;
	}
	*ret = &v->disk;
	return 0;
}
