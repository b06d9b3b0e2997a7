// SPDX-License-Identifier: MIT
//
// Moving blocks into gaps and cutting the end off, on VHDs whose blocks are where
// other makers put them: not at pages, in any order, cut where the disk ends.

#include "libvdisk/format.h"
#include "libvdisk/vhd/dynamic.h"
#include "unit/libvdisk/images.h"

#define SLOT (512 + BLOCK)

static struct err err;

// Puts the blocks 1, 4 and 5 elsewhere: the file ends behind `size` bytes and a
// footer, `last` bytes of block 5 are there.
static struct disk *scattered(const uint64_t places[3], uint64_t size,
			      uint32_t last)
{
	struct disk *from = new_dynamic(VDISK_DYNAMIC);
	struct disk *d = new_memory(size + 512);
	static const uint32_t numbers[] = {1, 4, 5};
	uint8_t b[SLOT];

	check_ok(disk_read(from, 0, b, 2560, &err), &err);
	put(d, 0, b, 2560);
	put(d, size, b, 512);
	for (int i = 0; i < 3; i++) {
		be32 entry = to_be32((uint32_t)(places[i] / 512));
		size_t n = i == 2 ? 512 + last : SLOT;

		put(d, TABLE_AT + 4 * numbers[i], &entry, 4);
		check_ok(disk_read(from, BLOCK_AT(i), b, n, &err), &err);
		put(d, places[i], b, n);
	}
	disk_close(from);
	return d;
}

static void check_content(struct disk *file)
{
	struct vdisk_check found;
	uint8_t all[DISK_SIZE];
	struct disk *d;

	check_ok(vdisk_check(file, false, &found, &err), &err);
	check_eq(found.blocks, 3);
	check(!found.footer_lost && !found.copy_differs);
	check_ok(vdisk_open(file, &d, &err), &err);
	check_ok(disk_read(d, 0, all, DISK_SIZE, &err), &err);
	for (uint32_t i = 0; i < DISK_SIZE; i++) {
		uint32_t block = i / BLOCK;
		bool here = block == 1 || block == 4 || block == 5;

		check_eq(all[i], here ? i / 512 + 1 : 0);
	}
	disk_close(d);
}

static int move(struct disk *file, struct progress *progress)
{
	struct disk *d;

	check_ok(vhd_open(file, NULL, &d, &err), &err);
	return vdisk_blocks_pack((struct vdisk_blocks *)d, progress, NULL);
}

static void pack(struct disk *file)
{
	check_eq(move(file, NULL), 0);
	check_ok(vhd_dynamic_format.cut(file, &err), &err);
}

// Where the data of a block begins.
static uint64_t data_of(struct disk *file, uint32_t block)
{
	be32 entry;

	check_ok(disk_read(file, TABLE_AT + 4 * block, &entry, 4, &err), &err);
	return (uint64_t)get_be32(entry) * 512 + 512;
}

// Gaps that hold a block exactly, or all but a sector of one.
static void check_gaps(void)
{
	static const struct {
		uint64_t places[3], size, packed; // packed: the file's length
	} rows[] = {
		// none to move; what lies behind is cut off
		{{2560, 2560 + SLOT, 2560 + 2 * SLOT},
		 60000,
		 2560 + 3 * SLOT + 512},
		// a gap of a block
		{{2560, 2560 + 2 * SLOT, 2560 + 3 * SLOT},
		 2560 + 4 * SLOT,
		 2560 + 3 * SLOT + 512},
		// a sector less: it stays
		{{2560, 2560 + 2 * SLOT - 512, 2560 + 3 * SLOT - 512},
		 2560 + 4 * SLOT - 512,
		 2560 + 4 * SLOT},
		// the last of the file is not the last of the disk
		{{40960, 2560, 2560 + SLOT},
		 40960 + SLOT,
		 2560 + 3 * SLOT + 512},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct disk *d = scattered(rows[i].places, rows[i].size, BLOCK);

		pack(d);
		check_eq(d->size, rows[i].packed);
		check_content(d);
		pack(d);
		check_eq(d->size, rows[i].packed);
		disk_close(d);
	}
}

// Of a block that is cut where the disk ends, a copy is whole: others read all
// of it.
static void check_cut_block(void)
{
	static const uint64_t places[] = {2560, 2560 + SLOT, 32768 - 512};
	struct disk *d = scattered(places, 32768 + 1024, 1024);
	uint8_t rest[BLOCK - 1024];
	uint64_t data;

	pack(d);
	check_content(d);
	data = data_of(d, 5);
	check(data < 32768);
	check(data + BLOCK + 512 <= d->size);
	check_ok(disk_read(d, data + 1024, rest, sizeof(rest), &err), &err);
	check(mem_is_zero(rest, sizeof(rest)));
	disk_close(d);
}

// With room for it the data begins where a page does.
static void check_aligned(void)
{
	static const uint64_t places[] = {2560, 65536, 65536 + SLOT};
	struct disk *d = scattered(places, 65536 + 2 * SLOT, BLOCK);

	pack(d);
	check_content(d);
	check_eq(data_of(d, 4) % 4096, 0);
	check_eq(data_of(d, 5) % 4096, 0);
	disk_close(d);
}

// A file whose length is fixed stays so long, with its footer at the end; what
// a stopped move had done is whole.
static int stop(void *ctx, const char *what, uint64_t done, uint64_t all)
{
	check(done <= all);
	return 1;
}

static void check_limits(void)
{
	static const uint64_t places[] = {2560, 65536, 65536 + SLOT};
	struct disk *d = scattered(places, 65536 + 2 * SLOT, BLOCK), *fixed;
	struct progress progress = {.report = stop};
	uint64_t size = d->size;

	check_eq(move(d, &progress), -ECANCELED);
	check_content(d);
	check_ok(disk_slice(d, 0, size, &fixed, &err), &err);
	pack(fixed);
	check_eq(d->size, size);
	check_content(d);
	disk_close(fixed);
	disk_close(d);
}

int main(void)
{
	check_gaps();
	check_cut_block();
	check_aligned();
	check_limits();
	return 0;
}
