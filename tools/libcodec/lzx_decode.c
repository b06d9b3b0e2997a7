// SPDX-License-Identifier: MIT
//
// LZX's decoder ([MS-PATCH] section 2) for WIM files.

#include "codec.h"
#include "lzx_decode.h"

// A chunk has no place of its own to tell: who knows where it lies does.
static int corrupt(void)
{
	return err_corrupt(NULL, "LZX chunk", ERR_NOWHERE, "it is corrupt");
}

static void make_slots(struct lzx_decoder *d, bool is_aligned)
{
	uint32_t base = 0;

	for (unsigned i = 0; i < LZX_MAX_SLOTS; i++) {
		struct lzx_slot *s = &d->slots[is_aligned][i];

		s->bits = lzx_slot_bits(i);
		s->base = base - LZX_OFFSET_ADJUSTMENT;
		base += UINT32_C(1) << s->bits;
		if (i < LZX_RECENT)
			s->shift = i * LZX_QUEUE_BITS;
		else
			s->is_new = ~UINT64_C(0);
		if (is_aligned && i >= LZX_FIRST_ALIGNED_SLOT) {
			s->is_aligned = ~UINT64_C(0);
			s->bits -= LZX_ALIGNED_OFFSET_BITS;
		}
		s->mask = (UINT32_C(1) << s->bits) - 1;
	}
}

static void make_values(struct lzx_decoder *d, bool is_aligned)
{
	uint32_t *value = d->values[is_aligned];

	for (uint32_t i = 0; i < LZX_LITERALS; i++)
		*value++ = LZX_QUICK | LZX_LITERAL | i << LZX_BYTE_SHIFT |
			   1u << LZX_LENGTH_SHIFT;
	for (unsigned slot = 0; slot < lzx_slots(d->order); slot++)
		for (unsigned i = 0; i < LZX_LENGTH_HEADERS; i++) {
			*value = slot << LZX_SLOT_SHIFT |
				 (i + LZX_MIN_MATCH) << LZX_LENGTH_SHIFT;
			if (i < LZX_LENGTH_HEADERS - 1)
				*value |= LZX_QUICK |
					  d->slots[is_aligned][slot].bits;
			value++;
		}
}

int lzx_decoder_new(unsigned window_order, struct lzx_decoder **ret)
{
	struct lzx_decoder *d;

	if (window_order < LZX_MIN_ORDER || window_order > LZX_MAX_ORDER)
		return -EINVAL;
	d = mem_alloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->order = window_order;
	d->main_symbols = LZX_LITERALS +
			  lzx_slots(window_order) * LZX_LENGTH_HEADERS;
	for (int is_aligned = 0; is_aligned < 2; is_aligned++) {
		make_slots(d, is_aligned);
		make_values(d, is_aligned);
	}
	d->has_bmi2 = __builtin_cpu_supports("bmi2");
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
	uint8_t pre[LZX_PRE_SYMBOLS];

	for (unsigned i = 0; i < LZX_PRE_SYMBOLS; i++) {
		if (i % 10 == 0)
			bits_refill(b);
		pre[i] = (uint8_t)bits_take(b, 4);
	}
	if (huffman_build(&d->pre, pre, NULL, LZX_PRE_SYMBOLS, LZX_PRE_BITS))
		return corrupt();
	for (unsigned i = 0; i < count;) {
		uint32_t symbol;
		unsigned run = 1;
		uint8_t value = 0;

		bits_refill(b);
		symbol = huffman_take(&d->pre, b, LZX_PRE_BITS);
		if (symbol == LZX_RUN_SHORT) {
			run = 4 + bits_take(b, 4);
		} else if (symbol == LZX_RUN_LONG) {
			run = 20 + bits_take(b, 5);
		} else {
			if (symbol == LZX_RUN_SAME) {
				run = 4 + bits_take(b, 1);
				symbol = huffman_take(&d->pre, b, LZX_PRE_BITS);
				if (symbol > 16)
					return corrupt();
			}
			value = (uint8_t)(lengths[i] - symbol);
			if (lengths[i] < symbol)
				value = (uint8_t)(value + 17);
		}
		if (run > count - i)
			return corrupt();
		// A call for one byte costs more than all the rest.
		if (run == 1)
			lengths[i] = value;
		else
			memset(lengths + i, value, run);
		i += run;
	}
	return 0;
}

