// SPDX-License-Identifier: MIT
//
// One image onto one device, from beginning to end. Up to ntfs_build_begin
// nothing is written: an image that does not fit, that NTFS cannot hold or that
// is damaged (options->verify) leaves the device as it was.

#include "image.h"

int apply_image(struct wim *w, uint32_t index, struct disk *volume,
		const struct apply_options *options, struct progress *progress,
		struct apply_result *ret, struct err *err)
{
	struct ntfs_build *b = NULL;
	struct apply *a = NULL;
	struct pool *pool = NULL;
	struct apply_compact compact = {.algorithm = options->algorithm,
					.progress = progress};
	int r = ntfs_build_new(volume, &options->volume, &b, err);

	if (!r)
		r = pool_new(options->threads, &pool, err);
	compact.pool = pool;
	if (!r)
		r = apply_tree(w, index, b, options->compact ? &compact : NULL,
			       &a, err);
	if (!r)
		r = ntfs_build_layout(b, err);
	if (!r && options->verify)
		r = apply_verify(a, pool, progress, err);
	if (!r)
		r = ntfs_build_begin(b, err);
	if (!r)
		r = apply_content(a, pool, progress, err);
	if (!r)
		r = ntfs_build_finish(b, progress, err);
	if (!r)
		*ret = *apply_get_result(a);
	pool_free(pool);
	apply_free(a);
	ntfs_build_free(b);
	return r;
}
