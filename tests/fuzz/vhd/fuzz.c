// SPDX-License-Identifier: MIT
//
// VHD files of all types: the input is the file. Checksums are put right, since
// no fuzzer finds them.

#include <string.h>

#include "libvdisk/vhd/vhd_priv.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fix(uint8_t *bytes, size_t n, size_t at)
{
	be32 sum = to_be32(vhd_checksum(bytes, n, at));

	memcpy(bytes + at, &sum, sizeof(sum));
}

static void read_all(struct disk *d)
{
	static uint8_t b[65536];
	uint64_t len;
	bool is_data;

	for (uint64_t off = 0, i = 0; off < d->size && i < 64; i++) {
		size_t n = d->size - off < sizeof(b) ? (size_t)(d->size - off)
						     : sizeof(b);

		CHECK(!disk_read(d, off, b, n, NULL));
		CHECK(!disk_map(d, off, d->size - off, &len, &is_data, NULL));
		CHECK(len && len <= d->size - off);
		off += n;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk *file, *parent, *d = NULL;
	struct vdisk_info info = {0};
	uint8_t *copy = mem_dup(data, size);
	int r;

	CHECK(copy && !disk_memory(size, 512, &file, NULL));
	CHECK(!disk_memory(100000, 512, &parent, NULL));
	if (size >= 512) {
		fix(copy, 512, 0x40);
		fix(copy + size - 512, 512, 0x40);
	}
	if (size >= 1536)
		fix(copy + 512, 1024, 0x24);
	CHECK(!disk_write(file, 0, copy, size, NULL));
	r = vdisk_probe(file, &info, NULL);
	CHECK(r != -EINVAL);
	if (!r)
		r = info.type == VDISK_DIFFERENCING
			    ? vdisk_open_child(file, parent, &info.parent_id,
					       &d, NULL)
			    : vdisk_open(file, &d, NULL);
	CHECK(r != -EINVAL);
	if (d)
		read_all(d);
	disk_close(d);
	disk_close(parent);
	disk_close(file);
	mem_free(copy);
	return 0;
}
