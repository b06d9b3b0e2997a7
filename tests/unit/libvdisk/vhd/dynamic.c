// SPDX-License-Identifier: MIT
//
// Reading dynamic and differencing VHDs against a model.

#include "unit/libvdisk/images.h"

static void compare(struct disk *d, const uint8_t *model)
{
	uint8_t *b = malloc(DISK_SIZE);
	struct err err = {0};

	check(b);
	for (uint64_t off = 0; off < DISK_SIZE; off += 333) {
		static const size_t lens[] = {1, 511, 513, 5000, DISK_SIZE};

		for (size_t i = 0; i < 5; i++) {
			size_t n = lens[i];

			if (n > DISK_SIZE - off)
				n = DISK_SIZE - off;
			check_ok(disk_read(d, off, b, n, &err), &err);
			check(!memcmp(b, model + off, n));
		}
	}
	free(b);
}

static void check_map(struct disk *d)
{
	// from, length of the run, whether it is data
	static const uint64_t runs[][3] = {
		{0, BLOCK, 0},
		{BLOCK, BLOCK, 1},
		{2 * BLOCK, 2 * BLOCK, 0},
		{4 * BLOCK, BLOCK + 1024, 1},
		{4 * BLOCK + 100, BLOCK + 924, 1},
	};
	struct err err = {0};
	uint64_t n;
	bool data;

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		check_ok(disk_map(d, runs[i][0], DISK_SIZE - runs[i][0], &n,
				  &data, &err),
			 &err);
		check_eq(n, runs[i][1]);
		check_eq(data, runs[i][2]);
	}
}

static void fill_model(uint8_t *model, bool differencing)
{
	for (unsigned s = 0; s < DISK_SIZE / 512; s++) {
		bool here = s / 8 == 1 || s / 8 >= 4;

		if (differencing)
			here = here && s % 2;
		memset(model + s * 512, here ? (int)s + 1 : 0, 512);
	}
}

static void check_bad_table(void)
{
	struct disk *file = new_dynamic(VDISK_DYNAMIC), *d = NULL;
	be32 entry = to_be32((FILE_SIZE - 4096) / 512);
	struct err err = {0};

	put(file, TABLE_AT, &entry, 4);
	check_eq(vdisk_open(file, &d, &err), -EBADMSG);
	check_eq(err.where, TABLE_AT);
	check(!d);
	end_disk(file);
}

// By Virtual PC, of five blocks in cylinders: what the sixth entry of the table
// points to is not the disk's, and not written over.
static void check_tail(void)
{
	struct disk *file = new_dynamic(VDISK_DYNAMIC), *d;
	struct vhd_footer footer = footer_of(VDISK_DYNAMIC);
	static uint8_t before[512 + BLOCK], after[512 + BLOCK];
	struct vhd_footer_disk bytes;
	struct err err = {0};

	memcpy(footer.creator, "vpc ", 4);
	footer.cylinders = 10;
	footer.heads = 4;
	footer.sectors = 1;
	vhd_footer_encode(&footer, &bytes);
	put(file, 0, &bytes, sizeof(bytes));
	put(file, FILE_SIZE - 512, &bytes, sizeof(bytes));
	check_ok(vdisk_open(file, &d, &err), &err);
	check_eq(d->size, 5 * BLOCK);
	check_ok(disk_read(file, BLOCK_AT(2), before, sizeof(before), &err),
		 &err);
	check_ok(disk_write(d, 0, "new", 3, &err), &err);
	end_disk(d);
	check_ok(disk_read(file, BLOCK_AT(2), after, sizeof(after), &err),
		 &err);
	check(!memcmp(before, after, sizeof(before)));
	end_disk(file);
}

// A table with room for more entries than the disk has blocks.
static void check_long_table(void)
{
	struct vdisk_create c = {.format = VDISK_VHD,
				 .type = VDISK_DYNAMIC,
				 .size = 1 << 20,
				 .block_size = 512 << 10,
				 .id = {{1}}};
	struct disk *file = new_memory(1536 + 4096 + 512), *d;
	struct err err = {0};
	uint8_t found[4096], ones[4096];
	be32 entries = to_be32(1024);
	struct vhd_header_disk h;

	memset(ones, 0xff, sizeof(ones));
	check_ok(vdisk_create(file, &c, &err), &err);
	put(file, 1536, ones, sizeof(ones));
	check_ok(disk_read(file, 512, &h, sizeof(h), &err), &err);
	h.table_entries = entries;
	set_checksum(&h, sizeof(h), 0x24);
	put(file, 512, &h, sizeof(h));
	check_ok(vdisk_open(file, &d, &err), &err);
	check_ok(disk_write(d, 600 << 10, "new", 3, &err), &err);
	end_disk(d);
	check_ok(disk_read(file, 1536, found, sizeof(found), &err), &err);
	check(!memcmp(found, ones, 4) && memcmp(found + 4, ones, 4));
	check(!memcmp(found + 8, ones + 8, sizeof(ones) - 8));
	check_ok(vdisk_open(file, &d, &err), &err);
	check_ok(disk_read(d, 600 << 10, found, 3, &err), &err);
	check(!memcmp(found, "new", 3));
	end_disk(d);
	end_disk(file);
}

