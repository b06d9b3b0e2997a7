// SPDX-License-Identifier: MIT
//
// libdiskmgmt: the picture of a machine's disks, and what a person does with it:
// disks as bars to scale, virtual disks below the volume that their files lie on,
// children below their parents; menus, questions, a log. It draws on a screen in
// memory (term.h), takes keys, and says what is to be done as lines of the DiskPart
// language; who calls it runs them, and shows the screen.
//
//     struct diskmgmt_calls calls = {0};
//     diskmgmt_new(&calls, "1.0", &d, &err);
//     diskmgmt_look(d, &world, &err);
//     diskmgmt_draw(d, true, screen);
//     if (diskmgmt_press(d, &key) == DISKMGMT_RUN)
//         line = diskmgmt_line(d, 0);
//     diskmgmt_free(d);
//
// Threads: one at a time an object.

#ifndef DISKMGMT_H
#define DISKMGMT_H

#include "storage_disks.h"
#include "term.h"

// --- What there is -----------------------------------------------------------

// The file of a virtual disk, in a volume.
struct diskmgmt_file {
	char *address;     // by which every command opens it
	char *path;        // in its volume
	unsigned volume;   // number of that
	uint64_t size;     // of the virtual disk, bytes
	const char *type;  // constant: "fixed", "dynamic", "differencing"
	long parent;       // its place in the list; -1: none, or it is not here
	char *parent_name; // of a differencing one: its file's path; NULL
	char *trouble;     // why it cannot be used, "" when it can
};

// What is drawn; borrowed, and valid until the next diskmgmt_look.
struct diskmgmt_world {
	const struct storage_disk *disks;
	size_t disk_count;
	const struct storage_volume *volumes;
	size_t volume_count;
	const struct diskmgmt_file *files;
	size_t file_count;
};

#define DISKMGMT_MAX_FILES 1024 // virtual disks that are looked for

// Looks for files of virtual disks, by their names (.vhd, .vhdx, .avhd, .avhdx), in
// the volumes: in their root, and in its folders but Windows' own. What cannot be
// read is left out, what is no virtual disk has its trouble. Free with
// diskmgmt_files_free.
// Returns 0 or -ENOMEM.
MUST_CHECK
int diskmgmt_find_files(const struct storage_volume *volumes, size_t count,
			struct diskmgmt_file **ret, size_t *ret_count,
			struct err *err);

// Frees the list; NULL is fine.
void diskmgmt_files_free(struct diskmgmt_file *files, size_t count);

// --- Bars --------------------------------------------------------------------

// Shares `width` columns among `count` pieces by their sizes: each has `least`, and
// beyond that as many as its size is of all. Nothing is done when count * least is
// more than width.
void diskmgmt_split(const uint64_t *sizes, size_t count, unsigned width,
		    unsigned least, unsigned *ret_widths);

// Draws disks as bars, each with a line of its name, from row 0 on, as many rows as
// it takes: one below the other and without a mark. `style` of what a terminal
// shows: see diskmgmt_draw.
// Returns the rows, or those that the screen should have had; -ENOMEM.
MUST_CHECK
int diskmgmt_draw_bars(const struct diskmgmt_world *world, bool has_colour,
		       struct term_screen *screen, struct err *err);

// --- The program -------------------------------------------------------------

struct diskmgmt;

struct diskmgmt_calls {
	// By how many bytes a volume can be made smaller; what it takes is up to
	// it. Returns 0 or an error. May be NULL.
	int (*most_shrink)(void *ctx, unsigned volume, uint64_t *ret);
	void *ctx;
};

// Begins, with nothing to draw. `version` is the program's, for the first line;
// borrowed.
// Returns 0 or -ENOMEM. End with diskmgmt_free.
MUST_CHECK
int diskmgmt_new(const struct diskmgmt_calls *calls, const char *version,
		 struct diskmgmt **ret, struct err *err);

// Frees it; NULL is fine.
void diskmgmt_free(struct diskmgmt *d);

// Takes what there is now; what was marked stays so when it is there.
// Returns 0 or -ENOMEM, with the old world gone in any case.
MUST_CHECK
int diskmgmt_look(struct diskmgmt *d, const struct diskmgmt_world *world,
		  struct err *err);

// Draws everything. Without colours the kinds of partitions are told by letters.
void diskmgmt_draw(struct diskmgmt *d, bool has_colour,
		   struct term_screen *screen);

enum diskmgmt_event {
	DISKMGMT_NOTHING, // draw, wait for the next key
	DISKMGMT_RUN,     // run the lines
	DISKMGMT_RESCAN,  // look everything up again
	DISKMGMT_REFRESH, // the terminal may show anything: draw all of it
	DISKMGMT_SAVE,    // write diskmgmt_script to diskmgmt_save_path
	DISKMGMT_QUIT,
};

// Takes a key. Returns what is to be done.
enum diskmgmt_event diskmgmt_press(struct diskmgmt *d,
				   const struct term_key *key);

// Returns the number of the marked volume, -1 when none is.
long diskmgmt_marked_volume(const struct diskmgmt *d);

// A line that was asked for.
struct diskmgmt_line {
	char text[1024];
	bool is_command; // of this program, not of DiskPart: "chkdsk X: /f"
};

// Returns the n-th of the lines to run, NULL behind the last.
const struct diskmgmt_line *diskmgmt_line(const struct diskmgmt *d, size_t n);

// Tell how that goes on: a line begins; it said something; it ended, well or not;
// no more are run. Between them diskmgmt_draw shows it.
void diskmgmt_begin_line(struct diskmgmt *d, size_t n);
void diskmgmt_tell(struct diskmgmt *d, const char *text);
void diskmgmt_end_line(struct diskmgmt *d, size_t n, bool is_done);
void diskmgmt_end_run(struct diskmgmt *d);

// Shows a sentence until the next key.
void diskmgmt_say(struct diskmgmt *d, const char *text);

// Returns the lines done so far as a script of DiskPart, with those that failed and
// commands of this program as remarks; new memory (mem_free), or NULL.
char *diskmgmt_script(const struct diskmgmt *d);

// Returns the file that was asked for, valid until the next key.
const char *diskmgmt_save_path(const struct diskmgmt *d);

#endif
