// SPDX-License-Identifier: MIT
//
// The match finder of XPRESS: places in the chunk whose next four bytes have one
// hash are chained, the nearest first. Of three bytes the last place alone is kept,
// as so short a match from far away is seldom worth its bits.
//
// Tables begin as zeroes, so place 0 ends each chain and is looked at like any
// other: nothing marks an empty one. What is found is compared, and so is right.

#ifndef XPRESS_FINDER_H
#define XPRESS_FINDER_H

#include <string.h>

#include "xpress_priv.h"

// Bytes that must follow a place which is entered: its own four and the last of
// the next place's, whose hash is made ahead.
#define XPRESS_HASHED 5

// From farther away three bytes cost as much as literals.
#define XPRESS_FAR 4096u

struct xpress_finder {
	const uint8_t *in, *end;
	uint16_t *heads3, *heads4, *before;
	unsigned order3, order4;
	uint32_t next3, next4; // hashes of the place to be entered next
};

XPRESS_INLINE uint32_t xpress_load(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

// Returns the first three of four loaded bytes, moved to the same place always.
XPRESS_INLINE uint32_t xpress_first3(uint32_t v)
{
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? v >> 8 : v << 8;
}

XPRESS_INLINE uint32_t xpress_hash(uint32_t v, unsigned order)
{
	return v * UINT32_C(0x9e3779b1) >> (32 - order);
}

XPRESS_INLINE void xpress_hash_next(struct xpress_finder *f,
				    const uint8_t *next)
{
	uint32_t v = xpress_load(next);

	f->next3 = xpress_hash(xpress_first3(v), f->order3);
	f->next4 = xpress_hash(v, f->order4);
}

// Starts on a chunk of at least XPRESS_HASHED bytes. Orders that are constants make
// code that is quicker.
XPRESS_INLINE struct xpress_finder
xpress_find_start(struct xpress_encoder *e, const uint8_t *in, size_t size,
		  unsigned order3, unsigned order4)
{
	struct xpress_finder f = {
		.in = in,
		.end = in + size,
		.heads3 = e->heads3,
		.heads4 = e->heads4,
		.before = e->before,
		.order3 = order3,
		.order4 = order4,
	};

	memset(f.heads3, 0, sizeof(*f.heads3) << order3);
	memset(f.heads4, 0, sizeof(*f.heads4) << order4);
	xpress_hash_next(&f, in);
	return f;
}

// Returns how many bytes at `here` are those at `there`, at most `limit`; the first
// four are.
XPRESS_INLINE unsigned xpress_common(const uint8_t *here, const uint8_t *there,
				     unsigned limit)
{
	unsigned n = 4;

	for (; limit - n >= 8; n += 8) {
		uint64_t differ = load_le64(here + n) ^ load_le64(there + n);

		if (differ)
			return n + (unsigned)__builtin_ctzll(differ) / 8;
	}
	while (n < limit && here[n] == there[n])
		n++;
	return n;
}

// Enters a place; the places come one after the other. Returns the chain that it
// leads from now on.
XPRESS_INLINE unsigned xpress_enter(struct xpress_finder *f,
				    const uint8_t *here, unsigned *ret_last3)
{
	uint16_t *head3 = &f->heads3[f->next3], *head4 = &f->heads4[f->next4];
	uint16_t at = (uint16_t)(here - f->in);
	unsigned chain = *head4;

	*ret_last3 = *head3;
	*head3 = *head4 = at;
	f->before[at] = (uint16_t)chain;
	xpress_hash_next(f, here + 1);
	return chain;
}

// Enters the places that a match covers, none from `to` on.
XPRESS_INLINE void xpress_pass(struct xpress_finder *f, const uint8_t *from,
			       const uint8_t *to)
{

	unsigned last3;

	for (; from < to; from++)
		xpress_enter(f, from, &last3);
}

// Enters a place and looks among `depth` earlier ones for a match longer than
// `length` bytes, which is at least 2. No more is looked for once it has `nice`.
// Returns its length, and its offset if it is longer. The next place of a chain is
// loaded before it is known whether it is wanted.
XPRESS_INLINE unsigned xpress_longest(struct xpress_finder *f,
				      const uint8_t *here, unsigned length,
				      unsigned depth, unsigned nice,
				      unsigned *ret_offset)
{
	const uint8_t *in = f->in;
	const uint16_t *before = f->before;
	unsigned limit = (unsigned)(f->end - here), last3, next;
	unsigned at = (unsigned)(here - in);
	unsigned chain = xpress_enter(f, here, &last3);
	uint32_t start = xpress_load(here), tail;

	if (length < 4) {
		if (length < 3) {
			// Without branches, as it cannot be foreseen; the offset
			// is nobody's without the length.
			uint32_t there = xpress_load(in + last3);

			*ret_offset = at - last3;
			length = 2u + ((*ret_offset - 1 < XPRESS_FAR) &
				       (xpress_first3(there ^ start) == 0));
		}
		for (;; chain = next) {
			next = before[chain];
			if (xpress_load(in + chain) == start && chain < at)
				break;
			if (next >= chain || !--depth)
				return length;
		}
		length = xpress_common(here, in + chain, limit);
		*ret_offset = at - chain;
		if (length >= nice || length == limit || next >= chain ||
		    !--depth)
			return length;
		chain = next;
	} else if (chain >= at || length >= limit) {
		return length;
	}
	// The byte that would make the match longer seldom fits, the three before
	// it only then.
	tail = xpress_load(here + length - 3);
	for (;; chain = next) {
		const uint8_t *there = in + chain;

		next = before[chain];
		if (xpress_load(there + length - 3) == tail &&
		    xpress_load(there) == start) {
			unsigned n = xpress_common(here, there, limit);

			if (n > length) {
				length = n;
				*ret_offset = at - chain;
				if (n >= nice || n == limit)
					return length;
				tail = xpress_load(here + length - 3);
			}
		}
		if (next >= chain || !--depth)
			return length;
	}
}

// Enters a place and lists its matches, each longer than the one before and from
// farther away, up to one of `nice` bytes or more. Returns how many there are, at most
// `depth` and one.
XPRESS_INLINE unsigned xpress_list(struct xpress_finder *f, const uint8_t *here,
				   unsigned depth, unsigned nice,
				   struct xpress_match *out)
{
	unsigned at = (unsigned)(here - f->in), count = 0, last3, length = 2;
	unsigned limit = (unsigned)(f->end - here);
	unsigned chain = xpress_enter(f, here, &last3), next;
	uint32_t start = xpress_load(here);

	if (last3 < at &&
	    xpress_first3(xpress_load(f->in + last3)) == xpress_first3(start)) {
		length = 3;
		out[count++] = (struct xpress_match){3, (uint16_t)(at - last3)};
	}
	for (; chain < at && length < limit; chain = next) {
		const uint8_t *there = f->in + chain;

		next = f->before[chain];
		// The byte that would make it longer seldom fits.
		if (there[length] == here[length] &&
		    xpress_load(there) == start) {
			unsigned n = xpress_common(here, there, limit);

			if (n > length) {
				length = n;
				out[count++] = (struct xpress_match){
					(uint16_t)n, (uint16_t)(at - chain)};
			}
		}
		if (length >= nice || next >= chain || !--depth)
			break;
	}
	return count;
}

#endif
