// SPDX-License-Identifier: MIT
//
// The thorough parser of LZX: of all ways to make a block of literals and matches
// the cheapest one, by what each symbol is expected to cost. As costs follow from
// the result, it is done more than once. The cheapest way to a place is extended
// by all that may follow it, together with the recent offsets that it leaves; a
// dearer way with better ones is lost, hence only nearly the best.

#include "lzx_encode.h"

#define BIT 64u // what costs are counted in

#define PARSE_INLINE static inline __attribute__((always_inline))

// --- Costs -------------------------------------------------------------------

// Returns log2(v) in 1/64, v not 0. Between powers of two it is a line and what a
// parabola adds to it, right to one unit.
static uint32_t log2_of(uint32_t v)
{
	unsigned top = 31 - (unsigned)__builtin_clz(v);
	uint32_t rest = (uint32_t)((uint64_t)v << 6 >> top) & 63;

	return top * BIT + rest + (22 * rest * (64 - rest) >> 12);
}

// Costs of the symbols of one code. What did not come may yet: as if it had
// once.
static void make_costs(const uint32_t *counts, unsigned n, uint32_t *costs)
{
	uint32_t total = 0, all;

	for (unsigned i = 0; i < n; i++)
		total += counts[i];
	all = log2_of(total + 1);
	for (unsigned i = 0; i < n; i++) {
		costs[i] = counts[i] ? all - log2_of(counts[i]) : all;
		if (costs[i] < BIT / 2)
			costs[i] = BIT / 2;
		if (costs[i] > LZX_MAX_CODE * BIT)
			costs[i] = LZX_MAX_CODE * BIT;
	}
}

static void set_aligned_costs(struct lzx_encoder *e)
{
	uint32_t costs[LZX_ALIGNED_SYMBOLS];
	int64_t total = 0;

	make_costs(e->counts.aligned, LZX_ALIGNED_SYMBOLS, costs);
	for (unsigned i = 0; i < LZX_ALIGNED_SYMBOLS; i++) {
		e->costs.aligned[i] = (int32_t)costs[i] - (int32_t)(3 * BIT);
		total += (int64_t)e->counts.aligned[i] * e->costs.aligned[i];
	}
	// A block whose offsets are not alike in their last bits is a verbatim
	// one.
	if (total > -24 * (int64_t)BIT)
		memset(e->costs.aligned, 0, sizeof(e->costs.aligned));
}

static void set_costs(struct lzx_encoder *e)
{
	uint32_t main[LZX_MAX_MAIN_SYMBOLS], length[LZX_LENGTH_SYMBOLS];
	const unsigned last = LZX_LENGTH_HEADERS - 1;

	make_costs(e->counts.main, e->main_symbols, main);
	make_costs(e->counts.length, LZX_LENGTH_SYMBOLS, length);
	memcpy(e->costs.literal, main, sizeof(e->costs.literal));
	for (unsigned slot = 0; slot < lzx_slots(e->order); slot++) {
		const uint32_t *header = main + LZX_LITERALS +
					 slot * LZX_LENGTH_HEADERS;
		uint32_t *match = e->costs.match[slot] + LZX_MIN_MATCH;
		uint32_t more = lzx_slot_bits(slot) * BIT;

		for (unsigned i = 0; i < last; i++)
			match[i] = header[i] + more;
		for (unsigned i = 0; i < LZX_LENGTH_SYMBOLS; i++)
			match[last + i] = header[last] + more + length[i];
	}
	set_aligned_costs(e);
}

