// SPDX-License-Identifier: MIT
//
// A WIM in memory, known to nobody but the engine: blobs that are compressed,
// in chunks of any size, each of which is stored as it is. Content is a
// pattern.

#ifndef STORED_H
#define STORED_H

#include "libwim/extract/extract.h"
#include "test.h"

#define STORED_BLOBS 3

struct stored {
	struct disk *disk;
	struct wim_file file;
	struct wim wim;
	struct wim_blob blobs[STORED_BLOBS];
};

static inline uint8_t stored_byte(uint64_t off)
{
	return (uint8_t)(off * 7 + off / 1000);
}

static inline void stored_open(struct stored *s, unsigned order)
{
	*s = (struct stored){.file.name = "x.wim"};
	check(!disk_memory(UINT64_C(64) << 20, 512, &s->disk, NULL));
	s->file.disk = s->disk;
	s->wim = (struct wim){.files = &s->file,
			      .chunking = {WIM_COMPRESSION_XPRESS,
					   UINT32_C(1) << order, order, false},
			      .info.parts = 1};
}

// Puts blob i at `off`: its table of chunks and the chunks.
static inline void stored_blob(struct stored *s, size_t i, uint64_t off,
			       size_t size)
{
	struct wim_blob *blob = &s->blobs[i];
	uint8_t *data = malloc(size);
	uint64_t chunks;
	struct chunks c;

	for (size_t k = 0; k < size; k++)
		data[k] = stored_byte(k);
	*blob = (struct wim_blob){.size = size,
				  .order = i,
				  .part = 1,
				  .offset = off,
				  .stored_size = size,
				  .compressed = true};
	sha1_digest(data, size, blob->sha1);
	chunks = (size + s->wim.chunking.size - 1) / s->wim.chunking.size;
	blob->stored_size += (chunks - 1) * 4;
	if (s->wim.chunking.is_pipable)
		blob->stored_size += chunks * 4;
	check(wim_chunks_layout(&s->wim.chunking, size, blob->stored_size, &c));
	check_eq(c.count, chunks);
	for (uint64_t k = 0; k < chunks; k++) {
		uint64_t begin = k * s->wim.chunking.size;
		size_t n = size - begin < s->wim.chunking.size
				   ? (size_t)(size - begin)
				   : s->wim.chunking.size;
		le32 end = to_le32((uint32_t)(begin + n));

		if (k + 1 < chunks)
			check(!disk_write(s->disk, off + c.table + k * 4, &end,
					  4, NULL));
		check(!disk_write(s->disk,
				  off + c.first + begin + (k + 1) * c.gap,
				  data + begin, n, NULL));
	}
	free(data);
}

static inline void stored_close(struct stored *s)
{
	disk_close(s->disk);
}

#endif
