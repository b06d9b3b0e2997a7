// SPDX-License-Identifier: MIT
//
// libdeploy: an unattended deployment: the plan that is made from an answer file
// (answer.h), and the engine that does it. The one disk is chosen by libmachine.
//
//     answer_read("answer.ini", NULL, ANSWER_START_UEFI, &answer, &err);
//     inventory_read("", &inventory, &err);
//     inventory_choose(inventory, &answer->rule, &disk, &err);
//     plan_make(answer, &target, &plan, &err);
//     plan_print(plan, say, NULL);
//     plan_run(plan, progress, &err);
//
// The order of writing makes a cut harmless: old tables and signatures are
// wiped first, then the content is built in the places that the plan gives, and
// the new partition table goes out last of all. A disk whose deployment did not
// end is blank to everybody who looks.
//
// A disk that was deployed bears a mark, the file \slipway\deployed.txt on its
// system partition: which answer file it was (its hash), what that came from (a
// medium's identity, an address), which images (their hashes), and the day, but
// not when the answer file has a seed, by which equal deployments give equal
// disks. A machine that is started from the same medium again is known by it, and
// its disk left alone. It is a text; who removes it has the disk deployed again.

#ifndef DEPLOY_H
#define DEPLOY_H

#include "answer.h"
#include "disk.h"

// What a plan is made for.
struct plan_target {
	struct disk *disk;      // opened for writing and exclusively, or for
				// reading when the plan is only to be printed
	const char *name;       // "/dev/nvme0n1", "golden.img"
	const char *boot_files; // where EFI/ and slipway/ are, for system =
				// linux: an address; NULL: not known
	// Where an image is looked for, in this order, that the answer file has in
	// its own folder and that is not there: "a:b"; or NULL.
	const char *image_folders;
	const char *origin; // what the answer file came from, one line; NULL:
			    // not known
	uint64_t now;       // seconds since 1970; 0: not known
	bool once;          // what bears the mark of the same answer file,
			    // origin and images is left alone
	// Is told of what takes long when the plan is made: with `compact` all
	// content is compressed then ("Compressing"). NULL: nobody. It is
	// borrowed until plan_free.
	struct progress *progress;
};

struct apply_result; // image.h
struct efi_vars;     // efi.h
struct plan;

// Opens the image, checks that everything fits and gives every structure its
// place and identifier. Nothing is written.
// Returns 0, -ENOSPC when something does not fit (err says what and by how
// much), -EALREADY when target->once and it was deployed from the same (err says
// when), -EEXIST when the disk holds data and wipe is not given, -EBUSY when an image
// or boot files lie on that very disk, -ENOENT for a
// missing image, index or boot file, -EBADMSG when the menu would have two equal
// names or no such default, -ENOTSUP for a disk that a BIOS cannot start or a
// virtual disk that the image's Windows cannot, or as wim_open_files, apply_tree and
// bcdboot_write do. What is left to fail is the device, memory, and content of an
// image that does not match its hash: a disk on which plan_run failed is taken by
// nothing for a finished one. Free with plan_free.
int plan_make(const struct answer *answer, const struct plan_target *target,
	      struct plan **ret, struct err *err);

// Describes the plan, a line a call, each of at most 79 columns (but for a word that
// is wider), so that a screen of 80 breaks none.
void plan_print(const struct plan *plan,
		void (*line)(void *ctx, const char *text), void *ctx);

// Lists the identifiers that disk and partitions get: GUIDs, or an MBR's signature.
void plan_print_ids(const struct plan *plan,
		    void (*line)(void *ctx, const char *text), void *ctx);

// Says what is done and may not be wanted, or may not start: calls warn for each,
// with the object and a sentence.
void plan_warn(const struct plan *plan,
	       void (*warn)(void *ctx, const char *object, const char *why),
	       void *ctx);

// Does it.
// Returns 0, or the first failure; the disk is then blank to everybody.
int plan_run(struct plan *plan, struct progress *progress, struct err *err);

// Enters what a plan that was done boots into the start entries of the UEFI
// machine that it was done on: "Windows Boot Manager" first, then the
// environment, when it is on the disk. Nothing is entered for a machine that
// starts by BIOS, or boots Linux, which firmware starts by its fallback path.
// Returns 0, or as efi_boot_add.
int plan_enter(const struct plan *plan, struct efi_vars *vars, struct err *err);

// Tells whether plan_run came so far that it may have written to the disk.
bool plan_has_begun(const struct plan *plan);

// Makes the next start of a UEFI machine, and that one alone, a start from a
// deployed disk: by Windows' boot manager on its EFI system partition, or by what
// lies at the fallback path. The firmware's entry for it is taken, or a new one
// made, the last in the order.
// Returns 0, -ENOENT when the disk has neither, or as part_table_read, volume_open,
// efi_boot_add and efi_boot_next.
int deployed_start_next(struct disk *disk, struct efi_vars *vars,
			struct err *err);

// What was applied; valid after plan_run.
const struct apply_result *plan_result(const struct plan *plan);

// Frees; NULL is fine.
void plan_free(struct plan *plan);

#endif
