// SPDX-License-Identifier: MIT
//
// The parser of XPRESS that is quick: the longest match is taken, unless one at the
// next place saves more.

#include "xpress_finder.h"

// How many bits more a match one byte on must save.
#define MARGIN 1

static inline int log2_of(unsigned v)
{
	return 31 - __builtin_clz(v);
}

// Returns whether a match at the next place saves more bits than one here: by rule
// of thumb a byte of length saves four, and an offset costs those that it has. The
// literal that comes first costs some, too.
static inline bool is_better(unsigned next_length, unsigned next_offset,
			     unsigned length, unsigned offset)
{
	return next_length >= length && 4 * (int)(next_length - length) +
							log2_of(offset) -
							log2_of(next_offset) >
						MARGIN;
}

XPRESS_INLINE void parse(struct xpress_encoder *e, const uint8_t *in,
			 size_t size, unsigned order3, unsigned order4)
{
	const struct xpress_effort effort = e->effort;
	struct xpress_finder f = xpress_find_start(e, in, size, order3, order4);
	const uint8_t *last = f.end - XPRESS_HASHED;
	const uint8_t *at = in, *from = in; // literals begin at `from`

	while (at < last) {
		unsigned offset = 1, length, next, next_offset = 1;
		const uint8_t *entered = at + 1;

		length = xpress_longest(&f, at, XPRESS_MIN_MATCH - 1,
					effort.depth, effort.nice, &offset);
		if (length < XPRESS_MIN_MATCH) {
			xpress_count_literal(e, *at++);
			continue;
		}
		while (length < effort.lazy && entered < last) {
			next = xpress_longest(&f, entered++, length - 1,
					      effort.depth_lazy, effort.nice,
					      &next_offset);
			if (!is_better(next, next_offset, length, offset))
				break;
			length = next;
			offset = next_offset;
			xpress_count_literal(e, *at++);
		}
		xpress_add_match(e, (uint32_t)(at - from), length, offset);
		at += length;
		from = at;
		xpress_pass(&f, entered, at < last ? at : last);
	}
	xpress_add_rest(e, from, at, f.end);
}

void xpress_parse_lazily(struct xpress_encoder *e, const uint8_t *in,
			 size_t size)
{
	if (size <= XPRESS_HASHED)
		xpress_add_rest(e, in, in, in + size);
	else if (e->is_small)
		parse(e, in, size, XPRESS_SMALL_ORDER3, XPRESS_SMALL_ORDER4);
	else
		parse(e, in, size, XPRESS_ORDER3, XPRESS_ORDER4);
}
