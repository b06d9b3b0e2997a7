// SPDX-License-Identifier: MIT
//
// Choosing the items of LZMS. For a block of places at a time it finds the
// cheapest way through: from each place, in their order, all items that begin
// there are tried, and each place remembers the cheapest way to it. What bits
// cost is taken from codes and probabilities as they are when the block begins.

#include <string.h>

#include "lzms_encoder.h"

#define BLOCK      1024
#define ROOM       (BLOCK + 2 * LZMS_INDEX_MAX_DEPTH + 2) // items reach over it
#define COST_BITS  6 // a cost is in 64ths of a bit
#define NEVER      UINT32_MAX
#define MIN_RECENT 2
#define MAX_LENGTH ((UINT32_C(1) << 29) - 1)

// The cheapest way to a place: an item from another place, and when `again` is
// not 0, a literal and so many bytes from the same offset behind it.
struct way {
	uint32_t from, again;
	struct lzms_item item;
};

struct costs {
	uint32_t bit[2][LZMS_ODDS_ALL + 1]; // by how many zeros there were
	uint32_t literal[LZMS_LITERALS];
	uint32_t length[LZMS_INDEX_MAX_DEPTH + 1];
	uint32_t lz_offset[LZMS_OFFSET_SLOTS];
	uint32_t delta_offset[LZMS_OFFSET_SLOTS];
	uint32_t power[LZMS_POWERS];
	// what of it was built when
	unsigned literal_built, length_built, lz_built, delta_built,
		power_built;
};

struct lzms_parser {
	struct costs costs;
	// of each place
	uint32_t cost[ROOM];
	struct way ways[ROOM];
	struct lzms_state states[BLOCK + 1];
	struct lzms_match matches[LZMS_INDEX_MAX_DEPTH];
};

// One block.
struct block {
	struct lzms_encoder *e;
	uint32_t *cost;
	struct way *ways;
	struct lzms_state *states;
	const struct costs *costs;
	const uint8_t *data; // of place 0
	uint32_t at;         // its number in the chunk
	uint32_t size;       // of what is left of the chunk
	uint32_t reached;
};

// --- Costs -------------------------------------------------------------------

// Returns -log2(n / 64) in 64ths: by squaring, each gives a bit of the
// fraction.
static uint32_t log_cost(uint32_t n)
{
	uint64_t v = (uint64_t)n << 24;
	unsigned top = 63 - (unsigned)__builtin_clzll(v);
	uint32_t cost = (30 - top) << COST_BITS;

	v <<= 31 - top; // 1 to 2, with 31 bits below the point
	for (unsigned i = COST_BITS; i-- > 0;) {
		v = v * v >> 31;
		if (v >> 32) {
			v >>= 1;
			cost -= 1u << i;
		}
	}
	return cost;
}

static void bit_costs(struct costs *c)
{
	for (uint32_t zeros = 0; zeros <= LZMS_ODDS_ALL; zeros++) {
		struct lzms_odds odds = {.zeros = zeros};
		uint32_t share = lzms_odds_of_zero(&odds);

		c->bit[0][zeros] = log_cost(share);
		c->bit[1][zeros] = log_cost(LZMS_ODDS_ALL - share);
	}
}

// Takes over the lengths of a code that was built since. `bits` are those that
// follow a symbol; NULL: none.
static bool code_costs(const struct lzms_code *code, const uint8_t *bits,
		       uint32_t *costs, unsigned *built)
{
	if (*built == code->built)
		return false;
	*built = code->built;
	for (unsigned i = 0; i < code->symbols; i++)
		costs[i] = (uint32_t)(code->lengths[i] + (bits ? bits[i] : 0))
			   << COST_BITS;
	return true;
}

static void update_costs(struct costs *c, const struct lzms_encoder *e)
{
	const struct lzms_slots *slots = &e->slots;
	uint32_t length[LZMS_LENGTH_SLOTS];

	code_costs(&e->literal, NULL, c->literal, &c->literal_built);
	code_costs(&e->lz_offset, slots->offset_bits, c->lz_offset,
		   &c->lz_built);
	code_costs(&e->delta_offset, slots->offset_bits, c->delta_offset,
		   &c->delta_built);
	code_costs(&e->power, NULL, c->power, &c->power_built);
	if (!code_costs(&e->length, slots->length_bits, length,
			&c->length_built))
		return;
	for (uint32_t n = 1; n <= LZMS_INDEX_MAX_DEPTH; n++)
		c->length[n] = length[lzms_slot(&slots->length_runs, n)];
}

static inline uint32_t bit_cost(const struct costs *c,
				const struct lzms_decision *d, unsigned state,
				unsigned bit)
{
	return c->bit[bit][d->odds[state].zeros];
}

