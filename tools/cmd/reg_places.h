// SPDX-License-Identifier: MIT
//
// Where a hive hangs in a running Windows.

#ifndef REG_PLACES_H
#define REG_PLACES_H

#include "reg.h"

// Is `path` the key `root` or below it? *ret_rest is then what follows.
bool reg_is_below(const char *path, const char *root, const char **ret_rest);

// Returns a path with its root in full, and with the hive's own place where the
// root is a name for a part of one (HKCR); new memory (free with mem_free), or
// NULL.
char *reg_full_path(const char *path);

// Returns what a key is called in a registry file: the place of its hive, told by
// the file's name, and its path in it. New memory (free with mem_free), or NULL.
char *reg_place_of(const struct reg_key *k);

// Returns how much of a full path names the place of a hive, and in *ret_file the
// name of that hive's file, or NULL where any may hang.
size_t reg_place_len(const char *full, const char **ret_file);

// Looks for a key on the way to a path that is a link: Windows goes on from there
// in another place.
// Returns 0, or -ENOTSUP with what it links to.
int reg_check_links(const struct hive *hive, const char *path,
		    struct err *err);

#endif
