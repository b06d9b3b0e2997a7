// SPDX-License-Identifier: MIT
//
// Writing only what is not there yet: a child's blocks that are like its
// parent's take no room.

#include <string.h>

#include "disk.h"

#define PIECE (1u << 20) // what is read at a time
#define UNIT  4096u      // what is compared

// Writes those units of a piece that are not the same.
static int write_changes(struct disk *to, uint64_t off, const uint8_t *now,
			 const uint8_t *old, size_t n, struct err *err)
{
	int r = 0;

	for (size_t i = 0, len; i < n && !r; i += len) {
		len = n - i < UNIT ? n - i : UNIT;
		if (memcmp(now + i, old + i, len))
			r = disk_write(to, off + i, now + i, len, err);
	}
	return r;
}

// Tells whether both read as zeroes, for *ret_len bytes from `off` on.
static int both_are_zero(struct disk *from, struct disk *to, uint64_t off,
			 uint64_t *ret_len, bool *ret, struct err *err)
{
	uint64_t n;
	bool from_data, to_data;
	int r = disk_map(from, off, from->size - off, &n, &from_data, err);

	if (!r)
		r = disk_map(to, off, n, ret_len, &to_data, err);
	*ret = !r && !from_data && !to_data;
	return r;
}

static int copy_piece(struct disk *from, struct disk *to, uint64_t off,
		      uint8_t *now, uint8_t *old, size_t n, struct err *err)
{
	int r = disk_read(from, off, now, n, err);

	if (!r)
		r = disk_read(to, off, old, n, err);
	return r ? r : write_changes(to, off, now, old, n, err);
}

int disk_copy_changes(struct disk *from, struct disk *to, struct err *err)
{
	uint8_t *now = mem_alloc(PIECE), *old = mem_alloc(PIECE);
	int r = now && old ? 0 : err_nomem(err);

	if (!r && from->size != to->size)
		r = err_set(err, -EINVAL, "source", ERR_NOWHERE,
			    "it has %llu bytes, and the parent %llu",
			    (unsigned long long)from->size,
			    (unsigned long long)to->size);
	for (uint64_t off = 0, n = 0; off < to->size && !r; off += n) {
		bool is_zero;

		r = both_are_zero(from, to, off, &n, &is_zero, err);
		if (r || is_zero)
			continue;
		n = n < PIECE ? n : PIECE;
		r = copy_piece(from, to, off, now, old, (size_t)n, err);
	}
	mem_free(now);
	mem_free(old);
	return r ? r : disk_flush(to, err);
}
