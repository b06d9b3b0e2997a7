// SPDX-License-Identifier: MIT
//
// A whole file: all its images exported, its first image deleted in place. What
// comes out opens again, and holds what it should.

#include "fuzz/wim_use.h"
#include "libwim/wim_priv.h"
#include "wim_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_small(const struct wim *w)
{
	uint64_t total = 0;

	for (size_t i = 0; i < w->blob_count; i++)
		if (w->blobs[i].size > 1 << 20 ||
		    (total += w->blobs[i].size) > 4 << 20)
			return false;
	return w->info.images < 100;
}

static void judge(struct disk *file, uint32_t images)
{
	struct wim_image *image;
	struct wim *w;

	if (wim_open(file, &w, NULL) || wim_get_info(w)->images != images)
		abort();
	for (uint32_t i = 1; i <= images; i++) {
		if (wim_image_load(w, i, &image, NULL))
			abort();
		extract(w, image);
		wim_image_free(image);
	}
	wim_close(w);
}

static void export(struct wim *w)
{
	const struct wim_write_options options = {
		.compression = WIM_COMPRESSION_XPRESS};
	struct wim_writer *writer;
	struct disk *file;
	int r;

	if (disk_memory(0, 512, &file, NULL) ||
	    wim_writer_create(file, &options, &writer, NULL))
		abort();
	r = wim_export(w, WIM_ALL_IMAGES, writer, NULL, NULL, NULL);
	if (r != -EEXIST)
		expect(r);
	if (!r && wim_writer_finish(writer, NULL, NULL))
		abort();
	wim_writer_free(writer);
	if (!r)
		judge(file, wim_get_info(w)->images);
	disk_close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk *disk;
	struct wim *w;
	int r = -ENOENT;

	if (size > 1 << 20 || disk_memory(size, 512, &disk, NULL))
		return 0;
	best_effort(disk_write(disk, 0, data, size, NULL));
	if (!wim_open(disk, &w, NULL)) {
		uint32_t images = wim_get_info(w)->images;

		if (is_small(w)) {
			export(w);
			r = wim_delete(w, 1, NULL, NULL);
			if (r != -EROFS)
				expect(r);
		}
		wim_close(w);
		if (!r)
			judge(disk, images - 1);
	}
	disk_close(disk);
	return 0;
}
