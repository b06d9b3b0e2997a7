// SPDX-License-Identifier: MIT
//
// The logs beside a hive's file.

#ifndef HIVE_FILE_LOG_H
#define HIVE_FILE_LOG_H

#include "hive_file.h"

// Finds the i-th log (in the order of struct hive_log) of the hive at `path`, as
// hive_bytes_read tells. *ret is its path, new memory (free with mem_free), or
// NULL when there is none.
// Returns 0, -ENOTUNIQ for several that differ in case alone, -ENOMEM, or as
// tree_list.
int hive_log_find(struct tree *t, const char *path, size_t i, char **ret,
		  struct err *err);

#endif
