// SPDX-License-Identifier: MIT
//
// The metadata of an image, without the hash that would keep changes out: the
// input is put into an uncompressed WIM as its one metadata resource.

#include <stdlib.h>
#include <string.h>

#include "libwim/wim_disk.h"
#include "wim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct resource_disk resource(uint64_t off, uint64_t size, uint8_t flags)
{
	struct resource_disk r = {.flags = flags,
				  .offset = to_le64(off),
				  .size = to_le64(size)};

	memcpy(r.stored_size, r.size.b, sizeof(r.stored_size));
	return r;
}

// Goes over everything that the image points to.
static uint64_t use(const struct wim_image *image)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < image->security_count; i++)
		sum += *(const uint8_t *)image->security[i].descriptor;
	for (uint64_t i = 0; i < image->dentry_count; i++) {
		const struct wim_dentry *d = image->dentries[i];

		for (size_t k = 0; k < d->child_count; k++)
			if (d->children[k]->parent != d)
				abort();
		for (size_t k = 0; k < d->stream_count; k++)
			if (d->streams[k].name_len)
				sum += get_le16(d->streams[k].name[0]);
		if (d->ea_size)
			sum += ((const uint8_t *)d->ea)[d->ea_size - 1];
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wim_header_disk h = {.magic = WIM_MAGIC};
	struct blob_disk blob = {.part = to_le16(1)};
	struct disk *disk;
	struct wim *w;
	struct wim_image *image;

	h.header_size = to_le32(sizeof(h));
	h.version = to_le32(WIM_VERSION);
	h.part = h.parts = to_le16(1);
	h.images = to_le32(1);
	h.blobs = resource(sizeof(h), sizeof(blob), 0);
	blob.resource = resource(sizeof(h) + sizeof(blob), size,
				 RESOURCE_METADATA);
	sha1_digest(data, size, blob.sha1);
	if (disk_memory(sizeof(h) + sizeof(blob) + size, 512, &disk, NULL))
		abort();
	disk_write(disk, 0, &h, sizeof(h), NULL);
	disk_write(disk, sizeof(h), &blob, sizeof(blob), NULL);
	disk_write(disk, sizeof(h) + sizeof(blob), data, size, NULL);
	if (wim_open(disk, &w, NULL))
		abort();
	if (!wim_image_load(w, 1, &image, NULL)) {
		if (use(image) == UINT64_MAX)
			abort();
		wim_image_free(image);
	}
	wim_close(w);
	disk_close(disk);
	return 0;
}
