// SPDX-License-Identifier: MIT
//
// A disk of any size in memory that keeps only the sectors written to it.

#ifndef SPARSE_H
#define SPARSE_H

#include "disk.h"
#include "test.h"

#define SPARSE_BLOCKS 512

struct sparse {
	struct disk disk;
	size_t count;
	struct {
		uint64_t at;
		uint8_t data[512];
	} blocks[SPARSE_BLOCKS];
};

static inline uint8_t *sparse_find(struct sparse *s, uint64_t at, bool make)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->blocks[i].at == at)
			return s->blocks[i].data;
	if (!make)
		return NULL;
	check(s->count < SPARSE_BLOCKS);
	s->blocks[s->count].at = at;
	return s->blocks[s->count++].data;
}

static inline int sparse_io(struct disk *d, uint64_t off, uint8_t *out,
			    const uint8_t *in, uint64_t len)
{
	struct sparse *s = (struct sparse *)d;

	while (len) {
		uint64_t at = off / 512 * 512, skip = off - at;
		uint64_t n = 512 - skip < len ? 512 - skip : len;
		uint8_t *b = sparse_find(s, at, in != NULL);

		if (in) {
			memcpy(b + skip, in, n);
			in += n;
		} else {
			b ? memcpy(out, b + skip, n) : memset(out, 0, n);
			out += n;
		}
		off += n;
		len -= n;
	}
	return 0;
}

static inline int sparse_read(struct disk *d, uint64_t off, void *buf,
			      size_t len, struct err *err)
{
	return sparse_io(d, off, buf, NULL, len);
}

static inline int sparse_write(struct disk *d, uint64_t off, const void *buf,
			       size_t len, struct err *err)
{
	return sparse_io(d, off, NULL, buf, len);
}

// What lies in the range is dropped.
static inline int sparse_zero(struct disk *d, uint64_t off, uint64_t len,
			      struct err *err)
{
	struct sparse *s = (struct sparse *)d;

	for (size_t i = 0; i < s->count; i++)
		if (s->blocks[i].at >= off && s->blocks[i].at < off + len)
			memset(s->blocks[i].data, 0, 512);
	return 0;
}

static inline void sparse_close(struct disk *d)
{
	free(d);
}

static inline struct disk *new_sparse(uint64_t size, uint32_t sector_size)
{
	static const struct disk_ops ops = {.read = sparse_read,
					    .write = sparse_write,
					    .zero = sparse_zero,
					    .close = sparse_close};
	struct sparse *s = calloc(1, sizeof(*s));

	check(s);
	s->disk = (struct disk){
		.ops = &ops, .size = size, .sector_size = sector_size};
	return &s->disk;
}

#endif
