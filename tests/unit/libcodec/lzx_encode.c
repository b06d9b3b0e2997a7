// SPDX-License-Identifier: MIT
//
// LZX both ways: content of all kinds and sizes, at every level and window, comes
// back as it was; output that is too small is said and not written behind; the same
// chunk gives the same bytes whatever came before.

#include "codec.h"
#include "test.h"

static uint32_t seed = 1;

static uint32_t any(uint32_t below)
{
	seed = seed * UINT32_C(1103515245) + 12345;
	return (uint32_t)(((uint64_t)(seed >> 1) * below) >> 31);
}

// --- Kinds of content --------------------------------------------------------

static void random_bytes(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)any(256);
}

static void zeros(uint8_t *p, size_t n)
{
	memset(p, 0, n);
}

static void runs(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = 1 + any(1000);

		if (len > n - i)
			len = n - i;
		memset(p + i, (int)any(256), len);
		i += len;
	}
}

// Words from a small vocabulary, with repeats from near and far.
static void text(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = 2 + any(12), from = i ? any((uint32_t)i) : 0;

		if (len > n - i)
			len = n - i;
		for (size_t k = 0; k < len; k++)
			p[i + k] = i && any(8) ? p[from + k]
					       : (uint8_t)('a' + any(26));
		i += len;
	}
}

// Calls of a few functions from everywhere, some near the edges of what is
// translated.
static void code(uint8_t *p, size_t n)
{
	text(p, n);
	for (size_t i = 0; n >= 5 && i <= n - 5; i += 5 + any(20)) {
		p[i] = 0xe8;
		store_le32(p + i + 1, any(4) ? 4096 * any(8) - (uint32_t)i
					     : 12000000 - any((uint32_t)i + 3));
	}
}

// Half that compresses and half that does not: uncompressed blocks, other codes.
static void mixed(uint8_t *p, size_t n)
{
	text(p, n / 2);
	random_bytes(p + n / 2, n - n / 2);
	text(p + n / 2 + n / 4, n / 8);
}

// Structures of 16 bytes: offsets that are alike in their last bits.
static void records(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = i % 16 < 12 && i >= 4096 ? p[i - 16 * (1 + any(200))]
						: (uint8_t)any(256);
}

static void (*const kinds[])(uint8_t *, size_t) = {
	random_bytes, zeros, runs, text, code, mixed, records,
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

// --- Both ways ---------------------------------------------------------------

// Compresses to a buffer of just the size, and back.
static size_t round_trip(struct lzx_encoder *e, struct lzx_decoder *d,
			 const uint8_t *content, size_t size, size_t room)
{
	uint8_t *packed = malloc(room ? room : 1), *back = malloc(size);
	size_t n;

	check(packed && back);
	n = lzx_compress(e, content, size, packed, room);
	check(n <= room);
	if (n) {
		check_eq(lzx_decompress(d, packed, n, back, size), 0);
		check(!memcmp(back, content, size));
	}
	free(packed);
	free(back);
	return n;
}

static void sizes(enum codec_level level)
{
	static const size_t some[] = {1,   2,    3,    4,     5,    6,   9,
				      10,  11,   15,   16,    17,   100, 300,
				      999, 4096, 9999, 32767, 32768};
	static uint8_t content[32768];
	struct lzx_encoder *e = NULL;
	struct lzx_decoder *d = NULL;

	check_eq(lzx_encoder_new(15, level, &e), 0);
	check_eq(lzx_decoder_new(15, &d), 0);
	for (size_t k = 0; k < KINDS; k++)
		for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++) {
			kinds[k](content, some[i]);
			// no content is made so large
			check(round_trip(e, d, content, some[i],
					 some[i] + some[i] / 8 + 1000));
			round_trip(e, d, content, some[i], some[i] - 1);
		}
	check_eq(lzx_compress(e, content, 0, content, 100), 0);
	lzx_encoder_free(e);
	lzx_decoder_free(d);
}

static void windows(void)
{
	uint8_t *content = malloc(1 << 21);

	check(content);
	for (unsigned order = 15; order <= 21; order++) {
		struct lzx_encoder *e = NULL;
		struct lzx_decoder *d = NULL;
		size_t size = ((size_t)1 << order) - order % 2;

		check_eq(lzx_encoder_new(order, CODEC_FAST, &e), 0);
		check_eq(lzx_decoder_new(order, &d), 0);
		kinds[order % KINDS](content, size);
		// the farthest offset that there is
		memcpy(content + size - 300, content, 300);
		check(round_trip(e, d, content, size, size + size / 8 + 1000));
		lzx_encoder_free(e);
		lzx_decoder_free(d);
	}
	free(content);
}

static void too_small(void)
{
	uint8_t content[2000];
	struct lzx_encoder *e = NULL;
	struct lzx_decoder *d = NULL;
	size_t size;

	check_eq(lzx_encoder_new(15, CODEC_USUAL, &e), 0);
	check_eq(lzx_decoder_new(15, &d), 0);
	for (size_t k = 0; k < KINDS; k++) {
		kinds[k](content, sizeof(content));
		size = round_trip(e, d, content, sizeof(content), 4000);
		check(size);
		check_eq(round_trip(e, d, content, sizeof(content), size),
			 size);
		for (size_t room = 0; room < size; room++)
			check_eq(round_trip(e, d, content, sizeof(content),
					    room),
				 0);
	}
	lzx_encoder_free(e);
	lzx_decoder_free(d);
}

static void nothing_is_kept(void)
{
	static uint8_t content[32768], other[32768], first[32768],
		second[32768];
	struct lzx_encoder *e = NULL;
	size_t a, b;

	check_eq(lzx_encoder_new(16, CODEC_USUAL, &e), 0);
	text(content, sizeof(content));
	code(other, sizeof(other));
	a = lzx_compress(e, content, sizeof(content), first, sizeof(first));
	check(lzx_compress(e, other, 20000, second, sizeof(second)));
	check(a);
	b = lzx_compress(e, content, sizeof(content), second, sizeof(second));
	check_eq(a, b);
	check(!memcmp(first, second, a));
	lzx_encoder_free(e);
}

int main(void)
{
	struct lzx_encoder *e = NULL;

	check_eq(lzx_encoder_new(14, CODEC_FAST, &e), -EINVAL);
	check_eq(lzx_encoder_new(22, CODEC_FAST, &e), -EINVAL);
	check_eq(lzx_encoder_new(15, CODEC_LEVELS, &e), -EINVAL);
	check(!e);
	lzx_encoder_free(NULL);
	for (int level = 0; level < CODEC_LEVELS; level++)
		sizes((enum codec_level)level);
	windows();
	too_small();
	nothing_is_kept();
	return 0;
}
