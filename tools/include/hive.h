// SPDX-License-Identifier: MIT
//
// libhive: registry hives. A hive is loaded whole into a tree, changed there,
// and saved as a fresh, compact hive; nothing is edited in place.
//
//     struct hive *hive;
//     struct hive_key *key;
//     hive_load(data, size, &hive, &err);
//     hive_key_find(hive->root, "Select", &key, &err);
//     hive_value_set_u32(hive, key, "Current", 1, &err);
//     hive_save(hive, &bytes, &bytes_size, &err);
//     hive_free(hive);
//
// The tree is made of public structs and may be read and walked freely; keys and
// values come and go through the functions below.
//
// Names are UTF-16 without a NUL and may hold any unit, even a NUL or a
// backslash; functions that take UTF-8 names cannot reach such a key, the arrays
// can. Names are compared without regard to case. A key's unnamed ("default")
// value has the name "".
//
// The format: the Windows registry file format, versions 1.2 to 1.6, as the
// public regf specifications of M. Suhanov and of libregf describe it.

#ifndef HIVE_H
#define HIVE_H

#include "base.h"

enum { // types of values
	HIVE_NONE = 0,
	HIVE_SZ = 1, // UTF-16 with a NUL
	HIVE_EXPAND_SZ = 2,
	HIVE_BINARY = 3,
	HIVE_DWORD = 4, // 32 bits, little-endian
	HIVE_DWORD_BIG_ENDIAN = 5,
	HIVE_MULTI_SZ = 7, // strings, each with a NUL, and one more NUL
	HIVE_QWORD = 11,
};

enum { // flags of keys; what is not named here is kept as it was
	HIVE_KEY_ROOT = 0x04,
	HIVE_KEY_NO_DELETE = 0x08,
	HIVE_KEY_LINK = 0x10,
	HIVE_KEY_PREDEFINED = 0x40, // stands for a handle of Windows; no values
};

struct hive_value {
	le16 *name;
	uint16_t name_len; // units
	uint16_t flags;    // without the one that tells the name's encoding
	uint32_t type;
	uint32_t size; // bytes
	uint8_t *data; // NULL when size is 0
	bool lent;     // private: data lies in the hive's bytes
};

struct hive_key {
	struct hive_key *parent; // NULL: the root
	le16 *name;
	uint16_t name_len;         // units
	uint16_t flags;            // without the one of the name's encoding
	uint16_t virtual_flags;    // of registry virtualization, kept
	uint16_t class_size;       // bytes
	uint8_t *class_name;       // NULL: none
	uint64_t written;          // FILETIME
	uint32_t access;           // kept
	uint32_t security;         // index into the hive's descriptors
	uint32_t handle;           // of HIVE_KEY_PREDEFINED, kept
	struct hive_key **subkeys; // in order of their upper-case names
	size_t subkey_count, subkey_capacity;
	struct hive_value *values; // in order of their making
	size_t value_count, value_capacity;
};

struct hive_security {
	uint8_t *data; // a self-relative security descriptor
	uint32_t size; // bytes
};

struct hive {
	struct hive_key *root;
	struct hive_security *security;
	size_t security_count, security_capacity;
	uint32_t minor;     // version 1.minor: 2 to 6
	uint32_t sequence;  // both sequence numbers of the header
	uint64_t written;   // FILETIME
	le16 file_name[32]; // end of the path it was loaded from, kept
	uint8_t resource_ids
		[48];         // three GUIDs of the transaction manager, kept
	uint32_t flags;       // of the header, kept
	uint64_t reorganized; // FILETIME, kept
	// Time for keys that the functions below make or change; 0 after load
	// and new, and then a changed key keeps its own.
	uint64_t now;
	bool is_part;   // see hive_load_part
	uint8_t *bytes; // private: what values point into, or NULL
};

// --- The whole hive ----------------------------------------------------------

// Makes a hive of version 1.3 with an empty root key of that name (UTF-8) and
// the descriptor that Windows gives to boot stores: Administrators may read,
// the system may do all. End with hive_free.
// Returns 0, -EINVAL when the name is not UTF-8 or longer than 255 units, or
// -ENOMEM.
int hive_new(const char *root_name, struct hive **ret, struct err *err);

// Loads a hive from `size` bytes, which are not needed afterwards. Bytes after
// its last bin are ignored. End with hive_free.
// Returns 0; -EBADMSG when the bytes break the format; -ENOTSUP for a version
// other than 1.2 to 1.6, a transaction log, or a hive that was not closed (its
// sequence numbers differ: part of it is still in its logs); -EFBIG beyond 512
// levels of keys or 65,536 descriptors; or -ENOMEM.
int hive_load(const void *data, size_t size, struct hive **ret,
	      struct err *err);

