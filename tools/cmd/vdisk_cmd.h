// SPDX-License-Identifier: MIT
//
// The parts of the command `vdisk`, one function a subcommand; argv[0] is the
// subcommand's name. Each returns the command's exit status.

#ifndef CMD_VDISK_H
#define CMD_VDISK_H

#include "cmd.h"

#define VDISK_MAX_NAME 32 // of "/dev/ublkbN"

// Makes a new file that holds a virtual disk (vdisk_file.c).
int vdisk_cmd_create(int argc, char **argv);

// Shows what a virtual disk is (vdisk_file.c).
int vdisk_cmd_info(int argc, char **argv);

// Copies a disk into a new image file (vdisk_convert.c).
int vdisk_cmd_convert(int argc, char **argv);

// Serves a disk as /dev/ublkbN from the background (vdisk_attach.c).
int vdisk_cmd_attach(int argc, char **argv);

// Ends that (vdisk_list.c).
int vdisk_cmd_detach(int argc, char **argv);

// Shows what is attached (vdisk_list.c).
int vdisk_cmd_list(int argc, char **argv);

// Prints s as a JSON string, with its quotes, to stdout (vdisk_file.c).
void vdisk_print_json(const char *s);

#endif
