// SPDX-License-Identifier: MIT
//
// A line against the table of commands: which one its first words mean, and which
// of its options the others are.

#include <string.h>
#include <strings.h>

#include "diskpart_priv.h"

static size_t path_length(const struct command *c)
{
	size_t n = 0;

	while (n < MAX_PATH_WORDS && c->words[n])
		n++;
	return n;
}

bool diskpart_is_beside(const struct command *a, const struct command *b,
			size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!a->words[i] || !b->words[i] ||
		    strcmp(a->words[i], b->words[i]))
			return false;
	return true;
}

// Whether words mean a command's first `count` ones.
static bool fits(const struct command *c, const struct words *w, size_t count)
{
	if (path_length(c) < count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (w->list[i].is_quoted ||
		    !diskpart_word_means(w->list[i].name, c->words[i]))
			return false;
	return true;
}

// A word that is written out means that alone: "set" is not "setid".
static unsigned exactness(const struct command *c, const struct words *w,
			  size_t count)
{
	unsigned n = 0;

	for (size_t i = 0; i < count; i++)
		n += !strcasecmp(w->list[i].name, c->words[i]);
	return n;
}

// A value behind "=" ends the words of a command: "select disk=0".
static size_t longest_path(const struct words *w)
{
	size_t n = 0;

	while (n < w->count && n < MAX_PATH_WORDS) {
		if (w->list[n].is_quoted && !w->list[n].value)
			break;
		if (w->list[n++].value)
			break;
	}
	return n;
}

// How many of the line's words are of a command's.
static size_t count_matched(const struct words *w)
{
	for (size_t n = longest_path(w); n; n--)
		for (size_t i = 0; i < diskpart_command_count; i++)
			if (fits(&diskpart_commands[i], w, n))
				return n;
	return 0;
}

// Finds the command that is as long as what matched, or is cut there.
static void choose(const struct words *w, struct parse *p)
{
	const struct command *best = NULL, *as_good = NULL;
	unsigned most = 0;

	for (size_t i = 0; i < diskpart_command_count; i++) {
		const struct command *c = &diskpart_commands[i];
		unsigned n;

		if (!fits(c, w, p->matched))
			continue;
		n = exactness(c, w, p->matched);
		if (!best || n > most) {
			best = c;
			as_good = NULL;
			most = n;
		} else if (n == most && !as_good &&
			   !diskpart_is_beside(best, c, p->matched)) {
			as_good = c;
		} else if (n == most && path_length(c) == p->matched) {
			best = c; // "convert gpt" before "convert gpt x"
		}
	}
	p->like = best;
	p->other = as_good;
}

static const struct option *find_option(const struct command *c,
					const char *name, size_t *ret)
{
	for (size_t i = 0; i < MAX_OPTIONS && c->options[i].name; i++)
		if (*c->options[i].name &&
		    diskpart_word_means(name, c->options[i].name)) {
			*ret = i;
			return &c->options[i];
		}
	return NULL;
}

static int bad(struct parse *p, const char *what, const char *why)
{
	p->result = PARSE_ARGUMENTS;
	return err_set(&p->why, -EINVAL, what, ERR_NOWHERE, "%s", why);
}

// Sizes are counted in MB and KB: what would not fit as bytes is no number.
static int parse_number(const char *text, uint64_t *ret)
{
	uint64_t n = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || n > UINT64_MAX >> 24)
			return -EINVAL;
		n = n * 10 + (unsigned)(*text - '0');
	}
	*ret = n;
	return n > UINT64_MAX >> 20 ? -EINVAL : 0;
}

static int take_value(struct parse *p, size_t at, const char *value)
{
	const struct option *o = &p->call.command->options[at];
	const char *name = *o->name ? o->name : value;

	if (p->call.values[at])
		return bad(p, name, "it is given twice");
	if (o->kind == OPTION_NUMBER &&
	    parse_number(value, &p->call.numbers[at]))
		return bad(
			p, name,
			"it takes a number, in digits alone, without a unit");
	p->call.values[at] = value;
	return 0;
}

// Takes a word, and the one behind it when that is its value ("letter C").
static int take_option(const struct words *w, size_t *i, struct parse *p)
{
	const struct words_word *word = &w->list[*i];
	struct call *c = &p->call;
	size_t at;
	const struct option *o;

	if (!word->is_quoted && !word->value &&
	    diskpart_word_means(word->name, "noerr")) {
		c->has_noerr = true;
		return 0;
	}
	o = word->is_quoted && !word->value
		    ? NULL
		    : find_option(c->command, word->name, &at);
	// The value without a name is the first word that is no option's name.
	if (!o && !word->value && c->command->options[0].name &&
	    !*c->command->options[0].name && !c->values[0])
		return take_value(p, 0, word->name);
	if (!o)
		return bad(p, word->name,
			   "the command has no such option; text with blanks "
			   "is written in quotes (\")");
	if (o->kind == OPTION_FLAG)
		return word->value ? bad(p, o->name, "it takes no value")
				   : take_value(p, at, "");
	if (word->value)
		return take_value(p, at, word->value);
	if (*i + 1 == w->count || w->list[*i + 1].value)
		return bad(p, o->name, "it needs a value");
	return take_value(p, at, w->list[++*i].name);
}

// "select disk=0": the value of the command's last word.
static int take_path_value(const struct words *w, struct parse *p)
{
	const struct words_word *last = &w->list[p->matched - 1];
	const struct option *first = &p->call.command->options[0];

	if (!last->value)
		return 0;
	if (!first->name || *first->name)
		return bad(p, last->name, "no value goes with this word");
	return take_value(p, 0, last->value);
}

static void take_options(const struct words *w, struct parse *p)
{
	int r = take_path_value(w, p);

	for (size_t i = p->matched; i < w->count && !r; i++)
		r = take_option(w, &i, p);
}

void diskpart_parse(const struct words *w, struct parse *ret)
{
	struct parse p = {.matched = count_matched(w)};

	if (!p.matched) {
		p.result = PARSE_UNKNOWN;
	} else {
		choose(w, &p);
		p.call.command = p.like;
		if (p.other)
			p.result = PARSE_AMBIGUOUS;
		else if (path_length(p.like) > p.matched)
			p.result = PARSE_UNFINISHED;
		else if (p.like->takes_words)
			p.call.rest = w->list + p.matched;
		else
			take_options(w, &p);
		p.call.rest_count = w->count - p.matched;
	}
	*ret = p;
}

static int index_of(const struct call *c, const char *name)
{
	for (int i = 0; i < MAX_OPTIONS && c->command->options[i].name; i++)
		if (!strcmp(c->command->options[i].name, name))
			return i;
	return -1;
}

const char *diskpart_option(const struct call *c, const char *name)
{
	int i = index_of(c, name);

	return i < 0 ? NULL : c->values[i];
}

bool diskpart_has_option(const struct call *c, const char *name)
{
	return diskpart_option(c, name);
}

uint64_t diskpart_number(const struct call *c, const char *name)
{
	int i = index_of(c, name);

	return i < 0 ? 0 : c->numbers[i];
}
