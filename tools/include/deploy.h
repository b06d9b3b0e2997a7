// SPDX-License-Identifier: MIT
//
// libdeploy: an unattended deployment: the answer file, the plan, and the engine
// that does it. The one disk is chosen by libmachine.
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

#ifndef DEPLOY_H
#define DEPLOY_H

#include "address.h"
#include "image.h"
#include "bcd.h"
#include "machine.h"
#include "part.h"
#include "vdisk.h"
#include "volume.h"

// --- The answer file ---------------------------------------------------------
// INI, as UTF-8 or as UTF-16 with its mark: "[section]", "key = value". A comment
// begins with ";" or "#" at the start of a line, or with ";" behind a blank; a value
// that has such a sign behind a blank, or blanks at its ends, stands in double
// quotes: description = "Windows #2" (without them an error). A quote inside of
// quotes there is none. Sizes take K, M, G, T (powers of 1024).
// Unknown sections and keys, values that do not fit, keys given twice and bytes of
// another encoding are errors with their line.
//
// [disk]    which disk, and what becomes of it. All given conditions must hold
//           and exactly one disk may match:
//   size    = 8G | 4G..16G | 4G.. | ..2T    capacity in bytes
//   serial, model = text with * and ?       case ignored
//   bus     = nvme | sata | scsi | usb | virtio | mmc
//   path    = /dev/nvme0n1 or a path below /sys/devices, * and ?
//   wipe    = yes | no                      may data on it be destroyed? (no)
//   again   = yes | no                      wipe it also when it was deployed from
//                                           this very file, see below (no)
//   layout  = gpt | mbr                     how it starts: UEFI, or BIOS; without
//                                           it as this machine was started, or
//                                           gpt for a disk that is another's
//   other-machine = yes | no                the disk will be another machine's (no):
//                                           how this one starts does not count,
//                                           and gets no start entries
//   efi-size = 260M   msr-size = 16M        gpt: EFI system, MSR
//   system-size = 100M                      mbr: the active partition
//   system-format = fat32 | ntfs
//   label = Data      of the partition that holds the VHDs
//   seed    = GUID    all identifiers derive from it; random without it
// [image]   for all systems that name none
//   file    = install.wim   relative to where the answer file came from: beside
//                           it, or on the server that it was fetched from
//           = /dev/sdb@2:\images\install.wim    any address (address.h)
//           = http://server/images/install.wim  a web server's file
//           = \\server\share\install.wim       a Windows share's
//           = nfs://server/export/install.wim   an NFS server's
//           of a split image any part: install.swm, install2.swm, ...
//   index   = number or name (1)
//   verify  = yes | no    read and check all content before the disk is touched,
//                         which reads the image twice (no: content is checked as
//                         it is written, and what does not match its hash leaves
//                         a disk that nothing takes for a finished one)
//
// [network] who logs on to a Windows share; without it a share must let guests in
//   username = installer    domain = EXAMPLE    password = text
//           Whoever can read the answer file can read the password: give the user
//           the right to read that share, and no other.
//
// Then the systems, each in a section of its own, in the order of the menu:
//
// [vhd]     one in a virtual disk on the data partition
//   path    = \vhd\windows.vhdx    .vhd or .vhdx
//   size    = 20G                  type = fixed | dynamic   label = Windows
//   image, index                   instead of those of [image]
//   parent  = \vhd\base.vhdx       instead of all these: a differencing child
//                                  of another [vhd], in its folder or below
//   description = Windows 11       in the menu (the image's name)
//   menu    = yes | no             (yes; no for a parent: to start it would
//                                  break its children)
// [partition]   one on a partition of its own
//   size    = 60G                  the last one without: the rest of the disk,
//                                  when there is no [vhd]
//   label, image, index, description, menu
// [boot]
//   system  = windows | linux      linux: one VHD, by UEFI
//   description = Windows 11       when one system is in the menu
//   locale = en-US     timeout = 30
//   default = description or path of a system (the first in the menu)
//   environment = yes | no | TITLE this environment as a menu entry (no): on
//                                  the EFI system partition, started by GRUB
//   options = words                for system = linux, added to the kernel's
// [environment]  this environment while it deploys
//   keyboard = de                  layout of the machine's keyboard (us): a name
//                                  of build/keyboards
// [finish]
//   action  = restart | poweroff | shell

