// SPDX-License-Identifier: MIT
//
// A folder of the host, and the files of an image below it.

#ifndef INTO_HOST_H
#define INTO_HOST_H

#include <limits.h>
#include <pthread.h>

#include "into.h"

// The folder that all goes into, and the one that was used last.
struct host_place {
	int root;
	char path[PATH_MAX];             // of the root, absolute, for links
	size_t name_max;                 // bytes of a name
	const struct wim_dentry *folder; // whose file is `at`, or NULL
	int at;
	// By dentry->index. A folder that is new has nothing in it that could be
	// in the way, so its files are made when their content comes. One that is
	// there is replaced at the end, and a large one is whole then: until then
	// it has another name. What was made where nothing stood goes again when
	// not all can be made.
	bool *is_new, *is_part, *is_ours;
	pthread_mutex_t lock; // over what is left out while content is written
};

// --- host_path.c -------------------------------------------------------------

// Opens the folder that an entry lies in, or the entry itself as one. No link is
// followed on the way. From any thread.
// Returns a file descriptor, or -1 with errno.
int host_open_folder(const struct host_place *p, const struct wim_dentry *d);

// The name of an entry in its folder. Returns buf.
#define HOST_NAME (255 * 3 + 1)
char *host_name(const struct wim_dentry *d, char buf[HOST_NAME]);

// The same, under which its file is written: another one while an old file is there.
char *host_part_name(const struct host_place *p, const struct wim_dentry *d,
		     char buf[HOST_NAME]);

// --- host_unix.c -------------------------------------------------------------

// Finds what entries are on Linux where WSL's extended attributes tell, when it is
// asked for.
void host_find_unix(const struct into *into);

// Tells whether an entry is a device, pipe or socket of Linux.
bool host_is_special(const struct wim_dentry *d);

// Makes one. Returns 0, or -1 with errno.
int host_make_special(int at, const char *name, const struct wim_dentry *d);

// Sets owner, group, mode and extended attributes, when they are asked for; what is
// not set counts as lost.
// Returns 0 or -ENOMEM.
int host_set_unix(struct into *into, int at, const char *name,
		  const struct wim_dentry *d, struct err *err);

#endif
