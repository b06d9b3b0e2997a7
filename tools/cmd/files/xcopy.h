// SPDX-License-Identifier: MIT
//
// What the files of xcopy share.

#ifndef XCOPY_H
#define XCOPY_H

#include "transfer.h"

struct xcopy {
	struct transfer t;
	struct spot *from;
	struct spot_match match; // in `from`
	// switches
	bool recursive, empty, folders_only, newer, existing, archive, hidden;
	bool keep_readonly, ask_each, list_only, assume_folder;
	uint64_t since;  // FILETIME; 0: any time
	char **excluded; // texts of /EXCLUDE, in capitals
	size_t excluded_count, excluded_capacity;

	bool into_folder; // the destination is one
	bool found;       // something matched, whatever became of it
	struct transfer_there there;
	struct err *err;
};

// Adds to the plan what the source means: x->t.
// Returns 0, or as reading the trees fails.
MUST_CHECK
int xcopy_gather(struct xcopy *x);

// Reads the texts of "FILE+FILE".
// Returns 0, or as opening and reading a file fails.
MUST_CHECK
int xcopy_read_excluded(struct xcopy *x, const char *files, struct err *err);
void xcopy_free_excluded(struct xcopy *x);

#endif
