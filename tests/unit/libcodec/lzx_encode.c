// SPDX-License-Identifier: MIT
//
// LZX both ways: content of all kinds and sizes, at every level and window, comes
// back as it was; output that is too small is said and not written behind; the same
// chunk gives the same bytes whatever came before, and with or without AVX2.

#include "codec.h"
#include "content.h"
#include "libcodec/lzx_decode.h"
#include "libcodec/lzx_encode.h"

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
		// the way without BMI2 makes the same
		d->has_bmi2 = !d->has_bmi2;
		memset(back, 0, size);
		check_eq(lzx_decompress(d, packed, n, back, size), 0);
		check(!memcmp(back, content, size));
		d->has_bmi2 = !d->has_bmi2;
	}
	free(packed);
	free(back);
	return n;
}

static void sizes(enum codec_level level)
{
	static const size_t some[] = {1,   2,   3,   4,    5,     6,
				      9,   10,  11,  15,   16,    17,
				      100, 300, 999, 4096, 32767, 32768};
	static uint8_t content[32768];
	struct lzx_encoder *e = NULL;
	struct lzx_decoder *d = NULL;

	check_eq(lzx_encoder_new(15, level, &e), 0);
	check_eq(lzx_decoder_new(15, &d), 0);
	for (size_t k = 0; k < CONTENT_KINDS; k++)
		for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++) {
			content_kinds[k](content, some[i]);
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
		// large ones of what is quick to compress
		content_kinds[order < 18 ? order % CONTENT_KINDS : 2](content,
								      size);
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
	for (size_t k = 0; k < CONTENT_KINDS; k++) {
		content_kinds[k](content, sizeof(content));
		size = round_trip(e, d, content, sizeof(content), 4000);
		check(size);
		check_eq(round_trip(e, d, content, sizeof(content), size),
			 size);
		for (size_t room = 0; room < size; room += 1 + size / 100)
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
	content_text(content, sizeof(content));
	content_code(other, sizeof(other));
	a = lzx_compress(e, content, sizeof(content), first, sizeof(first));
	check(lzx_compress(e, other, 20000, second, sizeof(second)));
	check(a);
	b = lzx_compress(e, content, sizeof(content), second, sizeof(second));
	check_eq(a, b);
	check(!memcmp(first, second, a));
	e->has_avx2 = false;
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
