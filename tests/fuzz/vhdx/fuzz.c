// SPDX-License-Identifier: MIT
//
// VHDX: the input holds the parts that matter, 256 bytes each of the header,
// the region table, the metadata table and its items, the rest is the block
// table. They are put in their places, with right checksums.

#include <string.h>

#include "libvdisk/vhdx_disk.h"
#include "libvdisk/vhdx_priv.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

#define PART 256u
#define MIB  (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(struct disk *d, uint64_t at, const uint8_t *data, size_t n,
		const char *magic, size_t sum_size)
{
	static uint8_t b[VHDX_TABLE_SIZE];
	le32 crc;

	memset(b, 0, sizeof(b));
	memcpy(b, data, n);
	memcpy(b, magic, strlen(magic));
	if (sum_size) {
		memset(b + 4, 0, 4);
		crc = to_le32(crc32c_update(0, b, sum_size));
		memcpy(b + 4, &crc, 4);
		n = sum_size;
	}
	CHECK(!disk_write(d, at, b, n, NULL));
}

static void read_all(struct disk *d)
{
	static uint8_t b[65536];
	uint64_t len;
	bool is_data;

	for (uint64_t off = 0, i = 0; off + 65536 < d->size && i < 64; i++) {
		CHECK(!disk_read(d, off, b, sizeof(b), NULL));
		CHECK(!disk_map(d, off, d->size - off, &len, &is_data, NULL));
		CHECK(len && len <= d->size - off);
		off += MIB - 100;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk *file, *d = NULL;
	struct vdisk_info info;
	int r;

	if (size < 4 * PART || size > 4 * PART + 4096)
		return 0;
	CHECK(!disk_memory(4 * MIB, 512, &file, NULL));
	put(file, 0, (const uint8_t *)"vhdxfile", 8, "", 0);
	put(file, VHDX_HEADER_1, data, PART, "head", VHDX_HEADER_SIZE);
	put(file, VHDX_REGION_1, data + PART, PART, "regi", VHDX_TABLE_SIZE);
	put(file, MIB, data + 2 * PART, PART, "metadata", 0);
	put(file, MIB + VHDX_TABLE_SIZE, data + 3 * PART, PART, "", 0);
	put(file, 2 * MIB, data + 4 * PART, size - 4 * PART, "", 0);
	r = vdisk_probe(file, &info, NULL);
	CHECK(r != -EINVAL);
	CHECK(vdisk_open(file, &d, NULL) != -EINVAL);
	if (d)
		read_all(d);
	disk_close(d);
	disk_close(file);
	return 0;
}
