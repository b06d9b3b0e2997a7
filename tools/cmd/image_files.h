// SPDX-License-Identifier: MIT
//
// Image files by their addresses, for libwim to open.

#ifndef IMAGE_FILES_H
#define IMAGE_FILES_H

#include "wim.h"

// Opens what an address names, as the bytes of a file. `ctx` is not used.
extern const struct wim_files image_files;

struct image_names {
	char **items;
	size_t count, room;
};

// Adds the addresses of the files that match a pattern: an address with * and ?
// in its last name, where case does not count. One that is there already is not
// added again.
// Returns 0, -ENOENT when none matches, -ENOMEM, or as address_open; then what
// was added is to be freed all the same.
int image_names_match(struct image_names *names, const char *pattern,
		      struct err *err);

// Adds an address. Returns 0 or -ENOMEM.
int image_names_add(struct image_names *names, const char *address,
		    struct err *err);

// Frees the names.
void image_names_free(struct image_names *names);

#endif
