// SPDX-License-Identifier: MIT
//
// LZX's encoder for WIM files: finds the matches of a chunk, decides where its
// blocks end, and has each parsed and written.

#include "binary_trees.h"
#include "hash_chains.h"
#include "lzx_encode.h"

// How hard each level tries: at most `depth` places are looked at for matches of
// one place, and a match of `nice` bytes is taken as it is. Trees find more than
// chains in large windows, or when much is looked at.
static const struct {
	unsigned depth, nice, passes;
	unsigned trees_from; // the least window with trees
} levels[CODEC_LEVELS] = {
	[CODEC_FAST] = {8, 16, 1, LZX_MAX_ORDER + 1},
	[CODEC_USUAL] = {40, 80, 2, 17},
	[CODEC_MAX] = {100, 257, 4, 0},
};

// Matches of a block that are kept; a block whose places have more ends early.
#define CACHE_ITEMS (LZX_BLOCK_MAX * 8)

static int allocate(struct lzx_encoder *e)
{
	size_t window = (size_t)1 << e->order, width = e->is_narrow ? 2 : 4;
	struct finder *f = &e->finder;

	e->data = mem_alloc(window + FINDER_SLACK);
	f->heads2 = mem_array(width, (size_t)1 << f->order2);
	f->heads3 = mem_array(width, (size_t)1 << f->order3);
	f->heads4 = mem_array(width, (size_t)1 << f->order4);
	f->links = mem_array((e->has_trees ? 2 : 1) * width, window);
	// a place may have as many matches as there are lengths
	e->cache =
		mem_array(CACHE_ITEMS + LZX_MAX_MATCH + 1, sizeof(*e->cache));
	e->way_costs =
		mem_array(LZX_BLOCK_MAX + 1 + LZX_LANES, sizeof(*e->way_costs));
	e->way_items =
		mem_array(LZX_BLOCK_MAX + 1 + LZX_LANES, sizeof(*e->way_items));
	e->queues = mem_array(LZX_BLOCK_MAX + 1, sizeof(*e->queues));
	e->items = mem_array(LZX_BLOCK_MAX, sizeof(*e->items));
	return e->data && f->heads2 && f->heads3 && f->heads4 && f->links &&
			       e->cache && e->way_costs && e->way_items &&
			       e->queues && e->items
		       ? 0
		       : -ENOMEM;
}

int lzx_encoder_new(unsigned window_order, enum codec_level level,
		    struct lzx_encoder **ret)
{
	struct lzx_encoder *e;

