// SPDX-License-Identifier: MIT
//
// Extraction: each byte once, hashes checked, failures of a sink and wishes to
// stop passed on, damage found wherever it is; jobs for any size of chunk
// within a budget of memory. With arguments, a tool: engine WIM INDEX FOLDER
// [THREADS].

#include <pthread.h>
#include <unistd.h>

#include "../made.h"
#include "../unpack.h"
#include "stored.h"

#define BIG 2200000

static int tool(int argc, char **argv)
{
	struct err err = {0};
	struct disk *file;
	struct wim *w;
	struct pool *pool;
	char text[512];
	int r;

	check_ok(disk_open_file(argv[1], DISK_READ_ONLY, &file, &err), &err);
	check_ok(pool_new(argc > 4 ? (unsigned)atoi(argv[4]) : 2, &pool, &err),
		 &err);
	r = wim_open(file, &w, &err);
	if (!r) {
		if (wim_get_info(w)->has_integrity)
			r = wim_check_integrity(w, NULL, &err);
		if (!r)
			r = unpack_image(w, (uint32_t)atoi(argv[2]), argv[3],
					 pool, &err);
		wim_close(w);
	}
	if (r)
		fprintf(stderr, "%s\n", err_format(&err, text, sizeof(text)));
	pool_free(pool);
	disk_close(file);
	return r ? 1 : 0;
}

// Counts the bytes of content, and fails at a place when asked to.
struct counter {
	pthread_mutex_t lock;
	uint64_t bytes, fail_at;
};

static int count(void *ctx, const struct wim_blob *blob, uint64_t off,
		 const void *data, size_t len, struct err *err)
{
	struct counter *c = ctx;
	uint64_t fail_at = c->fail_at;

	check(range_ok(off, len, blob->size));
	pthread_mutex_lock(&c->lock);
	c->bytes += len;
	pthread_mutex_unlock(&c->lock);
	if (fail_at && off >= fail_at)
		return err_set(err, -ENOSPC, "sink", off, "full");
	return 0;
}

static int stop(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	return 1;
}

static int run(struct disk *disk, struct pool *pool, struct counter *c,
	       struct progress *progress, struct err *err)
{
	struct wim_sink sink = {count, c};
	const struct wim_blob *twice[2];
	struct wim *w;
	int r;

	check_ok(wim_open(disk, &w, err), err);
	check_eq(w->blob_count, 1);
	twice[0] = twice[1] = w->blobs;
	r = wim_extract(w, twice, 2, &sink, pool, progress, err);
	wim_close(w);
	return r;
}

// A blob of many parts, on several threads or none.
static void large(struct pool *pool)
{
	uint8_t *data = malloc(BIG), one = 0;
	struct counter c = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct progress progress = {.report = stop};
	struct err err = {0};
	struct disk *disk;

	for (size_t i = 0; i < BIG; i++)
		data[i] = (uint8_t)(i * 7 + i / 1000);
	disk = made_wim(data, BIG, 0);
	check_ok(run(disk, pool, &c, NULL, &err), &err);
	check_eq(c.bytes, BIG);
	c.fail_at = BIG / 2;
	check_eq(run(disk, pool, &c, NULL, &err), -ENOSPC);
	check(!strcmp(err.what, "sink"));
	c.fail_at = 0;
	check_eq(run(disk, pool, &c, &progress, NULL), -ECANCELED);
	// one byte of the fourth part is wrong
	check(!disk_write(disk, 258 + 2000000, &one, 1, NULL));
	err = (struct err){0};
	check_eq(run(disk, pool, &c, NULL, &err), -EBADMSG);
	check(strstr(err.what, "SHA-1") && err.where == 258);
	disk_close(disk);
	free(data);
}

static void read_blob(void)
{
	struct err err = {0};
	struct disk *disk = made_wim("hello", 5, 0);
	struct wim *w;
	void *data = NULL;

	check_ok(wim_open(disk, &w, &err), &err);
	check_eq(wim_read_blob(w, w->blobs, 4, &data, NULL), -EFBIG);
	check(!data);
	check_ok(wim_read_blob(w, w->blobs, 5, &data, &err), &err);
	check(!memcmp(data, "hello", 5));
	mem_free(data);
	wim_close(w);
	disk_close(disk);
}

// Opens, loads, extracts. Returns the first error.
static int use(struct disk *disk, struct err *err)
{
	struct counter c = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct wim_sink sink = {count, &c};
	const struct wim_blob *blobs[64];
	struct wim_image *image;
	struct wim *w;
	int r = wim_open(disk, &w, err);

	if (r)
		return r;
	r = wim_image_load(w, 1, &image, err);
	if (!r) {
		check(w->blob_count <= 64);
		for (size_t i = 0; i < w->blob_count; i++)
			blobs[i] = &w->blobs[i];
		r = wim_extract(w, blobs, w->blob_count, &sink, NULL, NULL,
				err);
		wim_image_free(image);
	}
	wim_close(w);
	return r;
}

static void expect_words(int r, const struct err *err)
{
	check(!r || r == -EBADMSG || r == -ENOTSUP || r == -EFBIG ||
	      r == -ENOENT);
	check_eq(err->code, r);
	check(!r || err->why[0]); // of the file as a whole, callers name it
}

