// SPDX-License-Identifier: MIT
//
// dism /Image: a Windows that does not run, for the verbs that look at one.

#ifndef DISM_WINDOWS_H
#define DISM_WINDOWS_H

#include "../files/spot.h"
#include "dism.h"
#include "service.h"

// The first entries of the tables of such verbs' switches.
#define DISM_WINDOWS_SWITCHES                                                  \
	{"Image", true, NULL},                                                 \
	{                                                                      \
		"Format", true, NULL                                           \
	}
#define DISM_WINDOWS_SWITCH_COUNT 2

struct dism_windows {
	const char *address; // as given
	bool is_table;       // /Format:Table
	struct spot *spot;
	struct service *service;
};

// What a verb does with it, between the frame's lines.
typedef int dism_windows_fn(struct dism_windows *w,
			    const struct cmd_switch *switches, struct err *err);

// All of such a verb: reads its switches, opens the Windows, prints what is around the output, and says how `run` ended.
// Returns the command's exit status.
int dism_on_windows(int argc, char **argv, struct cmd_switch *switches,
		    dism_windows_fn *run);

// Closes what the Windows was read through, so that one of its files can be written
// to by its address. w->service is gone with it.
void dism_windows_leave(struct dism_windows *w);

// Returns "Yes" or "No".
const char *dism_yes_no(bool is);

// Writes FILETIME as a date: "7/21/2023"; "" when there is none. Returns text.
#define DISM_DATE_TEXT 16
const char *dism_date(uint64_t filetime, char text[DISM_DATE_TEXT]);

// Writes "100.93.104.24000". Returns text.
#define DISM_VERSION_TEXT 24
const char *dism_version(uint64_t version, char text[DISM_VERSION_TEXT]);

#endif
