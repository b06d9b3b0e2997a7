// SPDX-License-Identifier: MIT
//
// An integrity table: the input is one, of a file whose content never matches.

#include <stdlib.h>
#include <string.h>

#include "libwim/wim_priv.h"

#define CONTENT 4000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wim_header_disk h = {.magic = WIM_MAGIC,
				    .header_size = to_le32(sizeof(h)),
				    .version = to_le32(WIM_VERSION),
				    .part = to_le16(1),
				    .parts = to_le16(1)};
	struct disk *disk;
	struct wim *w;
	int r;

	if (!size || size > 1 << 16)
		return 0;
	h.blobs.offset = to_le64(sizeof(h) + CONTENT);
	h.integrity.size = to_le64(size);
	h.integrity.offset = to_le64(sizeof(h) + CONTENT);
	memcpy(h.integrity.stored_size, h.integrity.size.b, 7);
	if (disk_memory(sizeof(h) + CONTENT + size, 512, &disk, NULL))
		return 0;
	best_effort(disk_write(disk, 0, &h, sizeof(h), NULL));
	best_effort(disk_write(disk, sizeof(h) + CONTENT, data, size, NULL));
	r = wim_open(disk, &w, NULL);
	if (r)
		abort();
	r = wim_integrity_check(w, NULL, NULL, NULL);
	if (r && r != -EBADMSG && r != -EFBIG)
		abort();
	wim_close(w);
	disk_close(disk);
	return 0;
}
