// SPDX-License-Identifier: MIT
//
// What a VHD refuses to make, and what a child keeps of its parent.

#include "unit/libvdisk/create.h"

static const struct create_row rows[] = {
	{512, 0, 0, 0},
	{0, 0, 0, -EINVAL},
	{1000, 0, 0, -EINVAL},
	{VDISK_MAX_VHD_SIZE + 512, 0, 0, -EFBIG},
	{4096, 4u << 20, 0, -EINVAL},
	{4096, 600u << 10, 0, -EINVAL},
};

int main(void)
{
	check_create(VDISK_VHD, rows, sizeof(rows) / sizeof(rows[0]));
	return 0;
}
