// SPDX-License-Identifier: MIT
//
// A match finder for near-optimal parsing: all earlier places of a chunk whose
// next four bytes have one hash form a binary tree, sorted by what follows, with
// the latest place as its root. On the way down to where a place belongs lie its
// nearest matches of each length, and the tree is split along that way. (The
// method is that of LZMA's encoder.) For matches of two and three bytes the last
// such place alone is kept.
//
// Places count from 1, 0 is none. Those of chunks up to 64 KiB take two bytes, for
// the processor's caches: `is_narrow` is a constant where these are called.

#ifndef CODEC_BINARY_TREES_H
#define CODEC_BINARY_TREES_H

#include <string.h>

#include "base.h"

#define TREES_INLINE static inline __attribute__((always_inline))

// Readable bytes behind the chunk.
#define TREES_SLACK 16

// No place that near the end is entered: its hashes take four bytes, and the next
// one's is made ahead.
#define TREES_MIN_ROOM 5

// A match as one number, so that it can be kept by the million.
#define MATCH_LENGTH_SHIFT 22
#define MATCH_OFFSET_MASK  ((UINT32_C(1) << MATCH_LENGTH_SHIFT) - 1)

struct trees {
	const uint8_t *in;
	void *heads2, *heads3, *heads4;
	void *children; // of each place: of those below, and of those above it
	unsigned order2, order3, order4;
	unsigned depth; // how many places are looked at
	unsigned nice;  // a match that is so long is taken at once
	uint32_t next2, next3, next4;
};

TREES_INLINE uint32_t trees_get(const void *table, size_t i, bool is_narrow)
{
	const uint16_t *narrow = table;
	const uint32_t *wide = table;

	return is_narrow ? narrow[i] : wide[i];
}

TREES_INLINE void trees_set(void *table, size_t i, uint32_t place,
			    bool is_narrow)
{
	uint16_t *narrow = table;
	uint32_t *wide = table;

	if (is_narrow)
		narrow[i] = (uint16_t)place;
	else
		wide[i] = place;
}

TREES_INLINE uint32_t trees_swap(void *table, size_t i, uint32_t place,
				 bool is_narrow)
{
	uint32_t old = trees_get(table, i, is_narrow);

	trees_set(table, i, place, is_narrow);
	return old;
}

TREES_INLINE uint32_t trees_hash(uint32_t v, unsigned order)
{
	return v * UINT32_C(0x9e3779b1) >> (32 - order);
}

TREES_INLINE void trees_hash_next(struct trees *t, const uint8_t *p)
{
	uint32_t v = load_le32(p);

	t->next2 = trees_hash(v << 16, t->order2);
	t->next3 = trees_hash(v << 8, t->order3);
	t->next4 = trees_hash(v, t->order4);
}

// Forgets all places, and starts on a chunk.
TREES_INLINE void trees_start(struct trees *t, const uint8_t *in,
			      bool is_narrow)
{
	size_t width = is_narrow ? 2 : 4;

	t->in = in;
	memset(t->heads2, 0, width << t->order2);
	memset(t->heads3, 0, width << t->order3);
	memset(t->heads4, 0, width << t->order4);
	trees_hash_next(t, in);
}

// Returns how many bytes at a and b are the same, up to `max`; the first `len` are.
TREES_INLINE unsigned trees_common(const uint8_t *a, const uint8_t *b,
				   unsigned len, unsigned max)
{
	while (len < max) {
		uint64_t differ = load_le64(a + len) ^ load_le64(b + len);

		if (differ) {
			len += (unsigned)__builtin_ctzll(differ) / 8;
			return len < max ? len : max;
		}
		len += 8;
	}
	return max;
}

// Enters a place, with matches of up to `max` bytes behind it (TREES_MIN_ROOM at
// least); `nice` is at most that. Matches are put to `out` unless it is NULL, each
// longer than the one before; lengths from `best` + 1 on are wanted.
// Returns the end of the matches.
TREES_INLINE uint32_t *trees_descend(struct trees *t, uint32_t at,
				     uint32_t node, unsigned max, unsigned nice,
				     unsigned best, uint32_t *out,
				     bool is_narrow)
{
	const uint8_t *p = t->in + at;
	size_t below = 2 * (size_t)at, above = below + 1;
	unsigned below_len = 0, above_len = 0;

	for (unsigned depth = t->depth; node && depth; depth--) {
		const uint8_t *q = t->in + node - 1;
		size_t pair = 2 * (size_t)(node - 1);
		unsigned len = below_len < above_len ? below_len : above_len;

		if (q[len] == p[len]) {
			len = trees_common(p, q, len + 1, max);
			if (len > best) {
				best = len;
				if (out)
					*out++ = len << MATCH_LENGTH_SHIFT |
						 (at + 1 - node);
			}
			if (len >= nice) {
				trees_set(t->children, below,
					  trees_get(t->children, pair,
						    is_narrow),
					  is_narrow);
				trees_set(t->children, above,
					  trees_get(t->children, pair + 1,
						    is_narrow),
					  is_narrow);
				return out;
			}
		}
		if (q[len] < p[len]) {
			trees_set(t->children, below, node, is_narrow);
			below = pair + 1;
			below_len = len;
			node = trees_get(t->children, below, is_narrow);
		} else {
			trees_set(t->children, above, node, is_narrow);
			above = pair;
			above_len = len;
			node = trees_get(t->children, above, is_narrow);
		}
	}
	trees_set(t->children, below, 0, is_narrow);
	trees_set(t->children, above, 0, is_narrow);
	return out;
}

// Enters the place `at` and finds its matches of up to `max` bytes. Places come one
// after the other. Returns the end of what was put to `out`.
TREES_INLINE uint32_t *trees_find(struct trees *t, uint32_t at, unsigned max,
				  uint32_t *out, bool is_narrow)
{
	const uint8_t *p = t->in + at;
	unsigned nice = t->nice < max ? t->nice : max, best = 3;
	uint32_t last2, last3, node, v = load_le32(p);

	last2 = trees_swap(t->heads2, t->next2, at + 1, is_narrow);
	last3 = trees_swap(t->heads3, t->next3, at + 1, is_narrow);
	node = trees_swap(t->heads4, t->next4, at + 1, is_narrow);
	trees_hash_next(t, p + 1);
	__builtin_prefetch((const uint8_t *)t->heads4 +
			   ((size_t)t->next4 << (is_narrow ? 1 : 2)));
	if (last2 && !((load_le32(t->in + last2 - 1) ^ v) & 0xffff))
		*out++ = 2u << MATCH_LENGTH_SHIFT | (at + 1 - last2);
	if (last3 && !((load_le32(t->in + last3 - 1) ^ v) & 0xffffff))
		*out++ = 3u << MATCH_LENGTH_SHIFT | (at + 1 - last3);
	return trees_descend(t, at, node, max, nice, best, out, is_narrow);
}

// Enters the place `at` without looking for its matches.
TREES_INLINE void trees_skip(struct trees *t, uint32_t at, unsigned max,
			     bool is_narrow)
{
	unsigned nice = t->nice < max ? t->nice : max;
	uint32_t node;

	trees_set(t->heads2, t->next2, at + 1, is_narrow);
	trees_set(t->heads3, t->next3, at + 1, is_narrow);
	node = trees_swap(t->heads4, t->next4, at + 1, is_narrow);
	trees_hash_next(t, t->in + at + 1);
	trees_descend(t, at, node, max, nice, 0, NULL, is_narrow);
}

#endif
