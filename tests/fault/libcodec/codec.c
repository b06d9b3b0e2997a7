// SPDX-License-Identifier: MIT
//
// Every compressor and decompressor made while the N-th allocation fails: the
// right error, nothing leaked; what is there in the end works.

#include <string.h>

#include "codec.h"
#include "fault/fault.h"
#include "test.h"

#define SIZE 40000

struct use {
	enum codec_kind kind;
	enum codec_level level;
};

static int both_ways(void *ctx, struct err *err)
{
	static uint8_t in[SIZE], packed[SIZE], back[SIZE];
	const struct use *use = ctx;
	struct compressor *c = NULL;
	struct decompressor *d = NULL;
	size_t n = 0;
	int r = codec_compressor_new(use->kind, SIZE, use->level, &c);

	check(!r == (c != NULL));
	if (!r)
		r = codec_decompressor_new(use->kind, SIZE, &d);
	check(!r == (d != NULL));
	for (size_t i = 0; i < SIZE; i++)
		in[i] = (uint8_t)(i * i / 77);
	if (!r) {
		n = codec_compress(c, in, SIZE, packed, SIZE);
		check(n);
		check_eq(codec_decompress(d, packed, n, back, SIZE), 0);
		check(!memcmp(in, back, SIZE));
	}
	codec_compressor_free(c);
	codec_decompressor_free(d);
	return r ? err_set(err, r, "codec", ERR_NOWHERE, "no memory") : 0;
}

int main(void)
{
	for (int kind = 0; kind < CODEC_KINDS; kind++)
		for (int level = 0; level < CODEC_LEVELS; level++) {
			struct use use = {(enum codec_kind)kind,
					  (enum codec_level)level};

			fault_mem_each(both_ways, &use);
		}
	return 0;
}
