// SPDX-License-Identifier: MIT
//
// Records as DISM prints them: a line a field, or with /Format:Table a row each.

#ifndef DISM_RECORDS_H
#define DISM_RECORDS_H

#include "../cmd.h"

#define DISM_MAX_COLUMNS 16

struct dism_records {
	const char *const *labels;
	size_t columns; // at most DISM_MAX_COLUMNS
	bool is_table;
	char **fields; // row by row
	size_t count, room;
};

// Reads the value of /Format, NULL when it was not given.
// Returns 0, or CMD_MISUSE after saying what is wrong.
int dism_format_parse(const char *value, bool *is_table);

// Adds a record of `columns` texts, which are copied. Returns 0 or -ENOMEM.
MUST_CHECK
int dism_records_add(struct dism_records *r, const char *const *texts,
		     struct err *err);

// Prints all.
void dism_records_print(const struct dism_records *r);

// Frees what it holds.
void dism_records_done(struct dism_records *r);

#endif
