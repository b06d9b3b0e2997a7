// SPDX-License-Identifier: MIT
//
// A disk in memory.

#include <string.h>

#include "disk.h"

struct memory_disk {
	struct disk disk;
	uint8_t *bytes;
};

static uint8_t *at(struct disk *d, uint64_t off)
{
	return ((struct memory_disk *)d)->bytes + off;
}

static int memory_read(struct disk *d, uint64_t off, void *buf, size_t len,
		       struct err *err)
{
	memcpy(buf, at(d, off), len);
	return 0;
}

static int memory_write(struct disk *d, uint64_t off, const void *buf,
			size_t len, struct err *err)
{
	memcpy(at(d, off), buf, len);
	return 0;
}

static int memory_zero(struct disk *d, uint64_t off, uint64_t len,
		       struct err *err)
{
	memset(at(d, off), 0, len);
	return 0;
}

static void memory_close(struct disk *d)
{
	mem_free(((struct memory_disk *)d)->bytes);
	mem_free(d);
}

static const struct disk_ops memory_ops = {
	.read = memory_read,
	.write = memory_write,
	.zero = memory_zero,
	.close = memory_close,
};

int disk_memory(uint64_t size, uint32_t sector_size, struct disk **ret,
		struct err *err)
{
	struct memory_disk *m = mem_alloc(sizeof(*m));

	if (!m)
		return err_nomem(err);
	m->bytes = size <= SIZE_MAX ? mem_alloc((size_t)size) : NULL;
	if (!m->bytes) {
		mem_free(m);
		return err_nomem(err);
	}
	m->disk = (struct disk){.ops = &memory_ops,
				.size = size,
				.sector_size = sector_size};
	*ret = &m->disk;
	return 0;
}