	if (window_order < LZX_MIN_ORDER || window_order > LZX_MAX_ORDER ||
	    level >= CODEC_LEVELS)
		return -EINVAL;
	e = mem_alloc(sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->order = window_order;
	e->main_symbols = LZX_LITERALS +
			  lzx_slots(window_order) * LZX_LENGTH_HEADERS;
	e->is_narrow = window_order <= 16;
	e->has_trees = window_order >= levels[level].trees_from;
	e->has_avx2 = __builtin_cpu_supports("avx2") &&
		      __builtin_cpu_supports("bmi2");
	e->passes = levels[level].passes;
	e->finder.depth = levels[level].depth;
	e->finder.nice = levels[level].nice;
	e->finder.order2 = 12;
	e->finder.order3 = 15;
	e->finder.order4 = window_order < 18 ? 15 : 17;
	if (allocate(e)) {
		lzx_encoder_free(e);
		return -ENOMEM;
	}
	*ret = e;
	return 0;
}

void lzx_encoder_free(struct lzx_encoder *e)
{
	if (!e)
		return;
	mem_free(e->data);
	mem_free(e->finder.heads2);
	mem_free(e->finder.heads3);
	mem_free(e->finder.heads4);
	mem_free(e->finder.links);
	mem_free(e->cache);
	mem_free(e->way_costs);
	mem_free(e->way_items);
	mem_free(e->queues);
	mem_free(e->items);
	mem_free(e);
}

// --- Blocks ------------------------------------------------------------------

// What a block holds so far, roughly: symbols of a quick parse by kind. When the
// newest differ from those before, other codes will fit better, and the block ends.
#define SPLIT_KINDS    10
#define SPLIT_INTERVAL 512   // symbols between two looks
#define SPLIT_LEAST    10000 // bytes of a block

struct split {
	uint32_t old[SPLIT_KINDS], new[SPLIT_KINDS];
	uint32_t old_total, new_total;
};

static inline void split_note(struct split *s, unsigned kind)
{
	s->new[kind]++;
	s->new_total++;
}

// Literals by their top two bits and lowest bit, matches by whether they are long.
static inline unsigned split_literal(uint8_t byte)
{
	return (byte >> 5 & 6) | (byte & 1);
}

static inline unsigned split_match(unsigned len)
{
	return 8 + (len >= 9);
}

// Returns true when the block of `size` bytes should end.
static bool split_ends(struct split *s, size_t size)
{
	if (s->old_total && size >= SPLIT_LEAST) {
		uint64_t differ = 0;

		for (unsigned i = 0; i < SPLIT_KINDS; i++) {
			uint64_t a = (uint64_t)s->new[i] * s->old_total;
			uint64_t b = (uint64_t)s->old[i] * s->new_total;

			differ += a > b ? a - b : b - a;
		}
		if (differ >= (uint64_t)s->old_total * s->new_total * 4 / 5)
			return true;
	}
	for (unsigned i = 0; i < SPLIT_KINDS; i++) {
		s->old[i] += s->new[i];
		s->new[i] = 0;
	}
	s->old_total += s->new_total;
	s->new_total = 0;
	return false;
}

// Returns the longest match that there may be at a place.
static inline unsigned longest_at(size_t at, size_t size)
{
	return size - at < LZX_MAX_MATCH ? (unsigned)(size - at)
					 : LZX_MAX_MATCH;
}

// Enters places [at, to) of a match that is taken at once; none has any of its own.
FINDER_INLINE void pass(struct lzx_encoder *e, size_t at, size_t to,
			size_t size, bool is_narrow, bool has_trees)
{
	for (; at < to; at++) {
		*e->cache_end++ = 0;
		if (size - at < FINDER_ROOM)
			continue;
		if (has_trees)
			trees_skip(&e->finder, (uint32_t)at,
				   longest_at(at, size), is_narrow);
		else
			chains_skip(&e->finder, (uint32_t)at, is_narrow);
	}
}

// Puts the matches of a place to the cache. Returns the length of the longest.
FINDER_INLINE unsigned find_at(struct lzx_encoder *e, size_t at, size_t size,
			       bool is_narrow, bool has_trees)
{
	uint32_t *count = e->cache_end++, *found = e->cache_end;

	if (size - at >= FINDER_ROOM && has_trees)
		found = trees_find(&e->finder, (uint32_t)at,
				   longest_at(at, size), found, is_narrow);
	else if (size - at >= FINDER_ROOM)
		found = chains_find(&e->finder, (uint32_t)at,
				    longest_at(at, size), found, is_narrow);
	*count = (uint32_t)(found - e->cache_end);
	e->cache_end = found;
	return *count ? found[-1] >> MATCH_LENGTH_SHIFT : 0;
}

// Finds matches from `start` on, until the block should end. Returns where.
FINDER_INLINE size_t find_block(struct lzx_encoder *e, size_t start,
				size_t size, bool is_narrow, bool has_trees)
{
	size_t at = start, noted = start, soft = start + LZX_BLOCK_SOFT;
	struct split split = {.new_total = 0};

	e->cache_end = e->cache;
	if (soft > size)
		soft = size;
	while (at < soft && e->cache_end < e->cache + CACHE_ITEMS) {
		unsigned len = find_at(e, at, size, is_narrow, has_trees);

		if (at >= noted) {
			split_note(&split,
				   len >= 3 ? split_match(len)
					    : split_literal(e->data[at]));
			noted = at + (len >= 3 ? len : 1);
		}
		at++;
		if (len >= e->finder.nice) {
			pass(e, at, at + len - 1, size, is_narrow, has_trees);
			at += len - 1;
		}
		if (split.new_total == SPLIT_INTERVAL &&
		    size - at >= SPLIT_LEAST && split_ends(&split, at - start))
			break;
	}
	return at;
}

// The same by code that is made for what the encoder has.
static size_t find_matches(struct lzx_encoder *e, size_t start, size_t size)
{
	if (e->is_narrow)
		return e->has_trees ? find_block(e, start, size, true, true)
				    : find_block(e, start, size, true, false);
	return e->has_trees ? find_block(e, start, size, false, true)
			    : find_block(e, start, size, false, false);
}

static size_t compress(struct lzx_encoder *e, size_t size,
		       struct lzx_output *out, uint8_t *begin)
{
	uint64_t queue = QUEUE_START;
	size_t at = 0;

	while (at < size) {
		size_t end = find_matches(e, at, size);
		struct lzx_block_items block = {
			.data = e->data + at, .size = end - at, .queue = queue};

		lzx_parse(e, &block);
		for (size_t i = 0; i < block.count; i++)
			queue = lzx_queue_after(queue, block.items[i]);
		block.queue = queue;
		if (!lzx_write_block(e, out, &block))
			return 0;
		at = end;
	}
	if (out->bits && out->end - out->next < 2)
		return 0;
	lzx_write_end(out);
	return (size_t)(out->next - begin);
}

size_t lzx_compress(struct lzx_encoder *e, const void *in, size_t in_size,
		    void *out, size_t out_size)
{
	struct lzx_output output = {.next = out,
				    .end = (uint8_t *)out + out_size};

	if (!in_size || in_size > (size_t)1 << e->order)
		return 0;
	memcpy(e->data, in, in_size);
	memset(e->data + in_size, 0, FINDER_SLACK);
	lzx_calls_translate(e->data, in_size);
	memset(e->lengths, 0, sizeof(e->lengths));
	e->current = 0;
	if (e->is_narrow)
		finder_start(&e->finder, e->data, true);
	else
		finder_start(&e->finder, e->data, false);
	return compress(e, in_size, &output, out);
}
