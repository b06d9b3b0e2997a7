// SPDX-License-Identifier: MIT
//
// What lines say while they run.

#include <string.h>

#include "diskmgmt_priv.h"

// The older half goes, up to the end of a line.
static void forget(struct said *s)
{
	size_t from = sizeof(s->text) / 2;

	while (from < s->size && s->text[from - 1] != '\n')
		from++;
	memmove(s->text, s->text + from, s->size - from);
	s->size -= from;
	s->line_start = s->line_start > from ? s->line_start - from : 0;
}

void diskmgmt_said_add(struct said *s, const char *text)
{
	for (; *text; text++) {
		if (*text == '\r') {
			s->is_over = true;
			continue;
		}
		if (*text != '\n' && s->is_over)
			s->size = s->line_start;
		s->is_over = false;
		if (s->size + 1 >= sizeof(s->text))
			forget(s);
		s->text[s->size++] = *text;
		if (*text == '\n')
			s->line_start = s->size;
	}
	s->text[s->size] = 0;
}

const char *diskmgmt_take_row(const char *text, unsigned columns, size_t *ret)
{
	size_t n = 0, word = 0, left = strlen(text);
	unsigned width = 0;

	while (text[n] && text[n] != '\n') {
		uint32_t c = '?';
		size_t len = term_utf8_decode(text + n, left - n, &c);
		int w = term_width(c);

		width += w < 0 ? 1 : (unsigned)w;
		if (width > columns)
			break;
		n += len ? len : 1;
		if (c == ' ')
			word = n;
	}
	if (text[n] && text[n] != '\n' && word)
		n = word;
	*ret = n ? n : text[0] && text[0] != '\n';
	return text + *ret + (text[*ret] == '\n');
}

static unsigned count_rows(const char *text, unsigned columns)
{
	unsigned rows = 0;
	size_t n;

	for (; *text; rows++)
		text = diskmgmt_take_row(text, columns, &n);
	return rows;
}

void diskmgmt_said_draw(const struct said *s, struct term_screen *screen,
			unsigned row, unsigned column, unsigned rows,
			unsigned columns)
{
	unsigned all = count_rows(s->text, columns);
	const char *text = s->text;
	char one[1024];
	size_t n;

	for (unsigned i = 0; i < all; i++) {
		const char *start = text;

		text = diskmgmt_take_row(text, columns, &n);
		if (all - i > rows)
			continue;
		if (n >= sizeof(one))
			n = sizeof(one) - 1;
		memcpy(one, start, n);
		one[n] = 0;
		term_put(screen, row++, column, columns, TERM_PLAIN, one);
	}
}
