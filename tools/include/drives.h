// SPDX-License-Identifier: MIT
//
// Drive letters: names of addresses (address.h), as subst and DiskPart's assign
// give them. "V:\\Windows" is then the folder in what V: stands for, in every
// command. Nothing is mounted, but by the environment for its shells (machine.h).
//
// The table is a file of one line a letter, "V", a tab, the address with PATH from
// the root on. It is /run/slipway/letters for root, and slipway/letters in
// $XDG_RUNTIME_DIR, or /tmp/slipway-UID/letters, for another user; SLIPWAY_LETTERS
// in the environment names another one. It ends with the machine's run. Changes
// read it, change it and replace it at once, under a lock.
//
//     address_letter_assign('V', "disk.img@1", &err);
//     // address_open("V:\\Windows\\win.ini", ...)
//     address_letter_remove('V', &err);

#ifndef DRIVES_H
#define DRIVES_H

#include "base.h"

#define ADDRESS_LETTERS 26

// By letter: 'A' is at 0. NULL: it stands for nothing.
struct address_letters {
	char *addresses[ADDRESS_LETTERS];
};

// Reads the table; one that is not there is empty. Free with address_letters_done.
// Returns 0, -EBADMSG for a file that is none, -EPERM for a folder that another
// user may have made, -EFBIG, -ENOMEM, or the file's error.
MUST_CHECK
int address_letters_read(struct address_letters *ret, struct err *err);

// Decodes the file's text. Free with address_letters_done.
// Returns 0, -EBADMSG, or -ENOMEM.
MUST_CHECK
int address_letters_decode(const char *text, size_t size,
			   struct address_letters *ret, struct err *err);

// Frees what it holds.
void address_letters_done(struct address_letters *letters);

// Gives a letter, in any case, to an address: of a disk, a volume, or a folder or
// virtual disk in one, which must be there.
// Returns 0, -EINVAL for what is no letter, -EEXIST when it has another address
// that is still there, -ENOTSUP for a folder of the host or another machine's file, as address_open, or
// as address_letters_read and disk_put_file.
MUST_CHECK
int address_letter_assign(char letter, const char *address, struct err *err);

// Takes a letter away.
// Returns 0, -EINVAL for what is no letter, -ENOENT when it stands for nothing, or
// as address_letters_read and disk_put_file.
MUST_CHECK
int address_letter_remove(char letter, struct err *err);

// Writes an address as the table has it: PATH from the root on, a letter replaced by
// what it stands for, and no root folder at its end. Free *ret with mem_free.
// Returns 0, -ENOENT when PATH is not there, -ENOMEM, or as address_split.
MUST_CHECK
int address_whole(const char *text, char **ret, struct err *err);

// --- Files of the session ----------------------------------------------------------
//
// The table is one; others lie beside it, by their name, or with the name behind that
// of SLIPWAY_LETTERS ("table.disks").

// Reads one, with a NUL behind it; one that is not there is empty. Free *ret with
// mem_free.
// Returns 0, -EPERM for a folder that another user may have made, -EFBIG, -ENOMEM,
// or the file's error.
MUST_CHECK
int address_session_read(const char *name, char **ret, size_t *ret_size,
			 struct err *err);

// Makes the new text out of the old one: new memory, which the caller frees.
// Returns 0, or the error that leaves the file as it is.
typedef int address_session_fn(void *ctx, const char *text, size_t size,
			       char **ret, struct err *err);

// Changes one: reads it, has it changed and replaces it at once, under a lock.
// Returns 0, what `change` returned, or as address_session_read and disk_put_file.
MUST_CHECK
int address_session_change(const char *name, address_session_fn *change,
			   void *ctx, struct err *err);

#endif
