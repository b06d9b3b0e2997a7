// SPDX-License-Identifier: MIT
//
// VHDX: the input holds the parts that matter, 256 bytes each of the header,
// the region table, the metadata table and its items, the rest is the block
// table. They are put in their places, with right checksums.

#include "fuzz/pages.h"
#include "libvdisk/vhdx/vhdx_disk.h"
#include "libvdisk/vhdx/vhdx_priv.h"

#define PART 256u
#define MIB  (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(struct disk *d, uint64_t at, const uint8_t *data, size_t n,
		const char *magic, size_t sum_size)
{
	static uint8_t b[VHDX_TABLE_SIZE];
	le32 crc;

	memcpy(b, data, n);
	memcpy(b, magic, strlen(magic));
	if (sum_size) {
		memset(b + 4, 0, 4);
		crc = to_le32(crc32c_update(0, b, sum_size));
		memcpy(b + 4, &crc, 4);
	}
	CHECK(!disk_write(d, at, b, n, NULL));
	memset(b, 0, n);
}

// Reads at the edges of blocks, then writes there if that is allowed.
static void use(struct disk *d)
{
	uint8_t b[1500], again[sizeof(b)];
	uint64_t len;
	bool is_data;
	size_t n;

	for (uint64_t off = 0, i = 0; off < d->size && i < 16; i++) {
		n = d->size - off < sizeof(b) ? (size_t)(d->size - off)
					      : sizeof(b);
		CHECK(!disk_read(d, off, b, n, NULL));
		CHECK(!disk_map(d, off, d->size - off, &len, &is_data, NULL));
		CHECK(len && len <= d->size - off);
		if (i % 4 == 3 &&
		    !disk_write(d, off, "guest", n < 5 ? n : 5, NULL)) {
			memcpy(b, "guest", n < 5 ? n : 5);
			CHECK(!disk_read(d, off, again, n, NULL));
			CHECK(!memcmp(b, again, n));
		}
		off += MIB - 100;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk *file, *d = NULL;

	if (size < 4 * PART || size > 4 * PART + 4096)
		return 0;
	file = pages_disk(4 * MIB);
	put(file, 0, (const uint8_t *)"vhdxfile", 8, "", 0);
	put(file, VHDX_HEADER_1, data, PART, "head", VHDX_HEADER_SIZE);
	put(file, VHDX_REGION_1, data + PART, PART, "regi", VHDX_TABLE_SIZE);
	put(file, MIB, data + 2 * PART, PART, "metadata", 0);
	put(file, MIB + VHDX_TABLE_SIZE, data + 3 * PART, PART, "", 0);
	put(file, 2 * MIB, data + 4 * PART, size - 4 * PART, "", 0);
	CHECK(vdisk_open(file, &d, NULL) != -EINVAL);
	if (d)
		use(d);
	disk_close(d);
	disk_close(file);
	return 0;
}
