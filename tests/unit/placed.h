// SPDX-License-Identifier: MIT
//
// A disk over another one that tells where its bytes are, as a file or device
// does: in a descriptor that nobody has.

#ifndef PLACED_H
#define PLACED_H

#include "disk.h"

struct placed {
	struct disk disk;
	struct disk *below;
	int fd;
};

static inline int placed_read(struct disk *d, uint64_t off, void *buf,
			      size_t len, struct err *err)
{
	return disk_read(((struct placed *)d)->below, off, buf, len, err);
}

static inline int placed_write(struct disk *d, uint64_t off, const void *buf,
			       size_t len, struct err *err)
{
	return disk_write(((struct placed *)d)->below, off, buf, len, err);
}

static inline int placed_resize(struct disk *d, uint64_t size, struct err *err)
{
	int r = disk_resize(((struct placed *)d)->below, size, err);

	d->size = ((struct placed *)d)->below->size;
	return r;
}

static inline bool placed_locate(struct disk *d, uint64_t off, uint64_t len,
				 bool for_writing, struct disk_place *ret)
{
	(void)for_writing;
	*ret = (struct disk_place){
		.fd = ((struct placed *)d)->fd, .off = off, .len = len};
	return true;
}

static const struct disk_ops placed_ops = {
	.read = placed_read,
	.write = placed_write,
	.resize = placed_resize,
	.locate = placed_locate,
};

static inline struct placed place_disk(struct disk *below, int fd)
{
	return (struct placed){.disk = {.ops = &placed_ops,
					.size = below->size,
					.sector_size = 512},
			       .below = below,
			       .fd = fd};
}

#endif
