// SPDX-License-Identifier: MIT
//
// Writing items of LZMS: range-coded bits and Huffman codes.

#include <string.h>

#include "huffman_code.h"
#include "lzms_encoder.h"

// --- Output ------------------------------------------------------------------

static void put_unit(uint8_t *p, uint32_t unit)
{
	p[0] = (uint8_t)unit;
	p[1] = (uint8_t)(unit >> 8);
}

static void put_front(struct lzms_writer *w, uint32_t unit)
{
	if (w->back - w->front < 2) {
		w->full = true;
		return;
	}
	put_unit(w->front, unit);
	w->front += 2;
}

static void put_bits(struct lzms_writer *w, uint32_t bits, unsigned n)
{
	w->bits = w->bits << n | bits;
	w->bit_count += n;
	while (w->bit_count >= 16) {
		if (w->back - w->front < 2) {
			w->full = true;
			w->bit_count = 0;
			return;
		}
		w->bit_count -= 16;
		w->back -= 2;
		put_unit(w->back, (uint32_t)(w->bits >> w->bit_count));
	}
}

// Moves the upper unit of `low` out. A unit of only ones is held until it is
// known whether a carry runs through it.
static void shift_low(struct lzms_writer *w)
{
	uint32_t carry = (uint32_t)(w->low >> 32);

	if (carry || (w->low >> 16) < 0xffff) {
		if (w->is_begun)
			put_front(w, w->first + carry);
		for (; w->held; w->held--)
			put_front(w, 0xffff + carry);
		w->is_begun = true;
		w->first = (uint16_t)(w->low >> 16);
	} else {
		w->held++;
	}
	w->low = (w->low & 0xffff) << 16;
}

static void put_bit(struct lzms_writer *w, struct lzms_odds *odds, unsigned bit)
{
	uint32_t bound;

	if (w->range <= 0xffff) {
		shift_low(w);
		w->range <<= 16;
	}
	bound = (w->range >> LZMS_ODDS_BITS) * lzms_odds_of_zero(odds);
	if (bit) {
		w->low += bound;
		w->range -= bound;
	} else {
		w->range = bound;
	}
	lzms_odds_count(odds, bit);
}

// --- Codes -------------------------------------------------------------------

static void code_build(struct lzms_code *c)
{
	huffman_code_make(c->counts, c->symbols, LZMS_MAX_CODE_LENGTH,
			  c->lengths, c->codes);
	c->left = c->interval;
	c->built++;
}

static void code_start(struct lzms_code *c, unsigned symbols, unsigned interval)
{
	c->symbols = symbols;
	c->interval = interval;
	lzms_counts_start(c->counts, symbols);
	code_build(c);
}

static void put_symbol(struct lzms_writer *w, struct lzms_code *c,
		       unsigned symbol)
{
	put_bits(w, c->codes[symbol], c->lengths[symbol]);
	c->counts[symbol]++;
	if (!--c->left) {
		code_build(c);
		lzms_counts_halve(c->counts, c->symbols);
	}
}

static void put_offset(struct lzms_encoder *e, struct lzms_code *c,
		       uint32_t offset)
{
	unsigned slot = lzms_slot(&e->slots.offset_runs, offset);

	put_symbol(&e->writer, c, slot);
	put_bits(&e->writer, offset - e->slots.offset_base[slot],
		 e->slots.offset_bits[slot]);
}

static void put_length(struct lzms_encoder *e, uint32_t length)
{
	unsigned slot = lzms_slot(&e->slots.length_runs, length);

	put_symbol(&e->writer, &e->length, slot);
	put_bits(&e->writer, length - e->slots.length_base[slot],
		 e->slots.length_bits[slot]);
}

// --- Items -------------------------------------------------------------------

