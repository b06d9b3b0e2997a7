// SPDX-License-Identifier: MIT
//
// XPRESS, the LZ77+Huffman form ([MS-XCA] 2.1.4): a table of 512 code lengths, then
// the symbols of sequences. How the parts of a symbol are read is told in
// xpress_decode.c.

#include <string.h>

#include "huffman_code.h"
#include "xpress_priv.h"

#define END 256 // the symbol behind the last

// --- The code ----------------------------------------------------------------

void xpress_make_code(struct xpress_encoder *e)
{
	// Behind the last symbol [MS-XCA] has one for the end. Decoders that know
	// the size need none; others do.
	e->counts[END]++;
	huffman_code_make(e->counts, XPRESS_SYMBOLS, XPRESS_MAX_LENGTH,
			  e->lengths, e->codes);
	for (unsigned i = 0; i < XPRESS_SYMBOLS; i++)
		e->codes[i] = e->codes[i] << 4 | e->lengths[i];
}

// Returns how many bytes the chunk takes. The bits fill units of two bytes, and one
// more follows, as a decoder holds 16 bits beyond those that it uses.
static size_t count_bytes(const struct xpress_encoder *e)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < XPRESS_SYMBOLS; i++)
		bits += (uint64_t)e->counts[i] * e->lengths[i];
	for (unsigned i = XPRESS_LITERALS; i < XPRESS_SYMBOLS; i++)
		bits += (uint64_t)e->counts[i] * (i >> 4 & 15);
	return XPRESS_LENGTHS + (size_t)(bits + 15) / 16 * 2 + 2 +
	       e->length_bytes;
}

// --- Writing -----------------------------------------------------------------

// A decoder reads units of two bytes ahead, and bytes of lengths from where it
// stands then ([MS-XCA] 2.1.4.3). So two units always have their places before what
// comes next. The places are in a row but where bytes of a length were put behind
// them.
struct writer {
	uint8_t *first;         // place of the next unit
	uint8_t *second, *next; // when the places are not in a row
	const uint8_t *end;
	const uint8_t *wide; // to here they are in a row, and 8 bytes have room
	uint64_t held;       // bits not yet written, the last one lowest
	unsigned count;      // of them: 1 to 16 between symbols, 0 at the begin
};

XPRESS_INLINE void store_units(uint8_t *p, uint64_t v)
{
	const uint64_t odd = 0x00ff00ff00ff00ff;

	v = __builtin_bswap64((v & odd) << 8 | (v >> 8 & odd));
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		v = __builtin_bswap64(v);
	memcpy(p, &v, sizeof(v));
}

XPRESS_INLINE void put_unit(struct writer *w, unsigned unit)
{
	w->first[0] = (uint8_t)unit;
	w->first[1] = (uint8_t)(unit >> 8);
	w->first = w->second;
	w->second = w->next;
	w->next += 2;
}

// Goes over to units one by one.
XPRESS_INLINE void set_apart(struct writer *w)
{
	if (!w->wide)
		return;
	w->wide = NULL;
	w->second = w->first + 2;
	w->next = w->first + 4;
}

// Writes units but for the last, which stays, full or not: only with the bit behind
// it does its reader take one more. What is stored too much is written again.
XPRESS_INLINE void flush(struct writer *w)
{
	if (__builtin_expect(w->wide && w->first <= w->wide, 1)) {
		store_units(w->first, w->held << (64 - w->count));
		w->first += (w->count - 1) >> 4 << 1;
		w->count = ((w->count - 1) & 15) + 1;
		return;
	}
	set_apart(w);
	while (w->count > 16) {
		w->count -= 16;
		put_unit(w, (uint16_t)(w->held >> w->count));
	}
	if (w->next - w->first == 4)
		w->wide = w->end - 8;
}

// Adds bits. There is room for 48 between two flushes.
XPRESS_INLINE void put_bits(struct writer *w, uint32_t bits, unsigned count)
{
	w->held = w->held << count | bits;
	w->count += count;
}

XPRESS_INLINE void put_symbol(struct writer *w, const struct xpress_encoder *e,
			      unsigned symbol)
{
	uint32_t code = e->codes[symbol];

	put_bits(w, code >> 4, code & 15);
}

XPRESS_INLINE void put_literals(struct writer *w,
				const struct xpress_encoder *e,
				const uint8_t *in, size_t n)
{
	for (; n >= 3; n -= 3, in += 3) {
		put_symbol(w, e, in[0]);
		put_symbol(w, e, in[1]);
		put_symbol(w, e, in[2]);
		flush(w);
	}
	if (!n)
		return;
	put_symbol(w, e, in[0]);
	if (n > 1)
		put_symbol(w, e, in[1]);
	flush(w);
}

