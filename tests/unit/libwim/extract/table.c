// SPDX-License-Identifier: MIT
//
// Tables of chunks: where the chunks of a whole blob and of a part lie; a table
// that goes back, stands still or leaves the blob is corrupt. A long table is
// read in pieces.

#include "stored.h"

#define ORDER  12
#define CHUNK  (1u << ORDER)
#define CHUNKS 20000 // more than a piece of the table has
#define PART   5

static size_t ends[16];

// A blob of four chunks and a bit, its table and content in memory.
static int whole(struct stored *s, unsigned entry, uint32_t value,
		 struct err *err)
{
	size_t size = 4 * CHUNK + 9, at = 3;
	uint8_t *in = malloc(3 + size + 16);
	struct engine e = {.w = &s->wim};
	struct job job = {.engine = &e, .in = in, .ends = ends};
	le32 wrong = to_le32(value);
	int r;

	stored_blob(s, 0, 0, size);
	check(!disk_read(s->disk, 0, in + 3, size + 16, NULL));
	if (value)
		memcpy(in + 3 + 4 * entry, &wrong, 4);
	r = wim_table_whole(&job, &s->blobs[0], &at, err);
	check(r || at == 3 + 16);
	free(in);
	return r;
}

static void whole_blobs(struct stored *s)
{
	struct err err = {0};

	check_ok(whole(s, 0, 0, &err), &err);
	for (size_t i = 0; i < 4; i++)
		check_eq(ends[i], 3 + 16 + (i + 1) * CHUNK);
	check_eq(ends[4], 3 + 16 + 4 * CHUNK + 9);
	check_eq(whole(s, 1, CHUNK, NULL), -EBADMSG);          // no chunk
	check_eq(whole(s, 1, 1, NULL), -EBADMSG);              // back
	check_eq(whole(s, 0, CHUNK + 1, NULL), -EBADMSG);      // too long
	check_eq(whole(s, 3, 4 * CHUNK + 10, &err), -EBADMSG); // out of it
	check(strstr(err.why, "its table of chunks is broken"));
}

static int part(struct stored *s, struct table *t, uint64_t first,
		struct job *job, struct err *err)
{
	const struct wim_blob *blob = &s->blobs[0];
	static struct large large;
	static struct engine e;
	uint64_t left = blob->size - first * CHUNK;
	struct chunks c;

	large.blob = blob;
	e.w = &s->wim;
	check(wim_chunks_layout(&s->wim.chunking, blob->size, blob->stored_size,
				&c));
	*job = (struct job){.engine = &e,
			    .ends = ends,
			    .head.large = &large,
			    .off = first * CHUNK,
			    .out_size = left < PART * CHUNK ? (size_t)left
							    : PART * CHUNK};
	return wim_table_part(t, job, &c, err);
}

static void expect_part(struct stored *s, struct table *t, uint64_t first)
{
	uint64_t table = s->wim.chunking.is_pipable ? 4 * first
						    : (CHUNKS - 1) * 4;
	uint64_t gap = s->wim.chunking.is_pipable ? 4 : 0, chunks;
	struct err err = {0};
	struct job job;

	check_ok(part(s, t, first, &job, &err), &err);
	check_eq(job.start, 100 + table + first * CHUNK);
	chunks = (job.out_size + CHUNK - 1) / CHUNK;
	check_eq(job.gap, gap);
	check_eq(job.in_size, job.out_size + chunks * gap);
	check_eq(ends[0], gap + (CHUNK < job.out_size ? CHUNK : job.out_size));
	check_eq(ends[chunks - 1], job.in_size);
}

static void parts(struct stored *s, bool is_pipable)
{
	struct table t = {.count = 0};
	le32 wrong = to_le32(7);
	struct job job;
	struct chunks c;

	s->wim.chunking.is_pipable = is_pipable;
	stored_blob(s, 0, 100, (size_t)(CHUNKS - 1) * CHUNK + 11);
	for (uint64_t first = 0; first < CHUNKS; first += PART)
		expect_part(s, &t, first);
	expect_part(s, &t, 1); // back again
	expect_part(s, &t, CHUNKS - 1);
	check(wim_chunks_layout(&s->wim.chunking, s->blobs[0].size,
				s->blobs[0].stored_size, &c));
	check(!disk_write(s->disk, 100 + c.table + 4 * 17000, &wrong, 4, NULL));
	t.count = 0;
	expect_part(s, &t, 16990);
	check_eq(part(s, &t, 16998, &job, NULL), -EBADMSG);
	check_eq(part(s, &t, 17001, &job, NULL), -EBADMSG);
}

int main(void)
{
	struct stored s;

	stored_open(&s, ORDER);
	disk_close(s.disk);
	check(!disk_memory(UINT64_C(96) << 20, 512, &s.disk, NULL));
	s.file.disk = s.disk;
	whole_blobs(&s);
	parts(&s, false);
	parts(&s, true);
	stored_close(&s);
	return 0;
}