void lzms_write_start(struct lzms_encoder *e, void *out, size_t out_size)
{
	unsigned offsets = lzms_offset_symbols(&e->slots, e->size);

	// The format consists of units of two bytes.
	e->writer = (struct lzms_writer){
		.out = out,
		.front = out,
		.back = (uint8_t *)out + (out_size & ~(size_t)1),
		.range = UINT32_MAX,
	};
	lzms_state_start(&e->state);
	lzms_decisions_start(&e->decisions);
	code_start(&e->literal, LZMS_LITERALS, LZMS_LITERAL_INTERVAL);
	code_start(&e->length, LZMS_LENGTH_SLOTS, LZMS_LENGTH_INTERVAL);
	code_start(&e->lz_offset, offsets, LZMS_OFFSET_INTERVAL);
	code_start(&e->delta_offset, offsets, LZMS_OFFSET_INTERVAL);
	code_start(&e->power, LZMS_POWERS, LZMS_POWER_INTERVAL);
}

// Says whether the source is one of the recent ones, and which.
static void put_recent(struct lzms_encoder *e, struct lzms_decision *recent,
		       unsigned recent_state, struct lzms_decision *later,
		       const uint8_t *later_state, const struct lzms_item *item,
		       bool is_recent)
{
	struct lzms_writer *w = &e->writer;

	put_bit(w, &recent->odds[recent_state], is_recent);
	if (!is_recent)
		return;
	put_bit(w, &later[0].odds[later_state[0]], item->source > 0);
	if (item->source)
		put_bit(w, &later[1].odds[later_state[1]], item->source > 1);
}

static void put_lz(struct lzms_encoder *e, const struct lzms_item *item)
{
	struct lzms_state *s = &e->state;

	put_recent(e, &e->decisions.lz_recent, s->lz_recent,
		   e->decisions.lz_later, s->lz_later, item,
		   item->kind == LZMS_LZ_RECENT);
	if (item->kind == LZMS_LZ)
		put_offset(e, &e->lz_offset, item->source);
}

static void put_delta(struct lzms_encoder *e, const struct lzms_item *item)
{
	struct lzms_state *s = &e->state;

	put_recent(e, &e->decisions.delta_recent, s->delta_recent,
		   e->decisions.delta_later, s->delta_later, item,
		   item->kind == LZMS_DELTA_RECENT);
	if (item->kind != LZMS_DELTA)
		return;
	put_symbol(&e->writer, &e->power,
		   item->source >> LZMS_DELTA_POWER_SHIFT);
	put_offset(e, &e->delta_offset, item->source & LZMS_DELTA_MAX_OFFSET);
}

void lzms_write_item(struct lzms_encoder *e, const struct lzms_item *item)
{
	struct lzms_decisions *d = &e->decisions;
	struct lzms_state *s = &e->state;
	struct lzms_writer *w = &e->writer;

	put_bit(w, &d->match.odds[s->match], item->kind != LZMS_LITERAL);
	if (item->kind == LZMS_LITERAL) {
		put_symbol(w, &e->literal, item->source);
	} else {
		bool is_delta = item->kind >= LZMS_DELTA;

		put_bit(w, &d->delta.odds[s->is_delta], is_delta);
		if (is_delta)
			put_delta(e, item);
		else
			put_lz(e, item);
		put_length(e, item->length);
	}
	lzms_state_advance(s, item);
}

size_t lzms_write_end(struct lzms_encoder *e, size_t out_size)
{
	struct lzms_writer *w = &e->writer;
	uint8_t *end = w->out + (out_size & ~(size_t)1);

	// What was held, all of `low`, and a unit of zero: a decoder that
	// renews its range after the last bit, as 7-Zip's does, reads one
	// more, and must not meet the bits there.
	for (int i = 0; i < 4; i++)
		shift_low(w);
	if (w->bit_count)
		put_bits(w, 0, 16 - w->bit_count);
	if (w->full)
		return 0;
	memmove(w->front, w->back, (size_t)(end - w->back));
	return (size_t)(w->front - w->out) + (size_t)(end - w->back);
}
