// SPDX-License-Identifier: MIT
//
// The symbols of LZX's blocks ([MS-PATCH] 2.4).
//
// Most of a block goes through a loop without a branch between literals, new and
// recent offsets, which no processor foresees: for each symbol it copies eight bytes,
// of which some count. Long matches have a branch of their own, and the end of a
// block goes symbol by symbol. Where nearly all are literals a branch is foreseen,
// and quicker.

#include <emmintrin.h>

#include "lzx_decode.h"
#include "match.h"

#define DECODE_INLINE static inline __attribute__((always_inline))

// What one turn of the quick loop may take and make, and what may be touched behind.
#define QUICK_INPUT  32
#define QUICK_OUTPUT (LZX_MAX_MATCH + 64)

// As bits_refill, away from the end. The four units come in order by one shuffle,
// which is less work, though later done, than swapping bytes.
DECODE_INLINE void refill(struct bits *b)
{
	__m128i v = _mm_loadl_epi64((const __m128i *)(const void *)b->next);

	v = _mm_shufflelo_epi16(v, _MM_SHUFFLE(0, 1, 2, 3));
	b->buf |= (uint64_t)_mm_cvtsi128_si64(v) >> b->left;
	b->next += (63 - b->left) >> 4 << 1;
	b->left = 48 | (b->left & 15);
}

// Takes the offset of a match, whose further bits are the last of the `taken` bits at
// the top, and puts it to the queue: a recent one changes places with the first, it
// is not moved to the front past the others; a new one moves all. Returns it.
DECODE_INLINE uint32_t take_offset(const struct lzx_decoder *d,
				   struct lzx_cursor *c,
				   const struct lzx_slot *slot, unsigned taken,
				   bool is_aligned)
{
	uint64_t offset = (uint32_t)(c->b.buf >> (-taken & 63)) & slot->mask;
	uint64_t swap, pushed, swapped;

	c->b.buf <<= taken & 63;
	c->b.left -= taken & 63;
	if (is_aligned) {
		uint32_t low =
			d->aligned.table[c->b.buf >> (64 - LZX_ALIGNED_BITS)];

		low &= (uint32_t)slot->is_aligned;
		offset <<= slot->is_aligned & LZX_ALIGNED_OFFSET_BITS;
		offset += low >> HUFFMAN_LENGTH_BITS;
		bits_drop(&c->b, low & HUFFMAN_LENGTH_MASK);
	}
	offset += slot->base;
	swap = (c->queue >> slot->shift ^ c->queue) & LZX_QUEUE_MASK;
	swapped = c->queue ^ swap ^ swap << slot->shift;
	pushed = c->queue << LZX_QUEUE_BITS | (uint32_t)offset;
	c->queue = swapped ^ ((swapped ^ pushed) & slot->is_new);
	return (uint32_t)(c->queue & LZX_QUEUE_MASK);
}

// Does what a value of LZX_QUICK says, for which the bits are there. Returns false when
// the output does not reach back so far.
DECODE_INLINE bool put_quickly(const struct lzx_decoder *d,
			       struct lzx_cursor *c, uint32_t value,
			       bool is_aligned)
{
	uint32_t length = value >> LZX_LENGTH_SHIFT & LZX_LENGTH_MASK;
	const struct lzx_slot *slot =
		&d->slots[is_aligned][value >> LZX_SLOT_SHIFT];
	uint32_t offset = take_offset(d, c, slot, value, is_aligned);
	uint8_t *at = c->o.at;
	uint64_t bytes;

	if (__builtin_expect((uintptr_t)at - offset < (uintptr_t)c->o.start, 0))
		return false;
	if (__builtin_expect(offset < length, 0)) {
		match_copy(at, length + MATCH_SLACK, offset, length);
	} else {
		memcpy(&bytes, at - offset, sizeof(bytes));
		if (__builtin_expect_with_probability(value & LZX_LITERAL,
						      LZX_LITERAL, 0.5))
			bytes = value >> LZX_BYTE_SHIFT;
		memcpy(at, &bytes, sizeof(bytes));
	}
	c->o.at = at + length;
	return true;
}

