// SPDX-License-Identifier: MIT
//
// Inside of ntfs_put.h.

#ifndef NTFS_CHANGE_PUT_H
#define NTFS_CHANGE_PUT_H

#include <pthread.h>

#include "change.h"
#include "ntfs_put.h"

// An object id that is set when all files are there.
struct late_id {
	uint64_t reference;
	size_t size;
	uint8_t id[64];
	const void *of;
};

struct ntfs_put {
	struct ntfs *n;
	struct ntfs_change *c;
	uint64_t time;
	ntfs_put_coming_fn *is_coming;
	void *ctx;
	bool was_dirty;        // c->keeps_dirty, before
	size_t batch;          // sectors that may wait to be written
	struct ntfs_late late; // keys of files that were replaced
	struct late_id *ids;
	size_t id_count, id_capacity;
	pthread_mutex_t taking; // of clusters, while content is written
};

// --- room.c ------------------------------------------------------------------

// Gives an attribute the content of a room (NULL: none), whose clusters it gets a
// list of.
int ntfs_room_use(const struct ntfs_room *room, struct change_file *f,
		  struct change_attr *a, struct err *err);

// Marks a room as a file's.
void ntfs_room_used(struct ntfs_room *room);

// --- put_names.c -------------------------------------------------------------

// Takes a name from what has it, unless that stands beside it.
// Returns as ntfs_put_file.
int ntfs_put_replace(struct ntfs_put *p, const struct ntfs_put_name *name,
		     struct err *err);

// Adds the names of a file, which is not in its folders yet.
int ntfs_put_add_names(struct ntfs_put *p, struct change_file *f,
		       const struct ntfs_put_file *file, struct err *err);

// --- descriptors.c -----------------------------------------------------------

// As ntfs_put_security, within an operation.
int ntfs_secure_enter(struct ntfs_change *c,
		      const struct ntfs_bytes *descriptors, size_t count,
		      uint32_t *ret_ids, struct err *err);

#endif
