// SPDX-License-Identifier: MIT
//
// Switches as the oldest commands of Windows have them: single letters, several
// in a word, with a value glued to them: dir /s/b/a-d, xcopy /e /exclude:list.

#ifndef LETTERS_H
#define LETTERS_H

#include <stdbool.h>

struct letter_switch {
	const char *name;    // in capitals, without the slash
	const char *letters; // its value is of these, with or without a colon
	bool has_text;       // its value is any text, behind a colon
	bool may_have_text;  // the same, or there is none
	bool can_be_undone;  // "/-Y" is known too
	const char *refusal; // why we do not do it, or NULL
	// what was given, the last of several:
	bool is_given, is_undone;
	const char *value; // "" when there is none
};

// Reads argv[1..] against a table that ends with a NULL name. The rest is moved
// to the front of argv[1..]; *ret_count says how many there are. A word that
// names an existing file is no switch, nor one with a second slash or a
// backslash that cannot be read as switches. "--name", "--name=value" and "--"
// are as everywhere. Returns 0, or CMD_MISUSE after saying what is wrong.
int letters_read(int argc, char **argv, struct letter_switch *table,
		 int *ret_count);

// Returns true when files are to be replaced: /Y, unless /-Y came after it, or
// COPYCMD in the environment holds it.
bool letters_replace(const struct letter_switch *y);

#endif
