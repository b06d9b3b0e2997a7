// SPDX-License-Identifier: MIT
//
// What the groups of actions share (actions.c).

#ifndef DISKMGMT_ACTIONS_H
#define DISKMGMT_ACTIONS_H

#include "diskmgmt_priv.h"

// Adds a command of this program on an object.
void diskmgmt_add_command(struct lines *l, const char *command,
			  const char *object, const char *more);

// Tells whether the field of that label has that value.
bool diskmgmt_is(const struct form *f, const char *label, const char *value);

// Add questions: yes or no; a letter that nobody has, behind two other answers, each
// of which may be NULL; a file system, or `without`, and a label.
void diskmgmt_ask_yes(struct form *f, const char *label, bool is_yes);
void diskmgmt_ask_letter(const struct target *t, struct form *f,
			 const char *first, const char *second);
void diskmgmt_ask_format(struct form *f, const char *without);

// Adds what the answers to diskmgmt_ask_format come to; `fs`, when not NULL, instead
// of theirs: firmware starts from FAT alone.
void diskmgmt_write_format(const struct form *f, const char *fs, bool is_quick,
			   const char *more, struct lines *l);

// Adds the lines that select the marked partition or volume.
void diskmgmt_select(const struct target *t, struct lines *l);

#endif
