// SPDX-License-Identifier: MIT
//
// Inside libdeploy: a plan is every structure of the new disk, laid out and
// identified, before anything is written.

#ifndef PLAN_PRIV_H
#define PLAN_PRIV_H

#include "bcd.h"
#include "deploy.h"
#include "efi.h"
#include "image.h"
#include "part.h"
#include "volume.h"

#define PLAN_MAX_PATH 256 // of a VHD or its parent, with a drive's letter

// An image file that is read from; several systems may come from one.
struct plan_image {
	const char *name; // as the answer file has it
	const char *path; // where it is: `name`, or
	char *found;      // in another folder
	struct wim *wim;
};

// One system: a volume with an image on it, in a VHD or on a partition; or a
// VHD's child, which has nothing of its own yet.
struct plan_system {
	const struct answer_system *answer;
	struct plan_system *parent; // of a child, or NULL
	struct plan_system *base;   // the lowest parent, or itself
	const char *description;    // in the menu

	struct guid id, loader_id, resume_id;
	uint64_t serial;
	uint64_t time; // FILETIME of what we make: the image's own

	// In a VHD.
	struct vdisk_create create;
	struct vdisk_layout layout;
	uint8_t *present; // blocks of a dynamic disk
	char absolute[PLAN_MAX_PATH], relative[PLAN_MAX_PATH]; // its parent
	uint32_t stream;          // of its file, in plan.host
	struct disk *file;        // the same
	struct disk *content;     // where it lies in the file
	struct disk *disk;        // the same as a disk, known before
	struct part_table *table; // in it
	const struct part *part;  // in it, or of the machine's disk

	// Not of a child.
	struct plan_image *image;
	uint32_t index;
	struct disk *volume;
	struct ntfs_build *build;
	struct apply *apply;
};

struct plan {
	const struct answer *answer;
	struct plan_target target;

	struct guid seed, disk_id;
	uint64_t system_serial, data_serial;
	uint64_t time; // the first image's

	struct plan_image *images;
	size_t image_count;

	struct part_content found; // on the machine's disk, before
	bool is_unfinished;        // which a deployment left that was cut off
	bool has_begun;            // writing to it

	struct part_table *table;            // of the machine's disk
	const struct part *esp, *msr, *data; // the system partition; or NULL
	struct disk *esp_disk, *data_disk;

	struct ntfs_build *host;     // volume of the data partition
	struct plan_system *systems; // in the answer's order
	size_t system_count;
	const struct plan_system *first;  // that starts by itself
	const struct plan_system *newest; // whose boot files are taken
	struct apply_result result;
};

// --- Parts of plan_make, in their order --------------------------------------

// Makes a number out of an identifier and a name.
uint64_t plan_number(const struct guid *seed, const char *name);

// Gives the machine's disk its table. (plan_disk.c)
// Returns 0, -ENOSPC, or as part_table_add.
int plan_partitions(struct plan *p, struct err *err);

// Opens the systems' images and gives names and identifiers (plan_images.c).
// Returns 0, -ENOENT for an image that is not there, -EBUSY for one on the disk
// that is wiped, -EBADMSG for two equal names in the menu or a default that is
// not in it, or as wim_open_files.
int plan_images(struct plan *p, struct err *err);

// Checks that what is read does not lie on the disk that is wiped before.
// (plan_outside.c)
// Returns 0 or -EBUSY.
int plan_check_outside(const struct plan *p, const char *path, struct err *err);

// Lays out the volume of a system, and the VHD around it (plan_system.c).
// Returns 0, -ENOSPC, or as apply_tree and ntfs_build_layout.
int plan_system(struct plan *p, struct plan_system *s, struct err *err);

// Lays out the volume that holds the VHDs (plan_host.c).
// Returns 0, -ENOSPC, -EEXIST for paths that cannot be together, or as
// ntfs_build_layout.
int plan_host(struct plan *p, struct err *err);

// Checks what Windows can start from (plan_limits.c).
// Returns 0 or -ENOTSUP.
int plan_limits(const struct plan *p, struct err *err);

// A disk of `size` bytes whose place is not known yet: until `*place` is set
// all but closing it fails. Returns 0 or -ENOMEM.
int plan_late_disk(uint64_t size, uint32_t sector_size,
		   struct disk *const *place, struct disk **ret,
		   struct err *err);

// --- Doing it ----------------------------------------------------------------

