// SPDX-License-Identifier: MIT
//
// A disk that counts what is read of it.

#ifndef COUNTED_H
#define COUNTED_H

#include "disk.h"

struct counted {
	struct disk disk;
	struct disk *base;
	uint64_t bytes;
};

static inline int count_read(struct disk *d, uint64_t off, void *buf,
			     size_t len, struct err *err)
{
	struct counted *c = (struct counted *)d;

	c->bytes += len;
	return disk_read(c->base, off, buf, len, err);
}

static const struct disk_ops counting = {.read = count_read};

#endif
