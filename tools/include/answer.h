// SPDX-License-Identifier: MIT
//
// The answer file of an unattended deployment: which disk becomes what, and from
// which images. It is one of the two halves of libdeploy; the other one, which does
// what the file says, is deploy.h.
//
//     answer_read("answer.ini", NULL, ANSWER_START_UEFI, &answer, &err);
//     // answer->rule says which disk is meant (machine.h)
//     answer_free(answer);
//
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
//                           it, on the host, in its volume, or on the server
//                           that it was fetched from
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
//   compact = no | yes | xpress4k | xpress8k | xpress16k | lzx
//                         files are written compressed, as Compact OS has them
//                         (image.h: struct apply_compact); yes: xpress4k; not for
//                         system = linux
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

#ifndef ANSWER_H
#define ANSWER_H

#include "machine.h"
#include "net.h"
#include "vdisk.h"

enum boot_system { BOOT_WINDOWS, BOOT_LINUX };
enum finish_action { FINISH_SHELL, FINISH_RESTART, FINISH_POWEROFF };
enum answer_layout { ANSWER_GPT, ANSWER_MBR };
// How the machine that is deployed was started; unknown when it is another one.
enum answer_start {
	ANSWER_START_UNKNOWN,
	ANSWER_START_UEFI,
	ANSWER_START_BIOS
};
enum answer_format { ANSWER_FAT32, ANSWER_NTFS };
enum answer_compact {
	ANSWER_COMPACT_NO,
	ANSWER_COMPACT_YES,
	ANSWER_COMPACT_XPRESS4K,
	ANSWER_COMPACT_XPRESS8K,
	ANSWER_COMPACT_XPRESS16K,
	ANSWER_COMPACT_LZX
};
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
	char *image; // index or name, or NULL
	bool verify; // before the disk is touched
	enum answer_compact compact;
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

// Parses an answer file's text; name is used in messages and for relative paths. How
// the machine that is deployed was started decides what the layout is where nothing
// is said of it, and a layout that cannot be started that way is an error, unless
// the disk is for another machine.
// Returns 0, -EBADMSG with the line for what is wrong in it, -EFBIG over 1 MiB,
// or -ENOMEM. Free with answer_free.
int answer_parse(const char *text, size_t size, const char *name,
		 enum answer_start start, struct answer **ret, struct err *err);

// Reads and parses the file at an address. `origin` says where it came from, or is
// NULL; when that is a URL or a name on a share, it is the file's name.
// Returns as answer_parse and address_open_file.
int answer_read(const char *path, const char *origin, enum answer_start start,
		struct answer **ret, struct err *err);

// Frees; NULL is fine.
void answer_free(struct answer *a);

#endif
