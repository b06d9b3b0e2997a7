// SPDX-License-Identifier: MIT
//
// What targets do with a WIM that opened: its first image is loaded, its
// content extracted and the integrity table checked.

#ifndef WIM_USE_H
#define WIM_USE_H

#include <stdlib.h>

#include "libwim/wim_priv.h"

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

static void read_reparse(struct wim *w, const struct wim_image *image)
{
	for (uint64_t i = 0; i < image->dentry_count && i < 4; i++) {
		const struct wim_blob *blob = image->dentries[i]->reparse;
		void *data;
		int r = blob && !blob->solid
				? wim_read_blob(w, blob, 16384, &data, NULL)
				: -ENOENT;

		expect(r);
		if (!r)
			mem_free(data);
	}
}

static inline void wim_use(struct wim *w)
{
	struct wim_image *image;
	int r = wim_image_load(w, 1, &image, NULL);

	expect(r);
	if (!r) {
		read_reparse(w, image);
		extract(w, image);
		wim_image_free(image);
	}
	expect(wim_integrity_check(w, NULL, NULL, NULL));
}

#endif
