// SPDX-License-Identifier: MIT
//
// Content of a WIM in an order that is known before, decompressed on other threads
// ahead of the one that reads it.

#ifndef WIM_AHEAD_H
#define WIM_AHEAD_H

#include "../wim_priv.h"

struct wim_ahead;

// Begins. The blobs, none of them empty and each there once, are sorted as they lie
// in the files; that is the order in which they are to be read. Both are borrowed.
// Returns 0, -ENOMEM, or the error of thread creation.
int wim_ahead_new(struct wim *w, const struct wim_blob **blobs, size_t count,
		  unsigned threads, struct wim_ahead **ret, struct err *err);

// Opens the i-th of them, for reading and by one thread with all others. What is read
// in the order of all was decompressed already, or will be next; other places are
// read by themselves. Reading gives -EBADMSG when something cannot be decompressed;
// hashes are not checked.
// Returns 0 or -ENOMEM.
int wim_ahead_open(struct wim_ahead *a, size_t i, struct disk **ret,
		   struct err *err);

// Ends what is at work and frees; NULL is fine.
void wim_ahead_free(struct wim_ahead *a);

#endif
