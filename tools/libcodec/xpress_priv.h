// SPDX-License-Identifier: MIT
//
// Inside the XPRESS encoder: a chunk is parsed into sequences, each some literals
// and a match, whose symbols are counted; then it has its code, and is written. The
// highest level parses again, by what the symbols of that code cost.

#ifndef XPRESS_PRIV_H
#define XPRESS_PRIV_H

#include "codec.h"

// Functions of the hot loops, whose arguments are to be constants or in registers.
#define XPRESS_INLINE static inline __attribute__((always_inline))

#define XPRESS_SYMBOLS     512
#define XPRESS_LITERALS    256                  // symbols below
#define XPRESS_LENGTHS     (XPRESS_SYMBOLS / 2) // bytes of the code lengths
#define XPRESS_MAX_LENGTH  15                   // bits of a symbol's code
#define XPRESS_MIN_MATCH   3
#define XPRESS_MAX_CHUNK   65536
#define XPRESS_LONG_LENGTH 15 // of a match, less 3: bytes with it follow

// How many places the tables of hashes have, as powers of two. They are cleared for
// each chunk, so small chunks have small ones.
#define XPRESS_ORDER3       14
#define XPRESS_ORDER4       17
#define XPRESS_SMALL        8192 // bytes of a chunk
#define XPRESS_SMALL_ORDER3 11
#define XPRESS_SMALL_ORDER4 13

// The last sequence of a chunk has no match: its length is 0.
struct xpress_sequence {
	uint32_t literals;
	uint16_t length, offset;
};

// How far a search goes.
struct xpress_effort {
	unsigned depth;      // places looked at, at most
	unsigned depth_lazy; // the same at the place behind a match's begin
	unsigned lazy;   // a match of so many bytes is taken without that look
	unsigned nice;   // and one of so many is the longest looked for
	unsigned passes; // 0: lazily; else how often costs are made anew
};

// A match that a place may begin with.
struct xpress_match {
	uint16_t length, offset;
};

// What near-optimal parsing needs of room; cost counts bits to the chunk's end.
struct xpress_optimal {
	uint32_t *cost;              // of each place
	struct xpress_match *choice; // at each place; length 0: a literal
	uint32_t *first;             // of a place's matches
	struct xpress_match *matches;
	size_t room;
	uint8_t bits[XPRESS_SYMBOLS];
};

struct xpress_encoder {
	size_t max_chunk;
	bool is_small;
	struct xpress_effort effort;
	uint16_t *heads3, *heads4; // the last place of each hash
	uint16_t *before; // for each place the one before it of its hash
	struct xpress_sequence *sequences;
	size_t sequence_count;
	struct xpress_optimal *optimal; // NULL: without passes
	size_t length_bytes; // that follow symbols with a long length
	uint32_t counts[XPRESS_SYMBOLS];
	uint8_t lengths[XPRESS_SYMBOLS];
	uint32_t codes[XPRESS_SYMBOLS]; // << 4, and their lengths
};

// Returns the symbol of a match; the offset is 1 to 65535.
static inline unsigned xpress_symbol(unsigned length, unsigned offset)
{
	unsigned rest = length - XPRESS_MIN_MATCH;
	unsigned log = 31 - (unsigned)__builtin_clz(offset);

	return XPRESS_LITERALS +
	       (log << 4 |
		(rest < XPRESS_LONG_LENGTH ? rest : XPRESS_LONG_LENGTH));
}

// Returns how many bytes follow a match's symbol.
static inline unsigned xpress_length_bytes(unsigned length)
{
	unsigned rest = length - XPRESS_MIN_MATCH;

	if (rest < XPRESS_LONG_LENGTH)
		return 0;
	return rest < XPRESS_LONG_LENGTH + 255 ? 1 : 3;
}

static inline void xpress_count_literal(struct xpress_encoder *e,
					uint8_t literal)
{
	e->counts[literal]++;
}

// Adds a sequence, whose literals are counted already.
static inline void xpress_add_match(struct xpress_encoder *e, uint32_t literals,
				    unsigned length, unsigned offset)
{
	e->sequences[e->sequence_count++] = (struct xpress_sequence){
		literals, (uint16_t)length, (uint16_t)offset};
	e->counts[xpress_symbol(length, offset)]++;
	e->length_bytes += xpress_length_bytes(length);
}

// Adds the last one, with literals from `from` on, counted as far as `at`.
static inline void xpress_add_rest(struct xpress_encoder *e,
				   const uint8_t *from, const uint8_t *at,
				   const uint8_t *end)
{
	e->sequences[e->sequence_count++] =
		(struct xpress_sequence){.literals = (uint32_t)(end - from)};
	while (at < end)
		xpress_count_literal(e, *at++);
}

// --- xpress_lazy.c -----------------------------------------------------------

// Divides a chunk into sequences, and counts their symbols.
void xpress_parse_lazily(struct xpress_encoder *e, const uint8_t *in,
			 size_t size);

// --- xpress_optimal.c --------------------------------------------------------

// The same, by what each symbol costs.
void xpress_parse_optimally(struct xpress_encoder *e, const uint8_t *in,
			    size_t size);

// Makes the room for chunks of so many bytes. Returns NULL when there is no memory.
struct xpress_optimal *xpress_optimal_new(size_t max_chunk);

// Frees; NULL is fine.
void xpress_optimal_free(struct xpress_optimal *o);

// --- xpress_encode.c ---------------------------------------------------------

// Makes a code for the symbols that were counted, and for the end.
void xpress_make_code(struct xpress_encoder *e);

#endif
