// SPDX-License-Identifier: MIT
//
// A match finder with chains: from a place to the one before it that has the same
// hash, and so on. Quick to enter, and to search where few places are looked at.

#ifndef CODEC_HASH_CHAINS_H
#define CODEC_HASH_CHAINS_H

#include "finder.h"

// Enters the place `at` and finds its matches of up to `max` bytes, each longer
// and farther than the one before. Places come one after the other.
// Returns the end of what was put to `out`.
FINDER_INLINE uint32_t *chains_find(struct finder *f, uint32_t at, unsigned max,
				    uint32_t *out, bool is_narrow)
{
	const uint8_t *p = f->in + at;
	unsigned nice = f->nice < max ? f->nice : max;
	unsigned best = FINDER_LINKED - 1;
	uint32_t last2, last3, v = load_le32(p);
	uint32_t node = finder_enter(f, at, &last2, &last3, is_narrow);

	finder_set(f->links, at, node, is_narrow);
	out = finder_short(f, at, last2, last3, out);
	for (unsigned depth = f->depth; node && depth; depth--) {
		const uint8_t *q = f->in + node - 1;
		// The last four bytes of what would be longer differ soonest.
		unsigned last = best + 1 - FINDER_LINKED;

		if (load_le32(q + last) == load_le32(p + last) &&
		    load_le32(q) == v) {
			unsigned len = finder_common(p, q, FINDER_LINKED, max);

			if (len > best) {
				best = len;
				*out++ = len << MATCH_LENGTH_SHIFT |
					 (at + 1 - node);
				if (len >= nice)
					break;
			}
		}
		node = finder_get(f->links, node - 1, is_narrow);
	}
	return out;
}

// Enters the place `at` without looking for its matches.
FINDER_INLINE void chains_skip(struct finder *f, uint32_t at, bool is_narrow)
{
	uint32_t last2, last3;

	finder_set(f->links, at, finder_enter(f, at, &last2, &last3, is_narrow),
		   is_narrow);
}

#endif
