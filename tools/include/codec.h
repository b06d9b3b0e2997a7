// SPDX-License-Identifier: MIT
//
// libcodec: the codecs that several formats share. XPRESS, LZX and LZMS are those of
// WIM images, the first two also of files that Windows compressed as a whole
// (CompactOS); LZNT1 is that of NTFS' own compression.
//
//     struct decompressor *d;
//     codec_decompressor_new(CODEC_LZX, 32768, &d);
//     codec_decompress(d, chunk, chunk_size, out, out_size);
//     codec_decompressor_free(d);
//
// Each call works on one chunk from memory to memory and keeps nothing of it. The
// input may be anything: nothing is read or written outside of what is given.
// Threads: a compressor, decompressor, encoder or decoder is used by one at a time,
// functions without one by any.

#ifndef CODEC_H
#define CODEC_H

#include "base.h"

// --- Any of those of WIM images ----------------------------------------------

enum codec_kind {
	CODEC_XPRESS, // chunks of 1 byte to 64 KiB
	CODEC_LZX,    // to 2 MiB
	CODEC_LZMS,   // to 1 GiB
	CODEC_KINDS,
};

struct decompressor;

// Makes what decompresses chunks of up to max_chunk bytes of content.
// Returns 0, -EINVAL when no chunk of the codec is so large, or -ENOMEM. Free with
// codec_decompressor_free.
int codec_decompressor_new(enum codec_kind kind, size_t max_chunk,
			   struct decompressor **ret);

// Decompresses one chunk. `out` is filled exactly.
// Returns 0, -EBADMSG, or -EINVAL when out_size is over max_chunk.
int codec_decompress(struct decompressor *d, const void *in, size_t in_size,
		     void *out, size_t out_size);

// Frees; NULL is fine.
void codec_decompressor_free(struct decompressor *d);

// How hard a compressor tries.
enum codec_level {
	CODEC_FAST,
	CODEC_USUAL,
	CODEC_MAX,
	CODEC_LEVELS,
};

struct compressor;

// Makes what compresses chunks of up to max_chunk bytes of content.
// Returns 0, -EINVAL as codec_decompressor_new, or -ENOMEM. Free with
// codec_compressor_free.
int codec_compressor_new(enum codec_kind kind, size_t max_chunk,
			 enum codec_level level, struct compressor **ret);

// Compresses one chunk of 1 to max_chunk bytes.
// Returns how many bytes of `out` it takes, or 0 when it does not fit into
// out_size: whoever gives in_size - 1 is told so of what does not get smaller.
size_t codec_compress(struct compressor *c, const void *in, size_t in_size,
		      void *out, size_t out_size);

// Frees; NULL is fine.
void codec_compressor_free(struct compressor *c);

// --- Each by itself ----------------------------------------------------------

// Decompresses one chunk of plain LZ77+Huffman XPRESS ([MS-XCA] 2.1). `out` is
// filled exactly. Returns 0 or -EBADMSG.
int xpress_decompress(const void *in, size_t in_size, void *out,
		      size_t out_size);

struct xpress_encoder;

// Makes an encoder for chunks of up to max_chunk bytes (1 to 64 KiB).
// Returns 0, -EINVAL or -ENOMEM. Free with xpress_encoder_free.
int xpress_encoder_new(size_t max_chunk, enum codec_level level,
		       struct xpress_encoder **ret);

// Compresses one chunk of 1 to max_chunk bytes as xpress_decompress takes it.
// Returns as codec_compress.
size_t xpress_compress(struct xpress_encoder *e, const void *in, size_t in_size,
		       void *out, size_t out_size);

// Frees an encoder; NULL is fine.
void xpress_encoder_free(struct xpress_encoder *e);

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

struct lzx_encoder;

// Makes an encoder for chunks of up to 2^window_order bytes (15 to 21).
// Returns 0, -EINVAL or -ENOMEM. Free with lzx_encoder_free.
int lzx_encoder_new(unsigned window_order, enum codec_level level,
		    struct lzx_encoder **ret);

// Compresses one chunk of 1 to 2^window_order bytes to WIM's LZX; the same chunk
// gives the same bytes, whatever came before. Returns as codec_compress.
size_t lzx_compress(struct lzx_encoder *e, const void *in, size_t in_size,
		    void *out, size_t out_size);

// Frees an encoder; NULL is fine.
void lzx_encoder_free(struct lzx_encoder *e);

struct lzms_decoder;

// Makes a decoder for chunks of any size; it takes some 360 KB.
// Returns 0 or -ENOMEM. Free with lzms_decoder_free.
int lzms_decoder_new(struct lzms_decoder **ret);

// Decompresses one chunk of LZMS. `out` is filled exactly.
// Returns 0, -EBADMSG, or -EINVAL when out_size is over 1 GiB.
int lzms_decompress(struct lzms_decoder *d, const void *in, size_t in_size,
		    void *out, size_t out_size);

// Frees a decoder; NULL is fine.
void lzms_decoder_free(struct lzms_decoder *d);

struct lzms_encoder;

// Makes an encoder for chunks of up to max_chunk bytes (4 to 1 GiB). Matches are
// found within each 64 MiB: it takes 2 MB, 18 bytes for each byte of a chunk up to
// that size, and one for each beyond; and threads with 256 KB of stack. Returns 0,
// -EINVAL when max_chunk is 0 or over 1 GiB or there is no such level, or -ENOMEM.
// Free with lzms_encoder_free.
int lzms_encoder_new(size_t max_chunk, enum codec_level level,
		     struct lzms_encoder **ret);

// Compresses one chunk of 4 to max_chunk bytes.
// Returns how many bytes of `out` it takes, or 0 when it does not fit into out_size
// or the chunk is of another size.
size_t lzms_compress(struct lzms_encoder *e, const void *in, size_t in_size,
		     void *out, size_t out_size);

// Frees an encoder; NULL is fine.
void lzms_encoder_free(struct lzms_encoder *e);

// Decompresses LZNT1 ([MS-XCA] 2.5): chunks of 4096 bytes one after another, as
// far as `out` reaches; what the input does not fill of it is zeroed.
// Returns 0, or -EBADMSG with the place in the input.
int lznt1_decompress(const void *input, size_t in_size, void *output,
		     size_t out_size, struct err *err);

#endif
