// SPDX-License-Identifier: MIT
//
// LZX ([MS-PATCH] section 2) as WIM files use it: each chunk stands alone, the
// size of a block has one bit for "32768", and calls of x86 code (0xE8) are
// always translated, as for a file of 12,000,000 bytes.

#include <emmintrin.h>

#include "huffman.h"
#include "match.h"
#include "codec.h"

#define MIN_ORDER           15
#define MAX_ORDER           21
#define LITERALS            256
#define LENGTH_SYMBOLS      249
#define ALIGNED_SYMBOLS     8
#define PRE_SYMBOLS         20
#define LENGTH_HEADERS      8
#define MIN_MATCH           2
#define MAX_SLOTS           50
#define RECENT              3
#define OFFSET_ADJUSTMENT   2 // 0 to 2 are the recent ones: others are 2 more
#define FIRST_ALIGNED_SLOT  8 // the first with three bits or more
#define DEFAULT_BLOCK_SIZE  32768
#define TRANSLATED_SIZE     12000000
#define TRANSLATION_RESERVE 10 // the last bytes that are never translated

#define MAIN_BITS    11
#define LENGTH_BITS  10
#define ALIGNED_BITS 7
#define PRE_BITS     6

enum { BLOCK_VERBATIM = 1, BLOCK_ALIGNED = 2, BLOCK_UNCOMPRESSED = 3 };

struct lzx_decoder {
	unsigned order, main_symbols;
	struct huffman main, length, aligned, pre;
	uint8_t main_lengths[HUFFMAN_MAX_SYMBOLS];
	uint8_t length_lengths[LENGTH_SYMBOLS];
	uint32_t recent[RECENT];
	uint32_t slot_base[MAX_SLOTS];
	uint8_t slot_bits[MAX_SLOTS];
};

// A chunk has no place of its own to tell: who knows where it lies does.
static int corrupt(void)
{
	return err_corrupt(NULL, "LZX chunk", ERR_NOWHERE, "it is corrupt");
}

int lzx_decoder_new(unsigned window_order, struct lzx_decoder **ret)
{
	// Windows of 32 KiB to 2 MiB need this many slots for offsets.
	static const uint8_t slots[] = {30, 32, 34, 36, 38, 42, 50};
	struct lzx_decoder *d;
	uint32_t base = 0;

	if (window_order < MIN_ORDER || window_order > MAX_ORDER)
		return -EINVAL;
	d = mem_alloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->order = window_order;
	d->main_symbols = LITERALS +
			  slots[window_order - MIN_ORDER] * LENGTH_HEADERS;
	for (unsigned i = 0; i < MAX_SLOTS; i++) {
		// Two slots have the same number of further bits, up to 17:
		// from offset 2^18 on all slots are of that size.
		unsigned n = i < 4 ? 0 : i / 2 - 1;

		d->slot_bits[i] = (uint8_t)(n < 17 ? n : 17);
		d->slot_base[i] = base;
		base += UINT32_C(1) << d->slot_bits[i];
	}
	*ret = d;
	return 0;
}

void lzx_decoder_free(struct lzx_decoder *d)
{
	mem_free(d);
}

// --- Code lengths ------------------------------------------------------------

// Reads `count` lengths, each stored as the difference to that of the block
// before, modulo 17, with a code of their own. Symbols above 16 are runs: 17
// and 18 of unused symbols, 19 of equal lengths. At most 15 + 1 + 15 bits are
// taken, so one refill does for all of them.
static int read_lengths(struct lzx_decoder *d, struct bits *b, uint8_t *lengths,
			unsigned count)
{
	uint8_t pre[PRE_SYMBOLS];

	for (unsigned i = 0; i < PRE_SYMBOLS; i++) {
		bits_refill(b);
		pre[i] = (uint8_t)bits_take(b, 4);
	}
	if (huffman_build(&d->pre, pre, NULL, PRE_SYMBOLS, PRE_BITS))
		return corrupt();
	for (unsigned i = 0; i < count;) {
		uint32_t symbol;
		unsigned run = 1;
		uint8_t value = 0;

		bits_refill(b);
		symbol = huffman_take(&d->pre, b, PRE_BITS);
		if (symbol == 17) {
			run = 4 + bits_take(b, 4);
		} else if (symbol == 18) {
			run = 20 + bits_take(b, 5);
		} else {
			if (symbol == 19) {
				run = 4 + bits_take(b, 1);
				symbol = huffman_take(&d->pre, b, PRE_BITS);
				if (symbol > 16)
					return corrupt();
			}
			value = (uint8_t)((lengths[i] + 17 - symbol) % 17);
		}
		if (run > count - i)
			return corrupt();
		memset(lengths + i, value, run);
		i += run;
	}
	return 0;
}

