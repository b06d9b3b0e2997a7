// SPDX-License-Identifier: MIT
//
// Content of solid resources: all of it or some, with room for one chunk or many,
// each chunk that is wanted read once and no other; damage is told.

#include "../counted.h"
#include "../solid_wim.h"
#include "libwim/extract/extract.h"

#define ORDER  12
#define CHUNK  (1u << ORDER)
#define PIECES 9

// Content that fits a chunk, that goes over borders, over several, and ends with one.
static const size_t sizes[PIECES] = {
	100,       3 * CHUNK, 1, CHUNK - 101,      0,
	2 * CHUNK, 700000,    5, 300 * CHUNK + 17,
};

struct gathered {
	pthread_mutex_t lock;
	const struct wim *w;
	uint64_t bytes[PIECES];
};

static int gather(void *ctx, const struct wim_blob *blob, uint64_t off,
		  const void *data, size_t len, struct err *err)
{
	struct gathered *g = ctx;
	size_t i = (size_t)(blob - g->w->blobs);
	const uint8_t *p = data;

	check(range_ok(off, len, blob->size));
	for (size_t k = 0; k < len; k += k + 97 < len ? 97 : 1)
		check_eq(p[k], solid_wim_byte(i, off + k));
	pthread_mutex_lock(&g->lock);
	g->bytes[i] += len;
	pthread_mutex_unlock(&g->lock);
	return 0;
}

// Extracts the pieces of which the bits of `wanted` are set. Returns as wim_extract.
static int extract(struct solid_wim *s, unsigned wanted, uint64_t memory,
		   struct pool *pool, uint64_t *ret_read, struct err *err)
{
	struct counted c = {
		{.ops = &counting, .size = s->disk->size}, s->disk, 0};
	struct gathered g = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct wim_sink sink = {gather, &g};
	const struct wim_blob *list[PIECES];
	size_t n = 0;
	struct wim *w;
	int r;

	check_ok(wim_open(&c.disk, &w, err), err);
	g.w = w;
	check_eq(w->blob_count, PIECES);
	for (size_t i = PIECES; i--;) // in any order
		if (wanted >> i & 1)
			list[n++] = &w->blobs[i];
	c.bytes = 0;
	r = wim_extract_within(w, list, n, &sink, READ_CONTENT, memory, pool,
			       NULL, err);
	for (size_t i = 0; i < PIECES && !r; i++)
		check_eq(g.bytes[i], wanted >> i & 1 ? sizes[i] : 0);
	*ret_read = c.bytes;
	wim_close(w);
	return r;
}

static void every_way(struct solid_wim *s, struct pool *pool)
{
	static const uint64_t memory[] = {1, EXTRACT_MEMORY};
	uint64_t total = 0, read;

	for (size_t i = 0; i < PIECES; i++)
		total += sizes[i];
	for (size_t m = 0; m < 2; m++)
		for (unsigned wanted = 0; wanted < 1u << PIECES;
		     wanted += wanted < 64 ? 1 : 61) {
			struct err err = {0};

			check_ok(extract(s, wanted, memory[m], pool, &read,
					 &err),
				 &err);
			check(read <= total + 3 * TABLE_BYTES);
			if (wanted == 1 << 7) // 5 bytes
				check(read <=
				      2 * CHUNK + 4 * total / CHUNK + 4);
		}
}

// One byte is wrong. Returns what wim_extract said.
static int damaged(struct solid_wim *s, uint64_t at, uint8_t wrong,
		   struct err *err)
{
	uint8_t is;
	uint64_t read;
	int r;

	check(!disk_read(s->disk, at, &is, 1, NULL));
	check(!disk_write(s->disk, at, &wrong, 1, NULL));
	*err = (struct err){0};
	r = extract(s, (1 << PIECES) - 1, EXTRACT_MEMORY, NULL, &read, err);
	check(!disk_write(s->disk, at, &is, 1, NULL));
	return r;
}

int main(void)
{
	struct solid_wim s = {.chunk_size = CHUNK,
			      .compression = SOLID_NONE,
			      .sizes = sizes,
			      .count = PIECES};
	struct pool *pool;
	struct err err = {0};

	check_ok(pool_new(3, &pool, &err), &err);
	solid_wim_make(&s);
	every_way(&s, pool);
	every_way(&s, NULL);
	// the size of the first chunk
	check_eq(damaged(&s, s.resources[0] + 17, 0x20, &err), -EBADMSG);
	check(strstr(err.why, "the table of chunks of its solid resource"));
	// the first piece is a byte longer, into the second
	check_eq(damaged(&s, s.table + 50, 101, &err), -EBADMSG);
	check(strstr(err.why, "two pieces of content lie at 100"));
	check_eq(damaged(&s, s.resources[0] + 5000, 1, &err), -EBADMSG);
	check(strstr(err.why, "does not match its SHA-1"));
	check_eq(err.where, s.resources[0]);
	disk_close(s.disk);
	s.second = 6;
	solid_wim_make(&s);
	every_way(&s, pool);
	disk_close(s.disk);
	// chunks that are as large as jobs
	s.chunk_size = JOB_OUT;
	solid_wim_make(&s);
	every_way(&s, pool);
	check_eq(damaged(&s, s.resources[1] + 18, 9, &err), -EBADMSG);
	check(strstr(err.why, "the table of chunks of its solid resource"));
	disk_close(s.disk);
	pool_free(pool);
	return 0;
}