// Every byte is changed once; the file ends at every byte once. Of these one in
// fifty where a step takes a hundred times as long.
static void damage(const char *path)
{
	size_t step = getenv("TEST_COARSE") ? 50 : 1;
	size_t size;
	uint8_t *data = read_sample(path, &size);
	struct disk *disk;
	struct err err = {0};

	check(!disk_memory(size, 512, &disk, NULL));
	check(!disk_write(disk, 0, data, size, NULL));
	check_ok(use(disk, &err), &err);
	for (size_t i = 0; i < size; i += i < 1024 ? step : 7 * step) {
		uint8_t wrong = data[i] ^ 0x55;

		err = (struct err){0};
		check(!disk_write(disk, i, &wrong, 1, NULL));
		expect_words(use(disk, &err), &err);
		check(!disk_write(disk, i, &data[i], 1, NULL));
	}
	for (size_t n = 0; n < size; n += n < 1024 ? step : 61 * step) {
		struct disk *slice;

		err = (struct err){0};
		check(!disk_slice(disk, 0, n, &slice, NULL));
		expect_words(use(slice, &err), &err);
		check_eq(err.code, n ? -EBADMSG : -ENOTSUP);
		disk_close(slice);
	}
	disk_close(disk);
	free(data);
}

static const struct {
	uint32_t chunk;
	uint64_t largest;
	unsigned threads;
	uint64_t memory;
	size_t out, count;
} sizes[] = {
	// as images are made by default
	{32 << 10, 1 << 30, 2, EXTRACT_MEMORY, 512 << 10, 8},
	{32 << 10, 100, 2, EXTRACT_MEMORY, 32 << 10, 8},
	{32 << 10, 1 << 30, 0, EXTRACT_MEMORY, 512 << 10, 1},
	{2 << 20, 1 << 30, 2, EXTRACT_MEMORY, 2 << 20, 8},
	// chunks larger than a job: one each, as many as there is room for
	{64 << 20, 1 << 30, 2, EXTRACT_MEMORY, 64 << 20, 2},
	{64 << 20, 1 << 30, 64, EXTRACT_MEMORY, 64 << 20, 2},
	{64 << 20, 1 << 30, 2, 1, 64 << 20, 1},
	// a blob that is smaller than its chunk
	{64 << 20, 100, 2, EXTRACT_MEMORY, 512 << 10, 8},
	{64 << 20, 600 << 10, 2, EXTRACT_MEMORY, 1 << 20, 8},
	{64 << 20, 64 << 20, 2, EXTRACT_MEMORY, 64 << 20, 2},
};

static void budget(void)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct job_sizes s;

		wim_job_sizes(sizes[i].chunk, sizes[i].largest, &s);
		wim_job_count(&s, sizes[i].threads, sizes[i].memory);
		check_eq(s.out, sizes[i].out);
		check_eq(s.count, sizes[i].count);
		check(s.chunks * sizes[i].chunk >= s.out && s.in > s.out);
		check(s.count == 1 ||
		      s.count * (s.in + s.out) <= sizes[i].memory);
	}
}

struct gathered {
	pthread_mutex_t lock;
	uint64_t bytes, largest;
};

static int gather(void *ctx, const struct wim_blob *blob, uint64_t off,
		  const void *data, size_t len, struct err *err)
{
	struct gathered *g = ctx;
	const uint8_t *p = data;

	check(range_ok(off, len, blob->size));
	for (size_t i = 0; i < len; i += i + 97 < len ? 97 : 1)
		check_eq(p[i], stored_byte(off + i));
	pthread_mutex_lock(&g->lock);
	g->bytes += len;
	if (len > g->largest)
		g->largest = len;
	pthread_mutex_unlock(&g->lock);
	return 0;
}

// Chunks of 1 MiB: a blob of three and a bit, one of less than a chunk, a tiny
// one; with memory for one job, for two, for all.
static void large_chunks(struct pool *pool, bool is_pipable)
{
	static const uint64_t memory[] = {1, 5 << 20, EXTRACT_MEMORY};
	const struct wim_blob *blobs[STORED_BLOBS];
	struct stored s;

	stored_open(&s, 20);
	stored_blob(&s, 0, 0, (3 << 20) + 4321);
	stored_blob(&s, 1, 5 << 20, 1 << 18);
	stored_blob(&s, 2, 6 << 20, 10);
	for (size_t i = 0; i < STORED_BLOBS; i++)
		blobs[i] = &s.blobs[i];
	for (size_t i = 0; i < 3; i++) {
		struct gathered g = {.lock = PTHREAD_MUTEX_INITIALIZER};
		struct wim_sink sink = {gather, &g};
		struct err err = {0};

		check_ok(wim_extract_within(&s.wim, blobs, STORED_BLOBS, &sink,
					    READ_CONTENT, memory[i], pool, NULL,
					    &err),
			 &err);
		check_eq(g.bytes, (3 << 20) + (1 << 18) + 4321 + 10);
		check_eq(g.largest, 1 << 20);
	}
	stored_close(&s);
}

int main(int argc, char **argv)
{
	struct pool *pool;
	struct err err = {0};

	if (argc >= 4)
		return tool(argc, argv);
	check_ok(pool_new(4, &pool, &err), &err);
	large(pool);
	large(NULL);
	budget();
	large_chunks(pool, false);
	large_chunks(pool, true);
	large_chunks(NULL, false);
	read_blob();
	damage("tests/fuzz/wim_open/seeds/lzx.wim");
	damage("tests/fuzz/wim_open/seeds/xpress.wim");
	pool_free(pool);
	return 0;
}
