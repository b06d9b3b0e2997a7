// SPDX-License-Identifier: MIT
//
// Switches in Windows' form and in ours: /ImageFile:x is --image-file x.

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

// Compares the name of a switch, up to its value, with one of the table: case
// and hyphens do not count. Returns the length of the name in `word` on a
// match, else 0.
static size_t match(const char *word, const char *name)
{
	const char *w = word;

	for (;; w++) {
		if (*w == '-')
			continue;
		if (*name == '-') {
			name++;
			w--;
			continue;
		}
		if (!*name)
			break;
		if (tolower((unsigned char)*w) != tolower((unsigned char)*name))
			return 0;
		name++;
	}
	return *w && *w != ':' && *w != '=' ? 0 : (size_t)(w - word);
}

static bool is_switch(const char *word)
{
	if (!strncmp(word, "--", 2))
		return word[2];
	return word[0] == '/' && word[1] && !strpbrk(word + 1, "/") &&
	       access(word, F_OK);
}

// The part of a "/Name:value" before the colon has no slash, but its value may.
static bool is_switch_with_path(const char *word)
{
	const char *colon = strchr(word, ':');
	const char *slash = strchr(word + 1, '/');

	return word[0] == '/' && colon && slash && colon < slash;
}

static int unknown(const char *command, const char *word,
		   const struct cmd_switch *table)
{
	char text[CMD_SIMILAR_TEXT];
	struct cmd_similar s;

	cmd_similar_begin(&s, word);
	for (; table->name; table++)
		cmd_similar_add(&s, table->name);
	return cmd_misuse(command, "%s: unknown switch%s", word,
			  cmd_similar_end(&s, text));
}

int cmd_switches(int argc, char **argv, struct cmd_switch *table,
		 int *ret_count)
{
	int others = 0;

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		struct cmd_switch *s = table;
		size_t len = 0;

		if (!strcmp(word, "--")) {
			while (++i < argc)
				argv[1 + others++] = argv[i];
			break;
		}
		if (!is_switch(word) && !is_switch_with_path(word)) {
			argv[1 + others++] = argv[i];
			continue;
		}
		word += word[0] == '/' ? 1 : 2;
		while (s->name && !(len = match(word, s->name)))
			s++;
		if (!s->name)
			return unknown(argv[0], argv[i], table);
		if (!s->has_value && word[len] && s[1].name &&
		    !strcmp(s[1].name, s->name))
			s++;
		if (s->value)
			return cmd_misuse(argv[0], "%s: given twice", argv[i]);
		if (!s->has_value && word[len])
			return cmd_misuse(argv[0], "%s: takes no value",
					  argv[i]);
		if (word[len])
			s->value = word + len + 1;
		else if (!s->has_value)
			s->value = "";
		else if (++i < argc)
			s->value = argv[i];
		else
			return cmd_misuse(argv[0], "%s: needs a value",
					  argv[i - 1]);
	}
	*ret_count = others;
	return 0;
}
