// SPDX-License-Identifier: MIT
//
// What a VHDX refuses to make, and what a child keeps of its parent.

#include "unit/libvdisk/create.h"

static const struct create_row rows[] = {
	{512, 0, 0, 0},
	{0, 0, 0, -EINVAL},
	{512, 0, 4096, -EINVAL},
	{4096, 0, 1024, -EINVAL},
	{VDISK_MAX_VHDX_SIZE + 512, 0, 0, -EFBIG},
	{VDISK_MAX_VHDX_SIZE, 1 << 20, 0, 0},
	{4096, 512u << 20, 0, -EINVAL},
	{4096, 3u << 20, 0, -EINVAL},
};

int main(void)
{
	check_create(VDISK_VHDX, rows, sizeof(rows) / sizeof(rows[0]));
	return 0;
}
