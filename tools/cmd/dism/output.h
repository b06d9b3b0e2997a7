// SPDX-License-Identifier: MIT
//
// Image files that verbs write: new ones, and those that are there and are changed.

#ifndef DISM_OUTPUT_H
#define DISM_OUTPUT_H

#include "../files/spot.h"
#include "wim_write.h"

// A WIM file to be written to. Of zeroes: none.
struct dism_output {
	const char *path; // as given
	// A new file, which has another name until it is whole.
	struct spot *spot;
	bool is_beside; // the spot is another one's
	char *name;     // its path in the spot's tree
	char *part;     // that until then; NULL: it has none (the host's)
	// One that is there.
	struct place *place;
	struct wim *wim;
	struct disk *file; // either's
	bool is_finished;
};

// What /Compress can say.
struct dism_compression {
	enum wim_compression compression;
	enum codec_level level;
	bool is_solid;
};

// Reads the value of /Compress: none, fast, max or recovery.
// Returns 0, or CMD_MISUSE after saying what is wrong.
int dism_compression_parse(const char *text, struct dism_compression *ret);

// Returns how a file is written that has images of another: as that is compressed,
// solid when it is, or as /Compress says (NULL: it does not), with a table of hashes
// when asked for.
struct wim_write_options dism_write_like(const struct wim_info *source,
					 const struct dism_compression *c,
					 bool has_integrity);

// Checks the table of hashes of a file that is read from, when /CheckIntegrity asks for
// it and the file has one.
// Returns 0, or as wim_check_integrity.
int dism_check_integrity(struct wim *wim, bool is_wanted,
			 struct progress *progress, struct err *err);

// Says how to get rid of what nothing in a file refers to, when there is much of it.
void dism_tell_unused(const char *path, const struct wim *wim);

// Begins a new file at an address. It is there when dism_output_finish was done,
// and until then nothing of it is.
// Returns 0, -EEXIST when there is one, or as address_open, tree_begin and
// tree_create_file.
int dism_output_make(const char *path, struct dism_output *ret,
		     struct err *err);

// As dism_output_make, for a file in the same folder as another one that is open: a
// volume is open for writing once. That one is closed after this.
int dism_output_make_beside(const struct dism_output *other, const char *path,
			    struct dism_output *ret, struct err *err);

// As dism_output_make, for a file that takes the place of one that may be there.
int dism_output_replace(const char *path, struct dism_output *ret,
			struct err *err);

// Opens a WIM that is there, to be changed.
// Returns as address_open and wim_open.
int dism_output_open(const char *path, struct dism_output *ret,
		     struct err *err);

// Tells whether there is anything at an address.
// Returns 0, or as spot_open and tree_stat.
int dism_output_exists(const char *path, bool *ret, struct err *err);

// Ends writing: makes it durable, and gives a new one its name.
// Returns 0, or as disk_finish, address_finish and tree_rename.
int dism_output_finish(struct dism_output *o, struct err *err);

// Closes it. A new one that was not finished never was.
void dism_output_close(struct dism_output *o);

#endif
