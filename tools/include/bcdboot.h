// SPDX-License-Identifier: MIT
//
// libbcdboot: what makes a disk start a Windows: the boot files of that Windows on
// a system partition, and the Windows in the store beside them, as Microsoft's
// BCDBoot leaves them. For the command, and for a deployment.
//
//     const struct bcdboot_options options = {
//         .entry = {.firmware = BCD_UEFI, .description = "Windows 11",
//                   .locale = "en-US", .system = &esp, .windows = &partition,
//                   .loader = loader, .resume = resume, .timeout = 30},
//         .windows = "\\Windows",
//         .time = filetime_now(),
//     };
//     bcdboot_try(windows, partition_disk, &options, &err); // writes nothing
//     tree_begin(system, &err);
//     bcdboot_write(windows, system, &options, &err);
//     tree_sync(system, &err);
//
// Everything is looked for before the first file is written, so what a source or a
// store lacks leaves the system partition as it was. Windows and system partition
// are opened trees (tree.h; the Windows may be in an image); where they lie is the
// caller's affair, and what the boot manager is to be told of it stands in the
// entry's devices (bcd.h).

#ifndef BCDBOOT_H
#define BCDBOOT_H

#include "bcd.h"
#include "tree.h"

enum { // kinds of firmware to write for
	BCDBOOT_UEFI = 1 << 0,
	BCDBOOT_BIOS = 1 << 1,
};

struct bcdboot_options {
	struct bcd_windows_entry entry; // with devices, GUIDs, names, timeout
	const char *windows; // folder on the source volume: "\\Windows"
	uint64_t time;       // FILETIME for files and keys that are made
	bool dry;            // files are read, and made without their content:
			     // for a volume on a scratch disk
	bool clean;          // an existing store's entries are not kept
	unsigned systems;    // BCDBOOT_*; 0: that of entry.firmware
	bool store_only;     // the boot files are those of another, newer
			     // Windows
	bool use_ex;         // UEFI: the boot manager that is signed by the
			     // certificate of 2023, from \Windows\Boot\EFI_EX
	struct guid merge;   // loader of the store whose settings the new one
			     // gets too, or zero
	// Called for each file, with its path on the system partition; or NULL.
	void (*copied)(void *ctx, const char *path);
	void *ctx;
};

// Copies the boot files of a Windows to a system partition and enters it into
// the store there. For UEFI:
//
//     \Windows\Boot\EFI\*        -> \EFI\Microsoft\Boot
//     \Windows\Boot\Fonts\*      -> \EFI\Microsoft\Boot\Fonts
//     \Windows\Boot\Resources\*  -> \EFI\Microsoft\Boot\Resources
//     bootmgfw.efi once more     -> \EFI\Boot\bootx64.efi (or bootaa64.efi)
//     the store                     \EFI\Microsoft\Boot\BCD
//
// For BIOS:
//
//     \Windows\Boot\PCAT\*       -> \Boot, bootmgr and BOOTNXT to the root
//     Fonts, Resources           -> \Boot\Fonts, \Boot\Resources
//     the store                     \Boot\BCD
//
// A store that is there keeps its other entries and is completed from its logs,
// which are removed, when it was not closed; a new one is begun with the
// settings of the Windows' own BCD-Template, when it has one. Stores are written
// after the files. The system partition must be readied for changes; the caller
// calls tree_sync, before which the old files are all in place. It may be NTFS
// for BIOS alone, and then be the source's own volume, opened a second time.
// Returns 0, -ENOENT when the source lacks a boot manager, the 2023 one when
// that is asked for, or (BIOS, from a VHD) bootvhd.dll, all of which is looked
// for before anything is written, or the store the loader to merge from; -EFBIG for a file over 256 MiB, or as those of
// tree.h and bcd_add_windows do.
int bcdboot_write(struct tree *source, struct tree *system,
		  const struct bcdboot_options *options, struct err *err);

// Does all of that to a scratch disk over the system partition (disk_scratch),
// reading every file: whatever bcdboot_write would fail for is found and nothing
// is written.
// Returns as bcdboot_write, volume_open and tree_begin.
int bcdboot_try(struct tree *source, struct disk *system,
		const struct bcdboot_options *options, struct err *err);

// Finds what an installed Windows calls itself ("Windows 11 Pro"), from its
// SOFTWARE hive. *ret is new memory (free with mem_free).
// Returns 0, -ENOENT when there is no such hive or name, or as tree_read_file
// and hive_load_with_logs.
int bcdboot_describe(struct tree *source, const char *windows, char **ret,
		     struct err *err);

// Finds out whether a new store gets the settings of this Windows' BCD-Template:
// when that is broken bcdboot_write takes our own.
// Returns 0, also when there is none, -EBADMSG when it is broken, or as
// tree_read_file.
int bcdboot_check_template(struct tree *source, const char *windows,
			   struct err *err);
#define BCDBOOT_NO_TEMPLATE "; the store gets our own settings in its place"

// Finds how many virtual disks of a chain an installed Windows starts from, by the
// value that BCD_MAX_CHAIN_VALUE names, in the control set of its next start.
// Returns 0, -ENOENT when its registry does not say or is not there, or as
// tree_read_file and hive_load_with_logs.
int bcdboot_max_chain(struct tree *source, const char *windows, unsigned *ret,
		      struct err *err);

// Tells a language as the boot manager knows them: two or three letters and what
// narrows it down, "en-US", "sr-Latn-RS".
bool bcdboot_is_locale(const char *s);

// Finds the version of a Windows (BCD_WINDOWS_*: major << 8 | minor) from the
// version resource of its loader, winload.efi or winload.exe.
// Returns 0, -ENOENT when there is no loader or it has no such resource, -EFBIG
// for one over 64 MiB, or as tree_read_file.
int bcdboot_version(struct tree *source, const char *windows, unsigned *ret,
		    struct err *err);

enum { // what a firmware trusts, see bcdboot_trust
	BCDBOOT_TRUST_2011 = 1 << 0,
	BCDBOOT_TRUST_2023 = 1 << 1,
};

// Tells from a firmware's signature databases db and dbx (as they are, or as
// files of efivarfs; dbx may be empty) which of Microsoft's certificates for
// Windows it trusts. *ret is of BCDBOOT_TRUST_*.
// Returns 0, or -EBADMSG when one is no chain of signature lists.
int bcdboot_trust(const void *db, size_t db_size, const void *dbx,
		  size_t dbx_size, unsigned *ret, struct err *err);

#endif