// A disk with blocks of any size that a file may bring: made by hand, written
// through the library, and read again.
static void check_block_size(uint32_t block, uint64_t size,
			     enum vdisk_type type)
{
	uint64_t blocks = (size + block - 1) / block;
	uint64_t table = round_up(blocks * 4, 512);
	struct vhd_footer footer = footer_of(type);
	struct vhd_header_disk header = header_disk();
	struct disk *file = new_memory(1536 + table + 512), *d;
	struct disk *parent = new_memory(size);
	struct guid id = {{9, 9, 9}};
	struct vhd_footer_disk bytes;
	struct vdisk_check found;
	struct err err = {0};
	uint8_t b[1000], text[1000];

	footer.current_size = footer.original_size = size;
	vhd_footer_encode(&footer, &bytes);
	header.table_offset = to_be64(1536);
	header.table_entries = to_be32((uint32_t)blocks);
	header.block_size = to_be32(block);
	set_checksum(&header, sizeof(header), 0x24);
	put(file, 0, &bytes, sizeof(bytes));
	put(file, 512, &header, sizeof(header));
	for (uint64_t i = 0; i < table; i += 4)
		put(file, 1536 + i, "\xff\xff\xff\xff", 4);
	put(file, 1536 + table, &bytes, sizeof(bytes));
	memset(text, 'n', sizeof(text));
	for (int pass = 0; pass < 2; pass++) {
		if (type == VDISK_DIFFERENCING)
			check_ok(vdisk_open_child(file, parent, &id, &d, &err),
				 &err);
		else
			check_ok(vdisk_open(file, &d, &err), &err);
		check_eq(d->size, size);
		for (uint64_t at = 300; at < size; at += size / 3 - 100) {
			size_t n = size - at < 1000 ? (size_t)(size - at)
						    : 1000;

			if (!pass)
				check_ok(disk_write(d, at, text, n, &err),
					 &err);
			check_ok(disk_read(d, at, b, n, &err), &err);
			check(!memcmp(b, text, n));
		}
		end_disk(d);
		check_ok(vdisk_check(file, false, &found, &err), &err);
	}
	end_disk(parent);
	end_disk(file);
}

// The format's largest disk, written at its end.
static void check_largest(void)
{
	struct vdisk_create c = {.format = VDISK_VHD,
				 .type = VDISK_DYNAMIC,
				 .size = VDISK_MAX_VHD_SIZE,
				 .id = {{1}}};
	struct disk *file = new_memory(0), *d;
	struct err err = {0};
	uint8_t b[4];

	check_ok(vdisk_create(file, &c, &err), &err);
	check_ok(vdisk_open(file, &d, &err), &err);
	check_ok(disk_write(d, c.size - 4, "last", 4, &err), &err);
	end_disk(d);
	check_ok(vdisk_open(file, &d, &err), &err);
	check_eq(d->size, VDISK_MAX_VHD_SIZE);
	check_ok(disk_read(d, c.size - 4, b, 4, &err), &err);
	check(!memcmp(b, "last", 4));
	end_disk(d);
	c.size += 512;
	check_eq(vdisk_create(file, &c, &err), -EFBIG);
	check(strstr(err.why, "2040 GiB") != NULL);
	end_disk(file);
}

static void check_block_sizes(void)
{
	static const struct {
		uint32_t block;
		uint64_t size;
	} sizes[] = {{512, 20000 - 32},     {4096, 100864},
		     {65536, 1 << 20},      {4u << 20, (9 << 20) + 512},
		     {16u << 20, 33 << 20}, {256u << 20, 5 << 20}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		check_block_size(sizes[i].block, sizes[i].size, VDISK_DYNAMIC);
		check_block_size(sizes[i].block, sizes[i].size,
				 VDISK_DIFFERENCING);
	}
}

int main(void)
{
	static uint8_t model[DISK_SIZE];
	struct disk *file = new_dynamic(VDISK_DYNAMIC), *d, *parent;
	struct guid id = {{9, 9, 9}};
	struct err err = {0};

	fill_model(model, false);
	check_ok(vdisk_open(file, &d, &err), &err);
	check_eq(d->size, DISK_SIZE);
	compare(d, model);
	check_map(d);
	end_disk(d);
	end_disk(file);

	// On a parent that is two sectors shorter.
	file = new_dynamic(VDISK_DIFFERENCING);
	parent = new_memory(DISK_SIZE - 1024);
	fill_model(model, true);
	for (unsigned s = 0; s < DISK_SIZE / 512 - 2; s++) {
		uint8_t data[512];

		memset(data, 200 + s % 50, 512);
		put(parent, s * 512, data, 512);
		if (!model[s * 512])
			memcpy(model + s * 512, data, 512);
	}
	check_ok(vdisk_open_child(file, parent, &id, &d, &err), &err);
	compare(d, model);
	end_disk(d);
	end_disk(parent);
	end_disk(file);
	check_bad_table();
	check_tail();
	check_long_table();
	check_block_sizes();
	check_largest();
	return 0;
}
