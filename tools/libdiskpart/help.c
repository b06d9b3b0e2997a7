// SPDX-License-Identifier: MIT
//
// Help, all of it out of the table of commands.

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "diskpart_priv.h"

static void append(char *text, size_t size, const char *more)
{
	size_t len = strlen(text);

	for (; *more && len + 1 < size; more++)
		text[len++] = (char)toupper((unsigned char)*more);
	text[len] = 0;
}

const char *diskpart_command_name(const struct command *c,
				  char text[DISKPART_NAME])
{
	*text = 0;
	for (size_t i = 0; i < MAX_PATH_WORDS && c->words[i]; i++) {
		append(text, DISKPART_NAME, i ? " " : "");
		append(text, DISKPART_NAME, c->words[i]);
	}
	return text;
}

static void put_option(const struct option *o, char *text, size_t size)
{
	append(text, size, o->name);
	if (*o->name && o->kind != OPTION_FLAG)
		append(text, size, "=");
	append(text, size, o->value ? o->value : "");
}

static void show_option(struct diskpart *d, const struct option *o)
{
	char text[64] = "";

	put_option(o, text, sizeof(text));
	diskpart_say(d, "    %-16s  %s\n", text, o->what);
}

// Puts a piece of the syntax behind the line, or on a line of its own.
static void put_piece(struct diskpart *d, size_t *column, const char *piece)
{
	if (*column + 1 + strlen(piece) > 79) {
		diskpart_say(d, "\n        ");
		*column = 8;
	}
	diskpart_say(d, " %s", piece);
	*column += 1 + strlen(piece);
}

static void show_syntax(struct diskpart *d, const struct command *c)
{
	char name[DISKPART_NAME];
	size_t column = 7;

	diskpart_say(d, "Syntax:");
	put_piece(d, &column, diskpart_command_name(c, name));
	for (const struct option *o = c->options;
	     o < c->options + MAX_OPTIONS && o->name; o++) {
		char text[64] = "[";

		put_option(o, text, sizeof(text));
		append(text, sizeof(text), "]");
		put_piece(d, &column, text);
	}
	if (!c->takes_words && !c->refusal)
		put_piece(d, &column, "[NOERR]");
	diskpart_say(d, "\n");
}

void diskpart_show_command(struct diskpart *d, const struct command *c)
{
	diskpart_say(d, "\n    %s\n\n", c->summary);
	show_syntax(d, c);
	if (c->options[0].name)
		diskpart_say(d, "\n");
	for (const struct option *o = c->options;
	     o < c->options + MAX_OPTIONS && o->name; o++)
		show_option(d, o);
	if (!c->takes_words && !c->refusal)
		diskpart_say(d, "    %-16s  %s\n", "NOERR",
			     "in a script: go on when it fails");
	if (c->more)
		diskpart_say(d, "\n%s", c->more);
	if (c->refusal)
		diskpart_say(d, "\nIt is not done here: %s\n", c->refusal);
}

static bool is_first(size_t at, size_t count)
{
	for (size_t i = 0; i < at; i++)
		if (diskpart_is_beside(&diskpart_commands[i],
				       &diskpart_commands[at], count))
			return false;
	return true;
}

// The words that can follow the first `depth` ones of a command.
static void show_next_words(struct diskpart *d, const struct command *c,
			    size_t depth)
{
	const char *between = "";

	for (size_t i = 0; i < diskpart_command_count; i++) {
		const struct command *o = &diskpart_commands[i];
		char word[32] = "";

		if (!o->words[depth] || !diskpart_is_beside(o, c, depth) ||
		    !is_first(i, depth + 1))
			continue;
		append(word, sizeof(word), o->words[depth]);
		diskpart_say(d, "%s%s", between, word);
		between = ", ";
	}
}

static void show_row(struct diskpart *d, const struct command *c, size_t depth)
{
	char name[32] = "";

	append(name, sizeof(name), c->words[depth]);
	diskpart_say(d, "%-11s - ", name);
	if (depth + 1 < MAX_PATH_WORDS && c->words[depth + 1])
		show_next_words(d, c, depth + 1);
	else
		diskpart_say(d, "%s", c->summary);
	diskpart_say(d, "\n");
}

void diskpart_show_list(struct diskpart *d, const struct command *like,
			size_t count)
{
	diskpart_say(d, "\nSlipway DiskPart version %s\n\n", d->how.version);
	for (size_t i = 0; i < diskpart_command_count; i++) {
		const struct command *c = &diskpart_commands[i];

		if (count && !diskpart_is_beside(c, like, count))
			continue;
		if (c->words[count] && is_first(i, count + 1))
			show_row(d, c, count);
	}
}

enum diskpart_status diskpart_run_help(struct diskpart *d, const struct call *c)
{
	struct words w = {.count = c->rest_count};
	struct parse p;

	memcpy(w.list, c->rest, c->rest_count * sizeof(*w.list));
	diskpart_parse(&w, &p);
	if (!c->rest_count) {
		diskpart_show_list(d, NULL, 0);
		return DISKPART_OK;
	}
	if (p.result == PARSE_UNKNOWN) {
		diskpart_show_list(d, NULL, 0);
		diskpart_say(d, "\n%s: this is no command.\n", w.list[0].name);
		return DISKPART_MISUSE;
	}
	if (p.result == PARSE_UNFINISHED || p.result == PARSE_AMBIGUOUS)
		diskpart_show_list(d, p.like, p.matched);
	else
		diskpart_show_command(d, p.like);
	return DISKPART_OK;
}

enum diskpart_status diskpart_run_rem(struct diskpart *d, const struct call *c)
{
	return DISKPART_OK;
}

enum diskpart_status diskpart_run_exit(struct diskpart *d, const struct call *c)
{
	d->has_left = true;
	diskpart_say(d, "\nLeaving DiskPart...\n");
	return DISKPART_OK;
}