static int read_codes(struct lzx_decoder *d, struct bits *b, bool is_aligned)
{
	int r;

	if (is_aligned) {
		uint8_t aligned[ALIGNED_SYMBOLS];

		bits_refill(b);
		for (unsigned i = 0; i < ALIGNED_SYMBOLS; i++)
			aligned[i] = (uint8_t)bits_take(b, 3);
		if (huffman_build(&d->aligned, aligned, NULL, ALIGNED_SYMBOLS,
				  ALIGNED_BITS))
			return corrupt();
	}
	// The main code comes in two pieces, literals and matches, with a code
	// of lengths each; a run does not cross from one to the other.
	r = read_lengths(d, b, d->main_lengths, LITERALS);
	if (!r)
		r = read_lengths(d, b, d->main_lengths + LITERALS,
				 d->main_symbols - LITERALS);
	if (!r)
		r = read_lengths(d, b, d->length_lengths, LENGTH_SYMBOLS);
	if (r)
		return r;
	if (huffman_build(&d->main, d->main_lengths, NULL, d->main_symbols,
			  MAIN_BITS))
		return corrupt();
	// The length code may be empty, when no match is that long.
	if (huffman_build(&d->length, d->length_lengths, NULL, LENGTH_SYMBOLS,
			  LENGTH_BITS) == HUFFMAN_BAD)
		return corrupt();
	return 0;
}

// --- Blocks ------------------------------------------------------------------

// The offset of a match that is not a recent one.
static inline uint32_t take_offset(const struct lzx_decoder *d, struct bits *b,
				   unsigned slot, bool is_aligned)
{
	unsigned n = d->slot_bits[slot];
	uint32_t offset = d->slot_base[slot] - OFFSET_ADJUSTMENT;

	if (!is_aligned || slot < FIRST_ALIGNED_SLOT)
		return offset + bits_take(b, n);
	offset += bits_take(b, n - 3) << 3;
	return offset + huffman_take(&d->aligned, b, ALIGNED_BITS);
}

// Decodes one block of symbols to [p, end); start is where the chunk begins,
// limit where it ends. A refill makes 48 bits ready: enough for two symbols (16
// each), and after one for an offset (14, and 7 of an aligned symbol).
static inline __attribute__((always_inline)) int
decode_symbols(struct lzx_decoder *d, struct bits *stream, uint8_t *start,
	       uint8_t *p, uint8_t *end, uint8_t *limit, bool is_aligned)
{
	uint32_t r0 = d->recent[0], r1 = d->recent[1], r2 = d->recent[2];
	struct bits b = *stream;

	while (p < end) {
		uint32_t symbol, offset;
		size_t length;
		unsigned slot;

		bits_refill(&b);
		symbol = huffman_take(&d->main, &b, MAIN_BITS);
		if (symbol < LITERALS) {
			*p++ = (uint8_t)symbol;
			if (p == end)
				break;
			symbol = huffman_take(&d->main, &b, MAIN_BITS);
			if (symbol < LITERALS) {
				*p++ = (uint8_t)symbol;
				continue;
			}
			bits_refill(&b);
		}
		symbol -= LITERALS;
		slot = symbol / LENGTH_HEADERS;
		length = symbol % LENGTH_HEADERS;
		if (length == LENGTH_HEADERS - 1) {
			length += huffman_take(&d->length, &b, LENGTH_BITS);
			// HUFFMAN_INVALID: a long match, though the block has
			// an empty length code.
			if (length > LENGTH_HEADERS - 1 + LENGTH_SYMBOLS)
				return corrupt();
			bits_refill(&b);
		}
		length += MIN_MATCH;
		// A recent offset that is used changes places with the first;
		// it is not moved to the front past the others.
		if (slot >= RECENT) {
			offset = take_offset(d, &b, slot, is_aligned);
			r2 = r1;
			r1 = r0;
		} else if (slot == 0) {
			offset = r0;
		} else if (slot == 1) {
			offset = r1;
			r1 = r0;
		} else {
			offset = r2;
			r2 = r0;
		}
		r0 = offset;
		if (offset > (size_t)(p - start) || length > (size_t)(end - p))
			return corrupt();
		match_copy(p, (size_t)(limit - p), offset, length);
		p += length;
	}
	*stream = b;
	d->recent[0] = r0;
	d->recent[1] = r1;
	d->recent[2] = r2;
	return 0;
}

