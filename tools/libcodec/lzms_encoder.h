// SPDX-License-Identifier: MIT
//
// What the halves of LZMS' encoder share: items, what an item changes, and the
// adaptive codes. lzms_parse.c chooses items, lzms_write.c writes them,
// lzms_encode.c holds it together.

#ifndef CODEC_LZMS_ENCODER_H
#define CODEC_LZMS_ENCODER_H

#include "codec.h"
#include "lzms.h"
#include "lzms_delta.h"
#include "lzms_index.h"

enum lzms_kind {
	LZMS_LITERAL,
	LZMS_LZ,
	LZMS_LZ_RECENT,
	LZMS_DELTA,
	LZMS_DELTA_RECENT,
};

struct lzms_item {
	uint32_t kind : 3, length : 29;
	// a byte; an offset; a number in the queue; power and offset of a delta
	// match as lzms_delta_source() puts them together
	uint32_t source;
};

// What was coded before, as far as it says how the next item is coded.
struct lzms_state {
	uint32_t lz[LZMS_RECENT + 1];
	uint32_t delta[LZMS_RECENT + 1];
	// of the item before: its source cannot be named yet
	uint8_t lz_pending, delta_pending;
	// the last bits of each kind of decision
	uint8_t match, is_delta, lz_recent, delta_recent;
	uint8_t lz_later[LZMS_RECENT - 1], delta_later[LZMS_RECENT - 1];
};

void lzms_state_start(struct lzms_state *s);

// Changes the state as an item does.
void lzms_state_advance(struct lzms_state *s, const struct lzms_item *item);

// An adaptive Huffman code.
struct lzms_code {
	unsigned symbols, interval, left;
	unsigned built; // how often
	uint32_t counts[LZMS_OFFSET_SLOTS];
	uint32_t codes[LZMS_OFFSET_SLOTS];
	uint8_t lengths[LZMS_OFFSET_SLOTS];
};

// --- Writing -----------------------------------------------------------------

// Range-coded bits go forwards from the front, all others backwards from the
// end.
struct lzms_writer {
	uint8_t *out, *front, *back;
	bool full; // they met: nothing more is written
	uint64_t low;
	uint32_t range;
	uint32_t held;  // units that a carry may still change
	uint16_t first; // of those, all others are 0xffff
	bool is_begun;  // the first unit, which is always 0, is left out
	uint64_t bits;
	unsigned bit_count;
};

struct lzms_encoder {
	unsigned depth;
	bool with_steps; // a match, a literal and the match again as one
	// delta matches are looked for where no other is so long; 0: never
	unsigned delta_below;
	size_t max_chunk;
	uint8_t *data; // filtered, with room behind
	uint32_t size;
	struct lzms_index *index;
	struct lzms_delta *delta;
	struct lzms_parser *parser;
	struct lzms_slots slots;
	struct lzms_filter filter;
	struct lzms_decisions decisions;
	struct lzms_code literal, length, lz_offset, delta_offset, power;
	struct lzms_state state;
	struct lzms_writer writer;
};

void lzms_write_start(struct lzms_encoder *e, void *out, size_t out_size);

// Writes one item, and changes state, codes and probabilities by it.
void lzms_write_item(struct lzms_encoder *e, const struct lzms_item *item);

// Writes what is held. Returns the size of it all, or 0 when it did not fit.
size_t lzms_write_end(struct lzms_encoder *e, size_t out_size);

// --- Choosing ----------------------------------------------------------------

struct lzms_parser;

int lzms_parser_new(const struct lzms_slots *slots, struct lzms_parser **ret);

// Chooses items for all of the data and writes them.
void lzms_choose(struct lzms_encoder *e);

void lzms_parser_free(struct lzms_parser *p);

#endif
