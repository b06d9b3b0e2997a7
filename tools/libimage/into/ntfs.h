// SPDX-License-Identifier: MIT
//
// A folder of an NTFS volume as a place for an image: first it is found out what is
// there, and content gets its room; when all of that is written, files are entered.

#ifndef INTO_NTFS_H
#define INTO_NTFS_H

#include "into.h"
#include "ntfs_put.h"
#include "short.h"

struct ntfs_place {
	struct ntfs *n;
	struct ntfs_put *put;
	uint64_t target; // the folder's reference
	le16 *folder_memory;
	const le16 *folder; // its path, for what links say of it
	size_t folder_len;
	uint32_t *security; // of the volume, for each of the image
	size_t dentries;
	// by dentry->index:
	uint64_t *references; // of a folder that is there, or of what was put
	bool *is_new;         // it is made, and so is all in it
	bool *clashes;        // with another one that differs in case alone
	bool *drops_short;    // its 8.3 name, which repeats another one
	uint32_t *further;    // the next further name of the same file; 0: none
	uint32_t *first_room; // of its streams
	struct ntfs_bytes *reparse;
	struct ntfs_bytes *ea; // with what the entry is on Linux, if it is
	struct ntfs_room **rooms;
	size_t room_count;
	struct short_names names;
};

// Enters everything; content is there (enter.c).
int into_ntfs_enter(struct into *into, struct err *err);

// Fills what is the file's but for names and streams.
void into_ntfs_describe(const struct into *into, const struct wim_dentry *d,
			struct ntfs_put_file *ret);

// Says which entry of the image an error is of. Returns its code.
int into_ntfs_failed(const struct wim_dentry *d, int code,
		     const struct err *inner, struct err *err);

#endif
