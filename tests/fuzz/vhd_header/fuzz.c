// SPDX-License-Identifier: MIT
//
// A VHD's dynamic header, whose checksum is made right, of a disk of 20 MiB in a
// file of 1 MiB. The first byte says whether it has a parent.

#include <string.h>

#include "libvdisk/vhd/vhd_disk.h"
#include "libvdisk/vhd/vhd_priv.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

#define FILE_SIZE (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vhd_footer footer = {.current_size = 20u << 20,
				    .size = 20u << 20,
				    .header_offset = 512,
				    .type = VDISK_DYNAMIC};
	struct vhd_header_disk disk = {0};
	struct vhd_header h;
	uint64_t blocks;
	int r;

	if (!size || size > 1 + sizeof(disk))
		return 0;
	if (data[0] & 1)
		footer.type = VDISK_DIFFERENCING;
	memcpy(&disk, data + 1, size - 1);
	disk.checksum = to_be32(vhd_checksum(&disk, sizeof(disk),
					     offsetof(struct vhd_header_disk,
						      checksum)));
	r = vhd_header_decode(&disk, &footer, FILE_SIZE, &h, NULL);
	CHECK(!r || r == -EBADMSG || r == -ENOTSUP || r == -EFBIG ||
	      r == -ENOMEM);
	if (r)
		return 0;
	CHECK(is_power_of_two(h.block_size) && h.block_size >= VHD_SECTOR);
	blocks = (footer.size + h.block_size - 1) / h.block_size;
	CHECK(blocks <= h.table_entries);
	CHECK(range_ok(h.table_offset, blocks * sizeof(be32), FILE_SIZE));
	CHECK(memchr(h.parent, 0, sizeof(h.parent)));
	return 0;
}
