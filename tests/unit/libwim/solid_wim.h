// SPDX-License-Identifier: MIT
//
// Solid WIM files in memory, without images: content of given sizes in one or two
// resources of one run, whose chunks are stored as they are.

#ifndef SOLID_WIM_H
#define SOLID_WIM_H

#include "made.h"

struct solid_wim {
	uint32_t chunk_size, compression;
	const size_t *sizes; // of each piece of content
	size_t count;
	size_t second; // the first piece that lies in a second resource, or 0
	// set by solid_wim_make
	struct disk *disk;
	uint64_t resources[2], table; // where they are in the file
};

// Byte `off` of piece i.
static inline uint8_t solid_wim_byte(size_t i, uint64_t off)
{
	return (uint8_t)(i * 31 + off * 7 + off / 999);
}

// Puts content [first, end) at *at and enters it at *entry. `begin` is what the
// run has before it. Returns the size of its content.
static inline uint64_t solid_wim_put(struct solid_wim *s, size_t first,
				     size_t end, uint64_t begin, uint64_t *at,
				     struct blob_disk **entry)
{
	struct blob_disk *resource = (*entry)++;
	uint64_t size = 0, chunks, out;

	for (size_t i = first; i < end; i++)
		size += s->sizes[i];
	chunks = (size + s->chunk_size - 1) / s->chunk_size;
	out = *at + sizeof(struct solid_disk) + 4 * chunks;
	resource->resource =
		made_resource(*at,
			      sizeof(struct solid_disk) + 4 * chunks + size,
			      RESOURCE_SOLID);
	resource->resource.size = to_le64(SOLID_MAGIC);
	resource->part = to_le16(1);
	check(!disk_write(s->disk, *at,
			  &(struct solid_disk){to_le64(size),
					       to_le32(s->chunk_size),
					       to_le32(s->compression)},
			  sizeof(struct solid_disk), NULL));
	for (uint64_t k = 0; k < chunks; k++) {
		uint64_t left = size - k * s->chunk_size;
		le32 n = to_le32(left < s->chunk_size ? (uint32_t)left
						      : s->chunk_size);

		check(!disk_write(s->disk, *at + 16 + 4 * k, &n, 4, NULL));
	}
	*at = out + size;
	for (size_t i = first; i < end; i++, (*entry)++) {
		uint8_t *data = malloc(s->sizes[i] + 1);

		for (size_t k = 0; k < s->sizes[i]; k++)
			data[k] = solid_wim_byte(i, k);
		check(!disk_write(s->disk, out, data, s->sizes[i], NULL));
		(*entry)->resource =
			made_resource(begin, s->sizes[i], RESOURCE_SOLID);
		(*entry)->resource.size = to_le64(0);
		sha1_digest(data, s->sizes[i], (*entry)->sha1);
		free(data);
		out += s->sizes[i];
		begin += s->sizes[i];
	}
	return size;
}

static inline void solid_wim_make(struct solid_wim *s)
{
	size_t entries = s->count + (s->second ? 2 : 1);
	size_t table_size = entries * sizeof(struct blob_disk);
	struct blob_disk *table = calloc(entries, sizeof(*table)),
			 *entry = table;
	struct wim_header_disk h = {.magic = WIM_MAGIC,
				    .header_size = to_le32(sizeof(h)),
				    .version = to_le32(WIM_VERSION_SOLID),
				    .part = to_le16(1),
				    .parts = to_le16(1)};
	uint64_t at = sizeof(h), size = 4096;

	for (size_t i = 0; i < s->count; i++)
		size += s->sizes[i] + sizeof(*table) + 8;
	check(!disk_memory(size, 512, &s->disk, NULL));
	s->resources[0] = at;
	size = solid_wim_put(s, 0, s->second ? s->second : s->count, 0, &at,
			     &entry);
	s->resources[1] = at;
	if (s->second)
		solid_wim_put(s, s->second, s->count, size, &at, &entry);
	s->table = at;
	check(!disk_write(s->disk, at, table, table_size, NULL));
	h.blobs = made_resource(at, table_size, 0);
	check(!disk_write(s->disk, 0, &h, sizeof(h), NULL));
	free(table);
}

#endif
