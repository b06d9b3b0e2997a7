// SPDX-License-Identifier: MIT
//
// A VHD's block table: the first byte says whether the disk has a parent, then
// come the entries of its 16 blocks, in sectors, as bytes (0xff: unused), then
// bitmaps. What is opened is read, written and read again.

#include <string.h>

#include "libvdisk/vhd/vhd_priv.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

#define BLOCK     4096u
#define BLOCKS    16u
#define TABLE_AT  2048u
#define FILE_SIZE (128u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *fill(struct disk *file, const uint8_t *data, size_t size)
{
	for (uint32_t i = 0; i < BLOCKS; i++) {
		be32 entry = to_be32(data[i] == 0xff ? VHD_UNUSED : data[i]);

		CHECK(!disk_write(file, TABLE_AT + 4 * i, &entry, 4, NULL));
	}
	for (uint64_t at = 4096; at < FILE_SIZE - 512; at += 512)
		CHECK(!disk_write(file, at, data + BLOCKS + at / 512 % 16,
				  size - BLOCKS - 16 < 64 ? size - BLOCKS - 16
							  : 64,
				  NULL));
	return data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vhd_footer footer = {.current_size = BLOCK * BLOCKS - 512,
				    .size = BLOCK * BLOCKS - 512,
				    .header_offset = 512,
				    .type = VDISK_DYNAMIC};
	struct vhd_header header = {.table_offset = TABLE_AT,
				    .table_entries = BLOCKS,
				    .block_size = BLOCK};
	static uint8_t before[BLOCK * BLOCKS], after[BLOCK * BLOCKS];
	struct disk *file, *parent, *d;
	int r;

	if (size < 1 + BLOCKS + 17)
		return 0;
	if (data[0] & 1)
		footer.type = VDISK_DIFFERENCING;
	CHECK(!disk_memory(FILE_SIZE, 512, &file, NULL));
	CHECK(!disk_memory(BLOCK * 3, 512, &parent, NULL));
	fill(file, data + 1, size - 1);
	r = vhd_dynamic_open(file, &footer, &header, parent, &d, NULL);
	CHECK(!r || r == -EBADMSG);
	if (!r) {
		CHECK(!disk_read(d, 0, before, (size_t)footer.size, NULL));
		CHECK(!disk_write(d, data[1] * 100u, data, 17, NULL));
		CHECK(!disk_read(d, 0, after, (size_t)footer.size, NULL));
		CHECK(!memcmp(after + data[1] * 100u, data, 17));
		disk_close(d);
	}
	disk_close(parent);
	disk_close(file);
	return 0;
}
