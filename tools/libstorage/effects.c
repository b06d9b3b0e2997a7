// SPDX-License-Identifier: MIT
//
// What the verbs do to the world.

#include "bootsect.h"
#include "storage.h"

const struct storage_effects storage_effects = {
	.probe = part_probe,
	.find_missed = storage_find_missed,
	.wipe = part_wipe,
	.write_table = part_table_write,
	.write_mbr_code = bootsect_write_mbr,
	.format_ntfs = ntfs_format,
	.format_fat = fat_format,
	.write_boot_code = bootsect_write_volume,
	.create_file = disk_create_file,
	.create_virtual = vdisk_create,
	.open_virtual = vdisk_open,
	.create_virtual_in = vdisk_create_file,
	.create_child = vdisk_child_create,
	.open_server = ublk_server_open,
	.stop = ublk_stop,
	.wait_server = ublk_server_wait,
	.close_server = ublk_server_close,
};
