// SPDX-License-Identifier: MIT
//
// A VHDX's region table: the input is that of a good disk, with magic and
// checksum made right.

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
	static uint8_t table[VHDX_TABLE_SIZE];
	le32 sum;
	int r;

	if (size > sizeof(table))
		return 0;
	memset(table, 0, sizeof(table));
	memcpy(table, data, size);
	memcpy(table, "regi", 4);
	sum = to_le32(vhdx_checksum(table, sizeof(table)));
	memcpy(table + 4, &sum, sizeof(sum));
	CHECK(!disk_write(template(), VHDX_REGION_1, table, sizeof(table),
			  NULL));
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
