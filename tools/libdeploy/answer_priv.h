// SPDX-License-Identifier: MIT
//
// What the files of the answer file's reader share: its table of keys, and what
// is known while it is read.

#ifndef ANSWER_PRIV_H
#define ANSWER_PRIV_H

#include "answer.h"

#define ANSWER_MAX_KEYS    64
#define ANSWER_MAX_SYSTEMS 64 // a menu is no longer than a few screens

struct answer_parser {
	struct answer *answer;
	struct answer_system *system; // whose section is read, or NULL
	const char *name;
	enum answer_start start;
	uint64_t line;
	const char *section;
	// Line on which a key was given, or 0; of a system's section in its
	// last one only.
	uint64_t given[ANSWER_MAX_KEYS];
	struct err *err;
};

struct answer_key {
	const char *section, *name;
	int (*set)(struct answer_parser *p, const struct answer_key *key,
		   const char *value, void *place);
	size_t offset;            // of the place in its struct
	const char *const *words; // that the value may be, or NULL
	const char *wanted;       // the same in words, for messages
	bool required;
	bool of_system; // the struct is answer_system, not answer
};

// All keys, of every section; ends with a NULL name (answer_keys.c).
extern const struct answer_key answer_keys[];

// Turns a file's bytes into UTF-8 without a mark, in new memory (free with
// mem_free) (answer_text.c). Returns 0, -EBADMSG with the line for what is
// neither UTF-8 nor UTF-16 with its mark, or -ENOMEM.
int answer_text(const char *text, size_t size, const char *name, char **ret,
		struct err *err);

// Returns the line on which a key was given, or 0.
uint64_t answer_given(const struct answer_parser *p, const char *section,
		      const char *name);

// Checks the section of a system at its end: what it needs, and what goes with
// what (answer_check.c).
// Returns 0, -EBADMSG with the line, or -ENOMEM.
int answer_check_system(struct answer_parser *p);

// Gives each system the place of its image, joined to where the answer file
// came from (answer_images.c). Returns as answer_check_system.
int answer_check_images(struct answer_parser *p);

// Tells how much of an answer file's name is that of its folder, with the
// separator: of the host's with slashes, in a volume with backslashes too
// (answer_images.c). Returns 0 or -ENOMEM.
int answer_folder(const char *name, size_t *ret, struct err *err);

// Checks the whole at the end, and joins what refers to something else:
// parents, images. Returns as answer_check_system.
int answer_check_all(struct answer_parser *p);

#endif
