// SPDX-License-Identifier: MIT
//
// The descriptors of new files.

#include "change.h"

int ntfs_secure_inherit(struct ntfs_change *c, uint64_t folder, bool is_folder,
			uint32_t *ret_id, struct err *err)
{
	struct ntfs_stat s;
	int r = ntfs_stat(c->n, folder, &s, err);

	if (!r)
		*ret_id = s.security_id;
	return r;
}
