// SPDX-License-Identifier: MIT
//
// Kinds of content for tests of encoders.

#ifndef CONTENT_H
#define CONTENT_H

#include "test.h"

static uint32_t content_seed = 1;

static inline uint32_t content_any(uint32_t below)
{
	content_seed = content_seed * UINT32_C(1103515245) + 12345;
	return (uint32_t)(((uint64_t)(content_seed >> 1) * below) >> 31);
}

static inline void content_random(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)content_any(256);
}

static inline void content_zeros(uint8_t *p, size_t n)
{
	memset(p, 0, n);
}

static inline void content_runs(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = 1 + content_any(1000);

		if (len > n - i)
			len = n - i;
		memset(p + i, (int)content_any(256), len);
		i += len;
	}
}

// Words from a small vocabulary, with repeats from near and far.
static inline void content_text(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = 2 + content_any(12),
		       from = i ? content_any((uint32_t)i) : 0;

		if (len > n - i)
			len = n - i;
		for (size_t k = 0; k < len; k++)
			p[i + k] = i && content_any(8)
					   ? p[from + k]
					   : (uint8_t)('a' + content_any(26));
		i += len;
	}
}

// Calls of a few functions from everywhere, some near the edges of what is
// translated.
static inline void content_code(uint8_t *p, size_t n)
{
	content_text(p, n);
	for (size_t i = 0; n >= 5 && i <= n - 5; i += 5 + content_any(20)) {
		p[i] = 0xe8;
		store_le32(p + i + 1,
			   content_any(4)
				   ? 4096 * content_any(8) - (uint32_t)i
				   : 12000000 - content_any((uint32_t)i + 3));
	}
}

// Half that compresses and half that does not: uncompressed blocks, other
// codes.
static inline void content_mixed(uint8_t *p, size_t n)
{
	content_text(p, n / 2);
	content_random(p + n / 2, n - n / 2);
	content_text(p + n / 2 + n / 4, n / 8);
}

// Structures of 16 bytes: offsets that are alike in their last bits.
static inline void content_records(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = i % 16 < 12 && i >= 4096
			       ? p[i - 16 * (1 + content_any(200))]
			       : (uint8_t)content_any(256);
}

// Numbers that grow by nearly the same: what delta matches are for.
static inline void content_numbers(uint8_t *p, size_t n)
{
	uint32_t value = content_any(100000), step = content_any(5000);

	for (size_t i = 0; i + 4 <= n; i += 4, value += step) {
		if (!content_any(60))
			step = content_any(70000);
		store_le32(p + i, value);
	}
	for (size_t i = n & ~(size_t)3; i < n; i++)
		p[i] = 7;
}

static void (*const content_kinds[])(uint8_t *, size_t) = {
	content_random, content_zeros, content_runs,    content_text,
	content_code,   content_mixed, content_records, content_numbers,
};
#define CONTENT_KINDS (sizeof(content_kinds) / sizeof(*content_kinds))

#endif