// The logs beside a hive, as bytes, in this order: .LOG1, .LOG2, .LOG; size 0:
// there is none.
struct hive_log {
	const void *data;
	size_t size;
};

#define HIVE_LOGS 3

// As hive_load, and a hive that was not closed, or whose header is damaged, is
// completed from its logs, as Windows does: from the log with the earlier
// entries on, which begin at the hive's number or later, entries are applied in
// the order of their sequence numbers for as long as they follow one another and
// are whole; of logs from before Windows 8.1 the latest one that is whole and not
// from before the hive's own last writing. .LOG counts where the other two are no
// logs. For a hive that was closed the logs are not looked at. Nothing is
// written.
// Returns as hive_load; -ENOTSUP also when none of the logs continues the hive,
// or what lies between it and the first entry may have been in a log that is
// damaged.
int hive_load_with_logs(const void *data, size_t size,
			const struct hive_log logs[HIVE_LOGS],
			struct hive **ret, struct err *err);

// As hive_load_with_logs, of bytes that mem_alloc gave: on success they are the
// hive's own, which spares copying what values hold; after a failure they are
// still the caller's.
// Returns as hive_load_with_logs.
int hive_load_owned(void *data, size_t size,
		    const struct hive_log logs[HIVE_LOGS], struct hive **ret,
		    struct err *err);

// Loads only what leads to the key at `path` (as hive_key_find takes it): that
// key with its values and the names of the keys below it, with `all` everything
// below it; of the keys on the way nothing else. When there is no such key the
// tree ends with the last one that there is. The rest of the hive is not looked
// at, but for where its cells begin. For reading: hive_save refuses it.
// Returns as hive_load_with_logs, and -EINVAL when path is not UTF-8.
int hive_load_part(const void *data, size_t size,
		   const struct hive_log logs[HIVE_LOGS], const char *path,
		   bool all, struct hive **ret, struct err *err);

// Tells from the header alone whether the hive's last writes may still be in its
// logs: its sequence numbers differ or its checksum is wrong, so that hive_load
// refuses it. False for what is no hive.
bool hive_is_dirty(const void *data, size_t size);

// Makes the bytes of a hive for which hive_is_dirty holds loadable as they are,
// without what is in its logs: its sequence numbers become one, and bins that its
// header counts and the file does not have yet are left out. For reading: such a
// hive may be half written, and saved it would lose what the logs hold. Always
// succeeds: it returns nothing.
void hive_forget_logs(void *data, size_t size);

// Lays the tree out as a fresh hive: no free cells but at the ends of bins, one
// copy of each descriptor in use, lf lists (lh from version 1.5 on). The same
// tree gives the same bytes. *ret is new memory (free with mem_free).
// Returns 0, -EFBIG when the result would pass 2 GiB, -EINVAL for a part of a
// hive, or -ENOMEM.
int hive_save(const struct hive *hive, void **ret, size_t *ret_size,
	      struct err *err);

// Frees the hive with all it holds; NULL is fine.
void hive_free(struct hive *hive);

// --- Keys --------------------------------------------------------------------

// Finds a key below `key` by its path, parts separated by backslashes; "" is
// the key itself.
// Returns 0, -ENOENT when there is none, -EINVAL when path is not UTF-8, or
// -ENOMEM. Only the last two fill in err.
int hive_key_find(const struct hive_key *key, const char *path,
		  struct hive_key **ret, struct err *err);

// Finds a key by its path or makes it with all that is missing on the way. What
// is made has its parent's descriptor and the hive's `now`. ret may be NULL.
// Returns 0, -EINVAL when path is not UTF-8 or a part is empty or longer than
// 255 units, -EFBIG beyond 512 levels, or -ENOMEM; on failure keys on the way
// may have been made.
int hive_key_add(struct hive *hive, struct hive_key *key, const char *path,
		 struct hive_key **ret, struct err *err);

// Removes a key with all below it from its parent and frees it. The root cannot
// be removed: the call does nothing then. Always succeeds: it returns nothing.
void hive_key_remove(struct hive *hive, struct hive_key *key);

