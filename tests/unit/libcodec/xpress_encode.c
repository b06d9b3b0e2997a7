// SPDX-License-Identifier: MIT
//
// XPRESS both ways: content of many kinds, chunks of every size up to some hundred
// bytes and around the limits, each level. The output has just the room it needs,
// so that the sanitizer sees a step outside.

#include "codec.h"
#include "test.h"

static uint32_t state = 1;

static uint32_t random_number(void)
{
	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static void fill_zeroes(uint8_t *p, size_t n)
{
	memset(p, 0, n);
}

static void fill_random(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)random_number();
}

// Words from a list of 64, as text has them.
static void fill_words(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t word = random_number() % 64;
		size_t len = 2 + word % 9;

		for (size_t k = 0; k < len && i < n; k++)
			p[i++] = (uint8_t)('a' + (word * 7 + k * word) % 26);
	}
}

// Copies from everywhere before, of lengths at all the borders of their forms.
static void fill_copies(uint8_t *p, size_t n)
{
	static const uint32_t lengths[] = {3,   4,   17,  18,  19,  272,
					   273, 274, 280, 500, 5000};
	size_t i = 0;

	while (i < n) {
		size_t len = lengths[random_number() % 11];
		size_t off = i ? 1 + random_number() % i : 0;

		for (size_t k = 0; off && k < len && i < n; k++, i++)
			p[i] = p[i - off];
		for (size_t k = random_number() % 4 + 1; k && i < n; k--)
			p[i++] = (uint8_t)random_number();
	}
}

// Symbols so uneven that their codes would be longer than 15 bits.
static void fill_uneven(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)__builtin_ctz(random_number() | 1u << 23);
	for (size_t i = 0; i + 1 < n; i += 2)
		p[i + 1] ^= (uint8_t)(i * 37);
}

static void (*const fills[])(uint8_t *p, size_t n) = {
	fill_zeroes, fill_random, fill_words, fill_copies, fill_uneven,
};

// Returns the compressed size; 0: it is not smaller than the content.
static size_t round_trip(struct xpress_encoder *e, const uint8_t *in, size_t n)
{
	static uint8_t room[2 * 65536 + 1024];
	uint8_t *out = malloc(n), *exact;
	size_t size = xpress_compress(e, in, n, room, sizeof(room));

	check(size && size <= sizeof(room));
	exact = malloc(size);
	check_eq(xpress_compress(e, in, n, exact, size - 1), 0);
	check_eq(xpress_compress(e, in, n, exact, size), size);
	check(!memcmp(exact, room, size));
	check_eq(xpress_decompress(exact, size, out, n), 0);
	check(!memcmp(out, in, n));
	free(exact);
	free(out);
	return size < n ? size : 0;
}

static void all_kinds(size_t max_chunk, enum codec_level level)
{
	struct xpress_encoder *e;

	check_eq(xpress_encoder_new(max_chunk, level, &e), 0);
	for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
		for (size_t n = 1; n <= max_chunk;
		     n += n < 40 ? 1 : n * 3 / 4) {
			uint8_t *in = malloc(n);

			fills[i](in, n);
			round_trip(e, in, n);
			free(in);
		}
	}
	xpress_encoder_free(e);
}

// How small content becomes, so that an encoder which finds nothing is seen.
static void sizes(void)
{
	static uint8_t in[32768];
	static const size_t most[CODEC_LEVELS] = {9200, 9000, 8700};
	size_t last = sizeof(in);

	state = 7;
	fill_words(in, sizeof(in));
	for (int level = 0; level < CODEC_LEVELS; level++) {
		struct xpress_encoder *e;
		size_t size;

		check_eq(xpress_encoder_new(sizeof(in), level, &e), 0);
		size = round_trip(e, in, sizeof(in));
		check(size && size <= most[level]);
		check(size <= last);
		last = size;
		xpress_encoder_free(e);
	}
}

static void refused(void)
{
	struct xpress_encoder *e = NULL;
	uint8_t in[4097] = {0}, out[8192];

	check_eq(xpress_encoder_new(0, CODEC_FAST, &e), -EINVAL);
	check_eq(xpress_encoder_new(65537, CODEC_FAST, &e), -EINVAL);
	check_eq(xpress_encoder_new(4096, CODEC_LEVELS, &e), -EINVAL);
	check(!e);
	check_eq(xpress_encoder_new(4096, CODEC_FAST, &e), 0);
	check_eq(xpress_compress(e, in, 0, out, sizeof(out)), 0);
	check_eq(xpress_compress(e, in, 4097, out, sizeof(out)), 0);
	check_eq(xpress_compress(e, in, 4096, out, 256), 0);
	xpress_encoder_free(e);
	xpress_encoder_free(NULL);
}

int main(void)
{
	static const size_t chunks[] = {4096, 8192, 8193, 32768, 65536};

	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++)
		for (int level = 0; level < CODEC_LEVELS; level++)
			all_kinds(chunks[i], level);
	sizes();
	refused();
	return 0;
}
