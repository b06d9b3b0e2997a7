// SPDX-License-Identifier: MIT
//
// libcodec: decompressors that several formats share. XPRESS and LZX are those of
// WIM images and of files that Windows compressed as a whole (CompactOS); LZNT1
// is that of NTFS' own compression.
//
// Each call decompresses one chunk from memory to memory and keeps nothing. The
// input may be anything: nothing is read or written outside of what is given.
// Threads: a decoder is used by one at a time, functions without one by any.

#ifndef CODEC_H
#define CODEC_H

#include "base.h"

// Decompresses one chunk of plain LZ77+Huffman XPRESS ([MS-XCA] 2.1). `out` is
// filled exactly. Returns 0 or -EBADMSG.
int xpress_decompress(const void *in, size_t in_size, void *out,
		      size_t out_size);

struct lzx_decoder;

// Makes a decoder for chunks of up to 2^window_order bytes (15 to 21).
// Returns 0, -EINVAL or -ENOMEM. Free with lzx_decoder_free.
int lzx_decoder_new(unsigned window_order, struct lzx_decoder **ret);

// Decompresses one chunk of WIM's LZX. `out` is filled exactly.
// Returns 0, -EBADMSG, or -EINVAL when out_size is over 2^window_order.
int lzx_decompress(struct lzx_decoder *d, const void *in, size_t in_size,
		   void *out, size_t out_size);

// Frees a decoder; NULL is fine.
void lzx_decoder_free(struct lzx_decoder *d);

// Decompresses LZNT1 ([MS-XCA] 2.5): chunks of 4096 bytes one after another, as
// far as `out` reaches; what the input does not fill of it is zeroed.
// Returns 0, or -EBADMSG with the place in the input.
int lznt1_decompress(const void *input, size_t in_size, void *output,
		     size_t out_size, struct err *err);

#endif
