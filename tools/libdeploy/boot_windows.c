// SPDX-License-Identifier: MIT
//
// A machine that boots Windows natively from the VHD: boot files out of the
// volume that was just written, and a store whose loader names the VHD.

#include "plan_priv.h"

static const char boot_manager[] = "\\Windows\\Boot\\EFI\\bootmgfw.efi";

int boot_windows_check(const struct plan *p, struct err *err)
{
	if (apply_find(p->apply, boot_manager))
		return 0;
	return err_set(err, -ENOENT, p->answer->image_file, ERR_NOWHERE,
		       "image %u has no %s: it cannot boot as Windows by UEFI",
		       p->image, boot_manager);
}

static const char *describe(const struct plan *p)
{
	const struct wim_image_info *info = wim_get_image_info(p->wim,
							       p->image);

	if (p->answer->description)
		return p->answer->description;
	return info->name[0] ? info->name : "Windows";
}

int boot_windows(struct plan *p, struct fat *esp, struct err *err)
{
	const struct bcd_device system = {
		.kind = BCD_DEVICE_PARTITION,
		.table = BCD_TABLE_GPT,
		.partition = p->esp->id,
		.disk = p->disk_id,
	};
	const struct bcd_device host = {
		.kind = BCD_DEVICE_PARTITION,
		.table = BCD_TABLE_GPT,
		.partition = p->data->id,
		.disk = p->disk_id,
	};
	const struct bcd_device windows = {
		.kind = BCD_DEVICE_VHD,
		.path = p->answer->vhd_path,
		.host = &host,
	};
	const struct bcdboot_options options = {
		.entry = {
			.firmware = BCD_UEFI,
			.description = describe(p),
			.locale = p->answer->locale,
			.system = &system,
			.windows = &windows,
			.loader = p->loader_id,
			.timeout = p->answer->timeout,
		},
		.windows = "\\Windows",
		.time = p->time,
	};
	struct ntfs *guest;
	int r = ntfs_open(p->guest_disk, &guest, err);

	if (r)
		return r;
	r = bcdboot_write(guest, esp, &options, err);
	ntfs_close(guest);
	return r;
}
