// SPDX-License-Identifier: MIT
//
// The codecs of WIM images as one: a row of functions for each.

#include "codec.h"

struct codec {
	size_t max_chunk; // bytes, of any chunk of this codec
	int (*decoder_new)(size_t max_chunk, void **ret);
	int (*decompress)(void *decoder, const void *in, size_t in_size,
			  void *out, size_t out_size);
	void (*decoder_free)(void *decoder);
	int (*encoder_new)(size_t max_chunk, enum codec_level level,
			   void **ret);
	size_t (*compress)(void *encoder, const void *in, size_t in_size,
			   void *out, size_t out_size);
	void (*encoder_free)(void *encoder);
};

struct decompressor {
	const struct codec *codec;
	size_t max_chunk;
	void *decoder; // NULL: it needs none
};

struct compressor {
	const struct codec *codec;
	size_t max_chunk;
	void *encoder;
};

// --- XPRESS ------------------------------------------------------------------

static int xpress_decoder_run(void *decoder, const void *in, size_t in_size,
			      void *out, size_t out_size)
{
	(void)decoder;
	return xpress_decompress(in, in_size, out, out_size);
}

static int xpress_encoder_make(size_t max_chunk, enum codec_level level,
			       void **ret)
{
	struct xpress_encoder *e = NULL;
	int r = xpress_encoder_new(max_chunk, level, &e);

	*ret = e;
	return r;
}

static size_t xpress_encoder_run(void *encoder, const void *in, size_t in_size,
				 void *out, size_t out_size)
{
	return xpress_compress(encoder, in, in_size, out, out_size);
}

static void xpress_encoder_end(void *encoder)
{
	xpress_encoder_free(encoder);
}

// --- LZX ---------------------------------------------------------------------

#define LZX_MIN_ORDER 15u

// The window is that of the smallest order which holds a chunk.
static unsigned lzx_order(size_t max_chunk)
{
	unsigned order = LZX_MIN_ORDER;

	while ((size_t)1 << order < max_chunk)
		order++;
	return order;
}

static int lzx_decoder_make(size_t max_chunk, void **ret)
{
	struct lzx_decoder *d = NULL;
	int r = lzx_decoder_new(lzx_order(max_chunk), &d);

	*ret = d;
	return r;
}

static int lzx_decoder_run(void *decoder, const void *in, size_t in_size,
			   void *out, size_t out_size)
{
	return lzx_decompress(decoder, in, in_size, out, out_size);
}

static void lzx_decoder_end(void *decoder)
{
	lzx_decoder_free(decoder);
}

static int lzx_encoder_make(size_t max_chunk, enum codec_level level,
			    void **ret)
{
	struct lzx_encoder *e = NULL;
	int r = lzx_encoder_new(lzx_order(max_chunk), level, &e);

	*ret = e;
	return r;
}

static size_t lzx_encoder_run(void *encoder, const void *in, size_t in_size,
			      void *out, size_t out_size)
{
	return lzx_compress(encoder, in, in_size, out, out_size);
}

static void lzx_encoder_end(void *encoder)
{
	lzx_encoder_free(encoder);
}

// --- LZMS --------------------------------------------------------------------

static int lzms_decoder_make(size_t max_chunk, void **ret)
{
	struct lzms_decoder *d = NULL;
	int r = lzms_decoder_new(&d);

	(void)max_chunk;
	*ret = d;
	return r;
}

static int lzms_decoder_run(void *decoder, const void *in, size_t in_size,
			    void *out, size_t out_size)
{
	return lzms_decompress(decoder, in, in_size, out, out_size);
}

static void lzms_decoder_end(void *decoder)
{
	lzms_decoder_free(decoder);
}

static int lzms_encoder_make(size_t max_chunk, enum codec_level level,
			     void **ret)
{
	struct lzms_encoder *e = NULL;
	int r = lzms_encoder_new(max_chunk, level, &e);

	*ret = e;
	return r;
}

static size_t lzms_encoder_run(void *encoder, const void *in, size_t in_size,
			       void *out, size_t out_size)
{
	return lzms_compress(encoder, in, in_size, out, out_size);
}

static void lzms_encoder_end(void *encoder)
{
	lzms_encoder_free(encoder);
}

// --- All of them -------------------------------------------------------------

static const struct codec codecs[CODEC_KINDS] = {
	[CODEC_XPRESS] =
		{
			.max_chunk = 64 << 10,
			.decompress = xpress_decoder_run,
			.encoder_new = xpress_encoder_make,
			.compress = xpress_encoder_run,
			.encoder_free = xpress_encoder_end,
		},
	[CODEC_LZX] =
		{
			.max_chunk = 2 << 20,
			.decoder_new = lzx_decoder_make,
			.decompress = lzx_decoder_run,
			.decoder_free = lzx_decoder_end,
			.encoder_new = lzx_encoder_make,
			.compress = lzx_encoder_run,
			.encoder_free = lzx_encoder_end,
		},
	[CODEC_LZMS] =
		{
			.max_chunk = 1 << 30,
			.decoder_new = lzms_decoder_make,
			.decompress = lzms_decoder_run,
			.decoder_free = lzms_decoder_end,
			.encoder_new = lzms_encoder_make,
			.compress = lzms_encoder_run,
			.encoder_free = lzms_encoder_end,
		},
};

static bool is_chunk_size(enum codec_kind kind, size_t size)
{
	return kind < CODEC_KINDS && size && size <= codecs[kind].max_chunk;
}

int codec_decompressor_new(enum codec_kind kind, size_t max_chunk,
			   struct decompressor **ret)
{
	struct decompressor *d;
	int r = 0;

	*ret = NULL;
	if (!is_chunk_size(kind, max_chunk) || !codecs[kind].decompress)
		return -EINVAL;
	d = mem_alloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->codec = &codecs[kind];
	d->max_chunk = max_chunk;
	if (d->codec->decoder_new)
		r = d->codec->decoder_new(max_chunk, &d->decoder);
	if (r) {
		mem_free(d);
		return r;
	}
	*ret = d;
	return 0;
}

int codec_decompress(struct decompressor *d, const void *in, size_t in_size,
		     void *out, size_t out_size)
{
	if (out_size > d->max_chunk)
		return -EINVAL;
	return d->codec->decompress(d->decoder, in, in_size, out, out_size);
}

void codec_decompressor_free(struct decompressor *d)
{
	if (!d)
		return;
	if (d->codec->decoder_free)
		d->codec->decoder_free(d->decoder);
	mem_free(d);
}

int codec_compressor_new(enum codec_kind kind, size_t max_chunk,
			 enum codec_level level, struct compressor **ret)
{
	struct compressor *c;
	int r;

	*ret = NULL;
	if (!is_chunk_size(kind, max_chunk) || level >= CODEC_LEVELS ||
	    !codecs[kind].compress)
		return -EINVAL;
	c = mem_alloc(sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->codec = &codecs[kind];
	c->max_chunk = max_chunk;
	r = c->codec->encoder_new(max_chunk, level, &c->encoder);
	if (r) {
		mem_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

size_t codec_compress(struct compressor *c, const void *in, size_t in_size,
		      void *out, size_t out_size)
{
	if (!in_size || in_size > c->max_chunk)
		return 0;
	return c->codec->compress(c->encoder, in, in_size, out, out_size);
}

void codec_compressor_free(struct compressor *c)
{
	if (!c)
		return;
	c->codec->encoder_free(c->encoder);
	mem_free(c);
}