// Copies a match whose length follows its main symbol. Returns as put_quickly.
DECODE_INLINE bool put_long(const struct lzx_decoder *d, struct lzx_cursor *c,
			    uint32_t value, bool is_aligned)
{
	const struct lzx_slot *slot =
		&d->slots[is_aligned][value >> LZX_SLOT_SHIFT];
	uint32_t length, offset;
	uint8_t *at = c->o.at;

	bits_drop(&c->b, value & HUFFMAN_LENGTH_MASK);
	length = huffman_take(&d->length, &c->b, LZX_LENGTH_BITS);
	// HUFFMAN_INVALID: a long match, though the block has an empty length
	// code.
	if (length >= LZX_LENGTH_SYMBOLS)
		return false;
	length += LZX_LONG;
	refill(&c->b);
	offset = take_offset(d, c, slot, slot->bits, is_aligned);
	if (offset > (size_t)(at - c->o.start))
		return false;
	c->o.at = at + length;
	if (offset < 8) {
		match_copy(at, length + MATCH_SLACK, offset, length);
		return true;
	}
	for (;;) {
		memcpy(at, at - offset, 8);
		memcpy(at + 8, at - offset + 8, 8);
		memcpy(at + 16, at - offset + 16, 8);
		memcpy(at + 24, at - offset + 24, 8);
		at += 32;
		if (__builtin_expect(at >= c->o.at, 1))
			return true;
	}
}

// Decodes as long as neither end is near. Returns false when the block is corrupt.
DECODE_INLINE bool decode_most(const struct lzx_decoder *d,
			       struct lzx_cursor *cursor, bool is_aligned,
			       bool is_literal)
{
	const uint32_t *table = d->main.table;
	struct lzx_cursor c = *cursor;

	while (c.o.end - c.o.at >= QUICK_OUTPUT &&
	       c.b.end - c.b.next >= QUICK_INPUT) {
		uint32_t value;

		refill(&c.b);
		value = table[c.b.buf >> (64 - LZX_MAIN_BITS)];
		if (is_literal) {
			for (int i = 0; i < 2 && value & LZX_LITERAL; i++) {
				*c.o.at++ = (uint8_t)(value >> LZX_BYTE_SHIFT);
				bits_drop(&c.b, value & HUFFMAN_LENGTH_MASK);
				value = table[c.b.buf >> (64 - LZX_MAIN_BITS)];
			}
			if (value & LZX_LITERAL) {
				*c.o.at++ = (uint8_t)(value >> LZX_BYTE_SHIFT);
				bits_drop(&c.b, value & HUFFMAN_LENGTH_MASK);
				continue;
			}
			refill(&c.b);
		} else if (__builtin_expect(value & LZX_QUICK, LZX_QUICK)) {
			if (!put_quickly(d, &c, value, is_aligned))
				return false;
			if (is_aligned)
				refill(&c.b);
			value = table[c.b.buf >> (64 - LZX_MAIN_BITS)];
			if (__builtin_expect((value & LZX_QUICK) &&
						     (is_aligned ||
						      (value &
						       HUFFMAN_LENGTH_MASK) <=
							      c.b.left),
					     1)) {
				if (!put_quickly(d, &c, value, is_aligned))
					return false;
				continue;
			}
			refill(&c.b);
		}
		if (!value)
			value = huffman_find_long(&d->main, c.b.buf,
						  LZX_MAIN_BITS);
		if (value & LZX_QUICK) {
			if (!put_quickly(d, &c, value, is_aligned))
				return false;
		} else if (!put_long(d, &c, value, is_aligned)) {
			return false;
		}
	}
	*cursor = c;
	return true;
}

