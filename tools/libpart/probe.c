// SPDX-License-Identifier: MIT
//
// What is on a disk. Blank is one on which nothing is known *and* nothing but
// zeroes was read: in its first and last 4 MiB, where all that is known leaves
// its marks (signature.c), and in samples of the rest. Who asks wants to
// overwrite; so what is not known is "data", and what cannot be read is an error.
//
// Samples are the same for the same disk: the start of every MiB of the first
// 256, where partitions begin, then 2048 spread evenly over the rest on
// multiples of 1 MiB. What a file or virtual disk knows to be a hole is not read,
// and small pieces of data between holes are read whole.

#include <stdio.h>
#include <string.h>

#include "part_priv.h"

#define MIB     ((uint64_t)1 << 20)
#define PAGE    4096u
#define STARTS  (256 * MIB) // every MiB of these is looked at
#define SAMPLES 2048u       // of the rest
#define WHOLE   (64 * MIB)  // pieces of data that are read whole, in sum
#define BATCH   64u         // samples at a time: disks sort what they are asked
#define THREADS 16u

struct probe {
	struct disk *dev;
	struct part_view view;
	uint8_t *edges[2]; // the disk's first and last bytes
	bool has_empty_mbr;
	part_found_fn *fn;
	void *ctx;
};

// --- Tables ------------------------------------------------------------------

static int report(struct probe *p, enum part_holds kind, const char *name,
		  uint64_t at)
{
	const struct part_content c = {.kind = kind, .name = name, .at = at};

	return p->fn(p->ctx, &c);
}

// An MBR without partitions may be no table at all: boot sectors of HPFS and
// others have its two last bytes too. So it is told last.
static int report_table(struct probe *p, const struct part_table *t)
{
	const struct part_content c = {
		.kind = PART_HOLDS_TABLE,
		.name = t->style == PART_GPT ? "GPT" : "MBR",
		.at = t->style == PART_MBR ? offsetof(struct mbr_disk, magic)
		      : !t->primary_broken ? t->sector_size
					   : t->disk_size - t->sector_size,
		.disk_id = t->disk_id,
		.parts = t->count,
	};

	p->has_empty_mbr = t->style == PART_MBR && !t->count;
	return p->has_empty_mbr ? 0 : p->fn(p->ctx, &c);
}

// Returns as part_probe_each.
static int find_table(struct probe *p, struct err *err)
{
	struct err why = {0};
	struct part_table *t;
	int r = part_check_sector_size(p->dev, err);

	if (r)
		return r;
	r = part_table_read(p->dev, &t, &why);
	if (!r) {
		r = report_table(p, t);
		part_table_free(t);
		return r;
	}
	if (r == -ENOENT)
		return 0;
	// What was a table still leads somebody to their data.
	if (r == -EBADMSG || r == -EFBIG)
		return report(p, PART_HOLDS_TABLE, "a damaged partition table",
			      why.where == ERR_NOWHERE ? 0 : why.where);
	if (r == -ENOTSUP)
		return report(p, PART_HOLDS_TABLE,
			      "a partition table of other sectors",
			      offsetof(struct mbr_disk, magic));
	return err_pass(err, r, &why);
}

// A GPT whose start is lost, by either sector size: nothing but its backup, or
// all of it, is there without an MBR.
static int find_lost_gpt(struct probe *p, struct err *err)
{
	static const uint32_t sizes[] = {512, 4096};

	for (int i = 0; i < 2; i++) {
		struct part_content c = {.kind = PART_HOLDS_TABLE};
		int r = gpt_find_lost(p->dev, sizes[i], &c.at, &c.disk_id, err);

		if (r)
			return r;
		if (!c.at)
			continue;
		c.name = c.at == sizes[i] ? "GPT" : "the backup of a GPT";
		r = p->fn(p->ctx, &c);
		if (r)
			return r;
	}
	return 0;
}

// --- Both ends ---------------------------------------------------------------

static int read_edge(struct probe *p, size_t i, uint64_t at, size_t len,
		     struct err *err)
{
	p->edges[i] = mem_alloc(len);
	if (!p->edges[i])
		return err_nomem(err);
	p->view.bytes[i] = p->edges[i];
	p->view.at[i] = at;
	p->view.len[i] = len;
	return disk_read(p->dev, at, p->edges[i], len, err);
}

