// SPDX-License-Identifier: MIT
//
// Copying from disk to disk.

#include "disk.h"

#define COPY_PIECE ((uint64_t)1 << 20)

static int copy_data(struct disk *from, struct disk *to, uint64_t off,
		     uint64_t len, void *buf, struct err *err)
{
	int r = 0;

	while (len && !r) {
		size_t n = (size_t)(len < COPY_PIECE ? len : COPY_PIECE);

		r = disk_read(from, off, buf, n, err);
		if (!r)
			r = disk_write(to, off, buf, n, err);
		off += n;
		len -= n;
	}
	return r;
}

int disk_copy(struct disk *from, struct disk *to, uint64_t len, struct err *err)
{
	void *buf = mem_alloc(COPY_PIECE);
	uint64_t off = 0;
	int r = buf ? 0 : err_nomem(err);

	while (off < len && !r) {
		uint64_t n = 0;
		bool data;

		r = disk_map(from, off, len - off, &n, &data, err);
		if (!r)
			r = data ? copy_data(from, to, off, n, buf, err)
				 : disk_zero(to, off, n, err);
		off += n;
	}
	mem_free(buf);
	return r;
}
