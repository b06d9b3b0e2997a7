// SPDX-License-Identifier: MIT
//
// Files from trees into a tree, for copy and xcopy. All is planned, asked and
// checked first; then it is done.
//
//     transfer_add(&t, &file, &err);        // for each file and folder
//     transfer_check(&t, &err);             // what is there, names, sizes, room
//     transfer_run(&t, &err);               // t.done says how many files were
//     transfer_done(&t);
//
// A file of the host is made whole or not at all, and is durable when it has its
// name. In a volume, files are made durable together, after each gigabyte and at
// the end: a power cut leaves each as it was or whole. Data and times alone are
// kept: no descriptors, no named streams; hidden, system and read-only are
// no attributes of the host's files.

#ifndef TRANSFER_H
#define TRANSFER_H

#include "spot.h"

// One of those that a new file is made of.
struct transfer_part {
	struct spot *spot; // NULL: `disk`
	char *path;
	struct disk *disk; // borrowed: a whole disk or partition
};

struct transfer_file {
	struct transfer_part *parts; // of a folder: none
	size_t part_count;
	char *to; // path in the tree that it goes to
	bool is_directory;
	uint64_t size;       // of all parts
	uint32_t attributes; // to give, of TREE_*
	uint64_t modified;   // FILETIME
	// found by transfer_check:
	bool is_there;
	uint64_t old_size;
};

struct transfer {
	const char *command; // for questions, warnings and notes
	struct spot *to;
	const char *to_text; // what it was opened by
	bool replace;        // /Y
	bool replace_readonly;
	bool make_parents;
	bool keep_going; // /C
	bool verbose;    // names are shown as they come
	bool show_both;  // with where they go
	bool has_time;   // /Time, for all
	uint64_t time;   // of new files and folders, FILETIME
	struct transfer_file *files;
	size_t count, capacity;
	size_t done;   // files
	size_t failed; // with keep_going: files that were passed over
	char *failing; // path of what transfer_add or transfer_run failed
		       // for, or NULL: the error does not always name it
};

// Adds a file or folder; what `file` holds is the transfer's from here on, also
// when this fails. The sources are opened, so that one that cannot be read is known
// before anything is written; `size` is found so.
// Returns 0, -ENOMEM, or as opening a source fails.
MUST_CHECK
int transfer_add(struct transfer *t, struct transfer_file *file,
		 struct err *err);

// Checks that the name of the source `what` is one name where it goes to, and
// no path of several. Returns 0 or -EINVAL.
MUST_CHECK
int transfer_check_name(const struct transfer *t, const char *what,
			const char *name, struct err *err);

// Finds what is there already and asks what to do with it, on a terminal; files
// that are to stay are taken from the plan. Then names, sizes and room are
// checked.
// Returns 0, -EEXIST when something is there, -EACCES when it is read-only, -EISDIR,
// -ENOTDIR, -ENOENT for a missing folder, -EINVAL for a name, -EFBIG for a size,
// -ENOSPC, -ECANCELED at the end of the answers, or as tree_list.
MUST_CHECK
int transfer_check(struct transfer *t, struct err *err);

// Does it. With keep_going what fails is said and passed over.
// Returns 0, or as reading and writing fail.
MUST_CHECK
int transfer_run(struct transfer *t, struct err *err);

// Frees what it holds, not the spots.
void transfer_done(struct transfer *t);

// Returns true when two paths are of one file.
bool transfer_is_same(struct spot *a, const char *path_a, struct spot *b,
		      const char *path_b);

// Returns true when a path is that of a folder, or lies in it.
bool transfer_is_inside(struct spot *folder_spot, const char *folder,
			struct spot *t, const char *path);

// --- For those above (transfer_there.c) ------------------------------------------

// The entries of one folder, found by names as the tree compares them.
struct transfer_there {
	char *folder; // whose they are, or NULL
	struct transfer_entry *entries;
	size_t count, capacity;
};

// Finds what is at a path; the folder's entries are kept for the next one.
// Returns 0, -ENOENT also for a folder that is not there, or as tree_list.
MUST_CHECK
int transfer_find(struct transfer_there *there, struct spot *t,
		  const char *path, struct tree_stat *ret, struct err *err);

// Frees what it holds.
void transfer_there_done(struct transfer_there *there);

// Returns a path as the tree compares them, new memory, or NULL. Free with mem_free.
char *transfer_fold(const struct spot *t, const char *path);

// Sets t->failing; without a tree to NULL.
void transfer_set_failing(struct transfer *t, const struct spot *spot,
			  const char *path);

// Refuses to replace the file of an attached virtual disk.
// Returns as storage_check_attached.
MUST_CHECK
int transfer_check_attached(const struct spot *spot, const char *path,
			    struct err *err);

// Opens one part for reading.
MUST_CHECK
int transfer_open(const struct transfer_part *part, struct disk **ret,
		  struct err *err);

// --- Questions (ask.c) --------------------------------------------------------------

// Asks on a terminal: one letter of `letters` is what the answer begins with, asked
// again until it is one. Returns the letter in capitals, or 0 when standard input is
// no terminal (with `pipe`: nor a pipe) or ends.
char ask_letter(const char *question, const char *letters, bool pipe);

#endif