// Writes a system's volume with the image on it, or an empty child, and the VHD
// around it (run_system.c). `number` of `count` images is for the progress.
// Returns 0 or the first failure.
int plan_run_system(struct plan *p, struct plan_system *s, size_t number,
		    size_t count, struct pool *pool, struct progress *progress,
		    struct err *err);

// A disk on which a deployment began and did not end carries a mark where the
// MBR's table will be, which goes last, with the id of the disk that was to be.
// unfinished_is_all tells whether it carries one and nothing else that somebody
// would miss, so that it may be begun again without further ado; if not, and
// there is a mark, *found is what else there is.
// Returns 0, -ENOMEM, or the device's error.
int unfinished_mark(struct disk *disk, const struct guid *disk_id,
		    struct err *err);
int unfinished_is_all(struct disk *disk, bool *ret, struct part_content *found,
		      struct err *err);

// The mark of a disk that was deployed (deployed.c). Finds the one of this
// plan's answer file, origin and images on the disk as it is: *ret tells
// whether it is there, date gets the day, or "". Needs the images. Returns 0,
// -ENOMEM, or the device's error.
#define DEPLOYED_DATE 11 // "2026-11-30" and a NUL
int deployed_find(const struct plan *p, bool *ret, char date[DEPLOYED_DATE],
		  struct err *err);

// --- Booting -----------------------------------------------------------------

// Finds what the machine will boot with, in the image or on the medium, checks
// that it is there, and rehearses boot_write with it: all that could fail there
// but for the device fails here. To be called when the images' trees are known.
// Returns 0, -ENOENT, or as boot_write.
int boot_check(struct plan *plan, struct err *err);
int boot_linux_check(const struct plan *plan, uint64_t *ret_bytes,
		     struct err *err);
int boot_windows_check(struct plan *plan, uint64_t *ret_bytes, struct err *err);
int boot_environment_check(const struct plan *plan, uint64_t *ret_bytes,
			   struct err *err);

// Formats and fills the system partition, after the systems are complete.
// Returns 0, -ENOSPC, or as fat_format, ntfs_format, tree_sync and
// bcdboot_write do.
int boot_write(struct plan *plan, struct progress *progress, struct err *err);

// What the parts of boot_write fill: the new, empty volume, or in a rehearsal
// one on a scratch disk, whose files get no content. Then the systems are not
// there yet, and boot files are read out of their images.
struct boot_job {
	struct plan *plan;
	struct disk *disk;
	struct tree *esp;
	bool dry;
};

// Says whether a BIOS can start the disk at all, and writes what it starts: the
// code of the volume and of the MBR, which has no table yet.
// Returns 0, -ENOTSUP, or as bootsect_write_volume.
int boot_bios_check(const struct plan *plan, struct err *err);
int boot_bios(const struct boot_job *job, struct err *err);

int boot_linux(const struct boot_job *job, struct err *err);
int boot_windows(const struct boot_job *job, struct err *err);
int boot_environment(const struct boot_job *job, struct err *err);

// What the firmware is told of a file on a disk's EFI system partition
// (boot_firmware.c).
struct efi_entry boot_firmware_entry(const struct part *esp,
				     uint32_t sector_size, const char *title,
				     const char *path);

// Leaves the mark (deployed.c). Returns as tree_write_file.
int deployed_write(const struct boot_job *job, struct err *err);

// --- Files of the medium (boot_files.c) --------------------------------------

#define BOOT_BLANKS 2u

// What the system partition gets from the boot files' folder: files as they
// are, and a loader's configuration with its blanks filled in.
struct boot_set {
	const char *what; // asks for it, for messages
	const struct boot_copy {
		const char *from, *to;
	} *files;
	size_t count;
	const char *config_from, *config_to;
	struct boot_blank {
		const char *mark, *value;
	} blanks[BOOT_BLANKS];
};

// Checks that all of it is there, and adds its size to *ret_bytes. Returns 0,
// -ENOENT, -EBUSY when they lie on the disk that is wiped, -EBADMSG for a
// configuration without a place for a blank, -EFBIG for one of over 64 KiB,
// -ENOMEM, or as address_open_file.
int boot_set_check(const struct plan *plan, const struct boot_set *set,
		   uint64_t *ret_bytes, struct err *err);

// Writes it. Returns as boot_set_check, tree_create_file and disk_copy.
int boot_set_write(const struct boot_job *job, const struct boot_set *set,
		   struct err *err);

#endif
