// SPDX-License-Identifier: MIT
//
// The content of an image goes to its final places.

#include "compact/compact.h"
#include "image_priv.h"

// Files of the same content are one blob: it is decoded once, and written to
// each of them that is compressed or not. *ret_others: there are some of the other kind.
static int write_targets(struct apply *a, const struct wim_blob *blob,
			 bool is_pressed, uint64_t off, const void *data,
			 size_t len, bool *ret_others, struct err *err)
{
	const struct target *t = image_targets_of(&a->targets, blob),
			    *end = a->targets.items + a->targets.count;

	for (; t < end && t->blob == blob; t++) {
		int r;

		if (t->is_pressed != is_pressed) {
			*ret_others = true;
			continue;
		}
		r = ntfs_build_write(a->build, t->stream, off, data, len, err);
		if (r)
			return r;
	}
	return 0;
}

static int write_pressed(void *ctx, const struct pressed *p, uint64_t off,
			 const void *data, size_t len, struct err *err)
{
	bool others;

	return write_targets(ctx, p->blob, true, off, data, len, &others, err);
}

static int write_piece(void *ctx, const struct wim_blob *blob, uint64_t off,
		       const void *data, size_t len, struct err *err)
{
	struct apply *a = ctx;
	const struct compact_out out = {a->compact, write_pressed, a};
	bool is_pressed = false;
	int r = write_targets(a, blob, false, off, data, len, &is_pressed, err);

	if (!r && is_pressed)
		r = image_compact_write(&out, blob, off, data, len, err);
	return r;
}

static int write_chunk(void *ctx, const struct wim_blob *blob, uint64_t off,
		       const void *chunk, size_t size, struct err *err)
{
	struct apply *a = ctx;
	const struct compact_out out = {a->compact, write_pressed, a};

	return image_compact_write_stored(&out, blob, off, chunk, size, err);
}

// The extraction's progress under the name of what the user asked for.
struct relabelled {
	struct progress progress, *outer;
	const char *stage;
};

static int report(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	const struct relabelled *r = ctx;

	return progress_report(r->outer, r->stage, done, total);
}

static struct relabelled relabel(struct progress *outer, const char *stage)
{
	return (struct relabelled){
		.progress = {.report = report},
		.outer = outer,
		.stage = stage,
	};
}

int image_extract(struct wim *w, const struct wim_blob *const *blobs,
		  size_t count, const struct wim_sink *sink, const char *stage,
		  struct pool *pool, struct progress *progress, struct err *err)
{
	struct relabelled other = relabel(progress, stage);

	other.progress.ctx = &other;
	return wim_extract(w, blobs, count, sink, pool, &other.progress, err);
}

int image_extract_chunks(struct wim *w, const struct wim_blob *const *blobs,
			 size_t count, const struct wim_chunk_sink *sink,
			 const char *stage, struct pool *pool,
			 struct progress *progress, struct err *err)
{
	struct relabelled other = relabel(progress, stage);

	other.progress.ctx = &other;
	return wim_extract_chunks(w, blobs, count, sink, pool, &other.progress,
				  err);
}

static int extract_chunks(struct apply *a, const char *stage,
			  const struct wim_chunk_sink *sink, struct pool *pool,
			  struct progress *progress, struct err *err)
{
	const struct wim_blob **blobs;
	size_t count;
	int r = image_targets_blobs(&a->targets, &blobs, &count, err);

	if (r)
		return r;
	r = image_extract_chunks(a->wim, blobs, count, sink, stage, pool,
				 progress, err);
	mem_free(blobs);
	return r;
}

int apply_content(struct apply *a, struct pool *pool, struct progress *progress,
		  struct err *err)
{
	const struct compact_out out = {a->compact, write_pressed, a};
	const struct wim_chunk_sink sink = {{write_piece, a}, write_chunk};
	const char *stage = "Applying image";
	int r = a->compact ? image_compact_write_tables(&out, err) : 0;

	if (r)
		return r;
	return a->compact
		       ? extract_chunks(a, stage, &sink, pool, progress, err)
		       : image_targets_extract(&a->targets, a->wim, &sink.sink,
					       stage, pool, progress, err);
}

int apply_verify(struct apply *a, struct pool *pool, struct progress *progress,
		 struct err *err)
{
	return image_targets_check(&a->targets, a->wim, pool, progress, err);
}
