// SPDX-License-Identifier: MIT
//
// Codes from counts: Huffman's algorithm on sorted counts with two queues (van
// Leeuwen, "On the construction of Huffman trees", 1976), then lengths cut to
// the limit, then canonical codes ([MS-XCA] 2.1.4.2).

#include <string.h>

#include "huffman_code.h"

// A count above its symbol in one number: sorting those sorts by both.
#define SYMBOL_BITS 10
#define SYMBOL_MASK ((1u << SYMBOL_BITS) - 1)

#define SMALL 64 // counts below are sorted by counting
#define FEW   32 // so many keys are sorted by insertion

_Static_assert(HUFFMAN_CODE_MAX_SYMBOLS == 1 << SYMBOL_BITS, "symbols fit");

// Sorts n keys by one byte of theirs, and keeps the order of equal ones.
static void sort_by_byte(const uint32_t *from, uint32_t *to, unsigned n,
			 unsigned shift)
{
	uint16_t place[257] = {0};

	for (unsigned i = 0; i < n; i++)
		place[(from[i] >> shift & 0xff) + 1]++;
	for (unsigned i = 1; i < 256; i++)
		place[i] = (uint16_t)(place[i] + place[i - 1]);
	for (unsigned i = 0; i < n; i++)
		to[place[from[i] >> shift & 0xff]++] = from[i];
}

// Sorts keys by insertion: for a few.
static void sort_few(uint32_t *keys, unsigned n)
{
	for (unsigned i = 1; i < n; i++) {
		uint32_t key = keys[i];
		unsigned to = i;

		for (; to && keys[to - 1] > key; to--)
			keys[to] = keys[to - 1];
		keys[to] = key;
	}
}

// Sorts keys that are in the order of symbols.
static void sort_any(uint32_t *keys, unsigned n)
{
	uint32_t other[HUFFMAN_CODE_MAX_SYMBOLS], all = 0;

	if (n <= FEW) {
		sort_few(keys, n);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		all |= keys[i] >> SYMBOL_BITS;
	sort_by_byte(keys, other, n, SYMBOL_BITS);
	sort_by_byte(other, keys, n, SYMBOL_BITS + 8);
	if (all >> 16) {
		sort_by_byte(keys, other, n, SYMBOL_BITS + 16);
		memcpy(keys, other, n * sizeof(*keys));
	}
}

// Puts the symbols that come at all into `sorted`, the rarest first. Most
// counts are small and have a place of their own; the others are sorted behind
// those. Returns how many there are.
static unsigned sort_used(const uint32_t *counts, unsigned symbols,
			  uint32_t *sorted)
{
	uint16_t place[SMALL + 1] = {0};
	unsigned n = 0, large;

	for (unsigned i = 0; i < symbols; i++)
		place[counts[i] < SMALL ? counts[i] : SMALL]++;
	place[0] = 0;
	for (unsigned i = 0; i <= SMALL; i++) {
		unsigned here = place[i];

		place[i] = (uint16_t)n;
		n += here;
	}
	large = place[SMALL];
	for (uint32_t i = 0; i < symbols; i++) {
		uint32_t key = counts[i] << SYMBOL_BITS | i;

		if (counts[i])
			sorted[place[counts[i] < SMALL ? counts[i] : SMALL]++] =
				key;
	}
	sort_any(sorted + large, n - large);
	return n;
}

// Joins the two rarest of leaves and nodes, again and again; nodes come up in
// the order of their counts, too. The last one, n - 2, is the root.
static void join(const uint32_t *sorted, unsigned n, uint16_t *parent)
{
	uint32_t count[HUFFMAN_CODE_MAX_SYMBOLS];
	unsigned leaf = 0, node = 0;

	for (unsigned made = 0; made < n - 1; made++) {
		uint32_t sum = 0;

		for (int side = 0; side < 2; side++) {
			// Of equal ones the leaf: the tree becomes less deep.
			if (leaf < n &&
			    (node == made ||
			     sorted[leaf] >> SYMBOL_BITS <= count[node])) {
				sum += sorted[leaf++] >> SYMBOL_BITS;
			} else {
				parent[node] = (uint16_t)made;
				sum += count[node++];
			}
		}
		count[made] = sum;
	}
}

// Counts the leaves at each depth. From the root down, each node takes a place
// at its depth and opens two below; one that lies too deep takes the deepest
// place that still may have something below it.
static void count_depths(const uint16_t *parent, unsigned nodes, unsigned limit,
			 unsigned *leaves)
{
	uint8_t depth[HUFFMAN_CODE_MAX_SYMBOLS];

	depth[nodes - 1] = 0;
	leaves[1] = 2;
	for (unsigned i = nodes - 1; i-- > 0;) {
		unsigned at = depth[parent[i]] + 1u;

		depth[i] = (uint8_t)at;
		if (at >= limit) {
			at = limit - 1;
			while (!leaves[at])
				at--;
		}
		leaves[at]--;
		leaves[at + 1] += 2;
	}
}

void huffman_code_assign(const uint8_t *lengths, unsigned symbols,
			 uint32_t *codes)
{
	uint32_t next[HUFFMAN_CODE_MAX_LENGTH + 1] = {0};
	uint32_t used[HUFFMAN_CODE_MAX_LENGTH + 1] = {0};

	for (unsigned i = 0; i < symbols; i++)
		used[lengths[i]]++;
	used[0] = 0;
	for (unsigned len = 1; len <= HUFFMAN_CODE_MAX_LENGTH; len++)
		next[len] = (next[len - 1] + used[len - 1]) << 1;
	for (unsigned i = 0; i < symbols; i++)
		codes[i] = lengths[i] ? next[lengths[i]]++ : 0;
}

void huffman_code_lengths(const uint32_t *counts, unsigned symbols,
			  unsigned limit, uint8_t *lengths)
{
	uint32_t sorted[HUFFMAN_CODE_MAX_SYMBOLS];
	uint16_t parent[HUFFMAN_CODE_MAX_SYMBOLS];
	unsigned leaves[HUFFMAN_CODE_MAX_LENGTH + 1] = {0};
	unsigned used = sort_used(counts, symbols, sorted);
	unsigned next = 0;

	memset(lengths, 0, symbols);
	if (used == 1) {
		// A bit of code for the other makes it complete.
		unsigned only = sorted[0] & SYMBOL_MASK;

		lengths[only] = lengths[only ? 0 : 1] = 1;
	} else if (used) {
		join(sorted, used, parent);
		count_depths(parent, used - 1, limit, leaves);
		for (unsigned len = limit; len; len--)
			for (unsigned i = 0; i < leaves[len]; i++)
				lengths[sorted[next++] & SYMBOL_MASK] =
					(uint8_t)len;
	}
}

void huffman_code_make(const uint32_t *counts, unsigned symbols, unsigned limit,
		       uint8_t *lengths, uint32_t *codes)
{
	huffman_code_lengths(counts, symbols, limit, lengths);
	huffman_code_assign(lengths, symbols, codes);
}