// Copies the values of a key, and with `all` the keys below it with theirs, into
// a key of the same or another hive: what is there already stays, values of the
// same name are replaced. New keys have their parent's descriptor. `from` may
// hold `to`, which is then not copied into itself.
// Returns 0, -EFBIG beyond 512 levels, or -EPERM (see hive_value_set) or -ENOMEM
// with a part copied.
int hive_key_copy(struct hive *hive, struct hive_key *to,
		  const struct hive_key *from, bool all, struct err *err);

// Returns a key's name as UTF-8 (free with mem_free), or NULL without memory.
char *hive_key_name(const struct hive_key *key);

// --- Values ------------------------------------------------------------------

// Finds a value by its name (UTF-8). The value stays the key's own; it is good
// until values are next added to or removed from the key.
// Returns 0, -ENOENT when there is none, -EINVAL when the name is not UTF-8, or
// -ENOMEM. Only the last two fill in err.
int hive_value_find(const struct hive_key *key, const char *name,
		    struct hive_value **ret, struct err *err);

// Sets a value, making it when it is not there; data is copied.
// Returns 0, -EINVAL when the name is not UTF-8 or longer than 16,383 units,
// -EFBIG for data of over 1 GiB, -EPERM for a key of HIVE_KEY_PREDEFINED, or
// -ENOMEM; on failure all is as before.
int hive_value_set(struct hive *hive, struct hive_key *key, const char *name,
		   uint32_t type, const void *data, size_t size,
		   struct err *err);

// Sets a HIVE_DWORD. Returns as hive_value_set.
int hive_value_set_u32(struct hive *hive, struct hive_key *key,
		       const char *name, uint32_t value, struct err *err);

// Sets a HIVE_SZ from UTF-8. Returns as hive_value_set, and -EINVAL when text is
// not UTF-8.
int hive_value_set_string(struct hive *hive, struct hive_key *key,
			  const char *name, const char *text, struct err *err);

// Reads a HIVE_DWORD.
// Returns 0, -ENOENT, -EBADMSG when the value is of another type or size,
// -EINVAL or -ENOMEM as hive_value_find. -ENOENT does not fill in err.
int hive_value_get_u32(const struct hive_key *key, const char *name,
		       uint32_t *ret, struct err *err);

// Reads a HIVE_SZ or HIVE_EXPAND_SZ up to its first NUL, as UTF-8 (free with
// mem_free).
// Returns as hive_value_get_u32.
int hive_value_get_string(const struct hive_key *key, const char *name,
			  char **ret, struct err *err);

// Removes a value.
// Returns 0, -ENOENT when there is none, -EINVAL or -ENOMEM as hive_value_find.
int hive_value_remove(struct hive *hive, struct hive_key *key, const char *name,
		      struct err *err);

// Removes all values of a key.
void hive_value_remove_all(struct hive *hive, struct hive_key *key);

// --- Registry files (.reg) ---------------------------------------------------

// What the lines of a registry file ask for; each returns 0 or an error that
// ends the reading.
struct hive_reg_visitor {
	// [PATH] or, with `remove`, [-PATH]; PATH begins with a root such as
	// HKEY_LOCAL_MACHINE.
	int (*key)(void *ctx, const char *path, bool remove, struct err *err);
	// A value of the last key; with `remove` only the name is given.
	int (*value)(void *ctx, const char *name, bool remove, uint32_t type,
		     const void *data, size_t size, struct err *err);
	void *ctx;
};

// Reads a registry file: "Windows Registry Editor Version 5.00" in UTF-16 with
// its mark, in UTF-8 or in Windows-1252, or "REGEDIT4", where the bytes of
// strings in hex are Windows-1252 too. As Windows does, it takes lines that begin
// with # or ; for comments, passes over values below [-KEY], and gives keys without
// backslashes at their end. Strings in hex are given as they stand, without a NUL
// that Windows would add: what hive_reg_format wrote comes back to the byte.
// Returns 0, -EBADMSG with the line that is not understood, -EFBIG over 1 GiB,
// -ENOMEM, or what a function of the visitor returned.
int hive_reg_parse(const void *data, size_t size,
		   const struct hive_reg_visitor *visitor, struct err *err);

// Writes a key with all below it as a registry file in UTF-16, as Windows does;
// `path` stands for the key. *ret is new memory (free with mem_free).
// Returns 0, -EINVAL when path is not UTF-8, -ENOTSUP for a name with a NUL or
// a line end, which such a file cannot hold, or -ENOMEM.
int hive_reg_format(const struct hive_key *key, const char *path, void **ret,
		    size_t *ret_size, struct err *err);

#endif