// What it costs to name each of the recent sources.
static void recent_costs(const struct costs *c, const struct lzms_decision *d,
			 const uint8_t *state, uint32_t cost,
			 uint32_t ret[LZMS_RECENT])
{
	uint32_t later = cost + bit_cost(c, &d[0], state[0], 1);

	ret[0] = cost + bit_cost(c, &d[0], state[0], 0);
	ret[1] = later + bit_cost(c, &d[1], state[1], 0);
	ret[2] = later + bit_cost(c, &d[1], state[1], 1);
}

// --- Ways --------------------------------------------------------------------

// Makes sure that places up to `to` have a cost.
static inline void reach(struct block *b, uint32_t to)
{
	while (b->reached < to)
		b->cost[++b->reached] = NEVER;
}

// Tries an item for all its lengths from `least` up to `length`.
static inline void try_lengths(struct block *b, uint32_t i, uint32_t cost,
			       struct lzms_item item, uint32_t least,
			       uint32_t length)
{
	const uint32_t *costs = b->costs->length;

	reach(b, i + length);
	for (uint32_t n = least; n <= length; n++) {
		if (cost + costs[n] >= b->cost[i + n])
			continue;
		item.length = n;
		b->cost[i + n] = cost + costs[n];
		b->ways[i + n] = (struct way){.from = i, .item = item};
	}
}

static inline struct lzms_item literal_of(uint8_t byte)
{
	return (struct lzms_item){
		.kind = LZMS_LITERAL, .length = 1, .source = byte};
}

static inline uint32_t same_bytes(const uint8_t *a, const uint8_t *b,
				  uint32_t max)
{
	uint32_t n = 0;

	while (max - n >= 8) {
		uint64_t differ = load_le64(a + n) ^ load_le64(b + n);

		if (differ)
			return n + (uint32_t)__builtin_ctzll(differ) / 8;
		n += 8;
	}
	while (n < max && a[n] == b[n])
		n++;
	return n;
}

static void keep_longer(struct lzms_item *best, struct lzms_item item,
			uint32_t length)
{
	if (length <= best->length)
		return;
	*best = item;
	best->length = length;
}

// What a match, a literal and the same match again cost: data that was changed
// in one byte. `cost` is that of the way to the end of the match.
static void try_again(struct block *b, uint32_t i, uint32_t cost,
		      struct lzms_item item, uint32_t offset)
{
	const struct lzms_decisions *d = &b->e->decisions;
	const struct costs *c = b->costs;
	uint32_t mid = i + item.length, at = mid + 1, n, max;
	struct lzms_state s;
	struct lzms_item literal = literal_of(b->data[mid]);

	if (at + MIN_RECENT > b->size)
		return;
	max = b->size - at;
	if (max > b->e->depth)
		max = b->e->depth;
	n = same_bytes(b->data + at, b->data + at - offset, max);
	if (n < MIN_RECENT)
		return;
	s = b->states[i];
	lzms_state_advance(&s, &item);
	cost += bit_cost(c, &d->match, s.match, 0) + c->literal[literal.source];
	lzms_state_advance(&s, &literal);
	cost += bit_cost(c, &d->match, s.match, 1) +
		bit_cost(c, &d->delta, s.is_delta, 0) +
		bit_cost(c, &d->lz_recent, s.lz_recent, 1) +
		bit_cost(c, d->lz_later, s.lz_later[0], 0) + c->length[n];
	reach(b, at + n);
	if (cost >= b->cost[at + n])
		return;
	b->cost[at + n] = cost;
	b->ways[at + n] = (struct way){.from = i, .again = n, .item = item};
}

// --- Items at a place --------------------------------------------------------

static void try_lz_recent(struct block *b, uint32_t i, uint32_t cost,
			  uint32_t max, struct lzms_item *best)
{
	const struct lzms_decisions *d = &b->e->decisions;
	const struct lzms_state *s = &b->states[i];
	const uint8_t *here = b->data + i;
	uint32_t costs[LZMS_RECENT];

	recent_costs(b->costs, d->lz_later, s->lz_later,
		     cost + bit_cost(b->costs, &d->lz_recent, s->lz_recent, 1),
		     costs);
	for (unsigned k = 0; k < LZMS_RECENT; k++) {
		struct lzms_item item = {.kind = LZMS_LZ_RECENT, .source = k};
		uint32_t offset = s->lz[k + s->lz_pending], n;

		if (offset > b->at + i || here[0] != here[-(ptrdiff_t)offset])
			continue;
		n = same_bytes(here, here - offset, max);
		if (n < MIN_RECENT)
			continue;
		try_lengths(b, i, costs[k], item, MIN_RECENT, n);
		keep_longer(best, item, n);
		item.length = n;
		if (b->e->with_steps && n < max)
			try_again(b, i, costs[k] + b->costs->length[n], item,
				  offset);
	}
}

