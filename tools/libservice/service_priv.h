// SPDX-License-Identifier: MIT
//
// What the files of libservice share.

#ifndef SERVICE_PRIV_H
#define SERVICE_PRIV_H

#include "hive_file.h"
#include "service.h"

struct service {
	struct tree *tree;
	char *windows; // path of the folder
	struct hive *system;
	struct hive_key *control_set; // of `system`
	struct service_windows is;
};

// Joins names to the path of a folder; *ret is new memory.
// Returns 0 or -ENOMEM.
MUST_CHECK
int service_join(const struct tree *t, const char *folder,
		 const char *const *names, size_t count, char **ret,
		 struct err *err);

// Reads a hive of System32\config. Free with hive_bytes_done.
// Returns as hive_bytes_read.
MUST_CHECK
int service_read_hive(struct service *s, const char *name,
		      struct hive_bytes *ret, struct err *err);

// Loads a hive of System32\config whole. Free with hive_free.
// Returns as hive_bytes_read and hive_load_owned.
MUST_CHECK
int service_load_hive(struct service *s, const char *name, struct hive **ret,
		      struct err *err);

// Reads a string of a key, which may be NULL; *ret is "" when there is none.
// Returns 0 or -ENOMEM.
MUST_CHECK
int service_get_text(const struct hive_key *key, const char *name, char **ret,
		     struct err *err);

// Finds a key. Returns NULL when there is none.
struct hive_key *service_find_key(const struct hive_key *key, const char *path);

// Finds the control set that the Windows starts with.
// Returns 0 or -EBADMSG.
MUST_CHECK
int service_find_control_set(const struct hive *system, struct hive_key **ret,
			     struct err *err);

#endif
