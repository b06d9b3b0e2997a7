// SPDX-License-Identifier: MIT
//
// XPRESS, the LZ77+Huffman form ([MS-XCA] 2.1): 512 code lengths of four bits,
// then symbols. Below 256 a symbol is a literal; above, its low four bits hold
// the length of a match and the next four how many bits its offset has.
//
// Most of a chunk goes through a loop without a branch between literals and matches,
// which no processor foresees: for each symbol it puts a literal, counted or not, and
// copies a match, of no bytes if it is none. Longer matches and such from near by
// have a branch of their own, and the ends of a chunk go symbol by symbol.

#include "huffman.h"
#include "match.h"
#include "codec.h"

#define SYMBOLS     512
#define LENGTHS     (SYMBOLS / 2) // bytes
#define MIN_MATCH   3
#define TABLE_BITS  11
#define LONG_LENGTH 15 // more bytes with the length follow

// What the code gives for a symbol:
//
//     bits 0-5    bits of its code, and with QUICK of its offset
//     bits 8-15   the literal; of a match the symbol less 256
//     bits 16-19  with QUICK the length of the match, or 0
//     bits 28-31  how many bits the offset has
//
// A match of QUICK is copied by 16 bytes at once, from at least as many before. With a
// literal those come from 16 to 31 bytes before, whatever is there.
#define QUICK        (UINT32_C(1) << 6)
#define LITERAL      (UINT32_C(1) << 24)
#define QUICK_LENGTH 15u
#define QUICK_LOG    4u
#define QUICK_FROM   32u // bytes of output that must be there

#define LOG_OF(s)    ((s) >> 4 & 15u)
#define LENGTH_OF(s) (((s) & 15u) + MIN_MATCH)
#define LITERAL_VALUE(s)                                                       \
	(QUICK_LOG << 28 | LITERAL | (uint32_t)(s) << 8 | QUICK)
#define MATCH_VALUE(s)                                                         \
	(LOG_OF(s) << 28 | ((s) & 255u) << 8 |                                 \
	 (LOG_OF(s) < QUICK_LOG || LENGTH_OF(s) > QUICK_LENGTH                 \
		  ? 0                                                          \
		  : LENGTH_OF(s) << 16 | QUICK | LOG_OF(s)))
#define VALUE(s)   ((s) < 256 ? LITERAL_VALUE(s) : MATCH_VALUE(s))
#define VALUES4(s) VALUE(s), VALUE((s) + 1), VALUE((s) + 2), VALUE((s) + 3)
#define VALUES16(s)                                                            \
	VALUES4(s), VALUES4((s) + 4), VALUES4((s) + 8), VALUES4((s) + 12)
#define VALUES64(s)                                                            \
	VALUES16(s), VALUES16((s) + 16), VALUES16((s) + 32), VALUES16((s) + 48)
#define VALUES256(s)                                                           \
	VALUES64(s), VALUES64((s) + 64), VALUES64((s) + 128),                  \
		VALUES64((s) + 192)

static const uint32_t values[SYMBOLS] = {VALUES256(0u), VALUES256(256u)};

struct output {
	uint8_t *start, *at, *end;
};

// A chunk has no place of its own to tell: who knows where it lies does.
static int corrupt(void)
{
	return err_corrupt(NULL, "XPRESS chunk", ERR_NOWHERE, "it is corrupt");
}

static enum huffman_kind read_code(const uint8_t *in, struct huffman *h)
{
	uint8_t lengths[SYMBOLS];

	for (size_t i = 0; i < LENGTHS; i++) {
		lengths[2 * i] = in[i] & 15;
		lengths[2 * i + 1] = in[i] >> 4;
	}
	return huffman_build(h, lengths, values, SYMBOLS, TABLE_BITS);
}

// A long length lies in bytes of its own, where a reader stands that always
// holds 16 to 31 bits ([MS-XCA] 2.2). Three bytes do: what needs a longer form
// would not fit into a chunk of 64 KiB. Returns it, or 0 when it is not valid.
static __attribute__((noinline)) size_t read_long_length(struct bits *b)
{
	size_t length;

	bits_give_back(b, 16 | (b->left & 15));
	if (b->padding || b->next == b->end)
		return 0;
	length = *b->next++;
	if (length < 255)
		return LONG_LENGTH + length;
	if (b->end - b->next < 2)
		return 0;
	length = (size_t)b->next[0] | (size_t)b->next[1] << 8;
	b->next += 2;
	return length < LONG_LENGTH ? 0 : length;
}

