// SPDX-License-Identifier: MIT
//
// A volume with one empty file, of two names: \l1 and \l2.

#ifndef TWO_NAMES_H
#define TWO_NAMES_H

#include "ntfs.h"
#include "test.h"

static inline void build_two_names(struct disk *d, uint64_t time)
{
	struct ntfs_build_options o = {.serial = 1, .cluster_size = 512};
	struct ntfs_node_spec spec = {0,    time, time,
				      time, time, NTFS_NO_SECURITY};
	struct err err = {0};
	struct ntfs_build *b;
	uint32_t node;

	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	for (unsigned i = 0; i < 2; i++) {
		le16 units[2] = {to_le16('l'), to_le16((uint16_t)('1' + i))};
		struct ntfs_name name = {units, 2, NULL, 0};

		check_ok(ntfs_build_link(b, node, NTFS_ROOT, &name, &err),
			 &err);
	}
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
}

#endif
