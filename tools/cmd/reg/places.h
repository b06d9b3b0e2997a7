// SPDX-License-Identifier: MIT
//
// Where a hive hangs in a running Windows.

#ifndef REG_PLACES_H
#define REG_PLACES_H

#include "reg.h"

#define REG_MAX_LINKS 8u

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

// Finds the first key on the way to a path, not at its end, that is a link.
// Returns NULL when there is none; *ret_len is how much of the path names it.
const struct hive_key *reg_find_link(const struct hive *hive, const char *path,
				     size_t *ret_len);

// Returns in *ret where a path goes on behind a link whose values are loaded:
// `rest` below what it links to, which lies in the same hive; new memory (free
// with mem_free).
// Returns 0, -ENOTSUP when it leads out of the hive, or -ENOMEM.
int reg_follow_link(const struct reg_key *k, const struct hive_key *link,
		    const char *rest, char **ret, struct err *err);

// Follows all links on the way to a path of a hive that is loaded whole; *path is
// new memory and may be replaced.
// Returns as reg_follow_link, or -ELOOP.
int reg_follow_links(const struct reg_key *k, char **path, struct err *err);

#endif
