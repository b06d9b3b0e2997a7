// SPDX-License-Identifier: MIT
//
// libefi: the variables of UEFI firmware, as Linux' efivarfs shows them, and the
// boot entries among them.
//
//     struct efi_vars *vars;
//     efi_vars_open(NULL, &vars, &err);          // this machine's
//     efi_boot_add(vars, &entry, EFI_BOOT_FIRST, &number, &err);
//     efi_vars_close(vars);
//
// A folder of files NAME-GUID, each with four bytes of attributes before the
// data, is all that it takes, so tests and build servers use one of their own.
//
// The formats: UEFI 2.10, section 3.1.3 (load options), 3.3 (global variables),
// 10.3 (device paths); Linux' Documentation/filesystems/efivarfs.rst. Windows'
// optional data: as read from its own entries.

#ifndef EFI_H
#define EFI_H

#include "base.h"

struct efi_vars;

extern const struct guid efi_global;   // vendor of Boot####, BootOrder, ...
extern const struct guid efi_security; // vendor of db and dbx

// Opens the variables below `folder`; NULL: /sys/firmware/efi/efivars.
// Returns 0, -ENOENT when the machine was not started by UEFI (no such folder or
// an empty one), -ENOMEM, or what opendir(3) gives.
int efi_vars_open(const char *folder, struct efi_vars **ret, struct err *err);

// Closes; NULL is fine.
void efi_vars_close(struct efi_vars *vars);

// Reads a variable. *ret is new memory (free with mem_free).
// Returns 0, -ENOENT when there is none, -EBADMSG for a file that is too short
// for its attributes, -EFBIG over 64 KiB, -EINVAL for a name that is empty or
// has a slash, -ENOMEM, or the error of reading.
int efi_var_read(struct efi_vars *vars, const char *name,
		 const struct guid *vendor, void **ret, size_t *ret_size,
		 struct err *err);

// Writes a variable (non-volatile, for boot and run time), in one write, as
// efivarfs wants it; takes its mark of immutability off first and puts it on
// again. The firmware keeps the old variable when it refuses the new one.
// Returns 0, -ENOSPC when the firmware has no room, -EFBIG over 64 KiB, -EINVAL
// as efi_var_read, -ENOMEM, -EIO when only a part went out, or the error of
// writing.
int efi_var_write(struct efi_vars *vars, const char *name,
		  const struct guid *vendor, const void *data, size_t size,
		  struct err *err);

// Removes a variable. Returns 0, -ENOENT, -EINVAL, or the error of unlink(2).
int efi_var_remove(struct efi_vars *vars, const char *name,
		   const struct guid *vendor, struct err *err);

// What a Boot#### starts: a file on a partition.
struct efi_entry {
	const char *title; // UTF-8; NULL: ""
	bool active;
	bool is_gpt;
	uint32_t partition_number;
	uint64_t start, size;    // of the partition, in sectors
	struct guid partition;   // GPT
	uint32_t signature;      // MBR: the disk's
	const char *path;        // "\\EFI\\Microsoft\\Boot\\bootmgfw.efi"
	const uint8_t *optional; // data for the program
	size_t optional_size;
};

// Lays an entry out as a load option. *ret is new memory (free with mem_free).
// Returns 0, -EINVAL without a path or for text that is not UTF-8, -EFBIG over
// 64 KiB, -ENOMEM.
int efi_entry_encode(const struct efi_entry *entry, void **ret,
		     size_t *ret_size, struct err *err);

// Reads a load option. One that starts something other than a file on a
// partition has path NULL; of several device paths the first one counts. Free
// what it holds with efi_entry_done.
// Returns 0, -EBADMSG, or -ENOMEM.
int efi_entry_decode(const void *data, size_t size, struct efi_entry *ret,
		     struct err *err);
void efi_entry_done(struct efi_entry *entry);

// Windows' own optional data for the boot manager: *ret is new memory.
// Returns 0 or -ENOMEM.
int efi_windows_optional(void **ret, size_t *ret_size, struct err *err);

enum efi_boot_place {
	EFI_BOOT_FIRST,
	EFI_BOOT_LAST,
	EFI_BOOT_KEEP,       // where it is, a new one last
	EFI_BOOT_KEEP_FIRST, // where it is, a new one first
};

// Enters an entry into Boot#### and BootOrder: one with the same path on the
// same partition is replaced and keeps its number, else the first free number is
// taken. Where it stands in the order is `place`. The variable is written before
// the order, so that a cut leaves the old order or the new one; a new one whose
// number could not be entered into the order is removed again. What is as it
// should be is not written. ret_number may be NULL.
// Returns 0, -EBADMSG for a corrupt BootOrder, -ENOSPC, or as efi_entry_encode,
// efi_var_read and efi_var_write.
int efi_boot_add(struct efi_vars *vars, const struct efi_entry *entry,
		 enum efi_boot_place place, uint16_t *ret_number,
		 struct err *err);

// Finds the entry that starts the same file on the same partition, those in the
// order first.
// Returns 0, -ENOENT when there is none, or as efi_boot_order.
int efi_boot_find(struct efi_vars *vars, const struct efi_entry *entry,
		  uint16_t *ret_number, struct err *err);

// Makes the firmware's next start, and that one alone, the entry of that number
// (BootNext).
// Returns as efi_var_write.
int efi_boot_next(struct efi_vars *vars, uint16_t number, struct err *err);

// Reads BootOrder. *ret is new memory; of no numbers when there is none.
// Returns 0, -EBADMSG, or as efi_var_read.
int efi_boot_order(struct efi_vars *vars, uint16_t **ret, size_t *ret_count,
		   struct err *err);

// Reads Boot#### of that number. Free what it holds with efi_entry_done.
// Returns as efi_var_read and efi_entry_decode.
int efi_boot_read(struct efi_vars *vars, uint16_t number, struct efi_entry *ret,
		  struct err *err);

// Reads the entry that this machine was started by (BootCurrent). Free what it
// holds with efi_entry_done.
// Returns as efi_boot_read, -EBADMSG also for a corrupt BootCurrent.
int efi_boot_current(struct efi_vars *vars, struct efi_entry *ret,
		     struct err *err);

#endif
