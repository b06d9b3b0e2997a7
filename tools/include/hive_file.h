// SPDX-License-Identifier: MIT
//
// libhive: the files of a hive, its own and its logs, in whatever tree holds them
// (tree.h): read together, replaced at once.
//
//     struct hive_bytes bytes;
//     hive_bytes_read(tree, "\\Windows\\System32\\config\\SYSTEM", false, &bytes,
//                     &err);
//     hive_bytes_load(&bytes, &hive, &err);
//     hive_bytes_done(&bytes);
//
// and with the file's lock held over all of it (the host's), or the volume readied
// for changes (tree_begin):
//
//     hive_save(hive, &data, &size, &err);
//     hive_file_replace(tree, "\\Windows\\System32\\config\\SYSTEM", data, size,
//                       &err);

#ifndef HIVE_FILE_H
#define HIVE_FILE_H

#include "hive.h"
#include "tree.h"

#define HIVE_FILE_MAX ((uint64_t)1 << 31) // bytes; no hive can be larger

// A hive as it was read, with its logs when it was not closed.
struct hive_bytes {
	uint8_t *data;
	size_t size;
	struct hive_log logs[HIVE_LOGS];
	bool is_stale; // it was not closed, and its logs are left out
};

// Reads a hive's file, and its logs when they are needed: they lie beside the file
// that a link leads to, are called as it is with .LOG1, .LOG2 or .LOG behind, and
// case does not count, since Windows writes ntuser.dat.LOG1 beside NTUSER.DAT. Of
// several the one of exactly that name is it. With `ignore_logs` a hive that was
// not closed is made loadable without them (hive_forget_logs). What is no hive is
// read, too. Free with hive_bytes_done.
// Returns 0, -EFBIG over HIVE_FILE_MAX, -ENODATA when logs are needed and there is
// none, -ENOTUNIQ for several that differ in case alone, -ENOMEM, or as
// tree_read_file and tree_list.
MUST_CHECK
int hive_bytes_read(struct tree *t, const char *path, bool ignore_logs,
		    struct hive_bytes *ret, struct err *err);

// Loads all of it; the hive may take the bytes over. Then hive_bytes_done, as ever.
// Returns as hive_load_owned.
MUST_CHECK
int hive_bytes_load(struct hive_bytes *bytes, struct hive **ret,
		    struct err *err);

// Tells whether what could not be loaded with its logs can be without them.
bool hive_bytes_load_alone(const struct hive_bytes *bytes);

// Frees the bytes.
void hive_bytes_done(struct hive_bytes *bytes);

// Puts new content in the place of a file, durably and at once: after an
// interruption it is the old one or the new one. A link stays one. Hidden, system
// and read-only files stay that.
// Returns 0, or as tree_write_file and tree_sync.
MUST_CHECK
int hive_file_put(struct tree *t, const char *path, const void *data,
		  size_t size, struct err *err);

// As hive_file_put, and deletes the logs of the hive that was there: they would be
// taken for the new one's. Of several that differ in case alone none is deleted:
// they harm no hive that is closed.
// Returns as hive_file_put, tree_list and tree_remove.
MUST_CHECK
int hive_file_replace(struct tree *t, const char *path, const void *data,
		      size_t size, struct err *err);

#endif
