// SPDX-License-Identifier: MIT
//
// Decompressing LZMS (lzms.h tells the format).

#include "huffman.h"
#include "huffman_code.h"
#include "lzms.h"
#include "match.h"
#include "codec.h"

#define LITERAL_BITS 10
#define LENGTH_BITS  9
#define OFFSET_BITS  11
#define POWER_BITS   7
#define MIN_INPUT    4 // what the range decoder starts with

// A Huffman code with what it is built of.
struct code {
	struct huffman huffman;
	unsigned symbols, interval, table_bits;
	unsigned left; // symbols until it is built anew
	uint32_t counts[LZMS_OFFSET_SLOTS];
};

// What was used last is first. One that was used in the item just before cannot
// be named yet: it is `pending`, and numbers count from behind it.
struct recent {
	bool pending;
	uint64_t source[LZMS_RECENT + 1];
};

struct range {
	uint32_t range, code;
	const uint8_t *next, *end;
};

struct lzms_decoder {
	struct lzms_slots slots;
	struct code literal, length, lz_offset, delta_offset, power;
	struct lzms_decisions decisions;
	struct lzms_filter filter;
};

// A chunk has no place of its own to tell: who knows where it lies does.
static int corrupt(void)
{
	return err_corrupt(NULL, "LZMS chunk", ERR_NOWHERE, "it is corrupt");
}

int lzms_decoder_new(struct lzms_decoder **ret)
{
	struct lzms_decoder *d = mem_alloc(sizeof(*d));

	if (!d)
		return -ENOMEM;
	lzms_slots_fill(&d->slots);
	*ret = d;
	return 0;
}

void lzms_decoder_free(struct lzms_decoder *d)
{
	mem_free(d);
}

// --- Huffman codes -----------------------------------------------------------

static void code_build(struct code *c)
{
	uint8_t lengths[LZMS_OFFSET_SLOTS];

	huffman_code_lengths(c->counts, c->symbols, LZMS_MAX_CODE_LENGTH,
			     lengths);
	huffman_build(&c->huffman, lengths, NULL, c->symbols, c->table_bits);
	c->left = c->interval;
}

static void code_start(struct code *c, unsigned symbols, unsigned interval,
		       unsigned table_bits)
{
	c->symbols = symbols;
	c->interval = interval;
	c->table_bits = table_bits;
	lzms_counts_start(c->counts, symbols);
	code_build(c);
}

static __attribute__((noinline)) void code_rebuild(struct code *c)
{
	code_build(c);
	lzms_counts_halve(c->counts, c->symbols);
}

// Takes one symbol; 15 bits are ready.
static inline __attribute__((always_inline)) uint32_t
code_take(struct code *c, struct bits *b, unsigned table_bits)
{
	uint32_t symbol = huffman_take(&c->huffman, b, table_bits);

	c->counts[symbol]++;
	if (__builtin_expect(!--c->left, 0))
		code_rebuild(c);
	return symbol;
}

static inline __attribute__((always_inline)) uint32_t
take_length(struct lzms_decoder *d, struct bits *b)
{
	uint32_t slot;
	unsigned further;

	// To fill up less often is worth a branch: each symbol waits for it.
	if (b->left < LZMS_MAX_CODE_LENGTH + 16)
		bits_refill_backwards(b);
	slot = code_take(&d->length, b, LENGTH_BITS);
	further = d->slots.length_bits[slot];
	if (further > 16)
		bits_refill_backwards(b);
	return d->slots.length_base[slot] + bits_take(b, further);
}

static inline __attribute__((always_inline)) uint32_t
take_offset(struct lzms_decoder *d, struct code *c, struct bits *b)
{
	uint32_t slot;

	bits_refill_backwards(b);
	slot = code_take(c, b, OFFSET_BITS);
	return d->slots.offset_base[slot] +
	       bits_take(b, d->slots.offset_bits[slot]);
}

// --- Range-coded bits --------------------------------------------------------

