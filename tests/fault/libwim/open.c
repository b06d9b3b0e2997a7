// SPDX-License-Identifier: MIT
//
// Opening, loading and extracting while the N-th allocation or read fails: the
// right error, nothing leaked, outputs untouched.

#include <pthread.h>

#include "fault/fault.h"
#include "test.h"
#include "wim.h"

static const char *const files[] = {
	"tests/fuzz/wim_open/seeds/none.wim",
	"tests/fuzz/wim_open/seeds/xpress.wim",
	"tests/fuzz/wim_open/seeds/lzx.wim",
	"tests/fuzz/wim_open/seeds/solid.wim",
	"tests/fuzz/wim_open/seeds/lzms.wim",
	"tests/fuzz/wim_open/seeds/pipable.wim",
};

static int drop(void *ctx, const struct wim_blob *blob, uint64_t off,
		const void *data, size_t len, struct err *err)
{
	return 0;
}

static int extract_all(struct wim *w, const struct wim_image *image,
		       struct pool *pool, struct err *err)
{
	struct wim_sink sink = {drop, NULL};
	const struct wim_blob *blobs[64];
	size_t count = 0;

	check(image->dentry_count <= 64);
	for (uint64_t i = 0; i < image->dentry_count; i++)
		if (image->dentries[i]->stream_count &&
		    image->dentries[i]->streams[0].blob)
			blobs[count++] = image->dentries[i]->streams[0].blob;
	check(count);
	return wim_extract(w, blobs, count, &sink, pool, NULL, err);
}

// Data of reparse points, as who applies an image reads it.
static int read_reparse(struct wim *w, const struct wim_image *image,
			struct err *err)
{
	int r = 0;

	for (uint64_t i = 0; i < image->dentry_count && !r; i++) {
		const struct wim_blob *blob = image->dentries[i]->reparse;
		void *data = NULL;

		if (!blob)
			continue;
		r = wim_read_blob(w, blob, 16384, &data, err);
		check(!r == (data != NULL));
		mem_free(data);
	}
	return r;
}

static int use(struct disk *file, struct pool *pool, struct err *err)
{
	struct wim_image *image = NULL;
	struct wim *w = NULL;
	int r = wim_open(file, &w, err);

	if (r) {
		check(!w);
		return r;
	}
	r = wim_image_load(w, 1, &image, err);
	check(!r == (image != NULL));
	if (!r)
		r = read_reparse(w, image, err);
	if (!r)
		r = extract_all(w, image, pool, err);
	if (!r)
		r = wim_check_integrity(w, NULL, err);
	wim_image_free(image);
	wim_close(w);
	return r;
}

static void fail_memory(struct disk *file, struct pool *pool, bool persistent)
{
	for (unsigned n = 1;; n++) {
		size_t live = fault_mem_live();
		struct err err = {0};
		int r;

		fault_mem(n, persistent);
		r = use(file, pool, &err);
		if (!fault_mem_failed()) {
			fault_mem(0, false);
			check_ok(r, &err);
			return;
		}
		fault_mem(0, false);
		check_eq(r, -ENOMEM);
		check_eq(err.code, -ENOMEM);
		check_eq(fault_mem_live(), live);
	}
}

static void fail_reads(struct disk *below, struct pool *pool, bool persistent)
{
	for (unsigned n = 1;; n++) {
		struct fault_plan plan = {.fail_at = n,
					  .persistent = persistent};
		struct disk *file = fault_disk(below, &plan);
		size_t live = fault_mem_live();
		struct err err = {0};
		int r = use(file, pool, &err);

		disk_close(file);
		check_eq(r, plan.failed ? -EIO : 0);
		check_eq(err.code, r);
		check_eq(fault_mem_live(), live);
		if (!plan.failed)
			return;
	}
}

int main(void)
{
	struct err err = {0};
	struct pool *pool;

	check_ok(pool_new(2, &pool, &err), &err);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct disk *file;

		check_ok(disk_open_file(files[i], DISK_READ_ONLY, &file, &err),
			 &err);
		for (int k = 0; k < 4; k++) {
			fail_memory(file, k & 1 ? pool : NULL, k & 2);
			fail_reads(file, k & 1 ? pool : NULL, k & 2);
		}
		disk_close(file);
	}
	pool_free(pool);
	return 0;
}