static int find_known(struct probe *p, struct err *err)
{
	uint64_t size = p->dev->size;
	size_t first = (size_t)(size < 2 * PART_EDGE ? size : PART_EDGE);
	int r;

	p->view.size = size;
	r = read_edge(p, 0, 0, first, err);
	// Most are known by the first bytes: what the end says is not asked then.
	if (!r)
		r = part_find_signatures(&p->view, p->fn, p->ctx);
	if (!r && size > first) {
		struct part_view end;

		r = read_edge(p, 1, size - PART_EDGE, PART_EDGE, err);
		if (r)
			return r;
		end = p->view;
		end.len[0] = 0;
		r = part_find_signatures(&end, p->fn, p->ctx);
	}
	return r;
}

// Where partitions begin of which no table is left: at 63 sectors before Windows
// Vista, then at whole MiB.
static int find_inside_edges(struct probe *p)
{
	static const uint64_t starts[] = {63 * 512, MIB, 2 * MIB, 3 * MIB};
	int r = 0;

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts) && !r; i++) {
		struct part_view inside = {.base = starts[i]};

		if (starts[i] >= p->view.len[0])
			break;
		inside.size = p->view.size - starts[i];
		inside.bytes[0] = p->edges[0] + starts[i];
		inside.len[0] = p->view.len[0] - (size_t)starts[i];
		r = part_find_signatures(&inside, p->fn, p->ctx);
	}
	return r;
}

// Says of bytes that hold something, and nothing known by its place, what they
// are by what a sector alone tells.
static int report_bytes(struct probe *p, const uint8_t *b, uint64_t at,
			size_t len, bool is_inside)
{
	struct part_content c = {.kind = PART_HOLDS_DATA,
				 .name = "data",
				 .is_inside = is_inside};
	size_t first = 0;

	while (first < len && !b[first])
		first++;
	c.at = at + first;
	for (size_t i = 0; i + 512 <= len; i += 512) {
		const char *name = part_name_sector(b + i);

		if (name) {
			c.name = name;
			c.at = at + i;
			break;
		}
	}
	return p->fn(p->ctx, &c);
}

static int find_edge_data(struct probe *p)
{
	int r = find_inside_edges(p);

	for (size_t i = 0; i < 2 && !r; i++)
		if (p->view.len[i] && !mem_is_zero(p->edges[i], p->view.len[i]))
			r = report_bytes(p, p->edges[i], p->view.at[i],
					 p->view.len[i], false);
	return r;
}

// --- Samples -----------------------------------------------------------------

struct sample {
	struct disk *dev;
	uint64_t at;
	size_t len;
	int r;
	struct err err;
	uint8_t bytes[PAGE];
};

struct sampler {
	struct probe *probe;
	struct pool *pool; // made when there is more than a batch to read
	struct sample *samples;
	size_t count;
	uint64_t whole; // what may still be read whole
	uint8_t *piece; // for that
};

static void read_sample(void *arg)
{
	struct sample *s = arg;

	s->r = disk_read(s->dev, s->at, s->bytes, s->len, &s->err);
}

// A volume may begin where the bytes do.
static int judge_sample(struct probe *p, const uint8_t *b, uint64_t at,
			size_t len)
{
	const struct part_view inside = {.base = at,
					 .size = p->view.size - at,
					 .bytes = {b},
					 .len = {len}};
	int r;

	if (mem_is_zero(b, len))
		return 0;
	r = part_find_signatures(&inside, p->fn, p->ctx);
	return r ? r : report_bytes(p, b, at, len, true);
}

static int read_batch(struct sampler *s, struct err *err)
{
	int r = 0;

	if (!s->pool && s->count == BATCH)
		r = pool_new(THREADS, &s->pool, err);
	for (size_t i = 0; i < s->count && !r; i++) {
		if (s->pool)
			pool_submit(s->pool, read_sample, &s->samples[i]);
		else
			read_sample(&s->samples[i]);
	}
	if (s->pool)
		pool_wait(s->pool);
	for (size_t i = 0; i < s->count && !r; i++) {
		const struct sample *one = &s->samples[i];

		r = one->r;
		if (r)
			err_pass(err, r, &one->err);
		else
			r = judge_sample(s->probe, one->bytes, one->at,
					 one->len);
	}
	s->count = 0;
	return r;
}

static int add_sample(struct sampler *s, uint64_t at, uint64_t end,
		      struct err *err)
{
	struct sample *one = &s->samples[s->count++];

	one->dev = s->probe->dev;
	one->at = at;
	one->len = (size_t)(end - at < PAGE ? end - at : PAGE);
	return s->count == BATCH ? read_batch(s, err) : 0;
}

