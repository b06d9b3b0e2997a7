// SPDX-License-Identifier: MIT
//
// Writing a block of LZX ([MS-PATCH] 2.3, 2.4): codes are made of how often each
// symbol comes, the sizes of its three forms compared, and the smallest written.

#include "huffman_code.h"
#include "lzx_encode.h"

#define PRE_LENGTH_BITS     4
#define ALIGNED_LENGTH_BITS 3
#define TYPE_BITS           3

// --- Bits --------------------------------------------------------------------

static inline void put(struct lzx_output *out, uint32_t v, unsigned n)
{
	out->held = out->held << n | v;
	out->bits += n;
}

// Writes the whole units; at most 15 bits stay, 48 more go in before the next.
static inline void flush(struct lzx_output *out)
{
	while (out->bits >= 16) {
		uint32_t unit = (uint32_t)(out->held >> (out->bits - 16));

		*out->next++ = (uint8_t)unit;
		*out->next++ = (uint8_t)(unit >> 8);
		out->bits -= 16;
	}
}

void lzx_write_end(struct lzx_output *out)
{
	if (out->bits)
		put(out, 0, 16 - out->bits);
	flush(out);
}

// --- Code lengths ------------------------------------------------------------

// One code's lengths as they are written: symbols, each with the value of the bits
// behind it, and the code that those symbols have.
struct run_list {
	uint8_t symbols[LZX_MAX_MAIN_SYMBOLS];
	uint8_t values[LZX_MAX_MAIN_SYMBOLS];
	uint8_t lengths[LZX_PRE_SYMBOLS];
	uint32_t codes[LZX_PRE_SYMBOLS];
	unsigned count;
	size_t bits;
};

static unsigned value_bits(unsigned symbol)
{
	return symbol == LZX_RUN_SHORT  ? 4
	       : symbol == LZX_RUN_LONG ? 5
	       : symbol == LZX_RUN_SAME ? 1
					: 0;
}

static unsigned difference(const uint8_t *before, const uint8_t *now,
			   unsigned i)
{
	return (before[i] + 17u - now[i]) % 17;
}

static void add_symbol(struct run_list *l, uint32_t *counts, unsigned symbol,
		       unsigned value)
{
	l->symbols[l->count] = (uint8_t)symbol;
	l->values[l->count++] = (uint8_t)value;
	counts[symbol]++;
	l->bits += value_bits(symbol);
}

// Takes what a run of equal lengths begins with. Returns how many it stands for.
static unsigned add_run(struct run_list *l, uint32_t *counts,
			const uint8_t *before, const uint8_t *now, unsigned i,
			unsigned run)
{
	if (!now[i] && run >= 20) {
		run = run < 51 ? run : 51;
		add_symbol(l, counts, LZX_RUN_LONG, run - 20);
	} else if (!now[i] && run >= 4) {
		add_symbol(l, counts, LZX_RUN_SHORT, run - 4);
	} else if (now[i] && run >= 4) {
		run = run < 5 ? run : 5;
		add_symbol(l, counts, LZX_RUN_SAME, run - 4);
		// not one of its own: it belongs to the run
		add_symbol(l, counts, difference(before, now, i), 0);
	} else {
		add_symbol(l, counts, difference(before, now, i), 0);
		run = 1;
	}
	return run;
}

// Makes the list for `n` lengths, and its size.
static void list_lengths(struct run_list *l, const uint8_t *before,
			 const uint8_t *now, unsigned n)
{
	uint32_t counts[LZX_PRE_SYMBOLS] = {0};

	l->count = 0;
	l->bits = LZX_PRE_SYMBOLS * PRE_LENGTH_BITS;
	for (unsigned i = 0; i < n;) {
		unsigned run = 1;

		while (i + run < n && now[i + run] == now[i])
			run++;
		i += add_run(l, counts, before, now, i, run);
	}
	huffman_code_make(counts, LZX_PRE_SYMBOLS, LZX_MAX_PRE_CODE, l->lengths,
			  l->codes);
	for (unsigned i = 0; i < LZX_PRE_SYMBOLS; i++)
		l->bits += (size_t)counts[i] * l->lengths[i];
}

