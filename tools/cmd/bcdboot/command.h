// SPDX-License-Identifier: MIT
//
// What the files of bcdboot share, and the command for others that end with it.

#ifndef BCDBOOT_COMMAND_H
#define BCDBOOT_COMMAND_H

#include "address.h"
#include "efi.h"

// Does what the command does, and says so. argv[0] is not looked at; the words
// are reordered. Returns CMD_OK, CMD_FAILED or CMD_MISUSE.
int bcdboot_command(int argc, char **argv);

// --- The firmware (firmware.c) ---------------------------------------

struct bcdboot_firmware {
	struct efi_vars *vars; // NULL: not started by UEFI
	bool is_given;         // a folder that stands for the machine's own
};

// Opens this machine's firmware variables, or those of a folder.
// Returns 0, also when the machine was not started by UEFI, or as efi_vars_open.
int bcdboot_firmware_open(const char *folder, struct bcdboot_firmware *ret,
			  struct err *err);
void bcdboot_firmware_close(struct bcdboot_firmware *f);

// Chooses the boot manager that the firmware trusts: by databases in files, else
// its own, else (it has none) as wanted.
// Returns 0, -EPERM when it trusts neither, or the one that is wanted not, and
// as bcdboot_trust.
int bcdboot_firmware_choose(const struct bcdboot_firmware *f,
			    const char *db_file, const char *dbx_file,
			    bool wants_ex, bool *ret_ex, struct err *err);

struct bcdboot_entry_options {
	bool last, keep; // in the order: last; where it is
};

// Enters Windows' boot manager on that partition into the firmware's entries.
// Returns as efi_boot_add.
int bcdboot_firmware_enter(const struct bcdboot_firmware *f,
			   const struct place *system,
			   const struct bcdboot_entry_options *options,
			   uint16_t *ret_number, struct err *err);

#endif
