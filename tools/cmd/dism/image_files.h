// SPDX-License-Identifier: MIT
//
// Image files by their addresses, for libwim to open.

#ifndef IMAGE_FILES_H
#define IMAGE_FILES_H

#include "net.h"
#include "wim.h"

// Returns what opens an address as the bytes of a file. The logon to shares is
// borrowed, and may be NULL.
struct wim_files image_files(const struct net_logon *logon);

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
