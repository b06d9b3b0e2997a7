// SPDX-License-Identifier: MIT
//
// A whole file: opened, its first image loaded, its content extracted and its
// integrity table checked.

#include <stdlib.h>

#include "wim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int drop(void *ctx, const struct wim_blob *blob, uint64_t off,
		const void *data, size_t len, struct err *err)
{
	if (!range_ok(off, len, blob->size))
		abort();
	return 0;
}

static void expect(int r)
{
	if (r && r != -EBADMSG && r != -ENOTSUP && r != -EFBIG &&
	    r != -ENOMEM && r != -ENOENT)
		abort();
}

static void extract(struct wim *w, const struct wim_image *image)
{
	struct wim_sink sink = {drop, NULL};
	const struct wim_blob **blobs =
	    mem_array(image->dentry_count, sizeof(*blobs));
	size_t count = 0;
	uint64_t total = 0;

	for (uint64_t i = 0; i < image->dentry_count; i++) {
		const struct wim_dentry *d = image->dentries[i];

		if (!d->stream_count || !d->streams[0].blob)
			continue;
		blobs[count++] = d->streams[0].blob;
		total += d->streams[0].blob->size;
	}
	if (total < 16 << 20)
		expect(wim_extract(w, blobs, count, &sink, NULL, NULL, NULL));
	mem_free(blobs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk *disk;
	struct wim *w;
	struct wim_image *image;
	int r;

	if (size > 1 << 20 || disk_memory(size, 512, &disk, NULL))
		return 0;
	best_effort(disk_write(disk, 0, data, size, NULL));
	r = wim_open(disk, &w, NULL);
	expect(r);
	if (!r) {
		r = wim_image_load(w, 1, &image, NULL);
		expect(r);
		if (!r) {
			extract(w, image);
			wim_image_free(image);
		}
		expect(wim_check_integrity(w, NULL, NULL));
		wim_close(w);
	}
	disk_close(disk);
	return 0;
}
