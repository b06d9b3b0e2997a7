// SPDX-License-Identifier: MIT
//
// The bit stream of XPRESS, LZX and LZMS: 16-bit little-endian units whose bits are
// used from the highest down ([MS-XCA] 2.1.4.1). Behind the end come zero bits,
// which are counted, so that a decoder needs one check at its end.

#ifndef CODEC_BITS_H
#define CODEC_BITS_H

#include <string.h>

#include "base.h"

struct bits {
	const uint8_t *next, *end;
	uint64_t buf;     // the next bit is the highest one
	unsigned left;    // how many bits of buf count
	unsigned padding; // zero bits put in behind the end
};

// Loads four units, the first on top. Swapping all eight bytes puts the units
// in order, but each with its own two bytes the wrong way round; the masks turn
// those.
static inline uint64_t bits_load_units(const uint8_t *p)
{
	const uint64_t odd = 0x00ff00ff00ff00ff;
	uint64_t v;
	le64 raw;

	memcpy(&raw, p, sizeof(raw));
	v = __builtin_bswap64(get_le64(raw));
	return (v & odd) << 8 | (v >> 8 & odd);
}

static inline void bits_refill_slowly(struct bits *b)
{
	while (b->left < 48) {
		uint64_t unit = 0;

		if (b->end - b->next >= 2) {
			unit = (uint64_t)b->next[0] | (uint64_t)b->next[1] << 8;
			b->next += 2;
		} else {
			b->padding += 16;
		}
		b->buf |= unit << (48 - b->left);
		b->left += 16;
	}
}

// Makes at least 48 bits ready. The bits of buf below the counted ones are
// always the ones that follow in the input, so to put them in twice is
// harmless. A fourth unit is never counted, even if there is room: left stays
// below 64, and so the shift by it is defined.
static inline void bits_refill(struct bits *b)
{
	if (__builtin_expect(b->end - b->next < 8, 0)) {
		bits_refill_slowly(b);
		return;
	}
	b->buf |= bits_load_units(b->next) >> b->left;
	b->next += (63 - b->left) >> 4 << 1;
	b->left = 48 | (b->left & 15);
}

static inline void bits_start(struct bits *b, const void *in, size_t size)
{
	*b = (struct bits){.next = in, .end = (const uint8_t *)in + size};
	bits_refill(b);
}

// The same from the end backwards, as LZMS has it: `next` is behind the next unit,
// and `end` is where the input begins.
static inline void bits_refill_backwards_slowly(struct bits *b)
{
	while (b->left < 48) {
		uint64_t unit = 0;

		if (b->next - b->end >= 2) {
			b->next -= 2;
			unit = (uint64_t)b->next[0] | (uint64_t)b->next[1] << 8;
		} else {
			b->padding += 16;
		}
		b->buf |= unit << (48 - b->left);
		b->left += 16;
	}
}

static inline void bits_refill_backwards(struct bits *b)
{
	if (__builtin_expect(b->next - b->end < 8, 0)) {
		bits_refill_backwards_slowly(b);
		return;
	}
	b->buf |= load_le64(b->next - 8) >> b->left;
	b->next -= (63 - b->left) >> 4 << 1;
	b->left = 48 | (b->left & 15);
}

static inline void bits_start_backwards(struct bits *b, const void *in,
					size_t size)
{
	*b = (struct bits){.next = (const uint8_t *)in + size, .end = in};
	bits_refill_backwards(b);
}

static inline void bits_drop(struct bits *b, unsigned n)
{
	b->buf <<= n;
	b->left -= n;
}

// Takes n bits, 0 to 32, which the caller has made ready. Two shifts, as one by
// 64 (for no bits) would be undefined.
static inline uint32_t bits_take(struct bits *b, unsigned n)
{
	uint32_t v = (uint32_t)(b->buf >> 1 >> (63 - n));

	bits_drop(b, n);
	return v;
}

// Gives units back to the input until `keep` bits are held; keep is left less a
// multiple of 16, and above 0. Padding goes first, having come last. What was
// read ahead is cleared: the caller takes bytes at `next` itself, so other bits
// than those will follow.
static inline void bits_give_back(struct bits *b, unsigned keep)
{
	unsigned back = b->left - keep;
	unsigned zeros = back < b->padding ? back : b->padding;

	b->padding -= zeros;
	b->next -= (back - zeros) / 8;
	b->left = keep;
	b->buf &= ~UINT64_C(0) << (64 - keep);
}

// Returns true when bits behind the end were used: padding is always the last
// of what is left.
static inline bool bits_overrun(const struct bits *b)
{
	return b->left < b->padding;
}

#endif
