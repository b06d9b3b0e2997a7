// SPDX-License-Identifier: MIT
//
// The EFI system partition: made new, filled for the system that will boot.

#include "plan_priv.h"

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
	struct fat *esp;
	int r = progress_report(progress, "Writing boot files", 0, 0);

	if (!r)
		r = fat_format(p->esp_disk, &options, err);
	if (!r)
		r = fat_open(p->esp_disk, &esp, err);
	if (r)
		return r;
	r = p->answer->system == BOOT_LINUX ? boot_linux(p, esp, err)
					    : boot_windows(p, esp, err);
	if (!r)
		r = fat_sync(esp, err);
	fat_close(esp);
	return r;
}