// Copies a match of any kind; the bits of its symbol are dropped, 15 more are ready.
// Returns false when it is not valid.
static inline __attribute__((always_inline)) bool
put_match(struct output *o, struct bits *b, uint32_t value)
{
	unsigned log = value >> 28;
	size_t length = value >> 8 & 15, offset;

	if (length == LONG_LENGTH) {
		// So that no address of b is taken and it stays in registers.
		struct bits copy = *b;

		length = read_long_length(&copy);
		if (!length)
			return false;
		*b = copy;
		bits_refill(b);
	}
	length += MIN_MATCH;
	offset = ((size_t)1 << log) + bits_take(b, log);
	if (offset > (size_t)(o->at - o->start) ||
	    length > (size_t)(o->end - o->at))
		return false;
	match_copy(o->at, (size_t)(o->end - o->at), offset, length);
	o->at += length;
	return true;
}

// Does what a value of QUICK says, for which the bits are there, and 16 bytes of room
// behind. Returns false when the output does not reach back so far.
static inline __attribute__((always_inline)) bool
put_quickly(struct output *o, struct bits *b, uint32_t value)
{
	unsigned drop = value & HUFFMAN_LENGTH_MASK;
	size_t high = (size_t)1 << (value >> 28);
	size_t offset = high | ((size_t)(b->buf >> (64 - drop)) & (high - 1));

	bits_drop(b, drop);
	*o->at = (uint8_t)(value >> 8);
	o->at += value >> 24 & 1;
	if (offset > (size_t)(o->at - o->start))
		return false;
	memcpy(o->at, o->at - offset, 16);
	o->at += value >> 16 & 15;
	return true;
}

// Decodes as long as neither end is near. One refill of 48 bits does for two symbols
// nearly always. Returns false when something is not valid.
static inline __attribute__((always_inline)) bool
decode_most(const struct huffman *code, struct output *output,
	    struct bits *bits)
{
	struct output o = *output;
	struct bits b = *bits;
	bool is_valid = true;

	while (is_valid && o.end - o.at > 64 && b.end - b.next >= 8) {
		uint32_t value;

		bits_refill(&b);
		value = code->table[b.buf >> (64 - TABLE_BITS)];
		if (__builtin_expect(value & QUICK, QUICK)) {
			if (!put_quickly(&o, &b, value))
				return false;
			value = code->table[b.buf >> (64 - TABLE_BITS)];
			if (__builtin_expect((value & QUICK) &&
						     (value &
						      HUFFMAN_LENGTH_MASK) <=
							     b.left,
					     1)) {
				is_valid = put_quickly(&o, &b, value);
				continue;
			}
			bits_refill(&b);
		}
		if (!value)
			value = huffman_find_long(code, b.buf, TABLE_BITS);
		if (value & QUICK) {
			is_valid = put_quickly(&o, &b, value);
			continue;
		}
		bits_drop(&b, value & HUFFMAN_LENGTH_MASK);
		is_valid = put_match(&o, &b, value);
	}
	*output = o;
	*bits = b;
	return is_valid;
}

// Decodes until there are so many bytes, or more. Symbol 256, with which an encoder
// may mark the end, is not waited for. Returns false when something is not valid.
static bool decode_to(const struct huffman *code, struct output *o,
		      struct bits *b, size_t size)
{
	while ((size_t)(o->at - o->start) < size) {
		uint32_t value;
		unsigned bits;

		bits_refill(b);
		value = huffman_find(code, b->buf, TABLE_BITS);
		bits = value & HUFFMAN_LENGTH_MASK;
		if (value & QUICK && !(value & LITERAL))
			bits -= value >> 28; // put_match takes them
		bits_drop(b, bits);
		if (value & LITERAL)
			*o->at++ = (uint8_t)(value >> 8);
		else if (!put_match(o, b, value))
			return false;
	}
	return true;
}

int xpress_decompress(const void *in, size_t in_size, void *out,
		      size_t out_size)
{
	struct output o = {out, out, (uint8_t *)out + out_size};
	size_t first = out_size < QUICK_FROM ? out_size : QUICK_FROM;
	struct huffman code;
	struct bits b;

	if (in_size < LENGTHS || read_code(in, &code) != HUFFMAN_COMPLETE)
		return corrupt();
	bits_start(&b, (const uint8_t *)in + LENGTHS, in_size - LENGTHS);
	if (!decode_to(&code, &o, &b, first) || !decode_most(&code, &o, &b) ||
	    !decode_to(&code, &o, &b, out_size) || bits_overrun(&b))
		return corrupt();
	return 0;
}