// What symbols of matches come how often, on average of many chunks: headers by
// their length, those of recent offsets, and how often each of these is used.
static void guess_counts(struct lzx_encoder *e, const uint8_t *data,
			 size_t size)
{
	static const uint8_t usual[] = {3, 20, 14, 7, 6, 5, 5, 22};
	static const uint8_t recent[] = {10, 16, 5, 5, 5, 7, 5, 21};
	static const uint8_t times[LZX_RECENT] = {10, 3, 1};
	uint32_t *main = e->counts.main, *match = main + LZX_LITERALS;

	memset(&e->counts, 0, sizeof(e->counts));
	for (size_t i = 0; i < size; i++)
		main[data[i]]++;
	for (unsigned i = 0; i < LZX_LITERALS; i++)
		main[i] = main[i] / 16 + 7;
	for (unsigned i = 0; i < e->main_symbols - LZX_LITERALS; i++) {
		unsigned slot = i / LZX_LENGTH_HEADERS;
		unsigned header = i % LZX_LENGTH_HEADERS;

		if (slot < LZX_RECENT)
			match[i] = recent[header] * times[slot];
		else
			match[i] = slot < LZX_FIRST_ALIGNED_SLOT
					   ? usual[header] / 4
					   : usual[header];
	}
	for (unsigned i = 0; i < LZX_LENGTH_SYMBOLS; i++)
		e->counts.length[i] = 1600 / (i + 4);
}

// --- The cheapest way --------------------------------------------------------

// Costs and items of several places at once.
typedef int32_t lanes __attribute__((vector_size(LZX_LANES * 4)));

static const lanes first_lanes = {0, 1, 2, 3, 4, 5, 6, 7};

// A place in the block, and the cheapest ways to it and those behind it.
struct place {
	int32_t *costs;
	uint32_t *items;
	int32_t cost;
	unsigned max; // bytes of a match
	const uint8_t *data;
};

PARSE_INLINE bool same_two(const uint8_t *a, const uint8_t *b)
{
	uint16_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x == y;
}

// Goes on by a match of `from` to `to` bytes.
PARSE_INLINE void reach_all(const struct place *at, const uint32_t *costs,
			    unsigned from, unsigned to, uint32_t value)
{
	lanes len = first_lanes + (int32_t)from;

	for (; from <= to; from += LZX_LANES, len += LZX_LANES) {
		lanes cost, old, item, better;

		memcpy(&cost, costs + from, sizeof(cost));
		memcpy(&old, at->costs + from, sizeof(old));
		memcpy(&item, at->items + from, sizeof(item));
		cost += at->cost;
		better = (cost < old) & (len <= (int32_t)to);
		old ^= (old ^ cost) & better;
		item ^= (item ^ ((len << ITEM_LENGTH_SHIFT) | (int32_t)value)) &
			better;
		memcpy(at->costs + from, &old, sizeof(old));
		memcpy(at->items + from, &item, sizeof(item));
	}
}

// Goes on by the recent offsets. Returns the length of the longest such match.
PARSE_INLINE unsigned reach_recent(const struct lzx_encoder *e,
				   const struct place *at, uint64_t queue)
{
	unsigned longest = 1, which = 0;
	uint32_t offsets[LZX_RECENT];

	for (unsigned k = 0; k < LZX_RECENT; k++, queue >>= QUEUE_BITS) {
		offsets[k] = queue & QUEUE_MASK;
		which |= (unsigned)same_two(at->data, at->data - offsets[k])
			 << k;
	}
	// Most often there is none: one question for all three.
	for (; which; which &= which - 1) {
		unsigned k = (unsigned)__builtin_ctz(which);
		unsigned len = finder_common(at->data, at->data - offsets[k], 2,
					     at->max);

		// What an earlier one reaches it reaches cheaper.
		reach_all(at, e->costs.match[k], longest + 1, len, k);
		longest = len > longest ? len : longest;
	}
	return longest;
}

// Goes on by the matches that were found, where they are longer than `longest`. For
// a rough result the longest one does.
PARSE_INLINE void reach_found(const struct lzx_encoder *e,
			      const struct place *at, const uint32_t *found,
			      uint32_t count, unsigned longest, bool is_rough)
{
	for (uint32_t i = is_rough && count ? count - 1 : 0; i < count; i++) {
		uint32_t value = (found[i] & MATCH_OFFSET_MASK) +
				 LZX_OFFSET_ADJUSTMENT;
		unsigned len = found[i] >> MATCH_LENGTH_SHIFT;
		unsigned slot = lzx_slot(value);
		struct place from = *at;

		if (len <= longest)
			continue;
		if (slot >= LZX_FIRST_ALIGNED_SLOT)
			from.cost += e->costs.aligned[value & 7];
		len = len < at->max ? len : at->max;
		reach_all(&from, e->costs.match[slot], longest + 1, len, value);
		longest = len;
	}
}

