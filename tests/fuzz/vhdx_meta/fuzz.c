// SPDX-License-Identifier: MIT
//
// A VHDX's metadata: the input is the first 256 bytes of the table of a good
// disk, then its items.

#include "unit/libvdisk/images.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Made once: it is only read.
static struct disk *template(void)
{
	static struct disk *d;

	if (!d)
		d = new_vhdx((struct vhdx_spec){0});
	return d;
}

static void read_some(struct disk *d)
{
	static uint8_t b[65536];
	bool is_data;
	uint64_t n;

	for (uint64_t off = 0, i = 0; off < d->size && i < 8; i++) {
		n = d->size - off < sizeof(b) ? d->size - off : sizeof(b);
		CHECK(!disk_read(d, off, b, (size_t)n, NULL));
		CHECK(!disk_map(d, off, d->size - off, &n, &is_data, NULL));
		CHECK(n && n <= d->size - off);
		off += MIB - 1000;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk *view, *d = NULL;
	struct vdisk_info info;
	static uint8_t region[2 * VHDX_TABLE_SIZE];
	int r;

	if (size < 256 || size > 256 + VHDX_TABLE_SIZE)
		return 0;
	memset(region, 0, sizeof(region));
	memcpy(region, data, 256);
	memcpy(region, "metadata", 8);
	memcpy(region + VHDX_TABLE_SIZE, data + 256, size - 256);
	CHECK(!disk_write(template(), META_AT, region, sizeof(region), NULL));
	CHECK(!disk_slice(template(), 0, VHDX_FILE, &view, NULL));
	view->read_only = true;
	r = vdisk_probe(view, &info, NULL);
	CHECK(!r || r == -EBADMSG || r == -ENOTSUP || r == -EFBIG || r == -ENOMEM);
	if (!r && info.type != VDISK_DIFFERENCING)
		r = vdisk_open(view, &d, NULL);
	CHECK(r != -EINVAL);
	if (d)
		read_some(d);
	disk_close(d);
	disk_close(view);
	return 0;
}
