// SPDX-License-Identifier: MIT
//
// A disk that can be written without consequences: what is written stays in
// memory, in blocks, and goes with it; the rest is read from the disk below.

#include <stdlib.h>
#include <string.h>

#include "disk.h"

#define BLOCK       DISK_SCRATCH_BLOCK
#define FIRST_SLOTS 256u

struct block {
	uint64_t number;
	uint8_t *bytes; // NULL: a free slot
};

struct scratch {
	struct disk disk;
	struct disk *base;
	struct block *blocks; // an open hash table
	size_t count, slots;
};

static struct block *find_block(struct block *blocks, size_t slots,
				uint64_t number)
{
	size_t i = (size_t)(number * UINT64_C(0x9e3779b97f4a7c15) >> 20);

	for (i &= slots - 1; blocks[i].bytes && blocks[i].number != number;)
		i = (i + 1) & (slots - 1);
	return &blocks[i];
}

static int grow(struct scratch *s, struct err *err)
{
	size_t slots = s->slots ? s->slots * 2 : FIRST_SLOTS;
	struct block *blocks = mem_array(slots, sizeof(*blocks));

	if (!blocks)
		return err_nomem(err);
	for (size_t i = 0; i < s->slots; i++)
		if (s->blocks[i].bytes)
			*find_block(blocks, slots, s->blocks[i].number) =
				s->blocks[i];
	mem_free(s->blocks);
	s->blocks = blocks;
	s->slots = slots;
	return 0;
}

// Bytes of a block that lie on the disk.
static size_t block_size(const struct scratch *s, uint64_t number)
{
	uint64_t left = s->disk.size - number * BLOCK;

	return left < BLOCK ? (size_t)left : BLOCK;
}

// Gives the block of that number, which holds what the disk below does when it
// is new.
static int own_block(struct scratch *s, uint64_t number, uint8_t **ret,
		     struct err *err)
{
	struct block *b;
	uint8_t *bytes;
	int r;

	// Half of the slots stay free, so that a search ends soon.
	if (s->count * 2 >= s->slots) {
		r = grow(s, err);
		if (r)
			return r;
	}
	b = find_block(s->blocks, s->slots, number);
	if (!b->bytes) {
		bytes = mem_alloc(BLOCK);
		if (!bytes)
			return err_nomem(err);
		r = disk_read(s->base, number * BLOCK, bytes,
			      block_size(s, number), err);
		if (r) {
			mem_free(bytes);
			return r;
		}
		*b = (struct block){number, bytes};
		s->count++;
	}
	*ret = b->bytes;
	return 0;
}

static size_t piece(uint64_t off, uint64_t len)
{
	uint64_t room = BLOCK - off % BLOCK;

	return (size_t)(len < room ? len : room);
}

static int scratch_read(struct disk *d, uint64_t off, void *buf, size_t len,
			struct err *err)
{
	struct scratch *s = (struct scratch *)d;
	uint8_t *to = buf;
	int r = 0;

	for (size_t n; len && !r; off += n, to += n, len -= n) {
		const struct block *b =
			find_block(s->blocks, s->slots, off / BLOCK);

		n = piece(off, len);
		if (b->bytes)
			memcpy(to, b->bytes + off % BLOCK, n);
		else
			r = disk_read(s->base, off, to, n, err);
	}
	return r;
}

static int scratch_write(struct disk *d, uint64_t off, const void *buf,
			 size_t len, struct err *err)
{
	struct scratch *s = (struct scratch *)d;
	const uint8_t *from = buf;
	uint8_t *block;
	int r = 0;

	for (size_t n; len && !r; off += n, from += n, len -= n) {
		n = piece(off, len);
		r = own_block(s, off / BLOCK, &block, err);
		if (!r)
			memcpy(block + off % BLOCK, from, n);
	}
	return r;
}

// Where the disk below has a hole, nothing is to be kept.
static bool is_zero_below(struct scratch *s, uint64_t off, uint64_t len,
			  uint64_t *ret_len)
{
	bool data = true;

	return !disk_map(s->base, off, len, ret_len, &data, NULL) && !data;
}

static int scratch_zero(struct disk *d, uint64_t off, uint64_t len,
			struct err *err)
{
	struct scratch *s = (struct scratch *)d;
	uint8_t *block;
	int r = 0;

	for (size_t n; len && !r; off += n, len -= n) {
		uint64_t hole = 0;

		n = piece(off, len);
		if (!find_block(s->blocks, s->slots, off / BLOCK)->bytes &&
		    is_zero_below(s, off, n, &hole) && hole >= n)
			continue;
		r = own_block(s, off / BLOCK, &block, err);
		if (!r)
			memset(block + off % BLOCK, 0, n);
	}
	return r;
}

static void scratch_close(struct disk *d)
{
	struct scratch *s = (struct scratch *)d;

	for (size_t i = 0; i < s->slots; i++)
		mem_free(s->blocks[i].bytes);
	mem_free(s->blocks);
	mem_free(s);
}

// There is nothing to flush: what is written is meant to be lost.
static const struct disk_ops scratch_ops = {
	.read = scratch_read,
	.write = scratch_write,
	.zero = scratch_zero,
	.close = scratch_close,
};

int disk_scratch(struct disk *base, struct disk **ret, struct err *err)
{
	struct scratch *s = mem_alloc(sizeof(*s));
	int r;

	if (!s)
		return err_nomem(err);
	s->disk = (struct disk){.ops = &scratch_ops,
				.size = base->size,
				.sector_size = base->sector_size};
	s->base = base;
	r = grow(s, err);
	if (r) {
		mem_free(s);
		return r;
	}
	*ret = &s->disk;
	return 0;
}

uint64_t disk_scratch_used(const struct disk *d)
{
	return ((const struct scratch *)d)->count * (uint64_t)BLOCK;
}

static int by_number(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

int disk_scratch_each(struct disk *d,
		      int (*fn)(void *ctx, uint64_t off, const void *data,
				size_t len),
		      void *ctx, struct err *err)
{
	struct scratch *s = (struct scratch *)d;
	struct block *sorted = mem_array(s->count, sizeof(*sorted));
	size_t count = 0;
	int r = 0;

	if (!sorted)
		return err_nomem(err);
	for (size_t i = 0; i < s->slots; i++)
		if (s->blocks[i].bytes)
			sorted[count++] = s->blocks[i];
	if (count)
		qsort(sorted, count, sizeof(*sorted), by_number);
	for (size_t i = 0; !r && i < count; i++)
		r = fn(ctx, sorted[i].number * BLOCK, sorted[i].bytes,
		       block_size(s, sorted[i].number));
	mem_free(sorted);
	return r;
}
