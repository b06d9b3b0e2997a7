// SPDX-License-Identifier: MIT
//
// The content of an image goes to its final places.

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
// each of them.
static int write_piece(void *ctx, const struct wim_blob *blob, uint64_t off,
		       const void *data, size_t len, struct err *err)
{
	struct apply *a = ctx;

	for (size_t i = first_target(a, blob);
	     i < a->target_count && a->targets[i].blob == blob; i++) {
		int r = ntfs_build_write(a->build, a->targets[i].stream, off,
					 data, len, err);

		if (r)
			return r;
	}
	return 0;
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

int image_extract(struct wim *w, const struct wim_blob *const *blobs,
		  size_t count, const struct wim_sink *sink, const char *stage,
		  struct pool *pool, struct progress *progress, struct err *err)
{
	struct relabelled relabelled = {
		.progress = {.report = report, .ctx = &relabelled},
		.outer = progress,
		.stage = stage,
	};

	return wim_extract(w, blobs, count, sink, pool, &relabelled.progress,
			   err);
}

static int extract(struct apply *a, const struct wim_sink *sink,
		   const char *stage, struct pool *pool,
		   struct progress *progress, struct err *err)
{
	const struct wim_blob **blobs;
	size_t count = 0;
	int r;

	blobs = mem_array(a->target_count, sizeof(*blobs));
	if (!blobs)
		return err_nomem(err);
	for (size_t i = 0; i < a->target_count; i++)
		if (!i || a->targets[i].blob != a->targets[i - 1].blob)
			blobs[count++] = a->targets[i].blob;
	r = image_extract(a->wim, blobs, count, sink, stage, pool, progress,
			  err);
	mem_free(blobs);
	return r;
}

int apply_content(struct apply *a, struct pool *pool, struct progress *progress,
		  struct err *err)
{
	const struct wim_sink sink = {write_piece, a};

	return extract(a, &sink, "Applying image", pool, progress, err);
}

int apply_verify(struct apply *a, struct pool *pool, struct progress *progress,
		 struct err *err)
{
	const struct wim_sink sink = {drop_piece, NULL};

	return extract(a, &sink, "Checking image", pool, progress, err);
}
