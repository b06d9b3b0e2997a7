// SPDX-License-Identifier: MIT
//
// Symbolic links and junctions: the first byte chooses, the rest is the reparse
// data.

#include "libntfs/read/reparse.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ntfs_reparse point = {0};
	struct ntfs_link link = {0};
	uint8_t *copy;
	int r;

	if (!size)
		return 0;
	copy = malloc(size); // as large as it is: one byte behind is seen
	check(copy);
	memcpy(copy, data + 1, size - 1);
	point.tag = data[0] & 1 ? NTFS_TAG_SYMLINK : NTFS_TAG_MOUNT_POINT;
	point.data = copy;
	point.size = size - 1;
	r = ntfs_link_decode(&point, &link, NULL);
	check(!r || r == -EBADMSG);
	check(r || (link.target && *link.target));
	mem_free(link.target);
	free(copy);
	return 0;
}
