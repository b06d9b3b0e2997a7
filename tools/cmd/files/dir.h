// SPDX-License-Identifier: MIT
//
// What the files of dir share: the options, one folder's entries, and how they
// are shown.

#ifndef DIR_H
#define DIR_H

#include "spot.h"

struct dir_options {
	bool bare, recursive, wide, by_column, lower, short_names, streams;
	bool pause, plain_numbers;
	bool has_filter;          // /A with letters
	uint32_t needed, refused; // attributes
	const char *order;        // of "NESDG-", or NULL
	char time;                // 'W', 'C' or 'A'
};

struct dir_entry {
	struct tree_stat stat;
	bool is_dots; // "." or ".."
};

// What one folder, or all of them, have in them that is shown.
struct dir_sums {
	uint64_t files, folders, bytes;
};

struct dir_folder {
	struct spot *spot;
	const char *path;
	struct dir_entry *entries;
	size_t count, capacity;
	struct dir_sums sums;
};

// Sorts by /O.
void dir_sort(const struct dir_options *o, struct dir_folder *f);

// Returns the time of an entry that /T asks for.
uint64_t dir_entry_time(const struct dir_options *o, const struct tree_stat *s);

// --- Output (dir_show.c) ----------------------------------------------------

// Shows what the volume is.
void dir_show_volume(const struct dir_options *o, const struct spot *t,
		     const struct tree_info *info);

// Shows a folder's entries with its head and, unless bare, its sums.
void dir_show_folder(const struct dir_options *o, const struct dir_folder *f);

// Shows the head of a folder alone, before "File Not Found".
void dir_show_head(const struct dir_options *o, const struct spot *t,
		   const char *path);

// Shows the sums of all: with what is free, and /S "Total Files Listed".
void dir_show_total(const struct dir_options *o, const struct dir_sums *sums,
		    uint64_t free);

#endif
