// SPDX-License-Identifier: MIT
//
// Inside libimage: an NTFS volume while it is captured.

#ifndef CAPTURE_NTFS_PRIV_H
#define CAPTURE_NTFS_PRIV_H

#include "capture_priv.h"

#define KNOWN_SECURITY 1024u

// A descriptor of the volume that is in the image already; id 0: none.
struct known_security {
	uint32_t id;
	int32_t index;
};

// A name that a file has, but for its 8.3 one.
struct name {
	const le16 *name, *short_name;
	uint64_t parent; // record
	uint32_t file;
	uint32_t next; // in its folder's list
	uint16_t parent_sequence;
	uint8_t name_len, short_len, name_space;
};

struct volume {
	struct capture *c;
	struct ntfs *n;
	uint64_t root; // record of the folder that is captured
	le16 *folder_memory;
	const le16 *folder; // its path, for what links say of it
	size_t folder_len;
	struct name *names;
	size_t name_count, name_room;
	uint32_t *by_record; // the number of its file
	size_t record_count, record_room;
	struct known_security security[KNOWN_SECURITY];
	struct err *err;
};

// Checks, when all names have their places, that the folders name no other files
// (ntfs_check.c). Returns 0, -EBADMSG, or as ntfs_list.
int capture_check_folders(struct volume *v, struct err *err);

#endif
