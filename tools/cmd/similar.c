// SPDX-License-Identifier: MIT
//
// The word that was probably meant: the one with the fewest letters to change.

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

#define MAX_WORD 32

// Hyphens and case do not count.
static size_t reduce(const char *word, char to[MAX_WORD])
{
	size_t n = 0;

	for (; *word && *word != ':' && *word != '='; word++) {
		if (*word == '-' || *word == '/')
			continue;
		if (n == MAX_WORD - 1)
			return MAX_WORD;
		to[n++] = (char)tolower((unsigned char)*word);
	}
	to[n] = 0;
	return n;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

// How many letters must be put in, taken out, changed, or changed with the
// next.
static unsigned distance(const char *a, size_t a_n, const char *b, size_t b_n)
{
	unsigned d[MAX_WORD][MAX_WORD];

	for (size_t i = 0; i <= a_n; i++) {
		for (size_t k = 0; k <= b_n; k++) {
			if (!i || !k) {
				d[i][k] = (unsigned)(i + k);
				continue;
			}
			d[i][k] =
				least(d[i - 1][k - 1] + (a[i - 1] != b[k - 1]),
				      least(d[i - 1][k], d[i][k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
			    a[i - 2] == b[k - 1])
				d[i][k] = least(d[i][k], d[i - 2][k - 2] + 1);
		}
	}
	return d[a_n][b_n];
}

void cmd_similar_begin(struct cmd_similar *s, const char *word)
{
	*s = (struct cmd_similar){.word = word};
}

void cmd_similar_add(struct cmd_similar *s, const char *name)
{
	char a[MAX_WORD], b[MAX_WORD];
	size_t a_n = reduce(s->word, a), b_n = reduce(name, b);
	unsigned far;

	if (a_n == MAX_WORD || b_n == MAX_WORD || a_n < 2 || b_n < 2)
		return;
	far = distance(a, a_n, b, b_n);
	// a beginning, as of /image for /imagefile, is as good
	if (a_n >= 3 && a_n < b_n && !memcmp(a, b, a_n))
		far = 1;
	if (far > 1 + a_n / 4 || (s->best && far >= s->distance))
		return;
	s->best = name;
	s->distance = far;
}

const char *cmd_similar_end(const struct cmd_similar *s,
			    char buf[CMD_SIMILAR_TEXT])
{
	const char *slash = s->word[0] == '/' ? "/" : "";
	const char *dashes = !strncmp(s->word, "--", 2) ? "--" : "";

	buf[0] = 0;
	if (s->best)
		snprintf(buf, CMD_SIMILAR_TEXT, "; is %s%s%s meant?", slash,
			 dashes, s->best);
	return buf;
}
