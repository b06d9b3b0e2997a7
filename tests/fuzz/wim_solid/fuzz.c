// SPDX-License-Identifier: MIT
//
// Solid resources: the input is a file without its header, which ends with the
// blob table, whose number of entries its last byte tells. All content is read.

#include <string.h>

#include "fuzz/wim_use.h"
#include "libwim/wim_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_content(struct wim *w)
{
	const struct wim_blob **blobs =
		mem_array(w->blob_count, sizeof(*blobs));
	struct wim_sink sink = {drop, NULL};
	uint64_t total = 0;

	for (size_t i = 0; i < w->blob_count; i++) {
		blobs[i] = &w->blobs[i];
		if (blobs[i]->solid)
			total += w->solids[blobs[i]->solid - 1].size;
	}
	if (total < 16 << 20)
		expect(wim_extract(w, blobs, w->blob_count, &sink, NULL, NULL,
				   NULL));
	mem_free(blobs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wim_header_disk h = {.magic = WIM_MAGIC,
				    .header_size = to_le32(sizeof(h)),
				    .version = to_le32(WIM_VERSION_SOLID),
				    .part = to_le16(1),
				    .parts = to_le16(1)};
	uint64_t table = size ? data[size - 1] * sizeof(struct blob_disk) : 0;
	struct disk *disk;
	struct wim *w;

	if (!size || size > 1 << 20 || table > size - 1)
		return 0;
	h.blobs.size = to_le64(table);
	h.blobs.offset = to_le64(sizeof(h) + size - 1 - table);
	memcpy(h.blobs.stored_size, h.blobs.size.b, 7);
	if (disk_memory(sizeof(h) + size - 1, 512, &disk, NULL))
		return 0;
	best_effort(disk_write(disk, 0, &h, sizeof(h), NULL));
	best_effort(disk_write(disk, sizeof(h), data, size - 1, NULL));
	if (!wim_open(disk, &w, NULL)) {
		read_content(w);
		wim_close(w);
	}
	disk_close(disk);
	return 0;
}
