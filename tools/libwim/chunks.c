// SPDX-License-Identifier: MIT
//
// Chunks of compressed resources ("Windows Imaging File Format (WIM)" white
// paper, "Compressed resources").

#include <string.h>

#include "wim_priv.h"

bool wim_chunking_init(enum wim_compression compression, uint32_t chunk_size,
		       struct chunking *ret)
{
	static const struct {
		unsigned low, high;
	} orders[] = {
		[WIM_COMPRESSION_NONE] = {12, WIM_MAX_CHUNK_ORDER},
		[WIM_COMPRESSION_XPRESS] = {12, 16},
		[WIM_COMPRESSION_LZX] = {15, 21},
		[WIM_COMPRESSION_LZMS] = {15, WIM_MAX_CHUNK_ORDER},
	};
	unsigned order = orders[compression].low;

	// Powers of two alone: a chunk is found by a shift, and LZX has no
	// other windows.
	while (order < orders[compression].high && chunk_size >> order > 1)
		order++;
	if (chunk_size != UINT32_C(1) << order)
		return false;
	*ret = (struct chunking){compression, chunk_size, order, false};
	return true;
}

bool wim_chunks_layout(const struct chunking *chunking, uint64_t size,
		       uint64_t stored_size, struct chunks *ret)
{
	struct chunks c = {.entry_size = size > UINT32_MAX ? 8 : 4,
			   .gap = chunking->is_pipable ? sizeof(le32) : 0};
	uint64_t other;

	// As many chunks as fit into any disk: nothing below overflows. Each
	// has a byte at least, and none is stored larger than its content, as
	// one that does not shrink is stored as it is.
	if (size > (uint64_t)INT64_MAX)
		return false;
	c.count = (size >> chunking->order) + (size % chunking->size ? 1 : 0);
	c.table_size = c.count ? (c.count - 1) * c.entry_size : 0;
	other = c.table_size + c.count * c.gap;
	if (stored_size < other + c.count || stored_size - other > size)
		return false;
	c.stored = stored_size - other;
	if (chunking->is_pipable)
		c.table = stored_size - c.table_size;
	else
		c.first = c.table_size;
	*ret = c;
	return true;
}

uint64_t wim_chunks_entry(const struct chunks *c, const uint8_t *table,
			  uint64_t i)
{
	return c->entry_size == 4 ? load_le32(table + i * 4)
				  : load_le64(table + i * 8);
}

static bool is_for(const struct chunk_decoder *decoder,
		   const struct chunking *c)
{
	return decoder->d && decoder->chunking.compression == c->compression &&
	       decoder->chunking.size == c->size;
}

int wim_chunk_decode(struct chunk_decoder *decoder,
		     const struct chunking *chunking, const void *in,
		     size_t in_size, void *out, size_t out_size)
{
	static const enum codec_kind kinds[] = {
		[WIM_COMPRESSION_XPRESS] = CODEC_XPRESS,
		[WIM_COMPRESSION_LZX] = CODEC_LZX,
		[WIM_COMPRESSION_LZMS] = CODEC_LZMS,
	};
	int r;

	// Nothing but its size marks a chunk that is stored as it is.
	if (in_size == out_size) {
		memcpy(out, in, in_size);
		return 0;
	}
	if (chunking->compression == WIM_COMPRESSION_NONE)
		return err_corrupt(NULL, "chunk", 0,
				   "its size is not that of its content");
	if (!is_for(decoder, chunking)) {
		wim_chunk_decoder_done(decoder);
		r = codec_decompressor_new(kinds[chunking->compression],
					   chunking->size, &decoder->d);
		if (r)
			return r;
		decoder->chunking = *chunking;
	}
	return codec_decompress(decoder->d, in, in_size, out, out_size);
}

void wim_chunk_decoder_done(struct chunk_decoder *decoder)
{
	codec_decompressor_free(decoder->d);
	decoder->d = NULL;
}
