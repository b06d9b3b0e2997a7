// SPDX-License-Identifier: MIT
//
// The end of a mounted image's file of changes, whose checksum is made right. What
// is accepted survives being written again.

#include <stdlib.h>
#include <string.h>

#include "libimage/mount/mount.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The first 8 bytes are the size of the file.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t raw[MOUNT_LABEL], again[MOUNT_LABEL];
	struct mount_label l, m;
	uint64_t file;
	int r;

	if (size < MOUNT_LABEL + 8)
		return 0;
	file = load_le64(data);
	memcpy(raw, data + 8, sizeof(raw));
	store_le32(raw + 96, crc32_update(0, raw, 96));
	r = image_mount_label_decode(raw, file, &l, NULL);
	if (r && r != -EBADMSG)
		abort();
	if (r)
		return 0;
	image_mount_label_encode(&l, again);
	if (image_mount_label_decode(again, file, &m, NULL) ||
	    m.volume != l.volume || m.index != l.index ||
	    memcmp(m.layout, l.layout, sizeof(l.layout)))
		abort();
	return 0;
}
