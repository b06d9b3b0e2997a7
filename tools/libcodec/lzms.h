// SPDX-License-Identifier: MIT
//
// LZMS, what both ways share. There is no specification by Microsoft; the
// format is told in the documents of wimlib and of Windows' compression API
// (COMPRESS_ALGORITHM_LZMS | COMPRESS_RAW).
//
// A chunk is a list of items: literals, LZ matches, and delta matches, which
// say that bytes differ from those `span` before them as those at an offset do
// from theirs. What an item is comes as range-coded bits, read from the front
// of the chunk forwards; all else as Huffman codes and plain bits, read from
// the end backwards. Both adapt: nothing about them is stored. At the end calls
// and addresses in what looks like x86 code are turned back (lzms_filter).

#ifndef CODEC_LZMS_H
#define CODEC_LZMS_H

#include "base.h"

#define LZMS_MAX_CHUNK (UINT32_C(1) << 30)

#define LZMS_LITERALS     256
#define LZMS_LENGTH_SLOTS 54
#define LZMS_OFFSET_SLOTS 799
#define LZMS_POWERS       8 // spans of 1 to 128 bytes
#define LZMS_RECENT       3 // offsets that can be named by number

// Whenever so many symbols are coded, a code is built anew from the counts.
#define LZMS_LITERAL_INTERVAL 1024
#define LZMS_OFFSET_INTERVAL  1024
#define LZMS_LENGTH_INTERVAL  512
#define LZMS_POWER_INTERVAL   512

// --- Slots -------------------------------------------------------------------

// Slots in a row that have the same number of plain bits, to find that of a
// value.
struct lzms_runs {
	uint32_t base
		[32]; // of the first slot; behind the last the largest value
	uint16_t slot[32];
	uint8_t bits[32];
	uint8_t first[32]; // the run of the least value with so many bits
};

// Lengths and offsets are a slot, as a Huffman symbol, and that many plain bits
// to be added to its base.
struct lzms_slots {
	uint32_t length_base[LZMS_LENGTH_SLOTS];
	uint32_t offset_base[LZMS_OFFSET_SLOTS];
	uint8_t length_bits[LZMS_LENGTH_SLOTS];
	uint8_t offset_bits[LZMS_OFFSET_SLOTS];
	struct lzms_runs length_runs, offset_runs;
};

void lzms_slots_fill(struct lzms_slots *slots);

// Returns the slot of a value above 0, of the runs' kind.
static inline unsigned lzms_slot(const struct lzms_runs *runs, uint32_t value)
{
	unsigned i = runs->first[31 - __builtin_clz(value)];

	while (value >= runs->base[i + 1])
		i++;
	return runs->slot[i] + ((value - runs->base[i]) >> runs->bits[i]);
}

// Returns how many symbols the codes of offsets have in a chunk of this size:
// those of all offsets within.
unsigned lzms_offset_symbols(const struct lzms_slots *slots, size_t size);

// --- Range-coded bits --------------------------------------------------------

// A probability is the share of zeros among the last 64 bits coded by it, and
// is chosen by the last 4 to 6 bits of its kind of decision.
#define LZMS_ODDS_BITS 6
#define LZMS_ODDS_ALL  (1u << LZMS_ODDS_BITS)

struct lzms_odds {
	uint64_t recent; // the last one is the lowest
	uint32_t zeros;  // among them
};

// The bits of each kind of decision that are remembered.
#define LZMS_MATCH_STATE 4
#define LZMS_DELTA_STATE 5
#define LZMS_STATE       6 // all others

struct lzms_decision {
	unsigned state; // the last bits, the last one is the lowest
	struct lzms_odds odds[1 << LZMS_STATE];
};

struct lzms_decisions {
	struct lzms_decision match;                   // or literal
	struct lzms_decision delta;                   // or LZ
	struct lzms_decision lz_recent, delta_recent; // or a new offset
	// not this recent one but a later one
	struct lzms_decision lz_later[LZMS_RECENT - 1];
	struct lzms_decision delta_later[LZMS_RECENT - 1];
};

void lzms_decisions_start(struct lzms_decisions *d);

// Returns how many 64ths of the range stand for a 0; never none or all.
static inline uint32_t lzms_odds_of_zero(const struct lzms_odds *odds)
{
	return odds->zeros + !odds->zeros - (odds->zeros == LZMS_ODDS_ALL);
}

static inline void lzms_odds_count(struct lzms_odds *odds, unsigned bit)
{
	odds->zeros += (uint32_t)(odds->recent >> 63) - bit;
	odds->recent = odds->recent << 1 | bit;
}

// --- Huffman codes -----------------------------------------------------------

// A code is the one of huffman_code_make: where a leaf and an inner node weigh
// the same the leaf is joined first, and of symbols with one count the higher
// ones get the shorter codes. No code is longer than this without a limit,
// either: counts are halved at each building, so their sum stays below what a
// tree of 16 levels needs.
#define LZMS_MAX_CODE_LENGTH 15

// Sets all counts as for a new chunk.
void lzms_counts_start(uint32_t *counts, unsigned symbols);

// Ages the counts after a code was built of them.
void lzms_counts_halve(uint32_t *counts, unsigned symbols);

// --- x86 code ----------------------------------------------------------------

// Where each target's low 16 bits were last seen.
struct lzms_filter {
	uint32_t base; // of the places in this chunk
	uint32_t seen[1 << 16];
};

// Makes addresses in x86 code absolute, so that calls of one function look the
// same (true), or relative again (false).
void lzms_filter_run(struct lzms_filter *f, uint8_t *data, size_t size,
		     bool make_absolute);

#endif