static void try_lz(struct block *b, uint32_t i, uint32_t cost, uint32_t max,
		   const struct lzms_match *matches, unsigned count,
		   struct lzms_item *best)
{
	const struct lzms_decisions *d = &b->e->decisions;
	const struct lzms_state *s = &b->states[i];
	struct lzms_item item = {.kind = LZMS_LZ};
	uint32_t least = LZMS_INDEX_MIN_MATCH;

	cost += bit_cost(b->costs, &d->lz_recent, s->lz_recent, 0);
	for (unsigned k = 0; k < count && least <= max; k++) {
		uint32_t n = matches[k].length < max ? matches[k].length : max;
		uint32_t offset = matches[k].offset, all;

		item.source = offset;
		all = cost +
		      b->costs->lz_offset[lzms_slot(&b->e->slots.offset_runs,
						    offset)];
		try_lengths(b, i, all, item, least, n);
		least = n + 1;
		if (k + 1 < count)
			continue;
		keep_longer(best, item, n);
		item.length = n;
		if (b->e->with_steps && n < max)
			try_again(b, i, all + b->costs->length[n], item,
				  offset);
	}
}

static void try_delta(struct block *b, uint32_t i, uint32_t cost, uint32_t max,
		      struct lzms_item *best)
{
	const struct lzms_decisions *d = &b->e->decisions;
	const struct lzms_state *s = &b->states[i];
	uint32_t sources[LZMS_DELTA_POWERS], costs[LZMS_RECENT];

	lzms_delta_next(b->e->delta, b->data - b->at, b->at + i, sources);
	recent_costs(b->costs, d->delta_later, s->delta_later,
		     cost + bit_cost(b->costs, &d->delta_recent,
				     s->delta_recent, 1),
		     costs);
	for (unsigned k = 0; k < LZMS_RECENT; k++) {
		struct lzms_item item = {.kind = LZMS_DELTA_RECENT,
					 .source = k};
		uint32_t n = lzms_delta_length(b->data - b->at, b->at + i,
					       s->delta[k + s->delta_pending],
					       max);

		if (n < MIN_RECENT)
			continue;
		try_lengths(b, i, costs[k], item, MIN_RECENT, n);
		keep_longer(best, item, n);
	}
	cost += bit_cost(b->costs, &d->delta_recent, s->delta_recent, 0);
	for (unsigned k = 0; k < LZMS_DELTA_POWERS; k++) {
		struct lzms_item item = {.kind = LZMS_DELTA,
					 .source = sources[k]};
		uint32_t n, offset = sources[k] & LZMS_DELTA_MAX_OFFSET;

		if (!sources[k])
			continue;
		n = lzms_delta_length(b->data - b->at, b->at + i, sources[k],
				      max);
		if (n < LZMS_DELTA_MIN_MATCH)
			continue;
		try_lengths(b, i,
			    cost + b->costs->power[k] +
				    b->costs->delta_offset[lzms_slot(
					    &b->e->slots.offset_runs, offset)],
			    item, LZMS_DELTA_MIN_MATCH, n);
		keep_longer(best, item, n);
	}
}

static void try_literal(struct block *b, uint32_t i)
{
	uint8_t byte = b->data[i];
	uint32_t cost = b->cost[i] + b->costs->literal[byte] +
			bit_cost(b->costs, &b->e->decisions.match,
				 b->states[i].match, 0);

	reach(b, i + 1);
	if (cost >= b->cost[i + 1])
		return;
	b->cost[i + 1] = cost;
	b->ways[i + 1] = (struct way){.from = i, .item = literal_of(byte)};
}

// Tries all that begins at a place. Returns an item which is so long that it
// shall be taken, or one of length 0.
static struct lzms_item try_all(struct block *b, uint32_t i)
{
	struct lzms_encoder *e = b->e;
	struct lzms_match *matches = e->parser->matches;
	const struct costs *c = b->costs;
	const struct lzms_state *s = &b->states[i];
	unsigned count = lzms_index_next(e->index, matches);
	uint32_t max = b->size - i < e->depth ? b->size - i : e->depth;
	uint32_t cost = b->cost[i] +
			bit_cost(c, &e->decisions.match, s->match, 1);
	struct lzms_item best = {0};

	try_literal(b, i);
	try_lz_recent(b, i,
		      cost + bit_cost(c, &e->decisions.delta, s->is_delta, 0),
		      max, &best);
	try_lz(b, i, cost + bit_cost(c, &e->decisions.delta, s->is_delta, 0),
	       max, matches, count, &best);
	if (best.length < e->delta_below && b->at + i + 4 <= e->size)
		try_delta(b, i,
			  cost + bit_cost(c, &e->decisions.delta, s->is_delta,
					  1),
			  max, &best);
	if (best.length < e->depth)
		best.length = 0;
	return best;
}

