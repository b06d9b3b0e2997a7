// SPDX-License-Identifier: MIT
//
// A machine that boots Windows natively from the VHD: boot files out of the
// volume that was just written, and a store whose loader names the VHD.

#include "plan_priv.h"

static const char boot_manager[] = "\\Windows\\Boot\\EFI\\bootmgfw.efi";

// Where the folders that bcdboot_write copies are in the image.
static const char *const folders[] = {
	"\\Windows\\Boot\\EFI",
	"\\Windows\\Boot\\Fonts",
	"\\Windows\\Boot\\Resources",
};

#define MAX_DEPTH 8 // as bcdboot_write follows them

static uint64_t file_size(const struct wim_dentry *d)
{
	uint64_t size = d->stream_count && d->streams[0].blob
				? d->streams[0].blob->size
				: 0;

	return round_up(size, 4096); // a cluster
}

static uint64_t folder_size(const struct wim_dentry *d, unsigned depth)
{
	uint64_t size = 4096;

	for (size_t i = 0; i < d->child_count && depth < MAX_DEPTH; i++) {
		const struct wim_dentry *c = d->children[i];

		size += c->attributes & NTFS_ATTR_DIRECTORY
				? folder_size(c, depth + 1)
				: file_size(c);
	}
	return size;
}

int boot_windows_check(const struct plan *p, struct err *err)
{
	const struct wim_dentry *manager = apply_find(p->apply, boot_manager);
	uint64_t size;

	if (!manager)
		return err_set(err, -ENOENT, p->answer->image_file, ERR_NOWHERE,
			       "image %u has no %s: it cannot boot as Windows "
			       "by UEFI",
			       p->image, boot_manager);
	size = file_size(manager); // once more as the fallback
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		const struct wim_dentry *d = apply_find(p->apply, folders[i]);

		if (d)
			size += folder_size(d, 0);
	}
	return boot_check_room(p, size, err);
}

static const char *describe(const struct plan *p)
{
	const struct wim_image_info *info = wim_get_image_info(p->wim,
							       p->image);

	if (p->answer->description)
		return p->answer->description;
	return info->name[0] ? info->name : "Windows";
}

int boot_windows(struct plan *p, struct volume *esp, struct err *err)
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
