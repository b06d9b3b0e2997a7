// SPDX-License-Identifier: MIT
//
// What the files of libhive share.

#ifndef HIVE_PRIV_H
#define HIVE_PRIV_H

#include "hive.h"
#include "hive_disk.h"

// Depth and lengths of names are Microsoft's published "Registry Element Size
// Limits": Windows' functions reach nothing beyond them.
#define HIVE_MAX_DEPTH      512u        // Windows' own limit
#define HIVE_MAX_SECURITY   65536u      // Windows' hives have some hundreds
#define HIVE_MAX_BINS       0x7ffff000u // offsets stay positive as int32_t
#define HIVE_MAX_DATA       (1u << 30)  // bytes of a value
#define HIVE_MAX_KEY_NAME   255u        // units
#define HIVE_MAX_VALUE_NAME 16383u      // units
#define HIVE_MAX_TEXT       (1u << 30)  // bytes of a .reg file

// Returns the checksum of a header's first 508 bytes as it is stored.
uint32_t hive_header_checksum(const uint8_t *header);

// The part of a hive that leads to a key.
struct hive_part {
	le16 *path;
	size_t path_len; // units
	bool all;        // with all below the key
};

// Loads a hive, or with `part` only that of it. With `lends` values point into
// `data`, which must then live as long as the hive.
// Returns as hive_load.
int hive_load_bytes(const uint8_t *data, size_t size,
		    const struct hive_part *part, bool lends, struct hive **ret,
		    struct err *err);

// Frees a key with all below it, which no parent points to any more.
void hive_key_free(struct hive_key *key);

// Frees what a value holds, not the value.
void hive_value_done(struct hive_value *value);

// Turns a name or path into units, as utf16_from_utf8 does.
// Returns 0, -EINVAL when it is not UTF-8, or -ENOMEM.
int hive_text_units(const char *text, le16 **ret, size_t *ret_len,
		    struct err *err);

// Looks for a subkey by its name.
// Returns true with its place in *pos, or false with the place where it belongs.
bool hive_subkey_search(const struct hive_key *key, const le16 *name,
			size_t len, size_t *pos);

// Finds a subkey by its name or makes it. Returns as hive_key_add.
int hive_key_child(struct hive *hive, struct hive_key *parent, const le16 *name,
		   size_t len, struct hive_key **ret, struct err *err);

// As hive_value_set, with any name.
int hive_value_put(struct hive *hive, struct hive_key *key, const le16 *name,
		   size_t len, uint32_t type, const void *data, size_t size,
		   struct err *err);

#endif
