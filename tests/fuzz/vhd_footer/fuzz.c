// SPDX-License-Identifier: MIT
//
// A VHD's footer, whose checksum is made right: what is decoded is the same
// after it was encoded and decoded again.

#include <string.h>

#include "libvdisk/vhd/vhd_disk.h"
#include "libvdisk/vhd/vhd_priv.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vhd_footer_disk disk = {0}, again;
	struct vhd_footer footer, same;
	int r;

	memcpy(&disk, data, size < sizeof(disk) ? size : sizeof(disk));
	disk.checksum = to_be32(vhd_checksum(&disk, sizeof(disk),
					     offsetof(struct vhd_footer_disk,
						      checksum)));
	r = vhd_footer_decode(&disk, 0, &footer, NULL);
	CHECK(!r || r == -ENOENT || r == -EBADMSG || r == -ENOTSUP);
	if (r)
		return 0;
	CHECK(footer.size && footer.size <= footer.current_size);
	CHECK(footer.size % VHD_SECTOR == 0);
	vhd_footer_encode(&footer, &again);
	CHECK(!vhd_footer_decode(&again, 0, &same, NULL));
	CHECK(same.size == footer.size && same.type == footer.type);
	CHECK(same.created == footer.created);
	CHECK(guid_equal(&same.id, &footer.id));
	return 0;
}
