// SPDX-License-Identifier: MIT
//
// The words of a line. "=" joins an option and its value, with or without blanks
// around it; inside of a value it is a letter like others.

#include <string.h>
#include <strings.h>

#include "diskpart_priv.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' ||
	       c == '\v';
}

static char *skip_blanks(char *at)
{
	while (is_blank(*at))
		at++;
	return at;
}

// Copies a piece to *to without its quotes, up to a blank, or a "=" when it is the
// name of an option. Returns where it ended, or NULL when a quote is not closed.
static char *take_piece(char *at, char **to, bool is_name, bool *is_quoted)
{
	bool in_quotes = false;

	for (; *at && (in_quotes || !is_blank(*at)); at++) {
		if (*at == '"') {
			in_quotes = !in_quotes;
			*is_quoted = true;
		} else if (is_name && !in_quotes && *at == '=') {
			break;
		} else {
			*(*to)++ = *at;
		}
	}
	return in_quotes ? NULL : at;
}

// Reads the word at `at`. Its pieces lie one behind the other from *to on, which
// has room for one NUL more than the line: each but the last had a blank or a "="
// behind it.
static char *take_word(char *at, char **to, struct words_word *ret)
{
	*ret = (struct words_word){.name = *to};
	at = take_piece(at, to, true, &ret->is_quoted);
	if (!at)
		return NULL;
	*(*to)++ = 0;
	at = skip_blanks(at);
	if (*at != '=')
		return at;
	at = skip_blanks(at + 1);
	ret->value = *to;
	at = take_piece(at, to, false, &ret->is_quoted);
	if (at)
		*(*to)++ = 0;
	return at;
}

int diskpart_words_read(const char *line, struct words *ret, struct err *err)
{
	size_t size = strlen(line) + 1;
	// every piece ends with a NUL; a name may be empty: "=="
	char *text = mem_array(3, size), *to, *at;
	struct words w = {.text = text};

	if (!text)
		return err_nomem(err);
	at = text + 2 * size;
	memcpy(at, line, size);
	to = text;
	for (at = skip_blanks(at); *at; at = skip_blanks(at)) {
		if (w.count == DISKPART_MAX_WORDS) {
			mem_free(text);
			return err_set(err, -EFBIG, "line", ERR_NOWHERE,
				       "a command has at most %u words",
				       DISKPART_MAX_WORDS);
		}
		at = take_word(at, &to, &w.list[w.count++]);
		if (!at) {
			mem_free(text);
			return err_set(err, -EINVAL, "line", ERR_NOWHERE,
				       "a quote (\") is not closed");
		}
	}
	*ret = w;
	return 0;
}

void diskpart_words_done(struct words *w)
{
	mem_free(w->text);
	*w = (struct words){0};
}

bool diskpart_word_means(const char *word, const char *name)
{
	size_t len = strlen(word);

	return !strcasecmp(word, name) ||
	       (len >= 3 && !strncasecmp(word, name, len));
}
