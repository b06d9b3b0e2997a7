// SPDX-License-Identifier: MIT
//
// The file of a registry hive, for commands: on the host or in a volume of a
// disk, named by an address, read with its logs and replaced at once.

#ifndef HIVE_PLACE_H
#define HIVE_PLACE_H

#include "hive_file.h"

struct hive_place;

enum {
	HIVE_PLACE_WRITE = 1 << 0, // to be replaced; its disk is locked
	HIVE_PLACE_NEW = 1 << 1,   // to be made: it may not be there yet
	HIVE_PLACE_KEY = 1 << 2,   // a key's path may follow: SYSTEM\Select
	// What is in its logs is not wanted; for reading.
	HIVE_PLACE_NO_LOGS = 1 << 3,
};

// Finds the file that an address names. Nothing is changed.
// Returns 0, -ENOENT when there is none, -EEXIST when HIVE_PLACE_NEW finds one,
// -EINVAL for HIVE_PLACE_NO_LOGS to write, or as address_open and (to write)
// tree_begin do. End with hive_place_close.
int hive_place_open(const char *address, unsigned flags,
		    struct hive_place **ret, struct err *err);

// Returns the path that follows the file with HIVE_PLACE_KEY, without a leading
// backslash: "" when there is none. A part of the address.
const char *hive_place_key(const struct hive_place *f);

// Returns the file's own name, the last part of its path. The file's own.
const char *hive_place_name(const struct hive_place *f);

// Returns how many bytes of the address name the file; a key's path follows.
size_t hive_place_prefix(const struct hive_place *f);

// Reads the file, and its logs when they are needed. Free with hive_bytes_done.
// Returns as hive_bytes_read, but -ENOTSUP when logs are needed and there is none.
int hive_place_read(struct hive_place *f, struct hive_bytes *ret,
		    struct err *err);

// Adds to the error of loading a hive with its logs that it can be read without
// them, when that is so.
void hive_place_advise(const struct hive_bytes *bytes, struct err *err);

// Says on stderr, as `command`, that what follows is the hive without its logs.
void hive_place_warn(const char *command, const struct hive_place *f);

// Reads and loads the file. Returns as hive_place_read and hive_load_with_logs.
int hive_place_load(struct hive_place *f, struct hive **ret, struct err *err);

// Puts new content in the place of the file, at once: after an interruption it
// is the old one or the new one.
// Returns 0, -ENOSPC, or the error of a write.
int hive_place_write(struct hive_place *f, const void *data, size_t size,
		     struct err *err);

// As hive_place_write, for a hive: logs of the old one are deleted.
int hive_place_replace(struct hive_place *f, const void *data, size_t size,
		       struct err *err);

// Saves a hive into the file. Returns as hive_save and hive_place_replace.
int hive_place_save(struct hive_place *f, const struct hive *hive,
		    struct err *err);

// Closes; NULL is fine.
void hive_place_close(struct hive_place *f);

#endif