static void write_list(struct lzx_output *out, const struct run_list *l)
{
	for (unsigned i = 0; i < LZX_PRE_SYMBOLS; i++) {
		put(out, l->lengths[i], PRE_LENGTH_BITS);
		flush(out);
	}
	for (unsigned i = 0; i < l->count; i++) {
		unsigned symbol = l->symbols[i];

		put(out, l->codes[symbol], l->lengths[symbol]);
		put(out, l->values[i], value_bits(symbol));
		flush(out);
	}
}

// --- Blocks ------------------------------------------------------------------

static unsigned size_bits(const struct lzx_encoder *e, size_t size)
{
	return size == LZX_DEFAULT_BLOCK_SIZE ? 0 : e->order > 15 ? 24 : 16;
}

static void write_header(struct lzx_encoder *e, struct lzx_output *out,
			 enum lzx_block type, size_t size)
{
	put(out, type, TYPE_BITS);
	put(out, size == LZX_DEFAULT_BLOCK_SIZE, 1);
	put(out, size_bits(e, size) ? (uint32_t)size : 0, size_bits(e, size));
	flush(out);
}

static void write_items(const struct lzx_encoder *e, struct lzx_output *to,
			const struct lzx_block_items *block, bool is_aligned)
{
	const struct lzx_lengths *l = &e->lengths[e->current];
	struct lzx_output out = *to;

	for (size_t i = 0; i < block->count; i++) {
		uint32_t value = block->items[i] & ITEM_VALUE_MASK;
		unsigned len = block->items[i] >> ITEM_LENGTH_SHIFT;
		unsigned slot, symbol, header, n;

		if (len == 1) {
			put(&out, e->main_codes[value], l->main[value]);
			flush(&out);
			continue;
		}
		slot = lzx_slot(value);
		n = lzx_slot_bits(slot);
		header = len - LZX_MIN_MATCH;
		if (header >= LZX_LENGTH_HEADERS - 1)
			header = LZX_LENGTH_HEADERS - 1;
		symbol = LZX_LITERALS + slot * LZX_LENGTH_HEADERS + header;
		put(&out, e->main_codes[symbol], l->main[symbol]);
		if (header == LZX_LENGTH_HEADERS - 1) {
			symbol = len - LZX_MIN_MATCH - header;
			put(&out, e->length_codes[symbol], l->length[symbol]);
		}
		flush(&out);
		value &= (UINT32_C(1) << n) - 1;
		if (is_aligned && slot >= LZX_FIRST_ALIGNED_SLOT) {
			put(&out, value >> 3, n - 3);
			put(&out, e->aligned_codes[value & 7],
			    l->aligned[value & 7]);
		} else {
			put(&out, value, n);
		}
		flush(&out);
	}
	*to = out;
}

// An uncompressed block ([MS-PATCH] 2.3.2.1): padding, 1 to 16 bits, the recent
// offsets, the bytes, and one more when their number is odd.
static bool write_uncompressed(struct lzx_encoder *e, struct lzx_output *out,
			       const struct lzx_block_items *block)
{
	size_t units = (out->bits + TYPE_BITS + 1 + size_bits(e, block->size)) /
		       16;
	uint64_t queue = block->queue;

	// the padding makes it one more
	if ((size_t)(out->end - out->next) <
	    2 * (units + 1) + 4 * LZX_RECENT + round_up(block->size, 2))
		return false;
	write_header(e, out, LZX_UNCOMPRESSED, block->size);
	put(out, 0, 16 - out->bits);
	flush(out);
	for (int i = 0; i < LZX_RECENT; i++, queue >>= QUEUE_BITS) {
		store_le32(out->next, (uint32_t)(queue & QUEUE_MASK));
		out->next += 4;
	}
	memcpy(out->next, block->data, block->size);
	out->next += block->size;
	if (block->size % 2)
		*out->next++ = 0;
	return true;
}

