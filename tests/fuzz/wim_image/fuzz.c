// SPDX-License-Identifier: MIT
//
// The metadata of an image, without the hash that would keep changes out: the
// input is put into an uncompressed WIM as its one metadata resource.

#include <stdlib.h>

#include "unit/libwim/made.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	struct disk *disk = made_wim(data, size, RESOURCE_METADATA);
	struct wim *w;
	struct wim_image *image;

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
