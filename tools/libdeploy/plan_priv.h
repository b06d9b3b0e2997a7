// SPDX-License-Identifier: MIT
//
// Inside libdeploy: a plan is every structure of the new disk, laid out and
// identified, before anything is written.

#ifndef PLAN_PRIV_H
#define PLAN_PRIV_H

#include "deploy.h"
#include "fat.h"

struct plan {
	const struct answer *answer;
	struct plan_target target;

	struct guid disk_id, vhd_id, loader_id;
	uint64_t esp_serial, data_serial, guest_serial;
	uint64_t time; // FILETIME of what we make: the image's own

	struct disk *wim_file;
	struct wim *wim;
	uint32_t image;

	struct part_table *table; // of the machine's disk
	const struct part *esp, *msr, *data;
	struct disk *esp_disk, *data_disk;

	struct ntfs_build *host;  // volume of the data partition
	struct disk *vhd_file;    // \vhd\windows.vhd in it, with the footer
	struct disk *vhd;         // the disk inside
	struct part_table *guest_table;
	const struct part *guest_part;
	struct disk *guest_disk;
	struct ntfs_build *guest; // volume inside the VHD
	struct apply *apply;
};

// A disk on which a deployment began and did not end carries a mark where the
// MBR's table will be, which goes last: it may be begun again without further
// ado.
// Returns 0, or the device's error.
int unfinished_mark(struct disk *disk, struct err *err);
int unfinished_is_marked(struct disk *disk, bool *ret, struct err *err);

// Finds what the machine will boot with, in the image or on the medium, and
// checks that it is there. To be called when the image's tree is known.
// Returns 0, -ENOENT, -ENOSPC, or the device's error.
int boot_check(const struct plan *plan, struct err *err);
int boot_linux_check(const struct plan *plan, struct err *err);
int boot_windows_check(const struct plan *plan, struct err *err);

// Checks that boot files of so many bytes fit into the EFI system partition, and
// that it is large enough for FAT32 at all.
// Returns 0 or -ENOSPC.
int boot_check_room(const struct plan *plan, uint64_t bytes, struct err *err);

// Formats and fills the EFI system partition, after the guest is complete.
// Returns 0, -ENOSPC, or as fat_format, ntfs_open and bcd_make_store do.
int boot_write(struct plan *plan, struct progress *progress, struct err *err);

// The two kinds of boot_write: into a new, empty volume.
int boot_linux(struct plan *plan, struct fat *esp, struct err *err);
int boot_windows(struct plan *plan, struct volume *esp, struct err *err);

#endif
