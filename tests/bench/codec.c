// SPDX-License-Identifier: MIT
//
// Measures the codecs alone against wimlib's, on one core and in memory: each
// compresses the content of a file in chunks, each decompresses what wimlib's
// compressor made of it, and both what each of our levels did. All that is
// decompressed must be the content, so that this judges, too.
//
// usage: codec FILE KIND CHUNK-SIZE [ROUNDS]      KIND: xpress lzx lzms
// Chunks are decompressed ROUNDS times, of which the best counts, and compressed
// once.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "libwim.h"

#define CONTENT_MAX ((size_t)1 << 28)

static struct libwim lib;
static enum codec_kind kind;
static size_t chunk;
static int rounds = 3;

// A file's content, and chunks of it compressed; a chunk whose size is 0 did not
// get smaller.
struct content {
	uint8_t *data;
	size_t size, chunks;
};

struct packed {
	uint8_t *data;
	size_t *sizes;
	size_t total;
};

static void die(const char *why)
{
	fprintf(stderr, "codec: %s\n", why);
	exit(1);
}

static void *need(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		die("no memory");
	return p;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct content load(const char *path)
{
	struct content c = {.data = need(CONTENT_MAX)};
	FILE *f = fopen(path, "rb");

	if (!f)
		die("the file cannot be opened");
	c.size = fread(c.data, 1, CONTENT_MAX, f);
	fclose(f);
	if (!c.size)
		die("the file is empty");
	c.chunks = (c.size + chunk - 1) / chunk;
	return c;
}

static size_t chunk_size(const struct content *c, size_t i)
{
	return i + 1 < c->chunks ? chunk : c->size - i * chunk;
}

// Whose codec, and at which level.
struct codec_user {
	bool is_ours;
	unsigned level;
	void *handle;
};

static size_t compress_one(struct codec_user *u, const void *in, size_t in_size,
			   void *out, size_t room)
{
	return u->is_ours ? codec_compress(u->handle, in, in_size, out, room)
			  : lib.compress(in, in_size, out, room, u->handle);
}

// Makes a compressor. Returns false when there is none.
static bool codec_user_new(struct codec_user *u)
{
	if (!u->is_ours)
		return !lib.compressor(libwim_kind(kind), chunk, u->level,
				       &u->handle);
	return !codec_compressor_new(kind, chunk, u->level,
				     (struct compressor **)&u->handle);
}

// Compresses all of it. Returns the seconds, or 0 when there is no compressor.
static double compress(const struct content *c, struct codec_user *u,
		       struct packed *p)
{
	double start;

	if (!codec_user_new(u))
		return 0;
	start = now();
	for (size_t i = 0; i < c->chunks; i++) {
		size_t n = chunk_size(c, i);

		p->sizes[i] = compress_one(u, c->data + i * chunk, n,
					   p->data + i * chunk, n - 1);
		p->total += p->sizes[i] ? p->sizes[i] : n;
	}
	start = now() - start;
	if (u->is_ours)
		codec_compressor_free(u->handle);
	else
		lib.free_compressor(u->handle);
	return start;
}

// Decompresses all of it, and compares it. Returns the seconds of the best round, or 0
// when there is no decompressor.
static double decompress(const struct content *c, const struct packed *p,
			 bool is_ours)
{
	uint8_t *out = need(c->size);
	struct decompressor *ours = NULL;
	void *theirs = NULL;
	double best = 0;

	if (is_ours ? codec_decompressor_new(kind, chunk, &ours)
		    : lib.decompressor(libwim_kind(kind), chunk, &theirs))
		return 0;
	for (int round = 0; round < rounds; round++) {
		double start = now(), took;

		for (size_t i = 0; i < c->chunks; i++) {
			size_t at = i * chunk, n = chunk_size(c, i);

			if (!p->sizes[i])
				memcpy(out + at, c->data + at, n);
			else if (is_ours ? codec_decompress(ours, p->data + at,
							    p->sizes[i],
							    out + at, n)
					 : lib.decompress(p->data + at,
							  p->sizes[i], out + at,
							  n, theirs))
				die("a chunk cannot be decompressed");
		}
		took = now() - start;
		if (!best || took < best)
			best = took;
		if (memcmp(out, c->data, c->size))
			die("what was decompressed differs");
		memset(out, 0, c->size);
	}
	codec_decompressor_free(ours);
	if (theirs)
		lib.free_decompressor(theirs);
	free(out);
	return best;
}

static double rate(const struct content *c, double seconds)
{
	return (double)c->size / 1e6 / seconds;
}

// One level of ours against the one of wimlib's that it stands for.
static void measure_level(const struct content *c, struct packed *theirs,
			  double their_time, const char *name, unsigned level)
{
	struct packed p = {.data = need(c->size),
			   .sizes = need(c->chunks * sizeof(size_t))};
	struct codec_user us = {.is_ours = true, .level = level};
	double time = compress(c, &us, &p);

	if (!time)
		die("there is no such compressor");
	printf("  compress, %s: slipway %.1f MB/s, %.1f %%; wimlib %.1f MB/s,"
	       " %.1f %%: %.2f times as fast at %.4f of the size\n",
	       name, rate(c, time), 100 * (double)p.total / (double)c->size,
	       rate(c, their_time),
	       100 * (double)theirs->total / (double)c->size, their_time / time,
	       (double)p.total / (double)theirs->total);
	if (!decompress(c, &p, false) || !decompress(c, &p, true))
		die("there is no decompressor");
	free(p.data);
	free(p.sizes);
}

static void measure(const struct content *c)
{
	struct packed theirs = {.data = need(c->size),
				.sizes = need(c->chunks * sizeof(size_t))};
	struct codec_user they = {.level = 0};
	double their_time = compress(c, &they, &theirs), ours, them;

	if (!their_time)
		die("wimlib has no such compressor");
	them = decompress(c, &theirs, false);
	ours = decompress(c, &theirs, true);
	if (!ours || !them)
		die("there is no decompressor");
	printf("  decompress: slipway %.1f MB/s, wimlib %.1f MB/s: %.2f times as"
	       " fast\n",
	       rate(c, ours), rate(c, them), them / ours);
	measure_level(c, &theirs, their_time, "fast", CODEC_FAST);
	measure_level(c, &theirs, their_time, "usual", CODEC_USUAL);
	measure_level(c, &theirs, their_time, "max", CODEC_MAX);
	free(theirs.data);
	free(theirs.sizes);
}

int main(int argc, char **argv)
{
	static const char *const kinds[] = {"xpress", "lzx", "lzms"};
	struct content c;

	if (argc < 4)
		die("usage: codec FILE KIND CHUNK-SIZE [ROUNDS]");
	while (kind < CODEC_KINDS && strcmp(argv[2], kinds[kind]))
		kind++;
	chunk = strtoul(argv[3], NULL, 0);
	if (kind == CODEC_KINDS || !chunk)
		die("there is no such codec, or no such size");
	if (argc > 4)
		rounds = atoi(argv[4]);
	if (!libwim_load(&lib))
		die("libwim.so.15 is not installed");
	c = load(argv[1]);
	printf("%s, chunks of %zu, %.1f MB:\n", argv[2], chunk,
	       (double)c.size / 1e6);
	measure(&c);
	free(c.data);
	return 0;
}