static size_t code_bits(const uint32_t *counts, const uint8_t *lengths,
			unsigned n)
{
	size_t bits = 0;

	for (unsigned i = 0; i < n; i++)
		bits += (size_t)counts[i] * lengths[i];
	return bits;
}

static size_t offset_bits(const struct lzx_encoder *e)
{
	size_t bits = 0;

	for (unsigned i = LZX_LITERALS; i < e->main_symbols; i++)
		bits += (size_t)e->counts.main[i] *
			lzx_slot_bits((i - LZX_LITERALS) / LZX_LENGTH_HEADERS);
	return bits;
}

static void make_codes(struct lzx_encoder *e, struct lzx_lengths *now)
{
	huffman_code_make(e->counts.main, e->main_symbols, LZX_MAX_CODE,
			  now->main, e->main_codes);
	huffman_code_make(e->counts.length, LZX_LENGTH_SYMBOLS, LZX_MAX_CODE,
			  now->length, e->length_codes);
	huffman_code_make(e->counts.aligned, LZX_ALIGNED_SYMBOLS,
			  LZX_MAX_ALIGNED_CODE, now->aligned, e->aligned_codes);
}

// Returns how many bits an aligned block takes less than a verbatim one.
static long aligned_gain(const struct lzx_encoder *e,
			 const struct lzx_lengths *now)
{
	size_t n = 0;

	for (unsigned i = 0; i < LZX_ALIGNED_SYMBOLS; i++)
		n += e->counts.aligned[i];
	return (long)(3 * n) -
	       (long)code_bits(e->counts.aligned, now->aligned,
			       LZX_ALIGNED_SYMBOLS) -
	       LZX_ALIGNED_SYMBOLS * ALIGNED_LENGTH_BITS;
}

static void write_compressed(struct lzx_encoder *e, struct lzx_output *out,
			     const struct lzx_block_items *block,
			     const struct run_list lists[3], bool is_aligned)
{
	const struct lzx_lengths *now = &e->lengths[e->current];

	write_header(e, out, is_aligned ? LZX_ALIGNED : LZX_VERBATIM,
		     block->size);
	for (unsigned i = 0; is_aligned && i < LZX_ALIGNED_SYMBOLS; i++)
		put(out, now->aligned[i], ALIGNED_LENGTH_BITS);
	flush(out);
	for (int i = 0; i < 3; i++)
		write_list(out, &lists[i]);
	write_items(e, out, block, is_aligned);
}

bool lzx_write_block(struct lzx_encoder *e, struct lzx_output *out,
		     const struct lzx_block_items *block)
{
	struct lzx_lengths *now = &e->lengths[e->current];
	const struct lzx_lengths *before = &e->lengths[!e->current];
	struct run_list lists[3];
	size_t bits;
	long gain;

	make_codes(e, now);
	list_lengths(&lists[0], before->main, now->main, LZX_LITERALS);
	list_lengths(&lists[1], before->main + LZX_LITERALS,
		     now->main + LZX_LITERALS, e->main_symbols - LZX_LITERALS);
	list_lengths(&lists[2], before->length, now->length,
		     LZX_LENGTH_SYMBOLS);
	gain = aligned_gain(e, now);
	bits = TYPE_BITS + 1 + size_bits(e, block->size) + lists[0].bits +
	       lists[1].bits + lists[2].bits +
	       code_bits(e->counts.main, now->main, e->main_symbols) +
	       code_bits(e->counts.length, now->length, LZX_LENGTH_SYMBOLS) +
	       offset_bits(e) - (size_t)(gain > 0 ? gain : 0);
	if (bits / 8 > block->size + 16)
		return write_uncompressed(e, out, block);
	if ((size_t)(out->end - out->next) < (bits + out->bits + 15) / 16 * 2)
		return false;
	write_compressed(e, out, block, lists, gain > 0);
	e->current = !e->current;
	return true;
}
