// SPDX-License-Identifier: MIT
//
// What the files of the bcdedit command share.

#ifndef BCDEDIT_H
#define BCDEDIT_H

#include "bcd.h"

// Loads the store in a file, completed from its logs when it was not closed.
// Returns 0, what bcd_load_with_logs and reading the file return, or -EFBIG for a file of
// over 64 MiB.
int bcdedit_load(const char *path, struct bcd **ret, struct err *err);

// Puts a store in the place of a file, at once, and deletes the logs of the hive
// that was there.
// Returns 0, what bcd_save returns, or the error of a write.
int bcdedit_save(const char *path, const struct bcd *bcd, struct err *err);

// Prints the objects that `what` names (a type such as "active" or "all", or an
// identifier) in bcdedit's layout. `verbose` shows GUIDs instead of aliases, and
// hidden elements.
// Returns 0, or -ENOENT when what is no type and no object of the store.
int bcdedit_enum(const struct bcd *bcd, const char *what, bool verbose,
		 struct err *err);

// Sets an element from the words of a command line: a name or "custom:" and its
// number, and one value or more.
// Returns 0, -EINVAL when the element or a value is not understood, or -ENOMEM.
int bcdedit_set(struct bcd *bcd, struct bcd_object *obj, const char *element,
		char **values, int count, struct err *err);

// Finds the number of an element by its name or "custom:" and hex digits.
// Returns 0 or -EINVAL.
int bcdedit_element(const struct bcd_object *obj, const char *name,
		    uint32_t *ret, struct err *err);

#endif
