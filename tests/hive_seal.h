// SPDX-License-Identifier: MIT
//
// Right sums for headers of hives and for entries of their logs (M. Suhanov's
// regf specification), written here once more so that the product's own are
// checked against them.

#ifndef HIVE_SEAL_H
#define HIVE_SEAL_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t seal_get(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void seal_put(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static inline uint32_t seal_turn(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static inline void seal_marvin32(const uint8_t *p, size_t len, uint8_t *ret)
{
	uint32_t a = 0x7a4e55c5, b = 0x82ef4d88;

	for (size_t i = 0; i < len + 8; i += 4) {
		a += i < len ? seal_get(p + i) : i == len ? 0x80 : 0;
		b ^= a;
		a = seal_turn(a, 20) + b;
		b = seal_turn(b, 9) ^ a;
		a = seal_turn(a, 27) + b;
		b = seal_turn(b, 19);
	}
	seal_put(ret, a);
	seal_put(ret + 4, b);
}

// Sets the checksum of the 512 bytes at the start of a hive or a log.
static inline void seal_header(uint8_t *p)
{
	uint32_t x = 0;

	for (size_t i = 0; i < 508; i += 4)
		x ^= seal_get(p + i);
	seal_put(p + 508, x == UINT32_MAX ? UINT32_MAX - 1 : x ? x : 1);
}

// Sets both hashes of an entry of len bytes.
static inline void seal_entry(uint8_t *p, size_t len)
{
	seal_marvin32(p + 40, len - 40, p + 24);
	seal_marvin32(p, 32, p + 32);
}

#endif
