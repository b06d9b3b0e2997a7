// SPDX-License-Identifier: MIT
//
// LZMS both ways: content of all kinds and sizes, at every level, comes back as
// it was; what is cut off does not; output that is too small is said and not
// written behind; the same chunk gives the same bytes whatever came before.
// What a kind of content needs is seen by the size: delta matches, the filter,
// far matches.

#include "codec.h"
#include "content.h"

// Compresses to a buffer of just the size, and back.
static size_t round_trip(struct lzms_encoder *e, struct lzms_decoder *d,
			 const uint8_t *content, size_t size, size_t room)
{
	uint8_t *packed = malloc(room ? room : 1), *back = malloc(size);
	size_t n;

	check(packed && back);
	n = lzms_compress(e, content, size, packed, room);
	check(n <= room);
	if (n) {
		check_eq(lzms_decompress(d, packed, n, back, size), 0);
		check(!memcmp(back, content, size));
	}
	free(packed);
	free(back);
	return n;
}

static void sizes(enum codec_level level)
{
	static const size_t some[] = {4,   5,   6,    16,   17,   18,   19,  20,
				      100, 999, 2047, 2048, 2049, 2112, 9999};
	static uint8_t content[9999];
	struct lzms_encoder *e = NULL;
	struct lzms_decoder *d = NULL;

	check_eq(lzms_encoder_new(9999, level, &e), 0);
	check_eq(lzms_decoder_new(&d), 0);
	for (size_t k = 0; k < CONTENT_KINDS; k++)
		for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++) {
			content_kinds[k](content, some[i]);
			check(round_trip(e, d, content, some[i],
					 some[i] + some[i] / 4 + 100));
			round_trip(e, d, content, some[i], some[i] - 1);
		}
	for (size_t n = 0; n < 4; n++)
		check_eq(lzms_compress(e, content, n, content, 100), 0);
	check_eq(lzms_compress(e, content, 10000, content, 100), 0);
	lzms_encoder_free(e);
	lzms_decoder_free(d);
}

static void too_small(void)
{
	uint8_t content[1500];
	struct lzms_encoder *e = NULL;
	struct lzms_decoder *d = NULL;
	size_t size;

	check_eq(lzms_encoder_new(sizeof(content), CODEC_USUAL, &e), 0);
	check_eq(lzms_decoder_new(&d), 0);
	for (size_t k = 0; k < CONTENT_KINDS; k++) {
		content_kinds[k](content, sizeof(content));
		size = round_trip(e, d, content, sizeof(content), 3000);
		check(size);
		for (size_t room = 0; room < size; room += 1 + room / 16)
			check_eq(round_trip(e, d, content, sizeof(content),
					    room),
				 0);
		for (size_t room = size; room < size + 3; room++)
			check_eq(round_trip(e, d, content, sizeof(content),
					    room),
				 size);
	}
	lzms_encoder_free(e);
	lzms_decoder_free(d);
}

// No part of a chunk decodes to its content.
static void cut_off(void)
{
	uint8_t content[1200], packed[1600], back[1200];
	struct lzms_encoder *e = NULL;
	struct lzms_decoder *d = NULL;

	check_eq(lzms_encoder_new(sizeof(content), CODEC_USUAL, &e), 0);
	check_eq(lzms_decoder_new(&d), 0);
	for (size_t k = 0; k < CONTENT_KINDS; k++) {
		size_t n;

		content_kinds[k](content, sizeof(content));
		n = lzms_compress(e, content, sizeof(content), packed,
				  sizeof(packed));
		// of zeros all but the first bytes is the same
		for (size_t i = 0; n > 16 && i < n; i++) {
			uint8_t *exact = malloc(i ? i : 1);
			int r;

			check(exact != NULL);
			memcpy(exact, packed, i);
			r = lzms_decompress(d, exact, i, back, sizeof(back));
			check(r == -EBADMSG ||
			      memcmp(back, content, sizeof(back)));
			free(exact);
		}
	}
	lzms_encoder_free(e);
	lzms_decoder_free(d);
}

static void what_makes_it_small(void)
{
	enum { SIZE = 300000 };
	uint8_t *content = malloc(SIZE);
	struct lzms_encoder *e = NULL;
	struct lzms_decoder *d = NULL;

	check(content != NULL);
	check_eq(lzms_encoder_new(SIZE, CODEC_USUAL, &e), 0);
	check_eq(lzms_decoder_new(&d), 0);
	// numbers that grow evenly, each byte of which is another
	for (uint32_t i = 0; i < SIZE / 4; i++)
		store_le32(content + 4 * (size_t)i, i * 0x01030507);
	check(round_trip(e, d, content, SIZE, SIZE) < SIZE / 40);
	// calls of one function
	content_random(content, SIZE);
	for (uint32_t i = 0; i + 8 < SIZE; i += 8) {
		content[i] = 0xe8;
		store_le32(content + i + 1, 0x123456 - i);
	}
	check(round_trip(e, d, content, SIZE, SIZE) < SIZE / 2);
	// the same again at the other end
	content_random(content, SIZE);
	memcpy(content + SIZE / 2, content, SIZE / 2);
	check(round_trip(e, d, content, SIZE, SIZE) < SIZE / 2 + SIZE / 50);
	memset(content, 5, SIZE);
	check(round_trip(e, d, content, SIZE, SIZE) < 30);
	lzms_encoder_free(e);
	lzms_decoder_free(d);
	free(content);
}

static void nothing_is_kept(void)
{
	static uint8_t content[30000], other[30000], first[30000],
		second[30000];
	struct lzms_encoder *e = NULL;
	size_t a, b;

	check_eq(lzms_encoder_new(30000, CODEC_USUAL, &e), 0);
	content_text(content, sizeof(content));
	content_code(other, sizeof(other));
	a = lzms_compress(e, content, sizeof(content), first, sizeof(first));
	check(a);
	check(lzms_compress(e, other, 20000, second, sizeof(second)));
	b = lzms_compress(e, content, sizeof(content), second, sizeof(second));
	check_eq(a, b);
	check(!memcmp(first, second, a));
	lzms_encoder_free(e);
}

int main(void)
{
	struct lzms_encoder *e = NULL;

	check_eq(lzms_encoder_new(0, CODEC_FAST, &e), -EINVAL);
	check_eq(lzms_encoder_new(((size_t)1 << 30) + 1, CODEC_FAST, &e),
		 -EINVAL);
	check_eq(lzms_encoder_new(9999, CODEC_LEVELS, &e), -EINVAL);
	check(!e);
	lzms_encoder_free(NULL);
	for (int level = 0; level < CODEC_LEVELS; level++)
		sizes((enum codec_level)level);
	too_small();
	cut_off();
	what_makes_it_small();
	nothing_is_kept();
	return 0;
}
