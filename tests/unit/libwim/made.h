// SPDX-License-Identifier: MIT
//
// WIM files made in memory: uncompressed, with metadata or content as given.

#ifndef MADE_H
#define MADE_H

#include "libwim/wim_disk.h"
#include "test.h"
#include "wim.h"

static inline struct resource_disk made_resource(uint64_t off, uint64_t size,
						 uint8_t flags)
{
	struct resource_disk r = {
		.flags = flags, .offset = to_le64(off), .size = to_le64(size)};

	memcpy(r.stored_size, r.size.b, sizeof(r.stored_size));
	return r;
}

// Makes a WIM with one resource: the metadata of its one image, or, without
// RESOURCE_METADATA in flags, content. Never returns NULL.
static inline struct disk *made_wim(const void *data, size_t size,
				    uint8_t flags)
{
	struct wim_header_disk h = {.magic = WIM_MAGIC};
	struct blob_disk blob = {.part = to_le16(1)};
	uint64_t off = sizeof(h) + sizeof(blob);
	struct disk *disk;

	h.header_size = to_le32(sizeof(h));
	h.version = to_le32(WIM_VERSION);
	h.part = h.parts = to_le16(1);
	h.images = to_le32(flags & RESOURCE_METADATA ? 1 : 0);
	h.blobs = made_resource(sizeof(h), sizeof(blob), 0);
	blob.resource = made_resource(off, size, flags);
	sha1_digest(data, size, blob.sha1);
	check(!disk_memory(off + size, 512, &disk, NULL));
	check(!disk_write(disk, 0, &h, sizeof(h), NULL));
	check(!disk_write(disk, sizeof(h), &blob, sizeof(blob), NULL));
	check(!disk_write(disk, off, data, size, NULL));
	return disk;
}

#endif
