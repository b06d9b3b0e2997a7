// SPDX-License-Identifier: MIT
//
// Switches of single letters. A word is taken apart twice: at first to see
// whether it is one of switches, then to note them down.

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cmd.h"
#include "letters.h"

struct reading {
	const char *command;
	struct letter_switch *table;
	char *word;  // as given, for messages
	bool is_dry; // nothing is noted down
};

// Returns the switch whose name, the longest, a text begins with, or NULL.
static struct letter_switch *find_switch(struct letter_switch *table,
					 const char *text)
{
	struct letter_switch *found = NULL;

	for (struct letter_switch *s = table; s->name; s++)
		if (!strncasecmp(text, s->name, strlen(s->name)) &&
		    (!found || strlen(s->name) > strlen(found->name)))
			found = s;
	return found;
}

static bool is_end(char c)
{
	return !c || c == '/';
}

// Finds where a switch's value, which begins at `at`, ends. Returns NULL when
// it cannot be one.
static char *end_of_value(const struct letter_switch *s, char *at)
{
	char *value = at + (*at == ':' || *at == '=');
	size_t len = 0;

	if (s->has_text || s->may_have_text)
		return value > at                        ? value + strlen(value)
		       : s->may_have_text && is_end(*at) ? at
							 : NULL;
	while (s->letters && value[len] &&
	       strchr(s->letters, toupper((unsigned char)value[len])))
		len++;
	if (!is_end(value[len]) || (value > at && !len))
		return NULL;
	return value + len;
}

static void note(struct letter_switch *s, bool is_undone, char *at, char *end)
{
	s->is_given = true;
	s->is_undone = is_undone;
	s->value = at + (*at == ':' || *at == '=');
	*end = 0;
}

// Reads the switch at `text`, behind its slash. Returns where the next one is
// or the word ends, or NULL when it is none.
static char *read_one(const struct reading *r, char *text)
{
	bool is_undone = *text == '-' && text[1] != '-';
	struct letter_switch *s = find_switch(r->table, text + is_undone);
	char *at, *end, last;

	if (!s || (is_undone && !s->can_be_undone))
		return NULL;
	at = text + is_undone + strlen(s->name);
	end = end_of_value(s, at);
	if (!end)
		return NULL;
	last = *end;
	if (!r->is_dry)
		note(s, is_undone, at, end);
	return end + (last == '/');
}

// Returns true when a word is switches from its first slash to its end.
static bool read_word(const struct reading *r)
{
	char *at = r->word + 1;

	do {
		at = read_one(r, at);
	} while (at && *at);
	return at;
}

// "--exclude=list", "--exclude list". Returns how many words it took, or 0.
static int read_long(struct reading *r, char *next)
{
	struct letter_switch *s = find_switch(r->table, r->word + 2);
	char *at = s ? r->word + 2 + strlen(s->name) : NULL;

	if (s && s->has_text && !*at && next) {
		note(s, false, next, next + strlen(next));
		return 2;
	}
	r->word++;
	at = read_one(r, r->word + 1);
	r->word--;
	return at && !*at ? 1 : 0;
}

static bool is_path(const char *word)
{
	return !access(word, F_OK) || strpbrk(word + 1, "/\\");
}

static int check_refusals(const char *command,
			  const struct letter_switch *table)
{
	for (; table->name; table++)
		if (table->is_given && table->refusal)
			return cmd_misuse(command, "/%s is not done: %s",
					  table->name, table->refusal);
	return 0;
}

int letters_read(int argc, char **argv, struct letter_switch *table,
		 int *ret_count)
{
	struct reading r = {.command = argv[0], .table = table};
	int others = 0, taken;
	bool is_switch;

	for (int i = 1; i < argc; i += taken) {
		r.word = argv[i];
		taken = 1;
		if (!strcmp(r.word, "--")) {
			while (++i < argc)
				argv[1 + others++] = argv[i];
			break;
		}
		r.is_dry = true;
		is_switch = r.word[0] == '/' && r.word[1] &&
			    access(r.word, F_OK) && read_word(&r);
		r.is_dry = false;
		if (!strncmp(r.word, "--", 2))
			taken = read_long(&r,
					  i + 1 < argc ? argv[i + 1] : NULL);
		else if (is_switch)
			read_word(&r);
		else if (r.word[0] == '/' && !is_path(r.word))
			taken = 0;
		else
			argv[1 + others++] = argv[i];
		if (!taken)
			return cmd_misuse(r.command, "%s: unknown switch",
					  r.word);
	}
	*ret_count = others;
	return check_refusals(r.command, table);
}

bool letters_replace(const struct letter_switch *y)
{
	const char *preset = getenv("COPYCMD");

	if (y->is_given)
		return !y->is_undone;
	return preset && !strcasecmp(preset, "/Y");
}