// --- Blocks ------------------------------------------------------------------

// Returns the items of the way to a place, one to three of them.
static unsigned items_of(const struct block *b, uint32_t to,
			 struct lzms_item items[3])
{
	const struct way *w = &b->ways[to];

	items[0] = w->item;
	if (!w->again)
		return 1;
	items[1] = literal_of(b->data[w->from + w->item.length]);
	items[2] =
		(struct lzms_item){.kind = LZMS_LZ_RECENT, .length = w->again};
	return 3;
}

// Brings the state of the cheapest way to a place there.
static inline void arrive(struct block *b, uint32_t i)
{
	struct lzms_item items[3];
	unsigned count = items_of(b, i, items);

	b->states[i] = b->states[b->ways[i].from];
	for (unsigned k = 0; k < count; k++)
		lzms_state_advance(&b->states[i], &items[k]);
}

// Writes the way to a place: turned round first, as it is known from its end.
static void write_way(struct block *b, uint32_t to)
{
	uint32_t next = to, at;

	for (at = to; at; at = next) {
		next = b->ways[at].from;
		// costs are not needed any more
		b->cost[next] = at;
	}
	while (at != to) {
		struct lzms_item items[3];
		unsigned count;

		at = b->cost[at];
		count = items_of(b, at, items);
		for (unsigned k = 0; k < count; k++)
			lzms_write_item(b->e, &items[k]);
	}
}

// Lengthens an item as far as the data allow.
static void extend(const struct lzms_encoder *e, uint32_t at,
		   const struct lzms_state *s, struct lzms_item *item)
{
	uint32_t max = e->size - at, source = item->source;

	if (max > MAX_LENGTH)
		max = MAX_LENGTH;
	if (item->kind == LZMS_LZ_RECENT)
		source = s->lz[source + s->lz_pending];
	else if (item->kind == LZMS_DELTA_RECENT)
		source = s->delta[source + s->delta_pending];
	if (item->kind == LZMS_LZ || item->kind == LZMS_LZ_RECENT)
		item->length =
			same_bytes(e->data + at, e->data + at - source, max);
	else
		item->length = lzms_delta_length(e->data, at, source, max);
}

// Returns where a block best ends, at `i` or behind it: where least is left to
// pay, if all costs as much as what was passed.
static uint32_t best_end(const struct block *b, uint32_t i)
{
	uint64_t each = i ? b->cost[i] / i : 0;
	uint64_t least = b->cost[i];
	uint32_t best = i;

	for (uint32_t k = i + 1; k <= b->reached; k++) {
		if (b->cost[k] == NEVER ||
		    b->cost[k] > least + each * (k - best))
			continue;
		best = k;
		least = b->cost[k];
	}
	return best;
}

// Goes through one block from place `at`. Returns where the next begins.
static uint32_t parse_block(struct lzms_encoder *e, uint32_t at)
{
	struct lzms_parser *p = e->parser;
	struct block b = {
		.e = e,
		.cost = p->cost,
		.ways = p->ways,
		.states = p->states,
		.costs = &p->costs,
		.data = e->data + at,
		.at = at,
		.size = e->size - at,
	};
	struct lzms_item item;
	uint32_t i = 0;

	update_costs(&p->costs, e);
	p->cost[0] = 0;
	p->states[0] = e->state;
	for (; i < BLOCK && i < b.size; i++) {
		if (i)
			arrive(&b, i);
		item = try_all(&b, i);
		if (!item.length)
			continue;
		extend(e, at + i, &p->states[i], &item);
		write_way(&b, i);
		lzms_write_item(e, &item);
		lzms_index_skip(e->index, item.length - 1);
		return at + i + item.length;
	}
	item.length = best_end(&b, i) - i;
	write_way(&b, i + item.length);
	lzms_index_skip(e->index, item.length);
	return at + i + item.length;
}

void lzms_choose(struct lzms_encoder *e)
{
	struct costs *c = &e->parser->costs;

	c->literal_built = c->length_built = c->power_built = 0;
	c->lz_built = c->delta_built = 0;
	for (uint32_t at = 0; at < e->size && !e->writer.full;)
		at = parse_block(e, at);
}

int lzms_parser_new(const struct lzms_slots *slots, struct lzms_parser **ret)
{
	struct lzms_parser *p = mem_alloc(sizeof(*p));

	if (!p)
		return -ENOMEM;
	bit_costs(&p->costs);
	*ret = p;
	return 0;
}

void lzms_parser_free(struct lzms_parser *p)
{
	mem_free(p);
}
