// SPDX-License-Identifier: MIT
//
// The logs beside a hive's file, on the host or in a volume.

#ifndef HIVE_LOGS_H
#define HIVE_LOGS_H

#include "hive.h"
#include "volume.h"

// Finds the i-th log (in the order of struct hive_log) of the hive at `path` in
// a volume or, with NULL, on the host: beside it and of its name with an ending,
// where case does not count. Of several the one of exactly that name is it.
// *ret is its path, new memory (free with mem_free), or NULL when there is none.
// Returns 0, -ENOTUNIQ for several that differ in case alone, -ENOMEM, or the
// error of listing the folder.
int hive_log_find(struct tree *v, const char *path, size_t i, char **ret,
		  struct err *err);

// Says that a hive was not closed and that no log is there, and what to do.
// Returns -ENOTSUP.
int hive_logs_missing(const char *path, struct err *err);

// Adds to the error of loading a hive with its logs that it can be read without
// them, when that is so.
void hive_logs_advise(const void *data, size_t size, struct err *err);

// Says on stderr, as `command`, that what follows is the hive without its logs.
void hive_logs_warn(const char *command, const char *path);

#endif
