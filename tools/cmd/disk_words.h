// SPDX-License-Identifier: MIT
//
// Which disks a command works on, as its words say (disk_words.c).

#ifndef CMD_DISK_WORDS_H
#define CMD_DISK_WORDS_H

#include "base.h"

// Takes `--disk FILE` out of the words of a command, as often as it is there, into
// `files`, which has room for all words.
// Returns 0, or CMD_MISUSE after saying what is wrong.
int disk_words_take(const char *command, int *argc, char **argv,
		    const char **files, size_t *ret_count);

// Reads the value of --sector-size, 0 without one.
// Returns 0, or CMD_MISUSE after saying what is wrong.
int disk_words_sector_size(const char *command, const char *value,
			   uint32_t *ret);

#endif
