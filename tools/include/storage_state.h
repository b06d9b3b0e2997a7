// SPDX-License-Identifier: MIT
//
// libstorage: what is said of disks for as long as the session lasts, beside the
// table of letters (drives.h): which virtual disks are attached, and which disks are
// offline or read-only. A file of one line a disk: letters for what is said, a tab, the
// disk's whole address.
//
//     A   attached virtual disk      o   offline
//     R   attached for reading only  r   read-only

#ifndef STORAGE_STATE_H
#define STORAGE_STATE_H

#include "base.h"

struct storage_state_disk {
	char *address; // whole (address_whole)
	bool is_attached, is_attached_read_only, is_offline, is_read_only;
};

struct storage_state {
	struct storage_state_disk *disks; // in the order they were attached
	size_t count, capacity;
};

// Decodes the file's text. Free with storage_state_done.
// Returns 0, -EBADMSG, or -ENOMEM.
MUST_CHECK
int storage_state_decode(const char *text, size_t size,
			 struct storage_state *ret, struct err *err);

// Returns the file's text, new memory (mem_free), or NULL.
char *storage_state_encode(const struct storage_state *s);

// Frees what it holds.
void storage_state_done(struct storage_state *s);

// Returns what is said of a disk, or NULL.
const struct storage_state_disk *
storage_state_find(const struct storage_state *s, const char *address);

// Says something of a disk: in place of what is said, or at the end; when it is
// nothing the disk is left out.
// Returns 0 or -ENOMEM.
MUST_CHECK
int storage_state_set(struct storage_state *s,
		      const struct storage_state_disk *disk, struct err *err);

// Reads the session's.
// Returns 0, or as storage_state_decode and address_session_read.
MUST_CHECK
int storage_state_read(struct storage_state *ret, struct err *err);

// As storage_state_set, in the session's.
// Returns 0, -EINVAL for an address with a tab or a line's end, or as storage_state_read and address_session_change.
MUST_CHECK
int storage_state_put(const struct storage_state_disk *disk, struct err *err);

#endif
