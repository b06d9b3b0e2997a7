// SPDX-License-Identifier: MIT
//
// Names of up to 12 characters that an image has in one folder, its 8.3 names among
// them: none of those is made up for another file.

#ifndef INTO_SHORT_H
#define INTO_SHORT_H

#include "wim.h"

struct short_names {
	const struct wim_dentry *folder; // whose they are; NULL: of none yet
	struct short_name {
		const le16 *name;
		size_t len;
	} *slots;
	size_t mask;
};

// Loads those of a folder. An 8.3 name that repeats another file's name is dropped:
// is_dropped[index] of its entry becomes true.
// Returns 0 or -ENOMEM.
int into_short_load(struct short_names *s, const struct wim_dentry *folder,
		    bool *is_dropped, struct err *err);

// Tells whether a name is one of them.
bool into_short_has(const struct short_names *s, const le16 *name, size_t len);

#endif