XPRESS_INLINE void put_length(struct writer *w, unsigned length)
{
	unsigned rest = length - XPRESS_MIN_MATCH;

	flush(w);
	set_apart(w);
	if (rest < XPRESS_LONG_LENGTH + 255) {
		*w->next++ = (uint8_t)(rest - XPRESS_LONG_LENGTH);
		return;
	}
	w->next[0] = 255;
	w->next[1] = (uint8_t)rest;
	w->next[2] = (uint8_t)(rest >> 8);
	w->next += 3;
}

XPRESS_INLINE void put_match(struct writer *w, const struct xpress_encoder *e,
			     const struct xpress_sequence *s)
{
	unsigned symbol = xpress_symbol(s->length, s->offset);
	unsigned log = symbol >> 4 & 15;

	put_symbol(w, e, symbol);
	if ((symbol & 15) == XPRESS_LONG_LENGTH)
		put_length(w, s->length);
	put_bits(w, s->offset - (1u << log), log);
	flush(w);
}

static void write_table(const struct xpress_encoder *e, uint8_t *out)
{
	for (size_t i = 0; i < XPRESS_LENGTHS; i++)
		out[i] = (uint8_t)(e->lengths[2 * i] | e->lengths[2 * i + 1]
							       << 4);
}

// Writes a chunk of `size` bytes, as they were counted.
static void write_chunk(const struct xpress_encoder *e, const uint8_t *in,
			uint8_t *out, size_t size)
{
	struct writer w = {
		.first = out + XPRESS_LENGTHS,
		.end = out + size,
		.wide = out + size - 8,
	};

	write_table(e, out);
	for (size_t i = 0; i < e->sequence_count; i++) {
		const struct xpress_sequence *s = &e->sequences[i];

		put_literals(&w, e, in, s->literals);
		if (!s->length)
			break;
		put_match(&w, e, s);
		in += s->literals + s->length;
	}
	put_symbol(&w, e, END);
	flush(&w);
	set_apart(&w);
	put_unit(&w, (uint16_t)(w.held << (16 - w.count)));
	put_unit(&w, 0);
}

size_t xpress_compress(struct xpress_encoder *e, const void *in, size_t in_size,
		       void *out, size_t out_size)
{
	size_t size;

	if (!in_size || in_size > e->max_chunk)
		return 0;
	memset(e->counts, 0, sizeof(e->counts));
	e->sequence_count = e->length_bytes = 0;
	xpress_parse_lazily(e, in, in_size);
	xpress_make_code(e);
	if (e->optimal)
		xpress_parse_optimally(e, in, in_size);
	size = count_bytes(e);
	if (size > out_size)
		return 0;
	write_chunk(e, in, out, size);
	return size;
}

// --- Handles -----------------------------------------------------------------

static const struct xpress_effort efforts[CODEC_LEVELS] = {
	[CODEC_FAST] = {.depth = 4, .depth_lazy = 4, .lazy = 8, .nice = 32},
	[CODEC_USUAL] = {.depth = 18, .depth_lazy = 12, .lazy = 24, .nice = 64},
	[CODEC_MAX] = {.depth = 48,
		       .depth_lazy = 50,
		       .lazy = 128,
		       .nice = 96,
		       .passes = 2},
};

int xpress_encoder_new(size_t max_chunk, enum codec_level level,
		       struct xpress_encoder **ret)
{
	struct xpress_encoder *e;

	if (!max_chunk || max_chunk > XPRESS_MAX_CHUNK || level >= CODEC_LEVELS)
		return -EINVAL;
	e = mem_alloc(sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->max_chunk = max_chunk;
	e->is_small = max_chunk <= XPRESS_SMALL;
	e->effort = efforts[level];
	e->heads3 = mem_array(1u << (e->is_small ? XPRESS_SMALL_ORDER3
						 : XPRESS_ORDER3),
			      sizeof(*e->heads3));
	e->heads4 = mem_array(1u << (e->is_small ? XPRESS_SMALL_ORDER4
						 : XPRESS_ORDER4),
			      sizeof(*e->heads4));
	e->before = mem_array(max_chunk, sizeof(*e->before));
	e->sequences = mem_array(max_chunk / XPRESS_MIN_MATCH + 1,
				 sizeof(*e->sequences));
	if (e->effort.passes)
		e->optimal = xpress_optimal_new(max_chunk);
	if ((e->effort.passes && !e->optimal) || !e->heads3 || !e->heads4 ||
	    !e->before || !e->sequences) {
		xpress_encoder_free(e);
		return -ENOMEM;
	}
	*ret = e;
	return 0;
}

void xpress_encoder_free(struct xpress_encoder *e)
{
	if (!e)
		return;
	mem_free(e->heads3);
	mem_free(e->heads4);
	mem_free(e->before);
	mem_free(e->sequences);
	xpress_optimal_free(e->optimal);
	mem_free(e);
}
