// SPDX-License-Identifier: MIT
//
// A match finder with trees: all earlier places of a chunk whose next four bytes
// have one hash form a binary tree, sorted by what follows, with the latest place
// as its root. On the way down to where a place belongs lie its nearest matches of
// each length, and the tree is split along that way. (The method is that of LZMA's
// encoder.) Finds more than chains where there is much to look at.

#ifndef CODEC_BINARY_TREES_H
#define CODEC_BINARY_TREES_H

#include "finder.h"

// Puts a place on top of the tree of `node`. Matches of up to `max` bytes are put to
// `out` unless it is NULL, each longer than the one before and than `best`. At one
// of `nice` bytes the place takes the other's part in the tree.
// Returns the end of the matches.
FINDER_INLINE uint32_t *trees_descend(struct finder *f, uint32_t at,
				      uint32_t node, unsigned max,
				      unsigned best, uint32_t *out,
				      bool is_narrow)
{
	const uint8_t *p = f->in + at;
	size_t below = 2 * (size_t)at, above = below + 1;
	unsigned nice = f->nice < max ? f->nice : max;
	unsigned below_len = 0, above_len = 0;

	for (unsigned depth = f->depth; node && depth; depth--) {
		const uint8_t *q = f->in + node - 1;
		size_t pair = 2 * (size_t)(node - 1);
		// What lies between two places has in common with a third what
		// both have.
		unsigned len = below_len < above_len ? below_len : above_len;

		if (q[len] == p[len]) {
			len = finder_common(p, q, len + 1, max);
			if (len > best && out) {
				best = len;
				*out++ = len << MATCH_LENGTH_SHIFT |
					 (at + 1 - node);
			}
			if (len >= nice) {
				finder_set(f->links, below,
					   finder_get(f->links, pair,
						      is_narrow),
					   is_narrow);
				finder_set(f->links, above,
					   finder_get(f->links, pair + 1,
						      is_narrow),
					   is_narrow);
				return out;
			}
		}
		if (q[len] < p[len]) {
			finder_set(f->links, below, node, is_narrow);
			below = pair + 1;
			below_len = len;
			node = finder_get(f->links, below, is_narrow);
		} else {
			finder_set(f->links, above, node, is_narrow);
			above = pair;
			above_len = len;
			node = finder_get(f->links, above, is_narrow);
		}
	}
	finder_set(f->links, below, 0, is_narrow);
	finder_set(f->links, above, 0, is_narrow);
	return out;
}

// As chains_find.
FINDER_INLINE uint32_t *trees_find(struct finder *f, uint32_t at, unsigned max,
				   uint32_t *out, bool is_narrow)
{
	uint32_t last2, last3;
	uint32_t node = finder_enter(f, at, &last2, &last3, is_narrow);

	out = finder_short(f, at, last2, last3, out);
	return trees_descend(f, at, node, max, FINDER_LINKED - 1, out,
			     is_narrow);
}

// Enters the place `at` without looking for its matches; `max` as before.
FINDER_INLINE void trees_skip(struct finder *f, uint32_t at, unsigned max,
			      bool is_narrow)
{
	uint32_t last2, last3;
	uint32_t node = finder_enter(f, at, &last2, &last3, is_narrow);

	trees_descend(f, at, node, max, 0, NULL, is_narrow);
}

#endif
