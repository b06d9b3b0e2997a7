// SPDX-License-Identifier: MIT
//
// A whole file: opened, its first image loaded, its content extracted and its
// integrity table checked.

#include "fuzz/wim_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk *disk;
	struct wim *w;
	int r;

	if (size > 1 << 20 || disk_memory(size, 512, &disk, NULL))
		return 0;
	best_effort(disk_write(disk, 0, data, size, NULL));
	r = wim_open(disk, &w, NULL);
	expect(r);
	if (!r) {
		wim_use(w);
		wim_close(w);
	}
	disk_close(disk);
	return 0;
}
