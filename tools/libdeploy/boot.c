// SPDX-License-Identifier: MIT
//
// The system partition: made new, filled for what will boot.

#include "plan_priv.h"

// FAT32 has 65,525 clusters or more (Microsoft's FAT specification, 3.5), and
// fat_format stays away from that number. Each is a sector at least, and has
// four bytes in both tables.
#define FAT32_CLUSTERS 65600u

#define NTFS_LEAST (UINT64_C(20) << 20) // what it keeps for itself, and a margin

static uint64_t least_esp(uint32_t sector_size)
{
	return round_up((uint64_t)FAT32_CLUSTERS * (sector_size + 8), 1u << 20);
}

static int check_room(const struct plan *p, uint64_t bytes, struct err *err)
{
	bool is_ntfs = p->answer->system_format == ANSWER_NTFS;
	uint64_t size = p->answer->system_size;
	uint64_t least = is_ntfs ? NTFS_LEAST
				 : least_esp(p->target.disk->sector_size);
	const char *key = p->answer->layout == ANSWER_MBR ? "[disk] system-size"
							  : "[disk] efi-size";

	if (size < least)
		return err_set(err, -ENOSPC, key, ERR_NOWHERE,
			       "%s needs %llu MB on this disk",
			       is_ntfs ? "NTFS" : "FAT32",
			       (unsigned long long)least >> 20);
	// the rest: folders, the store, tables, NTFS' log
	if (bytes > (is_ntfs ? size - least : size) / 10 * 9)
		return err_set(err, -ENOSPC, key, ERR_NOWHERE,
			       "the boot files fill %llu MB",
			       (unsigned long long)bytes >> 20);
	return 0;
}

int boot_check(struct plan *p, struct err *err)
{
	uint64_t bytes = 0;
	int r = p->answer->system == BOOT_LINUX
			? boot_linux_check(p, &bytes, err)
			: boot_windows_check(p, &bytes, err);

	if (!r && p->answer->layout == ANSWER_MBR)
		r = boot_bios_check(p, err);
	if (!r && p->answer->environment)
		r = boot_environment_check(p, &bytes, err);
	return r ? r : check_room(p, bytes, err);
}

static int fill(struct plan *p, struct volume *esp, struct err *err)
{
	int r;

	if (p->answer->system == BOOT_LINUX)
		return boot_linux(p, esp, err);
	r = boot_windows(p, esp, err);
	if (!r && p->answer->environment)
		r = boot_environment(p, esp, err);
	return r;
}

static int format(struct plan *p, struct err *err)
{
	uint64_t hidden = p->esp->start / p->target.disk->sector_size;
	const struct fat_format_options fat = {
		.bits = 32,
		.label = "SYSTEM",
		.serial = (uint32_t)p->system_serial,
		.hidden_sectors = hidden,
		.time = filetime_to_unix(p->time),
	};
	const struct ntfs_build_options ntfs = {
		.label = "System",
		.serial = plan_number(&p->seed, "system"),
		.hidden_sectors = hidden,
		.time = p->time,
	};

	return p->answer->system_format == ANSWER_NTFS
		       ? ntfs_format(p->esp_disk, &ntfs, err)
		       : fat_format(p->esp_disk, &fat, err);
}

int boot_write(struct plan *p, struct progress *progress, struct err *err)
{
	struct volume *esp;
	int r = progress_report(progress, "Writing boot files", 0, 0);

	if (!r)
		r = format(p, err);
	if (!r)
		r = volume_open(p->esp_disk, &esp, err);
	if (r)
		return r;
	r = volume_change_begin(esp, err);
	if (!r)
		r = fill(p, esp, err);
	if (!r)
		r = volume_sync(esp, err);
	volume_close(esp);
	if (!r && p->answer->layout == ANSWER_MBR)
		r = boot_bios(p, err);
	return r;
}
