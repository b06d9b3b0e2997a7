// SPDX-License-Identifier: MIT
//
// The EFI system partition: made new, filled for the system that will boot.

#include "plan_priv.h"

// FAT32 has 65,525 clusters or more (Microsoft's FAT specification, 3.5), and
// fat_format stays away from that number. Each is a sector at least, and has
// four bytes in both tables.
#define FAT32_CLUSTERS 65600u

static uint64_t least_esp(uint32_t sector_size)
{
	return round_up((uint64_t)FAT32_CLUSTERS * (sector_size + 8), 1u << 20);
}

int boot_check_room(const struct plan *p, uint64_t bytes, struct err *err)
{
	uint64_t size = p->answer->efi_size;
	uint64_t least = least_esp(p->target.disk->sector_size);

	if (size < least)
		return err_set(err, -ENOSPC, "[disk] efi-size", ERR_NOWHERE,
			       "FAT32 needs %llu MB on this disk",
			       (unsigned long long)least >> 20);
	if (bytes > size / 10 * 9) // the rest: folders, the store, tables
		return err_set(err, -ENOSPC, "[disk] efi-size", ERR_NOWHERE,
			       "the boot files fill %llu MB",
			       (unsigned long long)bytes >> 20);
	return 0;
}

int boot_check(const struct plan *p, struct err *err)
{
	return p->answer->system == BOOT_LINUX ? boot_linux_check(p, err)
					       : boot_windows_check(p, err);
}

int boot_write(struct plan *p, struct progress *progress, struct err *err)
{
	const struct fat_format_options options = {
		.bits = 32,
		.label = "SYSTEM",
		.serial = (uint32_t)p->esp_serial,
		.hidden_sectors = p->esp->start / p->target.disk->sector_size,
		.time = filetime_to_unix(p->time),
	};
	struct volume *esp;
	int r = progress_report(progress, "Writing boot files", 0, 0);

	if (!r)
		r = fat_format(p->esp_disk, &options, err);
	if (!r)
		r = volume_open(p->esp_disk, &esp, err);
	if (r)
		return r;
	r = volume_change_begin(esp, err);
	if (!r)
		r = p->answer->system == BOOT_LINUX
			    ? boot_linux(p, esp->fat, err)
			    : boot_windows(p, esp, err);
	if (!r)
		r = volume_sync(esp, err);
	volume_close(esp);
	return r;
}
