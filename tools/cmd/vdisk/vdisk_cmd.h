// SPDX-License-Identifier: MIT
//
// The parts of the command `vdisk`, one function a subcommand; argv[0] is the
// subcommand's name. Each returns the command's exit status.

#ifndef CMD_VDISK_H
#define CMD_VDISK_H

#include "../cmd.h"
#include "storage_vdisk.h"

#define VDISK_MAX_NAME 32 // of "/dev/ublkbN"

// Makes a new file that holds a virtual disk (create.c).
int vdisk_cmd_create(int argc, char **argv);

// Checks and repairs a virtual disk (check.c).
int vdisk_cmd_check(int argc, char **argv);

// Shows where a disk has data (check.c).
int vdisk_cmd_map(int argc, char **argv);

// Makes a disk larger (change.c).
int vdisk_cmd_expand(int argc, char **argv);

// Gives back the room of what a disk does not need (change.c).
int vdisk_cmd_compact(int argc, char **argv);

// Empties a differencing disk (change.c).
int vdisk_cmd_reset(int argc, char **argv);

// Writes what children hold into a disk below them (merge.c).
int vdisk_cmd_merge(int argc, char **argv);

// Gives a differencing disk another parent (merge.c).
int vdisk_cmd_reparent(int argc, char **argv);

// Who listens to a verb of libstorage for a command (listen.c): progress and notes
// go to stderr.
struct vdisk_listening {
	struct storage_vdisk_listener listener;
	struct cmd_progress progress; // end it with cmd_progress_end
	const char *address;
};

// Begins that; `style` is the switch's value, or NULL.
// Returns 0 or CMD_MISUSE.
int vdisk_listen(struct vdisk_listening *w, const char *address,
		 const char *style);

// Reads the name of a type; says what is wrong.
// Returns 0 or CMD_MISUSE.
int vdisk_parse_type(const char *s, enum vdisk_type *ret);

// As vdisk_parse_type, of a format.
int vdisk_parse_format(const char *s, enum vdisk_format *ret);

// Shows what a virtual disk is, with its parents (info.c).
int vdisk_cmd_info(int argc, char **argv);

// Copies a disk into a new image file (convert.c).
int vdisk_cmd_convert(int argc, char **argv);

// Serves a disk as /dev/ublkbN from the background (attach.c).
int vdisk_cmd_attach(int argc, char **argv);

// Ends that (list.c).
int vdisk_cmd_detach(int argc, char **argv);

// Shows what is attached (list.c).
int vdisk_cmd_list(int argc, char **argv);

#endif
