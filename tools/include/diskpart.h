// SPDX-License-Identifier: MIT
//
// libdiskpart: the language of DiskPart, on the disks and verbs of libstorage
// (storage_disks.h).
//
//     struct diskpart_options how = {.write = write_out, .version = "1.0",
//                                    .computer = "bench"};
//     struct diskpart *d;
//     diskpart_open(s, &how, &d, &err);
//     diskpart_greet(d);
//     status = diskpart_run_line(d, "list disk");
//     status = diskpart_run_script(d, bytes, size);
//     diskpart_close(d);
//
// A session has a focus, which commands work on: a disk, a partition of it, a
// volume, a virtual disk's file. All that it says goes through `write`, in the
// sentences and columns that scripts look for: those of Windows 10 and 11. Where
// such a sentence does not tell what to do next, a line of our own follows it.
//
// The language, as Microsoft's reference of commands has it ("diskpart", "diskpart
// scripts and examples", and a page a command): words in any letter case, each of
// which may be cut down to its first three letters; options as `letter=C`,
// `letter = C` and `letter C`; values in double quotes; `rem`; `noerr`.
//
// Threads: one at a time a session.

#ifndef DISKPART_H
#define DISKPART_H

#include "storage_disks.h"

struct diskpart;

// What a line, or a script, came to: DiskPart's exit status.
enum diskpart_status {
	DISKPART_OK = 0,
	DISKPART_FATAL = 1,   // no memory, or stopped by the user
	DISKPART_MISUSE = 2,  // a command or its words were not understood
	DISKPART_NO_FILE = 3, // a script could not be opened
	DISKPART_FAILED = 4,  // the command was understood and failed
	DISKPART_OBJECT = 5,  // what it works on is not selected, or not there
};

struct diskpart_options {
	// Takes text as it comes: lines, and parts of them. Must not be NULL.
	void (*write)(void *ctx, const char *text);
	void *ctx;
	const char *version;  // of the program, for the first line
	const char *computer; // its name
	bool is_terminal;     // percentages may be drawn over and over
};

// Begins a session with nothing selected. The storage is borrowed, and so are the
// options' texts.
// Returns 0 or -ENOMEM. End with diskpart_close.
MUST_CHECK
int diskpart_open(struct storage *s, const struct diskpart_options *how,
		  struct diskpart **ret, struct err *err);

// Ends it; NULL is fine.
void diskpart_close(struct diskpart *d);

// Says what the program says first: which it is, and on which computer.
void diskpart_greet(struct diskpart *d);

// Runs one line, which may end with CR and LF; `noerr` changes nothing about what
// is said or returned.
// Returns a status.
enum diskpart_status diskpart_run_line(struct diskpart *d, const char *line);

// Tells whether the last line had `noerr`: its failure then stops no script. What
// is not understood stops one in any case, as on Windows.
bool diskpart_may_fail(const struct diskpart *d);

// Tells whether an `exit` was run.
bool diskpart_has_left(const struct diskpart *d);

// Turns a script, the bytes of a text file (text_to_utf8), into text for those who run
// it by lines. *ret is new memory (mem_free).
// Returns 0, -EBADMSG with the line of a NUL, or of half a character of UTF-16: what
// is behind would not be run; or -ENOMEM.
int diskpart_read_script(const void *bytes, size_t size, char **ret,
			 struct err *err);

// Runs a script, the bytes of a text file, up to its end, an `exit`, or the first line
// that fails without `noerr`; which one that was is said. Nothing is run of one that
// diskpart_read_script refuses.
// Returns a status; DISKPART_FATAL for -ENOMEM, DISKPART_MISUSE for one refused.
enum diskpart_status diskpart_run_script(struct diskpart *d, const void *bytes,
					 size_t size);

#endif
