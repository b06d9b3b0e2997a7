// SPDX-License-Identifier: MIT
//
// SHA-1 (FIPS 180-4, 6.1), by the SHA extensions of x86-64 when the processor
// has them (Intel SDM, volume 2, SHA1RNDS4 and its companions).

#include <immintrin.h>
#include <string.h>

#include "base.h"

static uint32_t rotate(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static void blocks_portable(uint32_t h[5], const uint8_t *p, size_t count)
{
	static const uint32_t k[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc,
				      0xca62c1d6};

	for (; count; count--, p += 64) {
		uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
		uint32_t w[80];

		for (int i = 0; i < 16; i++)
			w[i] = get_be32((be32){{p[4 * i], p[4 * i + 1],
						p[4 * i + 2], p[4 * i + 3]}});
		for (int i = 16; i < 80; i++)
			w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^
					      w[i - 16],
				      1);
		for (int i = 0; i < 80; i++) {
			uint32_t f = i < 20   ? (b & c) | (~b & d)
				     : i < 40 ? b ^ c ^ d
				     : i < 60 ? (b & c) | (b & d) | (c & d)
					      : b ^ c ^ d;
			uint32_t next = rotate(a, 5) + f + e + k[i / 20] + w[i];

			e = d;
			d = c;
			c = rotate(b, 30);
			b = a;
			a = next;
		}
		h[0] += a;
		h[1] += b;
		h[2] += c;
		h[3] += d;
		h[4] += e;
	}
}

// Four rounds: the message words m[i % 4] go in, and the schedule of those
// that follow is brought forward.
#define ROUNDS(i, f)                                                           \
	do {                                                                   \
		__m128i *w = m;                                                \
		e[(i) & 1] = (i) ? _mm_sha1nexte_epu32(e[(i) & 1], w[(i) % 4]) \
				 : _mm_add_epi32(e[0], w[0]);                  \
		e[((i) + 1) & 1] = abcd;                                       \
		if ((i) >= 3)                                                  \
			w[((i) + 1) % 4] =                                     \
				_mm_sha1msg2_epu32(w[((i) + 1) % 4],           \
						   w[(i) % 4]);                \
		abcd = _mm_sha1rnds4_epu32(abcd, e[(i) & 1], f);               \
		if ((i) >= 1)                                                  \
			w[((i) + 3) % 4] =                                     \
				_mm_sha1msg1_epu32(w[((i) + 3) % 4],           \
						   w[(i) % 4]);                \
		if ((i) >= 2)                                                  \
			w[((i) + 2) % 4] =                                     \
				_mm_xor_si128(w[((i) + 2) % 4], w[(i) % 4]);   \
	} while (0)

#define FIVE(i, f)                                                             \
	do {                                                                   \
		ROUNDS(i, f);                                                  \
		ROUNDS((i) + 1, f);                                            \
		ROUNDS((i) + 2, f);                                            \
		ROUNDS((i) + 3, f);                                            \
		ROUNDS((i) + 4, f);                                            \
	} while (0)

__attribute__((target("sha,sse4.1"))) static void
blocks_sha(uint32_t h[5], const uint8_t *p, size_t count)
{
	const __m128i swap =
		_mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
	__m128i abcd = _mm_shuffle_epi32(
		_mm_loadu_si128((const __m128i *)(const void *)h), 0x1b);
	__m128i e[2] = {_mm_set_epi32((int)h[4], 0, 0, 0)};

	for (; count; count--, p += 64) {
		__m128i abcd_before = abcd, e_before = e[0];
		__m128i m[4];

		for (int i = 0; i < 4; i++)
			m[i] = _mm_shuffle_epi8(
				_mm_loadu_si128((
					const __m128i *)(const void *)(p +
								       16 * i)),
				swap);
		FIVE(0, 0);
		FIVE(5, 1);
		FIVE(10, 2);
		FIVE(15, 3);
		e[0] = _mm_sha1nexte_epu32(e[0], e_before);
		abcd = _mm_add_epi32(abcd, abcd_before);
	}
	_mm_storeu_si128((__m128i *)(void *)h, _mm_shuffle_epi32(abcd, 0x1b));
	h[4] = (uint32_t)_mm_extract_epi32(e[0], 3);
}

// What the compiler's run-time support found out once; asking the processor
// again takes tens of microseconds inside a virtual machine.
static bool has_sha(void)
{
#ifdef __clang__ // does not know the name
	return false;
#else
	return __builtin_cpu_supports("sha") &&
	       __builtin_cpu_supports("sse4.1");
#endif
}

static void blocks(struct sha1 *s, const uint8_t *p, size_t count)
{
	if (s->has_sha)
		blocks_sha(s->h, p, count);
	else
		blocks_portable(s->h, p, count);
}

void sha1_init(struct sha1 *s)
{
	*s = (struct sha1){.h = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
				 0xc3d2e1f0},
			   .has_sha = has_sha()};
}

void sha1_update(struct sha1 *s, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t held = s->length % 64;

	s->length += len;
	if (held) {
		size_t n = len < 64 - held ? len : 64 - held;

		memcpy(s->block + held, p, n);
		p += n;
		len -= n;
		if (held + n < 64)
			return;
		blocks(s, s->block, 1);
	}
	blocks(s, p, len / 64);
	if (len % 64)
		memcpy(s->block, p + len / 64 * 64, len % 64);
}

void sha1_final(struct sha1 *s, uint8_t out[SHA1_SIZE])
{
	static const uint8_t padding[64] = {0x80};
	be64 bits = to_be64(s->length * 8);
	size_t held = s->length % 64;

	sha1_update(s, padding, held < 56 ? 56 - held : 120 - held);
	sha1_update(s, bits.b, sizeof(bits));
	for (size_t i = 0; i < 5; i++)
		memcpy(out + 4 * i, to_be32(s->h[i]).b, 4);
}

void sha1_digest(const void *data, size_t len, uint8_t out[SHA1_SIZE])
{
	struct sha1 s;

	sha1_init(&s);
	sha1_update(&s, data, len);
	sha1_final(&s, out);
}