enum boot_system { BOOT_WINDOWS, BOOT_LINUX };
enum finish_action { FINISH_SHELL, FINISH_RESTART, FINISH_POWEROFF };
enum answer_layout { ANSWER_GPT, ANSWER_MBR };
// How the machine that is deployed was started.
enum answer_start {
	ANSWER_START_UNKNOWN,
	ANSWER_START_UEFI,
	ANSWER_START_BIOS
};
enum answer_format { ANSWER_FAT32, ANSWER_NTFS };
enum answer_menu { ANSWER_MENU_NO, ANSWER_MENU_YES, ANSWER_MENU_AUTO };

// One system: a [vhd] or a [partition].
struct answer_system {
	uint64_t line; // of its section
	bool on_partition;
	char *path;               // VHD: beginning with "\"
	uint64_t size;            // of the disk, or the partition; 0: the rest
	enum vdisk_format format; // VHD
	enum vdisk_type type;
	char *parent_path;                  // a child's, or NULL
	const struct answer_system *parent; // the same
	const struct answer_system *base;   // the lowest parent, or itself
	bool has_child;
	char *label;
	char *image_file, *image; // not for a child; file as [image]'s
	char *description;        // or NULL
	enum answer_menu menu;    // as it was asked
	bool in_menu;
};

struct answer {
	char *name;              // path of the file
	uint8_t sha1[SHA1_SIZE]; // of its bytes
	struct disk_rule rule;
	bool has_rule; // at least one condition on the disk is given
	bool wipe, has_seed;
	bool other_machine, again;
	struct guid seed;
	enum answer_layout layout;
	uint64_t system_size, msr_size;
	enum answer_format system_format;
	char *data_label;
	char *image_file; // joined to the answer file's place, or NULL
	struct net_logon logon;
	char *image;                    // index or name, or NULL
	bool verify;                    // before the disk is touched
	struct answer_system **systems; // in their order
	size_t system_count;
	enum boot_system system;
	char *description, *locale, *options;
	char *default_entry;   // or NULL
	uint64_t default_line; // where that is said
	char *environment;     // title of the entry, or NULL
	uint32_t timeout;      // seconds
	char *keyboard;        // layout, or NULL
	enum finish_action finish;
};

// Parses an answer file's text for a disk that will be some machine's; name is used
// in messages and for relative paths.
// Returns 0, -EBADMSG with the line for what is wrong in it, -EFBIG over 1 MiB,
// or -ENOMEM. Free with answer_free.
int answer_parse(const char *text, size_t size, const char *name,
		 struct answer **ret, struct err *err);

// The same for a machine that is deployed here. How it was started decides what
// the layout is where nothing is said of it, and a layout that cannot be started
// that way is an error, unless the disk is for another machine.
// Returns as answer_parse.
int answer_parse_for(const char *text, size_t size, const char *name,
		     enum answer_start start, struct answer **ret,
		     struct err *err);

// Reads and parses the file at an address. `origin` says where it came from, or is
// NULL; when that is a URL or a name on a share, it is the file's name.
// Returns as answer_parse_for and address_open_file.
int answer_read(const char *path, const char *origin, enum answer_start start,
		struct answer **ret, struct err *err);

// Frees; NULL is fine.
void answer_free(struct answer *a);

// --- Boot files, as BCDBoot writes them --------------------------------------

enum { // kinds of firmware to write for
	BCDBOOT_UEFI = 1 << 0,
	BCDBOOT_BIOS = 1 << 1,
};

