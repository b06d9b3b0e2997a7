// SPDX-License-Identifier: MIT
//
// What match finders share: which places of a chunk come before a place with the
// same bytes. Of two and three same bytes the last such place alone is kept; for
// four and more, places whose next four bytes have one hash are linked, as a chain
// (hash_chains.h) or a tree (binary_trees.h).
//
// Places count from 1, 0 is none. Those of chunks up to 64 KiB take two bytes, for
// the processor's caches: `is_narrow` is a constant where these are called.

#ifndef CODEC_FINDER_H
#define CODEC_FINDER_H

#include <string.h>

#include "base.h"

#define FINDER_INLINE static inline __attribute__((always_inline))

// Readable bytes behind the chunk.
#define FINDER_SLACK 16

// No place that near the end is entered: its hashes take four bytes, and the next
// one's are made ahead.
#define FINDER_ROOM 5

// What is linked shares its first bytes, as a rule.
#define FINDER_LINKED 4

// Two bytes from farther away cost more than as literals.
#define FINDER_FAR2 256

// A match as one number, so that it can be kept by the million.
#define MATCH_LENGTH_SHIFT 22
#define MATCH_OFFSET_MASK  ((UINT32_C(1) << MATCH_LENGTH_SHIFT) - 1)

struct finder {
	const uint8_t *in;
	void *heads2, *heads3, *heads4;
	void *links; // of each place: one in a chain, two in a tree
	unsigned order2, order3, order4;
	unsigned depth; // how many places are looked at
	unsigned nice;  // a match that is so long is taken at once
	uint32_t next2, next3, next4;
};

FINDER_INLINE uint32_t finder_get(const void *table, size_t i, bool is_narrow)
{
	const uint16_t *narrow = table;
	const uint32_t *wide = table;

	return is_narrow ? narrow[i] : wide[i];
}

FINDER_INLINE void finder_set(void *table, size_t i, uint32_t place,
			      bool is_narrow)
{
	uint16_t *narrow = table;
	uint32_t *wide = table;

	if (is_narrow)
		narrow[i] = (uint16_t)place;
	else
		wide[i] = place;
}

FINDER_INLINE uint32_t finder_swap(void *table, size_t i, uint32_t place,
				   bool is_narrow)
{
	uint32_t old = finder_get(table, i, is_narrow);

	finder_set(table, i, place, is_narrow);
	return old;
}

FINDER_INLINE uint32_t finder_hash(uint32_t v, unsigned order)
{
	return v * UINT32_C(0x9e3779b1) >> (32 - order);
}

FINDER_INLINE void finder_hash_next(struct finder *f, const uint8_t *p)
{
	uint32_t v = load_le32(p);

	f->next2 = finder_hash(v << 16, f->order2);
	f->next3 = finder_hash(v << 8, f->order3);
	f->next4 = finder_hash(v, f->order4);
}

// Forgets all places, and starts on a chunk.
FINDER_INLINE void finder_start(struct finder *f, const uint8_t *in,
				bool is_narrow)
{
	size_t width = is_narrow ? 2 : 4;

	f->in = in;
	memset(f->heads2, 0, width << f->order2);
	memset(f->heads3, 0, width << f->order3);
	memset(f->heads4, 0, width << f->order4);
	finder_hash_next(f, in);
}

// Returns how many bytes at a and b are the same, up to `max`; the first `len` are.
FINDER_INLINE unsigned finder_common(const uint8_t *a, const uint8_t *b,
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

// Enters a place. Returns the last one linked with it.
FINDER_INLINE uint32_t finder_enter(struct finder *f, uint32_t at,
				    uint32_t *ret_last2, uint32_t *ret_last3,
				    bool is_narrow)
{
	uint32_t last4;

	*ret_last2 = finder_swap(f->heads2, f->next2, at + 1, is_narrow);
	*ret_last3 = finder_swap(f->heads3, f->next3, at + 1, is_narrow);
	last4 = finder_swap(f->heads4, f->next4, at + 1, is_narrow);
	finder_hash_next(f, f->in + at + 1);
	__builtin_prefetch((const uint8_t *)f->heads4 +
			   ((size_t)f->next4 << (is_narrow ? 1 : 2)));
	return last4;
}

// Puts the matches of two and three bytes to `out`. Returns their end.
FINDER_INLINE uint32_t *finder_short(const struct finder *f, uint32_t at,
				     uint32_t last2, uint32_t last3,
				     uint32_t *out)
{
	uint32_t v = load_le32(f->in + at);

	if (last2 && at + 1 - last2 < FINDER_FAR2 &&
	    !((load_le32(f->in + last2 - 1) ^ v) & 0xffff))
		*out++ = 2u << MATCH_LENGTH_SHIFT | (at + 1 - last2);
	if (last3 && !((load_le32(f->in + last3 - 1) ^ v) & 0xffffff))
		*out++ = 3u << MATCH_LENGTH_SHIFT | (at + 1 - last3);
	return out;
}

#endif
