// SPDX-License-Identifier: MIT
//
// The file of a registry hive, for commands: on the host or in a volume of a
// disk, named by an address, read with its logs and replaced at once.

#ifndef HIVE_FILE_H
#define HIVE_FILE_H

#include "hive.h"

#define HIVE_FILE_MAX ((uint64_t)1 << 31) // bytes; no hive can be larger

struct hive_file;

enum {
	HIVE_FILE_WRITE = 1 << 0, // to be replaced; its disk is locked
	HIVE_FILE_NEW = 1 << 1,   // to be made: it may not be there yet
	HIVE_FILE_KEY = 1 << 2,   // a key's path may follow: SYSTEM\Select
	HIVE_FILE_NO_LOGS = 1
			    << 3, // what is in its logs is not wanted; reading
};

// Finds the file that an address names. Nothing is changed.
// Returns 0, -ENOENT when there is none, -EEXIST when HIVE_FILE_NEW finds one,
// -EINVAL for HIVE_FILE_NO_LOGS to write, or as address_open and (to write) tree_begin do.
// End with hive_file_close.
int hive_file_open(const char *address, unsigned flags, struct hive_file **ret,
		   struct err *err);

// Returns the path that follows the file with HIVE_FILE_KEY, without a leading
// backslash: "" when there is none. A part of the address.
const char *hive_file_key(const struct hive_file *f);

// Returns the file's own name, the last part of its path. The file's own.
const char *hive_file_name(const struct hive_file *f);

// Returns how many bytes of the address name the file; a key's path follows.
size_t hive_file_prefix(const struct hive_file *f);

// A hive as it was read, with its logs when it was not closed.
struct hive_bytes {
	uint8_t *data;
	size_t size;
	struct hive_log logs[HIVE_LOGS];
	bool is_stale; // HIVE_FILE_NO_LOGS: it was not closed
};

// Reads the file, and its logs when they are needed. Free with hive_bytes_done.
// Returns 0, -EFBIG over HIVE_FILE_MAX, -ENOTSUP when logs are needed and there
// is none, the error of reading, or as hive_log_find.
int hive_file_read(struct hive_file *f, struct hive_bytes *ret,
		   struct err *err);

void hive_bytes_done(struct hive_bytes *bytes);

// Reads and loads the file. Returns as hive_file_read and hive_load_with_logs.
int hive_file_load(struct hive_file *f, struct hive **ret, struct err *err);

// Puts new content in the place of the file, at once: after an interruption it
// is the old one or the new one.
// Returns 0, -ENOSPC, or the error of a write.
int hive_file_write(struct hive_file *f, const void *data, size_t size,
		    struct err *err);

// As hive_file_write, for a hive: logs of the old one are deleted.
int hive_file_replace(struct hive_file *f, const void *data, size_t size,
		      struct err *err);

// Saves a hive into the file. Returns as hive_save and hive_file_replace.
int hive_file_save(struct hive_file *f, const struct hive *hive,
		   struct err *err);

// Closes; NULL is fine.
void hive_file_close(struct hive_file *f);

#endif
