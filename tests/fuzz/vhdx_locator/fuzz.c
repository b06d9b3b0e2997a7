// SPDX-License-Identifier: MIT
//
// The parent locator of a VHDX, whose type is made right.

#include <string.h>

#include "libvdisk/vhdx/vhdx_priv.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t type[16] = {0xb7, 0xef, 0x4a, 0xb0, 0x9e, 0xd1,
					 0x81, 0x4a, 0xb7, 0x89, 0x25, 0xb8,
					 0xe9, 0x44, 0x59, 0x13};
	struct vhdx v = {.locator_offset = 0, .locator_length = (uint32_t)size};
	struct vhdx_locator found;
	struct disk *file;
	int r;

	if (!size || size > 8192)
		return 0;
	CHECK(!disk_memory(8192 + 16, 512, &file, NULL));
	CHECK(!disk_write(file, 0, data, size, NULL));
	CHECK(!disk_write(file, 0, type, sizeof(type), NULL));
	r = vhdx_locator_read(file, &v, &found, NULL);
	CHECK(!r || r == -EBADMSG || r == -ENOMEM);
	if (!r)
		vdisk_parent_done(&found.paths);
	disk_close(file);
	return 0;
}
