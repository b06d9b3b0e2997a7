// SPDX-License-Identifier: MIT
//
// The content of an image goes to its final places.

#include "compact/compact.h"
#include "image_priv.h"

// Returns the first target of a blob; there is one for each blob extracted.
static size_t first_target(const struct apply *a, const struct wim_blob *blob)
{
	size_t low = 0, high = a->target_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (a->targets[middle].blob < blob)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

// Files of the same content are one blob: it is decoded once, and written to
// each of them. *ret_packed: whether some are compressed; `is_pressed` are written to.
static int write_targets(struct apply *a, const struct wim_blob *blob,
			 bool is_pressed, uint64_t off, const void *data,
			 size_t len, bool *ret_others, struct err *err)
{
	for (size_t i = first_target(a, blob);
	     i < a->target_count && a->targets[i].blob == blob; i++) {
		int r;

		if (a->targets[i].is_pressed != is_pressed) {
			*ret_others = true;
			continue;
		}
		r = ntfs_build_write(a->build, a->targets[i].stream, off, data,
				     len, err);
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

// Only the hashes are of interest.
static int drop_piece(void *ctx, const struct wim_blob *blob, uint64_t off,
		      const void *data, size_t len, struct err *err)
{
	return 0;
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

// Lists all content of an image once. Returns NULL when there is no memory.
static const struct wim_blob **list_blobs(const struct apply *a,
					  size_t *ret_count)
{
	const struct wim_blob **blobs =
		mem_array(a->target_count, sizeof(*blobs));
	size_t count = 0;

	for (size_t i = 0; blobs && i < a->target_count; i++)
		if (!i || a->targets[i].blob != a->targets[i - 1].blob)
			blobs[count++] = a->targets[i].blob;
	*ret_count = count;
	return blobs;
}

int apply_content(struct apply *a, struct pool *pool, struct progress *progress,
		  struct err *err)
{
	const struct compact_out out = {a->compact, write_pressed, a};
	const struct wim_chunk_sink sink = {{write_piece, a}, write_chunk};
	const char *stage = "Applying image";
	const struct wim_blob **blobs;
	size_t count;
	int r = a->compact ? image_compact_write_tables(&out, err) : 0;

	if (r)
		return r;
	blobs = list_blobs(a, &count);
	if (!blobs)
		return err_nomem(err);
	r = a->compact ? image_extract_chunks(a->wim, blobs, count, &sink,
					      stage, pool, progress, err)
		       : image_extract(a->wim, blobs, count, &sink.sink, stage,
				       pool, progress, err);
	mem_free(blobs);
	return r;
}

int apply_verify(struct apply *a, struct pool *pool, struct progress *progress,
		 struct err *err)
{
	const struct wim_sink sink = {drop_piece, NULL};
	const struct wim_blob **blobs;
	size_t count;
	int r;

	blobs = list_blobs(a, &count);
	if (!blobs)
		return err_nomem(err);
	r = image_extract(a->wim, blobs, count, &sink, "Checking image", pool,
			  progress, err);
	mem_free(blobs);
	return r;
}
