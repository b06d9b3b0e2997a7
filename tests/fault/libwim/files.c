// SPDX-License-Identifier: MIT
//
// A split WIM, opened by the name of a part, loaded and extracted while the
// N-th allocation, opening or read fails: the right error, nothing leaked,
// every file closed.

#include "fault/fault.h"
#include "unit/libwim/set.h"

static struct set set;
static struct fault_plan plan;
static struct pool *pool;

static int open_file(void *ctx, const char *name, struct disk **ret,
		     struct err *err)
{
	for (size_t i = 0; i < set.count; i++)
		if (!strcmp(name, set.parts[i].name))
			return disk_slice(set.parts[i].file, 0,
					  set.parts[i].file->size, ret, err);
	return err_set(err, -ENOENT, name, ERR_NOWHERE, "no such file");
}

static int open_failing(void *ctx, const char *name, struct disk **ret,
			struct err *err)
{
	for (size_t i = 0; i < set.count; i++)
		if (!strcmp(name, set.parts[i].name)) {
			*ret = fault_disk(set.parts[i].file, &plan);
			return 0;
		}
	return err_set(err, -ENOENT, name, ERR_NOWHERE, "no such file");
}

static int drop(void *ctx, const struct wim_blob *blob, uint64_t off,
		const void *data, size_t len, struct err *err)
{
	return 0;
}

static int use(const struct wim_files *files, struct err *err)
{
	static const char *const name = "a3.swm";
	struct wim_sink sink = {drop, NULL};
	const struct wim_blob *blobs[64];
	struct wim_image *image = NULL;
	struct wim *w = NULL;
	size_t count = 0;
	int r = wim_open_files(files, &name, 1, &w, err);

	check(!r == (w != NULL));
	if (!r)
		r = wim_image_load(w, 1, &image, err);
	for (uint64_t i = 0; !r && i < image->dentry_count; i++)
		if (image->dentries[i]->stream_count &&
		    image->dentries[i]->streams[0].blob)
			blobs[count++] = image->dentries[i]->streams[0].blob;
	if (!r)
		r = wim_extract(w, blobs, count, &sink, pool, NULL, err);
	wim_image_free(image);
	wim_close(w);
	return r;
}

static int use_memory(struct err *err)
{
	const struct wim_files files = {open_file, NULL};

	return use(&files, err);
}

static void fail_reads(bool persistent)
{
	const struct wim_files files = {open_failing, NULL};

	for (unsigned n = 1;; n++) {
		size_t live = fault_mem_live();
		struct err err = {0};
		int r;

		plan = (struct fault_plan){.fail_at = n,
					   .persistent = persistent};
		r = use(&files, &err);
		// a part that cannot be read is never taken for a stranger's
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
	size_t size;
	uint8_t *data =
		read_sample("tests/fuzz/wim_parts/seeds/lzx.set", &size);

	set_load(&set, data, size);
	fault_mem_fails(use_memory);
	fail_reads(false);
	fail_reads(true);
	check_ok(pool_new(2, &pool, &err), &err);
	fault_mem_fails(use_memory);
	fail_reads(false);
	fail_reads(true);
	pool_free(pool);
	set_free(&set);
	free(data);
	return 0;
}
