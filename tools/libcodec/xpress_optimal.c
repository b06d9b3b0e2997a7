// SPDX-License-Identifier: MIT
//
// The parser of XPRESS that finds the way through a chunk with the fewest bits, by what
// each symbol costs. That is not known before, as it is by the way: first the other
// parser's code tells, then the code of the way that was found.

#include <string.h>

#include "xpress_finder.h"

#define MATCHES_A_BYTE 8u  // room, on average
#define UNUSED_BITS    13u // of a symbol that has no code: rare, so a long one

// --- Matches -----------------------------------------------------------------

// Lists the matches of all places. Within one of `nice` bytes nobody looks for
// others, but at its begin.
XPRESS_INLINE void list_all(struct xpress_encoder *e, const uint8_t *in,
			    size_t size, unsigned order3, unsigned order4)
{
	const struct xpress_effort effort = e->effort;
	struct xpress_optimal *o = e->optimal;
	struct xpress_finder f = xpress_find_start(e, in, size, order3, order4);
	size_t last = size - XPRESS_HASHED, covered = 0;
	uint32_t used = 0;

	for (size_t at = 0; at < size; at++) {
		unsigned last3, n;

		o->first[at] = used;
		if (at >= last)
			continue;
		if (at < covered || o->room - used <= effort.depth) {
			xpress_enter(&f, in + at, &last3);
			continue;
		}
		n = xpress_list(&f, in + at, effort.depth, effort.nice,
				o->matches + used);
		used += n;
		if (n && o->matches[used - 1].length >= effort.nice)
			covered = at + o->matches[used - 1].length;
	}
	o->first[size] = used;
}

// --- Costs -------------------------------------------------------------------

static void set_bits(struct xpress_encoder *e)
{
	for (unsigned i = 0; i < XPRESS_SYMBOLS; i++) {
		unsigned bits = e->lengths[i] ? e->lengths[i] : UNUSED_BITS;

		if (i >= XPRESS_LITERALS)
			bits += i >> 4 & 15;
		e->optimal->bits[i] = (uint8_t)bits;
	}
}

// Lengths from here on have no symbols of their own, but bytes; from the next one on
// three, and those are taken whole.
#define LONG   (XPRESS_MIN_MATCH + XPRESS_LONG_LENGTH)
#define LONGER (LONG + 255)

// Finds what is best at a place, when all behind it is known.
static void choose(struct xpress_optimal *o, const uint8_t *in, size_t at)
{
	const uint32_t *behind = o->cost + at;
	uint32_t cost = o->bits[in[at]] + behind[1];
	unsigned length = XPRESS_MIN_MATCH, best = 0, offset = 0;

	for (uint32_t i = o->first[at]; i < o->first[at + 1]; i++) {
		const struct xpress_match m = o->matches[i];
		const uint8_t *bits = o->bits +
				      xpress_symbol(XPRESS_MIN_MATCH, m.offset);
		uint32_t before = cost;

		for (; length <= m.length && length < LONG; length++) {
			uint32_t c = bits[length - XPRESS_MIN_MATCH] +
				     behind[length];

			best = c < cost ? length : best;
			cost = c < cost ? c : cost;
		}
		if (m.length >= LONGER)
			length = m.length;
		for (; length <= m.length; length++) {
			uint32_t c = bits[XPRESS_LONG_LENGTH] +
				     8 * xpress_length_bytes(length) +
				     behind[length];

			best = c < cost ? length : best;
			cost = c < cost ? c : cost;
		}
		if (cost < before)
			offset = m.offset;
	}
	o->cost[at] = cost;
	o->choice[at] = (struct xpress_match){(uint16_t)best, (uint16_t)offset};
}

// --- The way -----------------------------------------------------------------

static void walk(struct xpress_encoder *e, const uint8_t *in, size_t size)
{
	const struct xpress_match *choice = e->optimal->choice;
	size_t from = 0;

	memset(e->counts, 0, sizeof(e->counts));
	e->sequence_count = e->length_bytes = 0;
	for (size_t at = 0; at < size;) {
		if (!choice[at].length) {
			xpress_count_literal(e, in[at++]);
			continue;
		}
		xpress_add_match(e, (uint32_t)(at - from), choice[at].length,
				 choice[at].offset);
		at += choice[at].length;
		from = at;
	}
	xpress_add_rest(e, in + from, in + size, in + size);
}

void xpress_parse_optimally(struct xpress_encoder *e, const uint8_t *in,
			    size_t size)
{
	struct xpress_optimal *o = e->optimal;

	if (size <= XPRESS_HASHED)
		return;
	if (e->is_small)
		list_all(e, in, size, XPRESS_SMALL_ORDER3, XPRESS_SMALL_ORDER4);
	else
		list_all(e, in, size, XPRESS_ORDER3, XPRESS_ORDER4);
	o->cost[size] = 0;
	for (unsigned i = 0; i < e->effort.passes; i++) {
		set_bits(e);
		for (size_t at = size; at-- > 0;)
			choose(o, in, at);
		walk(e, in, size);
		xpress_make_code(e);
	}
}

// --- Room --------------------------------------------------------------------

struct xpress_optimal *xpress_optimal_new(size_t max_chunk)
{
	struct xpress_optimal *o = mem_alloc(sizeof(*o));

	if (!o)
		return NULL;
	o->room = max_chunk * MATCHES_A_BYTE + 1024;
	o->cost = mem_array(max_chunk + 1, sizeof(*o->cost));
	o->choice = mem_array(max_chunk, sizeof(*o->choice));
	o->first = mem_array(max_chunk + 1, sizeof(*o->first));
	o->matches = mem_array(o->room, sizeof(*o->matches));
	if (!o->cost || !o->choice || !o->first || !o->matches) {
		xpress_optimal_free(o);
		return NULL;
	}
	return o;
}

void xpress_optimal_free(struct xpress_optimal *o)
{
	if (!o)
		return;
	mem_free(o->cost);
	mem_free(o->choice);
	mem_free(o->first);
	mem_free(o->matches);
	mem_free(o);
}