struct bcdboot_options {
	struct bcd_windows_entry entry; // with devices, GUIDs, names, timeout
	const char *windows; // folder on the source volume: "\\Windows"
	uint64_t time;       // FILETIME for files and keys that are made
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
// calls volume_sync, before which the old files are all in place. It may be NTFS
// for BIOS alone, and then be the source's own volume, opened a second time.
// Returns 0, -ENOENT when the source lacks a boot manager, the 2023 one when
// that is asked for, or (BIOS, from a VHD) bootvhd.dll, all of which is looked
// for before anything is written, or the store the loader to merge from; -EFBIG for a file over 256 MiB, or as ntfs_open, fat_open and
// bcd_add_windows do.
int bcdboot_write(struct ntfs *source, struct volume *system,
		  const struct bcdboot_options *options, struct err *err);

// Does all of that to a scratch disk over the system partition (disk_scratch),
// reading every file: whatever bcdboot_write would fail for is found and nothing
// is written.
// Returns as bcdboot_write, volume_open and volume_change_begin.
int bcdboot_try(struct ntfs *source, struct disk *system,
		const struct bcdboot_options *options, struct err *err);

// Finds what an installed Windows calls itself ("Windows 11 Pro"), from its
// SOFTWARE hive. *ret is new memory (free with mem_free).
// Returns 0, -ENOENT when there is no such hive or name, or as ntfs_read_file
// and hive_load_with_logs.
int bcdboot_describe(struct ntfs *source, const char *windows, char **ret,
		     struct err *err);

// Finds out whether a new store gets the settings of this Windows' BCD-Template:
// when that is broken bcdboot_write takes our own.
// Returns 0, also when there is none, -EBADMSG when it is broken, or as
// ntfs_read_file.
int bcdboot_check_template(struct ntfs *source, const char *windows,
			   struct err *err);
#define BCDBOOT_NO_TEMPLATE "; the store gets our own settings in its place"

// Finds how many virtual disks of a chain an installed Windows starts from, by the
// value that BCD_MAX_CHAIN_VALUE names, in the control set of its next start.
// Returns 0, -ENOENT when its registry does not say or is not there, or as
// ntfs_read_file and hive_load_with_logs.
int bcdboot_max_chain(struct ntfs *source, const char *windows, unsigned *ret,
		      struct err *err);

// Tells a language as the boot manager knows them: two or three letters and what
// narrows it down, "en-US", "sr-Latn-RS".
bool bcdboot_is_locale(const char *s);

// Finds the version of a Windows (BCD_WINDOWS_*: major << 8 | minor) from the
// version resource of its loader, winload.efi or winload.exe.
// Returns 0, -ENOENT when there is no loader or it has no such resource, -EFBIG
// for one over 64 MiB, or as ntfs_read_file.
int bcdboot_version(struct ntfs *source, const char *windows, unsigned *ret,
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

// --- The plan ----------------------------------------------------------------
// A disk that was deployed bears a mark, the file \slipway\deployed.txt on its
// system partition: which answer file it was (its hash), what that came from (a
// medium's identity, an address), which images (their hashes), and the day, but
// not when the answer file has a seed, by which equal deployments give equal
// disks. A machine that is started from the same medium again is known by it, and
// its disk left alone. It is a text; who removes it has the disk deployed again.

// What a plan is made for.
struct plan_target {
	struct disk *disk; // opened for writing and exclusively, or for
			   // reading when the plan is only to be printed
	const char *name;  // "/dev/nvme0n1", "golden.img"
	const char
		*boot_files; // folder of EFI/ and slipway/ for system = linux
	const char *image_folders; // where an image is looked for, in this
				   // order, that the answer file has in its own
	// folder and that is not there: "a:b"; or NULL
	const char *origin; // what the answer file came from, one line; NULL:
			    // not known
	uint64_t now;       // seconds since 1970; 0: not known
	bool once;          // what bears the mark of the same answer file,
			    // origin and images is left alone
};

struct plan;

// Opens the image, checks that everything fits and gives every structure its
// place and identifier. Nothing is written.
// Returns 0, -ENOSPC when something does not fit (err says what and by how
// much), -EALREADY when target->once and it was deployed from the same (err says
// when), -EEXIST when the disk holds data and wipe is not given, -ENOENT for a
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
struct efi_vars;
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