static int read_codes(struct lzx_decoder *d, struct bits *b, bool is_aligned)
{
	int r;

	if (is_aligned) {
		uint8_t aligned[LZX_ALIGNED_SYMBOLS];

		bits_refill(b);
		for (unsigned i = 0; i < LZX_ALIGNED_SYMBOLS; i++)
			aligned[i] = (uint8_t)bits_take(b, 3);
		if (huffman_build(&d->aligned, aligned, NULL,
				  LZX_ALIGNED_SYMBOLS, LZX_ALIGNED_BITS))
			return corrupt();
	}
	// The main code comes in two pieces, literals and matches, with a code
	// of lengths each; a run does not cross from one to the other.
	r = read_lengths(d, b, d->main_lengths, LZX_LITERALS);
	if (!r)
		r = read_lengths(d, b, d->main_lengths + LZX_LITERALS,
				 d->main_symbols - LZX_LITERALS);
	if (!r)
		r = read_lengths(d, b, d->length_lengths, LZX_LENGTH_SYMBOLS);
	if (r)
		return r;
	if (huffman_build(&d->main, d->main_lengths, d->values[is_aligned],
			  d->main_symbols, LZX_MAIN_BITS))
		return corrupt();
	// The length code may be empty, when no match is that long.
	if (huffman_build(&d->length, d->length_lengths, NULL,
			  LZX_LENGTH_SYMBOLS, LZX_LENGTH_BITS) == HUFFMAN_BAD)
		return corrupt();
	return 0;
}

// --- Blocks ------------------------------------------------------------------

// An uncompressed block ([MS-PATCH] 2.3.2.1): three recent offsets, then the
// bytes, at a boundary of 16 bits; there is always padding before them, 1 to 16
// bits: a whole unit when the header ends at a boundary.
static int copy_uncompressed(struct lzx_cursor *c)
{
	size_t size = (size_t)(c->o.end - c->o.at);
	struct bits *b = &c->b;
	const uint8_t *next;

	bits_refill(b);
	bits_drop(b, (b->left - 1) % 16 + 1);
	if (bits_overrun(b))
		return corrupt();
	next = b->next - (b->left - b->padding) / 8;
	if ((size_t)(b->end - next) < 12 || (size_t)(b->end - next) - 12 < size)
		return corrupt();
	c->queue = 0;
	for (unsigned i = 0; i < LZX_RECENT; i++, next += 4) {
		uint64_t offset = load_le32(next);

		// An offset of 0 would keep match_copy going for ever; none
		// of a window is as large as the mask.
		if (!offset)
			return corrupt();
		c->queue |= (offset < LZX_QUEUE_MASK ? offset : LZX_QUEUE_MASK)
			    << i * LZX_QUEUE_BITS;
	}
	memcpy(c->o.at, next, size);
	c->o.at += size;
	next += size;
	// A byte of padding brings the next block to a unit again; the last one
	// may go without.
	if (size % 2 && next < b->end)
		next++;
	bits_start(b, next, (size_t)(b->end - next));
	return 0;
}

static int decode_block(struct lzx_decoder *d, struct lzx_cursor *c,
			uint8_t *limit)
{
	unsigned type;
	uint32_t size = LZX_DEFAULT_BLOCK_SIZE;
	int r = 0;

	bits_refill(&c->b);
	type = bits_take(&c->b, 3);
	if (!bits_take(&c->b, 1))
		// Two bytes cannot say the size of a larger window.
		size = bits_take(&c->b, d->order > 15 ? 24 : 16);
	if (!size || size > (size_t)(limit - c->o.at))
		return corrupt();
	c->o.end = c->o.at + size;
	if (type == LZX_UNCOMPRESSED) {
		r = copy_uncompressed(c);
	} else if (type == LZX_VERBATIM || type == LZX_ALIGNED) {
		r = read_codes(d, &c->b, type == LZX_ALIGNED);
		if (!r && !lzx_decode_symbols(d, c, limit, type == LZX_ALIGNED))
			r = corrupt();
	} else {
		r = corrupt();
	}
	// Zero bits behind the end decode like any others, and the checks of
	// the output keep that harmless; here it comes out.
	return r || bits_overrun(&c->b) ? corrupt() : 0;
}

int lzx_decompress(struct lzx_decoder *d, const void *in, size_t in_size,
		   void *out, size_t out_size)
{
	struct lzx_cursor c = {.o = {.start = out, .at = out},
			       .queue = 1 | UINT64_C(1) << LZX_QUEUE_BITS |
					UINT64_C(1) << 2 * LZX_QUEUE_BITS};
	uint8_t *limit = c.o.at + out_size;

	if (out_size > (size_t)1 << d->order)
		return -EINVAL;
	// Nothing is kept from the chunk before, so chunks can be decoded in
	// any order and on any core.
	memset(d->main_lengths, 0, sizeof(d->main_lengths));
	memset(d->length_lengths, 0, sizeof(d->length_lengths));
	bits_start(&c.b, in, in_size);
	while (c.o.at < limit) {
		int r = decode_block(d, &c, limit);

		if (r)
			return r;
	}
	lzx_calls_restore(out, out_size);
	return 0;
}
