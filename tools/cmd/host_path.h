// SPDX-License-Identifier: MIT
//
// Paths of the host as Windows writes them.

#ifndef HOST_PATH_H
#define HOST_PATH_H

#include <stddef.h>

// Finds the file that a path with backslashes begins with, where case does not
// count unless two names differ in nothing else. *ret_len tells how much of the
// text names it; a backslash or the end follows. Returns the file's path, new
// memory (free with mem_free), or NULL when there is none.
char *host_path_find(const char *text, size_t *ret_len);

#endif
