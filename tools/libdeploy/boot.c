// SPDX-License-Identifier: MIT
//
// The system partition: made new, filled for what will boot.

#include "plan_priv.h"

// FAT32 has 65,525 clusters or more (Microsoft's FAT specification, 3.5), and
// fat_format stays away from that number. Each is a sector at least, and has
// four bytes in both tables.
#define FAT32_CLUSTERS 65600u

#define NTFS_LEAST                                                             \
	(UINT64_C(20) << 20) // what it keeps for itself, and a margin

static uint64_t least_esp(uint32_t sector_size)
{
	return round_up((uint64_t)FAT32_CLUSTERS * (sector_size + 8), 1u << 20);
}

static const char *size_key(const struct plan *p)
{
	return p->answer->layout == ANSWER_MBR ? "[disk] system-size"
					       : "[disk] efi-size";
}

static int no_room(const struct plan *p, uint64_t bytes, struct err *err)
{
	return err_set(err, -ENOSPC, size_key(p), ERR_NOWHERE,
		       "the boot files fill %llu MB",
		       (unsigned long long)bytes >> 20);
}

static int check_room(const struct plan *p, uint64_t bytes, struct err *err)
{
	bool is_ntfs = p->answer->system_format == ANSWER_NTFS;
	uint64_t size = p->answer->system_size;
	uint64_t least = is_ntfs ? NTFS_LEAST
				 : least_esp(p->target.disk->sector_size);

	if (size < least)
		return err_set(err, -ENOSPC, size_key(p), ERR_NOWHERE,
			       "%s needs %llu MB on this disk",
			       is_ntfs ? "NTFS" : "FAT32",
			       (unsigned long long)least >> 20);
	// the rest: folders, tables, NTFS' log, and what the store's next
	// change takes
	if (bytes > (is_ntfs ? size - least : size) / 10 * 9)
		return no_room(p, bytes, err);
	return 0;
}

static int write_to(struct plan *p, struct disk *disk, bool dry,
		    struct err *err);

// Writes the system partition to a scratch disk: what does not fit, or is not
// in the image, is known before the old content is gone.
static int rehearse(struct plan *p, uint64_t bytes, struct err *err)
{
	struct disk *zeroes, *scratch;
	struct err inner = {0};
	int r = disk_zeroes(p->esp->size, p->target.disk->sector_size, &zeroes,
			    err);

	if (r)
		return r;
	r = disk_scratch(zeroes, &scratch, &inner);
	if (!r) {
		r = write_to(p, scratch, true, &inner);
		disk_close(scratch);
	}
	disk_close(zeroes);
	if (r == -ENOSPC)
		return no_room(p, bytes, err);
	if (r == -ENOMEM)
		return err_nomem(err);
	return r ? err_set(err, r, "boot files", inner.where, "%s: %s",
			   inner.what, inner.why)
		 : 0;
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
	if (!r)
		r = check_room(p, bytes, err);
	return r ? r : rehearse(p, bytes, err);
}

static int fill(const struct boot_job *job, struct err *err)
{
	int r = job->plan->answer->system == BOOT_LINUX
			? boot_linux(job, err)
			: boot_windows(job, err);

	if (!r && job->plan->answer->environment)
		r = boot_environment(job, err);
	return r ? r : deployed_write(job, err);
}

static int format(const struct plan *p, struct disk *disk, struct err *err)
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
		       ? ntfs_format(disk, &ntfs, err)
		       : fat_format(disk, &fat, err);
}

static int write_to(struct plan *p, struct disk *disk, bool dry,
		    struct err *err)
{
	struct boot_job job = {.plan = p, .disk = disk, .dry = dry};
	int r = format(p, disk, err);

	if (!r)
		r = volume_open(disk, &job.esp, err);
	if (r)
		return r;
	r = tree_begin(job.esp, err);
	if (!r)
		r = fill(&job, err);
	if (!r)
		r = tree_sync(job.esp, err);
	tree_close(job.esp);
	if (!r && p->answer->layout == ANSWER_MBR)
		r = boot_bios(&job, err);
	return r;
}

int boot_write(struct plan *p, struct progress *progress, struct err *err)
{
	int r = progress_report(progress, "Writing boot files", 0, 0);

	return r ? r : write_to(p, p->esp_disk, false, err);
}