// An uncompressed block ([MS-PATCH] 2.3.2.1): three recent offsets, then the
// bytes, at a boundary of 16 bits; there is always padding before them, 1 to 16
// bits: a whole unit when the header ends at a boundary.
static int copy_uncompressed(struct lzx_decoder *d, struct bits *b, uint8_t *p,
			     size_t size)
{
	const uint8_t *next;

	bits_refill(b);
	bits_drop(b, (b->left - 1) % 16 + 1);
	if (bits_overrun(b))
		return corrupt();
	next = b->next - (b->left - b->padding) / 8;
	if ((size_t)(b->end - next) < 12 || (size_t)(b->end - next) - 12 < size)
		return corrupt();
	for (size_t i = 0; i < RECENT; i++, next += 4) {
		d->recent[i] = load_le32(next);
		// An offset of 0 would keep match_copy going for ever.
		if (!d->recent[i])
			return corrupt();
	}
	memcpy(p, next, size);
	next += size;
	// A byte of padding brings the next block to a unit again; the last one
	// may go without.
	if (size % 2 && next < b->end)
		next++;
	bits_start(b, next, (size_t)(b->end - next));
	return 0;
}

static int decode_block(struct lzx_decoder *d, struct bits *b, uint8_t *start,
			uint8_t **p, uint8_t *limit)
{
	unsigned type;
	uint32_t size = DEFAULT_BLOCK_SIZE;
	uint8_t *end;
	int r;

	bits_refill(b);
	type = bits_take(b, 3);
	if (!bits_take(b, 1))
		// Two bytes cannot say the size of a larger window.
		size = bits_take(b, d->order > 15 ? 24 : 16);
	if (!size || size > (size_t)(limit - *p))
		return corrupt();
	end = *p + size;
	if (type == BLOCK_UNCOMPRESSED) {
		r = copy_uncompressed(d, b, *p, size);
	} else if (type == BLOCK_VERBATIM) {
		r = read_codes(d, b, false);
		if (!r)
			r = decode_symbols(d, b, start, *p, end, limit, false);
	} else if (type == BLOCK_ALIGNED) {
		r = read_codes(d, b, true);
		if (!r)
			r = decode_symbols(d, b, start, *p, end, limit, true);
	} else {
		r = corrupt();
	}
	*p = end;
	// Zero bits behind the end decode like any others, and the checks of
	// the output keep that harmless; here it comes out.
	return r || bits_overrun(b) ? corrupt() : 0;
}

// --- Calls of x86 code -------------------------------------------------------

// Returns the first 0xE8 in [p, end), or end.
static const uint8_t *find_call(const uint8_t *p, const uint8_t *end)
{
	const __m128i call = _mm_set1_epi8((char)0xe8);

	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		int found = _mm_movemask_epi8(_mm_cmpeq_epi8(v, call));

		if (found)
			return p + __builtin_ctz((unsigned)found);
	}
	while (p < end && *p != 0xe8)
		p++;
	return p;
}

// Makes the operands of calls relative again, as they were. The encoder made
// those absolute that point into a file of TRANSLATED_SIZE, and left others
// alone, as most 0xE8 in data are no calls; it skipped operands, so an 0xE8
// inside of one is not looked at here either. Otherwise some bytes of a program
// come out changed, which only its SHA-1 tells.
static void untranslate_calls(uint8_t *data, size_t size)
{
	uint8_t *p = data, *end;

	if (size <= TRANSLATION_RESERVE)
		return;
	end = data + size - TRANSLATION_RESERVE;
	while ((p = data + (find_call(p, end) - data)) < end) {
		int32_t at = (int32_t)(p - data);
		int32_t target = (int32_t)load_le32(p + 1);

		if (target >= 0 && target < TRANSLATED_SIZE)
			target -= at;
		else if (target < 0 && target >= -at)
			target += TRANSLATED_SIZE;
		store_le32(p + 1, (uint32_t)target);
		p += 5;
	}
}

int lzx_decompress(struct lzx_decoder *d, const void *in, size_t in_size,
		   void *out, size_t out_size)
{
	uint8_t *p = out, *end = p + out_size;
	struct bits b;

	if (out_size > (size_t)1 << d->order)
		return -EINVAL;
	// Nothing is kept from the chunk before, so chunks can be decoded in
	// any order and on any core.
	memset(d->main_lengths, 0, sizeof(d->main_lengths));
	memset(d->length_lengths, 0, sizeof(d->length_lengths));
	for (size_t i = 0; i < RECENT; i++)
		d->recent[i] = 1;
	bits_start(&b, in, in_size);
	while (p < end) {
		int r = decode_block(d, &b, out, &p, end);

		if (r)
			return r;
	}
	untranslate_calls(out, out_size);
	return 0;
}
