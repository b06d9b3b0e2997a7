// SPDX-License-Identifier: MIT
//
// The thorough parser of LZX: of all ways to make a block of literals and matches
// the cheapest one, by what each symbol is expected to cost. As costs follow from
// the result, it is done more than once. The cheapest way to a place is extended
// by all that may follow it, together with the recent offsets that it leaves; a
// dearer way with better ones is lost, hence only nearly the best.

#include "lzx_encode.h"

#define BIT 64u // what costs are counted in

// --- Costs -------------------------------------------------------------------

// Returns log2(v) in 1/64, v not 0. Between powers of two it is a line and what a
// parabola adds to it, right to one unit.
static uint32_t log2_of(uint32_t v)
{
	unsigned top = 31 - (unsigned)__builtin_clz(v);
	uint32_t rest = (uint32_t)((uint64_t)v << 6 >> top) & 63;

	return top * BIT + rest + (22 * rest * (64 - rest) >> 12);
}

// Costs of the symbols of one code. What did not come may yet: as if half of one
// had.
static void make_costs(const uint32_t *counts, unsigned n, uint32_t *costs)
{
	uint32_t total = 0, all;

	for (unsigned i = 0; i < n; i++)
		total += counts[i];
	all = log2_of(total + 1);
	for (unsigned i = 0; i < n; i++) {
		costs[i] = counts[i] ? all - log2_of(counts[i]) : all + BIT;
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

// --- The first guess ---------------------------------------------------------

// Counts the symbols of a quick parse of what was found: the longest match, or the
// last offset again when that is about as long.
static void count_quickly(struct lzx_encoder *e, const uint8_t *data,
			  size_t size, uint64_t queue)
{
	const uint32_t *cache = e->cache;

	memset(&e->counts, 0, sizeof(e->counts));
	for (size_t i = 0; i < size;) {
		uint32_t n = *cache, best = n ? cache[n] : 0, item;
		unsigned len = best >> MATCH_LENGTH_SHIFT, again = 0;
		size_t recent = queue & QUEUE_MASK;

		if (data + i - e->data >= (ptrdiff_t)recent)
			again = trees_common(
				data + i, data + i - recent, 0,
				(unsigned)(size - i < LZX_MAX_MATCH
						   ? size - i
						   : LZX_MAX_MATCH));
		if (len > size - i)
			len = (unsigned)(size - i);
		if (again >= 2 && again + 1 >= len) {
			len = again;
			item = len << ITEM_LENGTH_SHIFT;
		} else if (len >= 3) {
			item = len << ITEM_LENGTH_SHIFT |
			       ((best & MATCH_OFFSET_MASK) +
				LZX_OFFSET_ADJUSTMENT);
		} else {
			len = 1;
			item = 1u << ITEM_LENGTH_SHIFT | data[i];
		}
		lzx_count_item(&e->counts, item);
		queue = lzx_queue_after(queue, item);
		i += len;
		for (; len; len--)
			cache += 1 + *cache;
	}
}

// --- The cheapest way --------------------------------------------------------

static inline void reach(uint64_t *node, uint32_t cost, uint32_t item)
{
	uint64_t way = (uint64_t)cost << 32 | item;

	if (way < *node)
		*node = way;
}

// Goes on by a match of `from` to `to` bytes.
static inline void reach_all(uint64_t *node, uint32_t cost,
			     const uint32_t *costs, unsigned from, unsigned to,
			     uint32_t value)
{
	for (unsigned len = from; len <= to; len++)
		reach(node + len, cost + costs[len],
		      len << ITEM_LENGTH_SHIFT | value);
}

// Goes on by the recent offsets. Returns the length of the longest such
// match.
static inline unsigned reach_recent(const struct lzx_encoder *e,
				    const uint8_t *p, unsigned max,
				    uint64_t queue, uint64_t *node,
				    uint32_t cost)
{
	unsigned longest = 0;

	for (uint32_t k = 0; k < LZX_RECENT; k++, queue >>= QUEUE_BITS) {
		const uint8_t *q = p - (queue & QUEUE_MASK);
		unsigned len;

		if (p[0] != q[0] || p[1] != q[1])
			continue;
		len = trees_common(p, q, 2, max);
		if (len < LZX_MIN_MATCH)
			continue;
		longest = len > longest ? len : longest;
		reach_all(node, cost, e->costs.match[k], LZX_MIN_MATCH, len, k);
	}
	return longest;
}

// Goes on by the matches that were found.
static inline void reach_found(const struct lzx_encoder *e,
			       const uint32_t *found, uint32_t count,
			       unsigned max, uint64_t *node, uint32_t cost)
{
	unsigned from = LZX_MIN_MATCH;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t value = (found[i] & MATCH_OFFSET_MASK) +
				 LZX_OFFSET_ADJUSTMENT;
		unsigned len = found[i] >> MATCH_LENGTH_SHIFT;
		unsigned slot = lzx_slot(value);
		uint32_t more = cost;

		if (slot >= LZX_FIRST_ALIGNED_SLOT)
			more += (uint32_t)e->costs.aligned[value & 7];
		len = len < max ? len : max;
		reach_all(node, more, e->costs.match[slot], from, len, value);
		from = len + 1;
	}
}

static void find_way(struct lzx_encoder *e, const uint8_t *data, size_t size,
		     uint64_t queue)
{
	const uint32_t *cache = e->cache;
	uint64_t *nodes = e->nodes;
	size_t i = 0;

	memset(nodes, 0xff, (size + 1) * sizeof(*nodes));
	nodes[0] = 0;
	while (i < size) {
		uint32_t cost = (uint32_t)(nodes[i] >> 32);
		uint32_t item = (uint32_t)nodes[i], count = *cache++;
		unsigned longest = 0;
		unsigned max = (unsigned)(size - i < LZX_MAX_MATCH
						  ? size - i
						  : LZX_MAX_MATCH);

		if (i)
			queue = lzx_queue_after(
				e->queues[i - (item >> ITEM_LENGTH_SHIFT)],
				item);
		e->queues[i] = queue;
		// Nothing is before the chunk, not even for the recent ones.
		if (data + i > e->data && max >= LZX_MIN_MATCH)
			longest = reach_recent(e, data + i, max, queue,
					       nodes + i, cost);
		reach_found(e, cache, count, max, nodes + i, cost);
		cache += count;
		reach(&nodes[i + 1], cost + e->costs.literal[data[i]],
		      1u << ITEM_LENGTH_SHIFT | data[i]);
		i++;
		// Inside of a match that is long enough nothing else begins: to
		// go into each place of it would cost the square of its length.
		if (count && cache[-1] >> MATCH_LENGTH_SHIFT > longest)
			longest = cache[-1] >> MATCH_LENGTH_SHIFT;
		if (longest < e->trees.nice)
			continue;
		longest = longest < max ? longest : max;
		for (; longest > 1; longest--, i++)
			cache += 1 + *cache;
	}
}

// Takes the items of the cheapest way, from the end of the block. Returns the first.
static const uint32_t *take_way(struct lzx_encoder *e, size_t size)
{
	uint32_t *item = e->items + LZX_BLOCK_MAX;

	memset(&e->counts, 0, sizeof(e->counts));
	for (size_t i = size; i;) {
		*--item = (uint32_t)e->nodes[i];
		lzx_count_item(&e->counts, *item);
		i -= *item >> ITEM_LENGTH_SHIFT;
	}
	return item;
}

const uint32_t *lzx_parse(struct lzx_encoder *e, const uint8_t *data,
			  size_t size, uint64_t queue)
{
	const uint32_t *items = NULL;

	count_quickly(e, data, size, queue);
	for (unsigned pass = 0; pass < e->passes; pass++) {
		set_costs(e);
		find_way(e, data, size, queue);
		items = take_way(e, size);
	}
	return items;
}
