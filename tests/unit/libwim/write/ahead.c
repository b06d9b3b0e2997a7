// SPDX-License-Identifier: MIT
//
// Content that is decompressed ahead: read in its order, with some gone past, read
// again, and left off early.

#include "libwim/write/ahead.h"
#include "scene.h"

// More than is ahead of the reader at any time, in pieces that take several jobs.
static const struct scene_piece pieces[] = {{9000000, 1, 0},  {100, 2, 0},
					    {12000000, 3, 1}, {70000, 4, 2},
					    {8000000, 5, 0},  {3000, 6, 1}};
#define COUNT (sizeof(pieces) / sizeof(*pieces))

static struct scene scene;
static struct err err;

static struct disk *make(bool is_solid)
{
	const struct wim_write_options options = {
		.compression = WIM_COMPRESSION_XPRESS, .is_solid = is_solid};
	struct wim_writer *w;
	struct disk *file;

	check_ok(disk_memory(0, 512, &file, &err), &err);
	check_ok(wim_writer_create(file, &options, &w, &err), &err);
	check_ok(scene_write(&scene, w, "Scene", &err), &err);
	check_ok(wim_writer_finish(w, NULL, &err), &err);
	wim_writer_free(w);
	return file;
}

static struct wim_ahead *begin(struct wim *w, const struct wim_blob **blobs)
{
	struct wim_ahead *a;

	for (size_t i = 0; i < COUNT; i++)
		blobs[i] = &w->blobs[i];
	check_ok(wim_ahead_new(w, blobs, COUNT, 2, &a, &err), &err);
	return a;
}

static const uint8_t *content_of(const struct wim_blob *blob)
{
	for (size_t i = 0; i < COUNT; i++)
		if (scene.contents[i]->blob.size == blob->size)
			return scene.contents[i]->ctx;
	check(false);
	return NULL;
}

// Reads the i-th up to a size. Returns what the disk does.
static int read_up_to(struct wim_ahead *a, const struct wim_blob *blob,
		      size_t i, uint64_t end)
{
	static uint8_t buf[300000];
	const uint8_t *wanted = content_of(blob);
	struct disk *d;
	int r = 0;

	check_ok(wim_ahead_open(a, i, &d, &err), &err);
	check_eq(d->size, blob->size);
	for (uint64_t at = 0; !r && at < end; at += sizeof(buf)) {
		size_t n = end - at < sizeof(buf) ? end - at : sizeof(buf);

		r = disk_read(d, at, buf, n, NULL);
		check(r || !memcmp(buf, wanted + at, n));
	}
	disk_close(d);
	return r;
}

static void each_way(struct wim *w)
{
	const struct wim_blob *blobs[COUNT];
	struct wim_ahead *a = begin(w, blobs);

	for (size_t i = 0; i < COUNT; i++)
		check_eq(read_up_to(a, blobs[i], i, blobs[i]->size), 0);
	wim_ahead_free(a);
	// twice; a part; one left out; the end left out
	a = begin(w, blobs);
	check_eq(read_up_to(a, blobs[0], 0, blobs[0]->size), 0);
	check_eq(read_up_to(a, blobs[0], 0, 5000), 0);
	check_eq(read_up_to(a, blobs[1], 1, 50), 0);
	check_eq(read_up_to(a, blobs[3], 3, blobs[3]->size), 0);
	check_eq(read_up_to(a, blobs[2], 2, 400000), 0);
	check_eq(read_up_to(a, blobs[4], 4, 400000), 0);
	wim_ahead_free(a);
	wim_ahead_free(begin(w, blobs));
	wim_ahead_free(NULL);
}

int main(void)
{
	struct disk *file;
	struct wim *w;

	scene_make(&scene, pieces, COUNT);
	for (int is_solid = 0; is_solid < 2; is_solid++) {
		file = make(is_solid);
		check_ok(wim_open(file, &w, &err), &err);
		check_eq(w->blob_count, COUNT);
		each_way(w);
		wim_close(w);
		disk_close(file);
	}
	scene_free(&scene);
	return 0;
}