static int read_whole(struct sampler *s, uint64_t at, uint64_t end,
		      struct err *err)
{
	int r = 0;

	for (uint64_t n; at < end && !r; at += n) {
		uint64_t next = round_down(at, MIB) + MIB;

		n = (next < end ? next : end) - at;
		r = disk_read(s->probe->dev, at, s->piece, (size_t)n, err);
		if (!r)
			r = judge_sample(s->probe, s->piece, at, (size_t)n);
	}
	return r;
}

// One piece of data: whole, or its first and last page and the samples in it.
static int look_at(struct sampler *s, uint64_t start, uint64_t end,
		   struct err *err)
{
	uint64_t size = s->probe->dev->size;
	uint64_t step = round_up(size / SAMPLES, MIB);
	int r;

	if (end - start <= s->whole) {
		s->whole -= end - start;
		return read_whole(s, start, end, err);
	}
	r = add_sample(s, start, end, err);
	for (uint64_t at = start; !r;) {
		at = at < STARTS ? round_down(at, MIB) + MIB
				 : at / step * step + step;
		if (at >= end)
			break;
		r = add_sample(s, at, end, err);
	}
	if (!r)
		r = add_sample(s, end - PAGE, end, err);
	return r;
}

static int sample_body(struct sampler *s, struct err *err)
{
	struct disk *dev = s->probe->dev;
	uint64_t end = dev->size - PART_EDGE, n;
	bool is_data;
	int r = 0;

	for (uint64_t at = PART_EDGE; at < end && !r; at += n) {
		r = disk_map(dev, at, end - at, &n, &is_data, err);
		if (!r && is_data)
			r = look_at(s, at, at + n, err);
	}
	return r ? r : read_batch(s, err);
}

static int find_body_data(struct probe *p, struct err *err)
{
	struct sampler s = {.probe = p, .whole = WHOLE};
	int r;

	if (p->dev->size <= 2 * PART_EDGE)
		return 0;
	s.samples = mem_array(BATCH, sizeof(*s.samples));
	s.piece = mem_alloc(MIB);
	r = s.samples && s.piece ? sample_body(&s, err) : err_nomem(err);
	pool_free(s.pool);
	mem_free(s.piece);
	mem_free(s.samples);
	return r;
}

// --- All of it ---------------------------------------------------------------

int part_probe_each(struct disk *dev, part_found_fn *fn, void *ctx,
		    struct err *err)
{
	struct probe p = {.dev = dev, .fn = fn, .ctx = ctx};
	int r = find_table(&p, err);

	if (!r)
		r = find_known(&p, err);
	if (!r && p.has_empty_mbr)
		r = report(&p, PART_HOLDS_TABLE, "MBR",
			   offsetof(struct mbr_disk, magic));
	if (!r)
		r = find_lost_gpt(&p, err);
	if (!r)
		r = find_edge_data(&p);
	if (!r)
		r = find_body_data(&p, err);
	mem_free(p.edges[0]);
	mem_free(p.edges[1]);
	return r;
}

static int note_first(void *ctx, const struct part_content *found)
{
	*(struct part_content *)ctx = *found;
	return 1;
}

int part_probe(struct disk *dev, struct part_content *ret, struct err *err)
{
	struct part_content found = {.kind = PART_HOLDS_NOTHING};
	int r = part_probe_each(dev, note_first, &found, err);

	if (r < 0)
		return r;
	*ret = found;
	return 0;
}

bool part_content_is(const struct part_content *c, const char *name)
{
	return c->kind == PART_HOLDS_VOLUME && !c->is_inside &&
	       !strcmp(c->name, name);
}

bool part_is_table(const struct part_content *c)
{
	return c->kind == PART_HOLDS_TABLE &&
	       (!strcmp(c->name, "GPT") || !strcmp(c->name, "MBR"));
}

const char *part_content_text(const struct part_content *c,
			      char text[PART_CONTENT_TEXT])
{
	if (c->kind == PART_HOLDS_NOTHING)
		snprintf(text, PART_CONTENT_TEXT, "nothing");
	else if (part_is_table(c) && c->parts)
		snprintf(text, PART_CONTENT_TEXT, "%s, %zu partition%s",
			 c->name, c->parts, c->parts == 1 ? "" : "s");
	else if (part_is_table(c))
		snprintf(text, PART_CONTENT_TEXT, "%s", c->name);
	else
		snprintf(text, PART_CONTENT_TEXT, "%s at byte %llu", c->name,
			 (unsigned long long)c->at);
	return text;
}