// Decodes a block to its end, symbol by symbol. `limit` is the chunk's end. Returns as
// decode_most.
static bool decode_rest(const struct lzx_decoder *d, struct lzx_cursor *c,
			const uint8_t *limit, bool is_aligned)
{
	while (c->o.at < c->o.end) {
		uint32_t value, length, offset;
		const struct lzx_slot *slot;
		unsigned taken;

		bits_refill(&c->b);
		value = huffman_find(&d->main, c->b.buf, LZX_MAIN_BITS);
		taken = value & HUFFMAN_LENGTH_MASK;
		if (value & LZX_LITERAL) {
			*c->o.at++ = (uint8_t)(value >> LZX_BYTE_SHIFT);
			bits_drop(&c->b, taken);
			continue;
		}
		length = value >> LZX_LENGTH_SHIFT & LZX_LENGTH_MASK;
		slot = &d->slots[is_aligned][value >> LZX_SLOT_SHIFT];
		if (length == LZX_LONG) {
			bits_drop(&c->b, taken);
			length = huffman_take(&d->length, &c->b,
					      LZX_LENGTH_BITS);
			if (length >= LZX_LENGTH_SYMBOLS)
				return false;
			length += LZX_LONG;
			bits_refill(&c->b);
			taken = slot->bits;
		}
		offset = take_offset(d, c, slot, taken, is_aligned);
		if (offset > (size_t)(c->o.at - c->o.start) ||
		    length > (size_t)(c->o.end - c->o.at))
			return false;
		match_copy(c->o.at, (size_t)(limit - c->o.at), offset, length);
		c->o.at += length;
	}
	return true;
}

DECODE_INLINE bool decode_any(const struct lzx_decoder *d, struct lzx_cursor *c,
			      bool is_aligned, bool is_literal)
{
	if (is_aligned)
		return is_literal ? decode_most(d, c, true, true)
				  : decode_most(d, c, true, false);
	return is_literal ? decode_most(d, c, false, true)
			  : decode_most(d, c, false, false);
}

__attribute__((target("bmi,bmi2"))) static bool
decode_bmi2(const struct lzx_decoder *d, struct lzx_cursor *c, bool is_aligned,
	    bool is_literal)
{
	return decode_any(d, c, is_aligned, is_literal);
}

static bool decode_plainly(const struct lzx_decoder *d, struct lzx_cursor *c,
			   bool is_aligned, bool is_literal)
{
	return decode_any(d, c, is_aligned, is_literal);
}

// Returns true when so many of the symbols are literals, by what bits they were
// given, that a processor foresees them.
static bool is_mostly_literal(const struct lzx_decoder *d)
{
	uint32_t share = 0;

	for (unsigned i = 0; i < LZX_LITERALS; i++)
		share += (UINT32_C(1) << LZX_MAX_CODE >> d->main_lengths[i]) &
			 0xffff;
	return share > (UINT32_C(3) << LZX_MAX_CODE) / 4;
}

// The quick loop looks at where the first recent offset points to with literals, too,
// so what an uncompressed block says of them is looked at here.
static bool recent_is_near(const struct lzx_cursor *c)
{
	size_t done = (size_t)(c->o.at - c->o.start);

	return done && (c->queue & LZX_QUEUE_MASK) <= done &&
	       (c->queue >> LZX_QUEUE_BITS & LZX_QUEUE_MASK) <= done &&
	       (c->queue >> 2 * LZX_QUEUE_BITS & LZX_QUEUE_MASK) <= done;
}

bool lzx_decode_symbols(const struct lzx_decoder *d, struct lzx_cursor *c,
			const uint8_t *limit, bool is_aligned)
{
	uint8_t *end = c->o.end;
	bool is_valid = true;

	// The first byte of a chunk has nothing before it.
	if (c->o.at == c->o.start) {
		c->o.end = c->o.at + 1;
		is_valid = decode_rest(d, c, limit, is_aligned);
		c->o.end = end;
	}
	if (is_valid && recent_is_near(c))
		is_valid = d->has_bmi2 ? decode_bmi2(d, c, is_aligned,
						     is_mostly_literal(d))
				       : decode_plainly(d, c, is_aligned,
							is_mostly_literal(d));
	return is_valid && decode_rest(d, c, limit, is_aligned);
}
