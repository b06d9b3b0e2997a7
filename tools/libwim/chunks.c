// SPDX-License-Identifier: MIT
//
// Chunks of compressed resources ("Windows Imaging File Format (WIM)" white
// paper, "Compressed resources").

#include <string.h>

#include "wim_priv.h"

bool wim_chunks_layout(const struct wim *w, uint64_t size, uint64_t stored_size,
		       struct chunks *ret)
{
	struct chunks c = {.entry_size = size > UINT32_MAX ? 8 : 4};

	// As many chunks as fit into any disk: nothing below overflows. Each
	// has a byte at least, and none is stored larger than its content, as
	// one that does not shrink is stored as it is.
	if (size > (uint64_t)INT64_MAX)
		return false;
	c.count = (size >> w->window_order) +
		  (size % w->info.chunk_size ? 1 : 0);
	c.table_size = c.count ? (c.count - 1) * c.entry_size : 0;
	if (stored_size < c.table_size + c.count ||
	    stored_size - c.table_size > size)
		return false;
	*ret = c;
	return true;
}

uint64_t wim_chunks_entry(const struct chunks *c, const uint8_t *table,
			  uint64_t i)
{
	return c->entry_size == 4 ? load_le32(table + i * 4)
				  : load_le64(table + i * 8);
}

int wim_chunk_decode(const struct wim *w, struct lzx_decoder *d, const void *in,
		     size_t in_size, void *out, size_t out_size)
{
	// Nothing but its size marks a chunk that is stored as it is.
	if (in_size == out_size) {
		memcpy(out, in, in_size);
		return 0;
	}
	if (w->info.compression == WIM_COMPRESSION_LZX)
		return lzx_decompress(d, in, in_size, out, out_size);
	return xpress_decompress(in, in_size, out, out_size);
}
