// SPDX-License-Identifier: MIT
//
// The parts of the command `vdisk`, one function a subcommand; argv[0] is the
// subcommand's name. Each returns the command's exit status.

#ifndef CMD_VDISK_H
#define CMD_VDISK_H

#include "../cmd.h"
#include "vdisk.h"

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

// A vdisk_unused that asks the volumes on the disk (unused.c); its context
// is a struct vdisk_unused_ctx. What it does not believe, it says on stderr.
struct vdisk_unused_ctx {
	const char *name; // for what it says
	struct progress *progress;
};
int vdisk_unused_volumes(void *ctx, struct disk *disk,
			 int (*free)(void *ctx, uint64_t off, uint64_t len),
			 void *free_ctx, struct err *err);

// Reads the name of a type; says what is wrong.
// Returns 0 or CMD_MISUSE.
int vdisk_parse_type(const char *s, enum vdisk_type *ret);

// As vdisk_parse_type, of a format.
int vdisk_parse_format(const char *s, enum vdisk_format *ret);

// A file by its address, and the place that it and its parents lie in: the host
// or a volume (open.c). It need not be there.
struct vdisk_spot {
	struct place *place; // of a volume, else NULL
	struct tree *tree;   // of the place, or of the host
	const char *path;    // in that
	int prefix;          // bytes of the address before the path
};

// Finds it; a volume is opened.
// Returns 0, -EISDIR for a disk that no path follows, or as address_open.
int vdisk_spot_open(const char *address, bool for_writing,
		    struct vdisk_spot *ret, struct err *err);

// As vdisk_spot_open, to make the file: on the host its name is one that a new
// file may have, and of a kind that is made here.
// Returns as vdisk_spot_open, address_check_host and vdisk_format_of_name.
int vdisk_spot_open_new(const char *address, struct vdisk_spot *ret,
			struct err *err);

// Finds the path that another file has in the same place, new memory, free with
// mem_free.
// Returns 0, -EXDEV when it lies in another one, or as address_open.
int vdisk_spot_beside(const struct vdisk_spot *s, const char *address,
		      char **ret_path, struct err *err);

// Ends writing to it. Returns 0, or as address_finish.
MUST_CHECK
int vdisk_spot_finish(struct vdisk_spot *s, struct err *err);

// Closes it; what was not synced in a volume was never done.
void vdisk_spot_close(struct vdisk_spot *s);

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
