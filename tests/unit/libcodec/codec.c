// SPDX-License-Identifier: MIT
//
// The codecs as one: which sizes each takes, and that each works through it.

#include "codec.h"
#include "test.h"

static void sizes(void)
{
	static const struct {
		enum codec_kind kind;
		size_t max;
	} rows[] = {{CODEC_XPRESS, 64 << 10},
		    {CODEC_LZX, 2 << 20},
		    {CODEC_LZMS, 1 << 30}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decompressor *d = NULL;
		uint8_t in[1] = {0}, out[2];

		check_eq(codec_decompressor_new(rows[i].kind, 0, &d), -EINVAL);
		check_eq(codec_decompressor_new(rows[i].kind, rows[i].max + 1,
						&d),
			 -EINVAL);
		check_eq(codec_decompressor_new(rows[i].kind, rows[i].max, &d),
			 0);
		codec_decompressor_free(d);
		check_eq(codec_decompressor_new(rows[i].kind, 1, &d), 0);
		check_eq(codec_decompress(d, in, 1, out, 2), -EINVAL);
		check_eq(codec_decompress(d, in, 1, out, 1), -EBADMSG);
		codec_decompressor_free(d);
	}
	codec_decompressor_free(NULL);
	codec_compressor_free(NULL);
}

static void unknown(void)
{
	struct decompressor *d;
	struct compressor *c;

	check_eq(codec_decompressor_new(CODEC_KINDS, 4096, &d), -EINVAL);
	check_eq(codec_compressor_new(CODEC_KINDS, 4096, CODEC_USUAL, &c),
		 -EINVAL);
	check_eq(codec_compressor_new(CODEC_LZX, 4096, CODEC_LEVELS, &c),
		 -EINVAL);
}

int main(void)
{
	sizes();
	unknown();
	return 0;
}
