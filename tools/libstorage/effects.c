// SPDX-License-Identifier: MIT
//
// What the verbs do to the world.

#include "bootsect.h"
#include "ntfs_resize.h"
#include "storage.h"
#include "storage_state.h"

static int list_machine(struct settle *settle, const char *root,
			struct inventory **ret, struct err *err)
{
	int r = settle_wait(settle, NULL, err);

	return r ? r : inventory_read(root, ret, err);
}

const struct storage_effects storage_effects = {
	.probe = part_probe,
	.find_missed = storage_find_missed,
	.wipe = part_wipe,
	.write_table = part_table_write,
	.write_mbr_code = bootsect_write_mbr,
	.format_ntfs = ntfs_format,
	.format_fat = fat_format,
	.write_boot_code = bootsect_write_volume,
	.extend_ntfs = ntfs_extend,
	.query_ntfs = ntfs_shrink_query,
	.shrink_ntfs = ntfs_shrink,
	.extend_fat = fat_extend,
	.create_file = disk_create_file,
	.create_virtual = vdisk_create,
	.open_virtual = vdisk_open,
	.create_virtual_in = vdisk_create_file,
	.create_child = vdisk_child_create,
	.open_server = ublk_server_open,
	.stop = ublk_stop,
	.wait_server = ublk_server_wait,
	.close_server = ublk_server_close,
	.list_machine = list_machine,
	.sequence = machine_sequence,
	.show_volumes = machine_show_volumes,
	.hide_volume = machine_hide_volume,
	.whole = address_whole,
	.open_place = address_open,
	.finish_place = address_finish,
	.close_place = address_close,
	.read_letters = address_letters_read,
	.assign_letter = address_letter_assign,
	.remove_letter = address_letter_remove,
	.read_state = storage_state_read,
	.put_state = storage_state_put,
};