PARSE_INLINE void reach_literal(const struct lzx_encoder *e,
				const struct place *at)
{
	int32_t cost = at->cost + (int32_t)e->costs.literal[*at->data];

	if (cost < at->costs[1]) {
		at->costs[1] = cost;
		at->items[1] = 1u << ITEM_LENGTH_SHIFT | *at->data;
	}
}

PARSE_INLINE void find_way(struct lzx_encoder *e,
			   const struct lzx_block_items *block, bool is_rough)
{
	const uint32_t *found = e->cache;
	uint64_t queue = block->queue;
	size_t size = block->size;
	size_t i = 0;

	memset(e->way_costs, 0x7f, (size + 1) * sizeof(*e->way_costs));
	e->way_costs[0] = 0;
	while (i < size) {
		uint32_t item = e->way_items[i], count = *found++;
		unsigned longest = 1;
		struct place at = {
			.costs = e->way_costs + i,
			.items = e->way_items + i,
			.cost = e->way_costs[i],
			.max = size - i < LZX_MAX_MATCH ? (unsigned)(size - i)
							: LZX_MAX_MATCH,
			.data = block->data + i,
		};

		if (i)
			queue = lzx_queue_after(
				e->queues[i - (item >> ITEM_LENGTH_SHIFT)],
				item);
		e->queues[i] = queue;
		// Nothing is before the chunk, not even for the recent ones.
		if (at.data > e->data && at.max >= LZX_MIN_MATCH)
			longest = reach_recent(e, &at, queue);
		reach_found(e, &at, found, count, longest, is_rough);
		reach_literal(e, &at);
		found += count;
		i++;
		// Inside of a match that is long enough nothing else begins: to
		// go into each place of it would cost the square of its length.
		if (count && found[-1] >> MATCH_LENGTH_SHIFT > longest)
			longest = found[-1] >> MATCH_LENGTH_SHIFT;
		if (longest < e->finder.nice)
			continue;
		longest = longest < at.max ? longest : at.max;
		for (; longest > 1; longest--, i++)
			found += 1 + *found;
	}
}

PARSE_INLINE void find_any_way(struct lzx_encoder *e,
			       const struct lzx_block_items *block,
			       bool is_rough)
{
	if (is_rough)
		find_way(e, block, true);
	else
		find_way(e, block, false);
}

__attribute__((target("avx2,bmi,bmi2"))) static void
find_way_avx2(struct lzx_encoder *e, const struct lzx_block_items *block,
	      bool is_rough)
{
	find_any_way(e, block, is_rough);
}

static void find_way_plainly(struct lzx_encoder *e,
			     const struct lzx_block_items *block, bool is_rough)
{
	find_any_way(e, block, is_rough);
}

// Takes the items of the cheapest way, from the end of the block.
static void take_way(struct lzx_encoder *e, struct lzx_block_items *block)
{
	uint32_t *item = e->items + LZX_BLOCK_MAX;

	memset(&e->counts, 0, sizeof(e->counts));
	for (size_t i = block->size; i;) {
		*--item = e->way_items[i];
		lzx_count_item(&e->counts, *item);
		i -= *item >> ITEM_LENGTH_SHIFT;
	}
	block->items = item;
	block->count = (size_t)(e->items + LZX_BLOCK_MAX - item);
}

// The first way does for costs, or for whoever is in a hurry.
void lzx_parse(struct lzx_encoder *e, struct lzx_block_items *block)
{
	guess_counts(e, block->data, block->size);
	for (unsigned pass = 0; pass < e->passes; pass++) {
		bool is_rough = !pass;

		set_costs(e);
		if (e->has_avx2)
			find_way_avx2(e, block, is_rough);
		else
			find_way_plainly(e, block, is_rough);
		take_way(e, block);
	}
}