static inline uint32_t load_unit(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static void range_start(struct range *r, const uint8_t *in, size_t size)
{
	*r = (struct range){
		.range = UINT32_MAX,
		.code = load_unit(in) << 16 | load_unit(in + 2),
		.next = in + 4,
		.end = in + size,
	};
}

// Behind the end come zeros: an encoder may leave such a rest out. The ways of
// a 0 and a 1 are apart, so that the processor can go on with one before it
// knows.
static inline __attribute__((always_inline)) bool
take_bit(struct range *r, struct lzms_decision *d, unsigned remembered)
{
	struct lzms_odds *odds = &d->odds[d->state];
	unsigned next = d->state << 1 & ((1u << remembered) - 1);
	uint32_t bound;

	if (r->range <= 0xffff) {
		r->range <<= 16;
		r->code <<= 16;
		if (__builtin_expect(r->next != r->end, 1)) {
			r->code |= load_unit(r->next);
			r->next += 2;
		}
	}
	bound = (r->range >> LZMS_ODDS_BITS) * lzms_odds_of_zero(odds);
	if (r->code < bound) {
		r->range = bound;
		lzms_odds_count(odds, 0);
		d->state = next;
		return false;
	}
	r->range -= bound;
	r->code -= bound;
	lzms_odds_count(odds, 1);
	d->state = next | 1;
	return true;
}

// --- Where matches come from -------------------------------------------------

static void recent_start(struct recent *r)
{
	r->pending = false;
	for (unsigned i = 0; i <= LZMS_RECENT; i++)
		r->source[i] = i + 1;
}

// Takes the n-th out and puts `source` in front of the queue.
static inline void recent_put(struct recent *r, unsigned n, uint64_t source)
{
	for (; n; n--)
		r->source[n] = r->source[n - 1];
	r->source[0] = source;
}

static inline __attribute__((always_inline)) uint64_t
take_recent(struct recent *r, struct range *range,
	    struct lzms_decision later[LZMS_RECENT - 1])
{
	unsigned n = r->pending;
	uint64_t source;

	if (take_bit(range, &later[0], LZMS_STATE))
		n += 1 + take_bit(range, &later[1], LZMS_STATE);
	source = r->source[n];
	recent_put(r, n, source);
	return source;
}

// A delta match as one number: the power of its span is above the offset, which
// counts in spans.
#define POWER_SHIFT 32

static inline __attribute__((always_inline)) uint64_t
take_delta(struct lzms_decoder *d, struct bits *b)
{
	uint64_t power;

	bits_refill_backwards(b);
	power = code_take(&d->power, b, POWER_BITS);
	return power << POWER_SHIFT | take_offset(d, &d->delta_offset, b);
}

// Copies a delta match to p, byte by byte: the sources may run into it.
static void delta_copy(uint8_t *p, size_t span, size_t offset, size_t length)
{
	for (; length; length--, p++)
		*p = (uint8_t)(p[-(ptrdiff_t)offset] + p[-(ptrdiff_t)span] -
			       p[-(ptrdiff_t)(offset + span)]);
}

// --- A chunk -----------------------------------------------------------------

static void start(struct lzms_decoder *d, size_t out_size)
{
	unsigned offsets = lzms_offset_symbols(&d->slots, out_size);

	lzms_decisions_start(&d->decisions);
	code_start(&d->literal, LZMS_LITERALS, LZMS_LITERAL_INTERVAL,
		   LITERAL_BITS);
	code_start(&d->length, LZMS_LENGTH_SLOTS, LZMS_LENGTH_INTERVAL,
		   LENGTH_BITS);
	code_start(&d->lz_offset, offsets, LZMS_OFFSET_INTERVAL, OFFSET_BITS);
	code_start(&d->delta_offset, offsets, LZMS_OFFSET_INTERVAL,
		   OFFSET_BITS);
	code_start(&d->power, LZMS_POWERS, LZMS_POWER_INTERVAL, POWER_BITS);
}

int lzms_decompress(struct lzms_decoder *d, const void *in, size_t in_size,
		    void *out, size_t out_size)
{
	uint8_t *p = out, *begin = out, *end = begin + out_size;
	struct recent lz, delta;
	struct range range;
	struct bits b;

	if (out_size > LZMS_MAX_CHUNK)
		return -EINVAL;
	if (in_size < MIN_INPUT || in_size % 2)
		return corrupt();
	start(d, out_size);
	range_start(&range, in, in_size);
	bits_start_backwards(&b, in, in_size);
	recent_start(&lz);
	recent_start(&delta);
	while (p < end) {
		struct lzms_decisions *c = &d->decisions;
		uint64_t source;
		uint64_t offset;
		size_t length;

		if (!take_bit(&range, &c->match, LZMS_MATCH_STATE)) {
			if (b.left < LZMS_MAX_CODE_LENGTH)
				bits_refill_backwards(&b);
			*p++ = (uint8_t)code_take(&d->literal, &b,
						  LITERAL_BITS);
			lz.pending = delta.pending = false;
		} else if (!take_bit(&range, &c->delta, LZMS_DELTA_STATE)) {
			if (!take_bit(&range, &c->lz_recent, LZMS_STATE)) {
				offset = take_offset(d, &d->lz_offset, &b);
				recent_put(&lz, LZMS_RECENT, offset);
			} else {
				offset = take_recent(&lz, &range, c->lz_later);
			}
			length = take_length(d, &b);
			if (offset > (uint64_t)(p - begin) ||
			    length > (size_t)(end - p))
				return corrupt();
			match_copy(p, (size_t)(end - p), (size_t)offset,
				   length);
			p += length;
			lz.pending = true;
			delta.pending = false;
		} else {
			unsigned power;

			if (!take_bit(&range, &c->delta_recent, LZMS_STATE)) {
				source = take_delta(d, &b);
				recent_put(&delta, LZMS_RECENT, source);
			} else {
				source = take_recent(&delta, &range,
						     c->delta_later);
			}
			length = take_length(d, &b);
			power = (unsigned)(source >> POWER_SHIFT);
			offset = (source & UINT32_MAX) << power;
			if (offset + (UINT64_C(1) << power) >
				    (uint64_t)(p - begin) ||
			    length > (size_t)(end - p))
				return corrupt();
			delta_copy(p, (size_t)1 << power, (size_t)offset,
				   length);
			p += length;
			lz.pending = false;
			delta.pending = true;
		}
	}
	if (bits_overrun(&b))
		return corrupt();
	lzms_filter_run(&d->filter, out, out_size, false);
	return 0;
}
