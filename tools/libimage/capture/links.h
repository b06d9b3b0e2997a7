// SPDX-License-Identifier: MIT
//
// Inside libimage: files of several names, by what their place calls them.

#ifndef CAPTURE_LINKS_H
#define CAPTURE_LINKS_H

#include "capture_priv.h"

struct link_slot {
	uint64_t volume, number;
	uint32_t file;
	bool is_used;
};

struct capture_links {
	struct link_slot *slots;
	size_t count, mask; // slots are mask + 1, when there are any
};

// Finds the number of a file; one that is new is CAPTURE_NO_FILE, to be filled in
// before the next call.
// Returns 0 or -ENOMEM.
int capture_links_find(struct capture_links *t, uint64_t volume,
		       uint64_t number, uint32_t **ret, struct err *err);

// Frees what it holds.
void capture_links_done(struct capture_links *t);

#endif
