// SPDX-License-Identifier: MIT
//
// Files that Windows' overlay filter holds compressed; read/wof.c tells their form.

#include <string.h>

#include "build.h"

static int add_reparse(struct ntfs_build *b, uint32_t node,
		       enum ntfs_wof_algorithm algorithm, struct err *err)
{
	struct {
		struct ntfs_reparse_disk head;
		struct ntfs_wof_disk wof;
	} point = {
		.head = {.tag = to_le32(NTFS_TAG_WOF),
			 .length = to_le16(sizeof(struct ntfs_wof_disk))},
		.wof = {.version = to_le32(NTFS_WOF_VERSION),
			.provider = to_le32(NTFS_WOF_PROVIDER_FILE),
			.provider_version = to_le32(NTFS_WOF_VERSION),
			.algorithm = to_le32(algorithm)},
	};
	struct ntfs_stream_spec spec = {.kind = NTFS_STREAM_REPARSE,
					.size = sizeof(point),
					.content = &point};
	uint32_t stream;

	return ntfs_build_stream(b, node, &spec, &stream, err);
}

int ntfs_build_wof(struct ntfs_build *b, uint32_t node, uint64_t size,
		   uint64_t stored, enum ntfs_wof_algorithm algorithm,
		   uint64_t order, uint32_t *ret_stream, struct err *err)
{
	le16 name[sizeof(NTFS_WOF_STREAM)];
	struct ntfs_stream_spec hole = {
		.kind = NTFS_STREAM_DATA, .size = size, .hole = true};
	struct ntfs_stream_spec chunks = {
		.kind = NTFS_STREAM_DATA,
		.name = name,
		.name_len = ntfs_ascii_units(NTFS_WOF_STREAM, name),
		.size = stored,
		.order = order,
	};
	uint32_t unused;
	int r = ntfs_build_stream(b, node, &hole, &unused, err);

	if (!r)
		r = ntfs_build_stream(b, node, &chunks, ret_stream, err);
	return r ? r : add_reparse(b, node, algorithm, err);
}
