// SPDX-License-Identifier: MIT
//
// An empty volume is one that is built without files.

#include "build.h"

int ntfs_format(struct disk *dev, const struct ntfs_build_options *options,
		struct err *err)
{
	struct ntfs_build *b;
	int r = ntfs_build_new(dev, options, &b, err);

	if (r)
		return r;
	r = ntfs_build_layout(b, err);
	if (!r)
		r = ntfs_build_begin(b, err);
	if (!r)
		r = ntfs_build_finish(b, NULL, err);
	ntfs_build_free(b);
	return r;
}
