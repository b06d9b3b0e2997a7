// SPDX-License-Identifier: MIT
//
// What the files of the reg command share.

#ifndef REG_H
#define REG_H

#include "../cmd.h"
#include "../hive_place.h"

// A key of a hive in a file: "SYSTEM\Select", "disk.img@3:\...\SYSTEM\Select".
struct reg_key {
	struct hive_place *file;
	struct hive *hive;
	char *path; // in the hive, without "CurrentControlSet"
	char *name; // as the user wrote it, without a backslash at the end
};

enum reg_use {
	REG_KEY,    // to look at the key and the names below it
	REG_TREE,   //   and at all below it
	REG_CHANGE, // to change the hive
};

// Opens the hive that the text begins with and loads it, or what of it is to be
// looked at. `view` is what /reg says: "32", "64" or NULL; `no_logs` whether
// --ignore-logs is given. End with reg_close.
// Returns 0, -EINVAL for another view or for a change without logs, or as
// hive_place_open and hive_load_with_logs.
int reg_open(const char *text, enum reg_use use, const char *view, bool no_logs,
	     struct reg_key *ret, struct err *err);

// Closes and frees what reg_open made.
void reg_close(struct reg_key *k);

// Finds the key itself. Returns 0, or -ENOENT in Windows' words.
int reg_find(const struct reg_key *k, struct hive_key **ret, struct err *err);

// Returns a key's path with "CurrentControlSet" as the control set that Select
// names, in new memory (free with mem_free), or NULL.
char *reg_real_path(const struct hive *hive, const char *path);

// Saves the hive. Returns as hive_place_save.
int reg_save(struct reg_key *k, struct err *err);

// Says "name: no such value" in Windows' words. Returns -ENOENT.
int reg_no_value(const struct reg_key *k, const char *name, struct err *err);

// Asks a question that Yes or No answers; anything but Yes is No.
bool reg_ask(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

// Prints that all is done.
void reg_done(void);

// Returns the name of a type ("REG_SZ"), or its number in hex in buf.
const char *reg_type_name(uint32_t type, char buf[16]);

// Finds a type by its name. Returns 0 or -EINVAL.
int reg_type_parse(const char *name, uint32_t *ret, struct err *err);

// Returns data as reg query shows it, parts of REG_MULTI_SZ divided by
// `separator`; new memory (free with mem_free), or NULL.
char *reg_data_text(const struct hive_value *v, const char *separator);

// Makes data of a type from a word of the command line, or from none (NULL), as
// reg.exe does; *ret is new memory. Strings of REG_MULTI_SZ are divided by
// `separator`.
// Returns 0, -EINVAL when the word cannot be that, or a word is needed, or
// -ENOMEM.
int reg_data_parse(const char *text, uint32_t type, const char *separator,
		   void **ret, size_t *ret_size, struct err *err);

// Tells whether the text is one character, as a separator must be.
bool reg_is_separator(const char *text);

// Returns a value's name, or "(Default)"; new memory (free with mem_free), or
// NULL.
char *reg_value_name(const struct hive_value *v);

// Returns the path of a subkey of the key at `path`; new memory (free with
// mem_free), or NULL.
char *reg_path_below(const char *path, const struct hive_key *key);

// The operations: argv[0] is the operation's own name. Each returns CMD_OK,
// CMD_FAILED or CMD_MISUSE; reg_compare 2 for keys that differ.
int reg_query(int argc, char **argv);
int reg_add(int argc, char **argv);
int reg_delete(int argc, char **argv);
int reg_copy(int argc, char **argv);
int reg_compare(int argc, char **argv);
int reg_export(int argc, char **argv);
int reg_import(int argc, char **argv);

#endif
