// SPDX-License-Identifier: MIT
//
// What the targets share that change one part of a good VHDX.

#ifndef VHDX_PART_H
#define VHDX_PART_H

#include "unit/libvdisk/images.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

// Made once: it is only read, but for the part.
static inline struct disk *template(void)
{
	static struct disk *d;

	if (!d)
		d = new_vhdx((struct vhdx_spec){0});
	return d;
}

static inline void read_some(struct disk *d)
{
	static uint8_t b[2000];
	bool is_data;
	uint64_t n;

	for (uint64_t off = 0, i = 0; off < d->size && i < 8; i++) {
		n = d->size - off < sizeof(b) ? d->size - off : sizeof(b);
		CHECK(!disk_read(d, off, b, (size_t)n, NULL));
		CHECK(!disk_map(d, off, d->size - off, &n, &is_data, NULL));
		CHECK(n && n <= d->size - off);
		off += MIB / 2 - 500;
	}
}

// Opens the template for reading, and reads it.
static inline void try_template(void)
{
	struct disk *view, *d = NULL;
	struct vdisk_info info;
	int r;

	CHECK(!disk_slice(template(), 0, VHDX_FILE, &view, NULL));
	view->read_only = true;
	r = vdisk_probe(view, &info, NULL);
	CHECK(!r || r == -EBADMSG || r == -ENOTSUP || r == -EFBIG ||
	      r == -ENOMEM);
	if (!r && info.type != VDISK_DIFFERENCING)
		r = vdisk_open(view, &d, NULL);
	CHECK(r != -EINVAL);
	if (d)
		read_some(d);
	disk_close(d);
	disk_close(view);
}

#endif
