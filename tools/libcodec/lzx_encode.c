// SPDX-License-Identifier: MIT
//
// LZX's encoder for WIM files: finds the matches of a chunk, decides where its
// blocks end, and has each parsed and written.

#include "lzx_encode.h"

// How hard each level tries: at most `depth` places are looked at for matches of
// one place, and a match of `nice` bytes is taken as it is.
static const struct {
	unsigned depth, nice, passes;
} levels[CODEC_LEVELS] = {
	[CODEC_FAST] = {8, 24, 1},
	[CODEC_USUAL] = {24, 64, 2},
	[CODEC_MAX] = {100, 257, 4},
};

// Matches of a block that are kept; a block whose places have more ends early.
#define CACHE_ITEMS (LZX_BLOCK_MAX * 8)

static int allocate(struct lzx_encoder *e)
{
	size_t window = (size_t)1 << e->order, width = e->is_narrow ? 2 : 4;
	struct trees *t = &e->trees;

	e->data = mem_alloc(window + TREES_SLACK);
	t->heads2 = mem_array(width, (size_t)1 << t->order2);
	t->heads3 = mem_array(width, (size_t)1 << t->order3);
	t->heads4 = mem_array(width, (size_t)1 << t->order4);
	t->children = mem_array(2 * width, window);
	// a place may have as many matches as there are lengths
	e->cache =
		mem_array(CACHE_ITEMS + LZX_MAX_MATCH + 1, sizeof(*e->cache));
	e->nodes = mem_array(LZX_BLOCK_MAX + 1, sizeof(*e->nodes));
	e->queues = mem_array(LZX_BLOCK_MAX + 1, sizeof(*e->queues));
	e->items = mem_array(LZX_BLOCK_MAX, sizeof(*e->items));
	return e->data && t->heads2 && t->heads3 && t->heads4 && t->children &&
			       e->cache && e->nodes && e->queues && e->items
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
	e->passes = levels[level].passes;
	e->trees.depth = levels[level].depth;
	e->trees.nice = levels[level].nice;
	e->trees.order2 = 12;
	e->trees.order3 = window_order < 17 ? 13 : 15;
	e->trees.order4 = window_order < 18 ? 15 : 17;
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
	mem_free(e->trees.heads2);
	mem_free(e->trees.heads3);
	mem_free(e->trees.heads4);
	mem_free(e->trees.children);
	mem_free(e->cache);
	mem_free(e->nodes);
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
		if (differ >= (uint64_t)s->old_total * s->new_total * 2 / 5)
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

// Enters places [at, to) of a match that is taken at once; none has any of its own.
TREES_INLINE void pass(struct lzx_encoder *e, size_t at, size_t to, size_t size,
		       bool is_narrow)
{
	for (; at < to; at++) {
		*e->cache_end++ = 0;
		if (size - at >= TREES_MIN_ROOM)
			trees_skip(&e->trees, (uint32_t)at,
				   (unsigned)(size - at < LZX_MAX_MATCH
						      ? size - at
						      : LZX_MAX_MATCH),
				   is_narrow);
	}
}

// Finds matches from `start` on, until the block should end. Returns where.
TREES_INLINE size_t find_block(struct lzx_encoder *e, size_t start, size_t size,
			       bool is_narrow)
{
	size_t at = start, noted = start, soft = start + LZX_BLOCK_SOFT;
	struct split split = {.new_total = 0};

	e->cache_end = e->cache;
	if (soft > size)
		soft = size;
	while (at < soft && e->cache_end < e->cache + CACHE_ITEMS) {
		uint32_t *count = e->cache_end++;
		unsigned len = 0;

		if (size - at >= TREES_MIN_ROOM)
			e->cache_end =
				trees_find(&e->trees, (uint32_t)at,
					   (unsigned)(size - at < LZX_MAX_MATCH
							      ? size - at
							      : LZX_MAX_MATCH),
					   e->cache_end, is_narrow);
		*count = (uint32_t)(e->cache_end - count - 1);
		if (*count)
			len = e->cache_end[-1] >> MATCH_LENGTH_SHIFT;
		if (at >= noted) {
			split_note(&split,
				   len >= 3 ? split_match(len)
					    : split_literal(e->data[at]));
			noted = at + (len >= 3 ? len : 1);
		}
		at++;
		if (len >= e->trees.nice) {
			pass(e, at, at + len - 1, size, is_narrow);
			at += len - 1;
		}
		if (split.new_total == SPLIT_INTERVAL &&
		    size - at >= SPLIT_LEAST && split_ends(&split, at - start))
			break;
	}
	return at;
}

static size_t compress(struct lzx_encoder *e, size_t size,
		       struct lzx_output *out, uint8_t *begin)
{
	uint64_t queue = QUEUE_START;
	size_t at = 0;

	while (at < size) {
		size_t end = e->is_narrow ? find_block(e, at, size, true)
					  : find_block(e, at, size, false);
		struct lzx_block_items block = {.data = e->data + at,
						.size = end - at};

		block.items = lzx_parse(e, block.data, block.size, queue);
		block.count = (size_t)(e->items + LZX_BLOCK_MAX - block.items);
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
	memset(e->data + in_size, 0, TREES_SLACK);
	lzx_calls_translate(e->data, in_size);
	memset(e->lengths, 0, sizeof(e->lengths));
	e->current = 0;
	if (e->is_narrow)
		trees_start(&e->trees, e->data, true);
	else
		trees_start(&e->trees, e->data, false);
	return compress(e, in_size, &output, out);
}
