// SPDX-License-Identifier: MIT
//
// A disk of zeroes.

#include <string.h>

#include "disk.h"

static int zeroes_read(struct disk *d, uint64_t off, void *buf, size_t len,
		       struct err *err)
{
	memset(buf, 0, len);
	return 0;
}

static int zeroes_map(struct disk *d, uint64_t off, uint64_t len,
		      uint64_t *ret_len, bool *ret_data, struct err *err)
{
	*ret_len = len;
	*ret_data = false;
	return 0;
}

static void zeroes_close(struct disk *d)
{
	mem_free(d);
}

static const struct disk_ops zeroes_ops = {
	.read = zeroes_read,
	.map = zeroes_map,
	.close = zeroes_close,
};

int disk_zeroes(uint64_t size, uint32_t sector_size, struct disk **ret,
		struct err *err)
{
	struct disk *d = mem_alloc(sizeof(*d));

	if (!d)
		return err_nomem(err);
	*d = (struct disk){.ops = &zeroes_ops,
			   .size = size,
			   .sector_size = sector_size,
			   .read_only = true};
	*ret = d;
	return 0;
}
