// SPDX-License-Identifier: MIT
//
// diskmgmt: the disks that there are, and lines that are run on them (session.c);
// the terminal (terminal.c).

#ifndef DISKMGMT_SESSION_H
#define DISKMGMT_SESSION_H

#include "../cmd.h"
#include "diskmgmt.h"
#include "diskpart.h"

struct session {
	struct storage *storage;
	struct diskpart *diskpart;
	struct diskmgmt *diskmgmt;
	struct term *term;
	struct diskmgmt_file *files;
	size_t file_count;
	struct diskmgmt_world world;
	uint64_t drawn_ms; // when what a line says was shown last
};

// Looks up what there is; on a failure the session is only to be closed.
// Returns 0 or an error.
int session_open(struct session *s, const struct storage_source *source,
		 struct err *err);
void session_close(struct session *s);

// Looks everything up again, and shows what there is then.
// Returns 0 or an error; then what was there stays.
int session_rescan(struct session *s, struct err *err);

// Begins the language of DiskPart and the picture, on a terminal.
// Returns 0 or an error.
int session_begin(struct session *s, struct term *term, struct err *err);

// Draws and shows.
// Returns 0 or an error.
int session_show(struct session *s, struct err *err);

// Runs the lines that were asked for.
// Returns 0, or the terminal's error.
int session_run(struct session *s, struct err *err);

// Finds out the free space of the marked volume when it is not known yet.
// Returns whether it was.
bool session_look_free(struct session *s);

// Returns what the terminal can, by the environment; `is_ascii` and `is_plain`
// take UTF-8 and colours away.
struct term_caps terminal_caps(bool is_ascii, bool is_plain);

// Takes the terminal over; a signal that ends this program gives it back first.
// Returns 0 or an error. End with terminal_close.
int terminal_open(const struct term_caps *caps, struct term **ret,
		  struct err *err);
void terminal_close(struct term *t);

#endif
