// SPDX-License-Identifier: MIT
//
// A VHDX's header: the input is the second one of a good disk, with magic and
// checksum made right and a number that makes it the current one.

#include "fuzz/vhdx_part.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vhdx_header_disk h = {0};

	if (size > sizeof(h))
		return 0;
	memcpy(&h, data, size);
	memcpy(h.signature, "head", 4);
	h.sequence = to_le64(UINT64_MAX);
	h.checksum = to_le32(vhdx_checksum((const uint8_t *)&h, sizeof(h)));
	CHECK(!disk_write(template(), VHDX_HEADER_2, &h, sizeof(h), NULL));
	try_template();
	return 0;
}
