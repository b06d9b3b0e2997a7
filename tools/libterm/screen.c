// SPDX-License-Identifier: MIT
//
// Cells, and drawing into them. A character of two columns is a cell of width 2
// with one of width 0 behind it, always: what is written over a half of it makes
// the other half blank.

#include <string.h>

#include "term.h"

static const struct term_cell blank = {.text = " ", .width = 1};

static unsigned side(unsigned n)
{
	return n < 1 ? 1 : n > TERM_MAX_SIDE ? TERM_MAX_SIDE : n;
}

int term_screen_new(unsigned rows, unsigned columns, struct term_screen **ret,
		    struct err *err)
{
	struct term_screen *s = mem_alloc(sizeof(*s));

	if (!s)
		return err_nomem(err);
	s->rows = side(rows);
	s->columns = side(columns);
	s->cells = mem_array((size_t)s->rows * s->columns, sizeof(*s->cells));
	if (!s->cells) {
		mem_free(s);
		return err_nomem(err);
	}
	term_screen_clear(s);
	*ret = s;
	return 0;
}

void term_screen_free(struct term_screen *s)
{
	if (s)
		mem_free(s->cells);
	mem_free(s);
}

void term_screen_clear(struct term_screen *s)
{
	for (size_t i = 0; i < (size_t)s->rows * s->columns; i++)
		s->cells[i] = blank;
	s->has_cursor = false;
}

struct term_cell *term_cell(const struct term_screen *s, unsigned row,
			    unsigned column)
{
	if (row >= s->rows || column >= s->columns)
		return NULL;
	return &s->cells[(size_t)row * s->columns + column];
}

// Makes a cell's other half blank, if it has one.
static void part(struct term_screen *s, unsigned row, unsigned column)
{
	struct term_cell *cell = term_cell(s, row, column), *other;

	other = cell->width == 2   ? term_cell(s, row, column + 1)
		: cell->width == 0 ? cell - 1
				   : NULL;
	if (!other)
		return;
	strcpy(other->text, " ");
	other->width = 1;
}

static void put_cell(struct term_screen *s, unsigned row, unsigned column,
		     struct term_style style, const char *text, int width)
{
	struct term_cell *cell = term_cell(s, row, column);

	part(s, row, column);
	*cell = (struct term_cell){.width = (uint8_t)width, .style = style};
	strcpy(cell->text, text);
	if (width < 2)
		return;
	part(s, row, column + 1);
	cell[1] = (struct term_cell){.style = style};
}

// Adds a mark to the character before, if there is room.
static void combine(struct term_cell *cell, const char *mark)
{
	if (cell && !cell->width)
		cell--;
	if (cell && strlen(cell->text) + strlen(mark) < sizeof(cell->text))
		strcat(cell->text, mark);
}

unsigned term_put(struct term_screen *s, unsigned row, unsigned column,
		  unsigned room, struct term_style style, const char *text)
{
	unsigned done = 0;
	size_t n = strlen(text);

	if (row >= s->rows || column >= s->columns)
		return 0;
	if (room > s->columns - column)
		room = s->columns - column;
	while (n) {
		uint32_t c = '?';
		size_t len = term_utf8_decode(text, n, &c);
		int width = term_width(c);
		char one[5];

		len = len ? len : n;
		term_utf8_put(width < 0 ? '?' : c, one);
		width = width < 0 ? 1 : width;
		text += len;
		n -= len;
		if (!width && done)
			combine(term_cell(s, row, column + done - 1), one);
		if (!width)
			continue;
		if (done + (unsigned)width > room)
			break;
		put_cell(s, row, column + done, style, one, width);
		done += (unsigned)width;
	}
	return done;
}

void term_fill(struct term_screen *s, unsigned row, unsigned column,
	       unsigned room, struct term_style style, const char *character)
{
	for (unsigned i = 0; i < room; i++)
		if (!term_put(s, row, column + i, 1, style, character))
			return;
}

void term_put_padded(struct term_screen *s, unsigned row, unsigned column,
		     unsigned room, struct term_style style, const char *text)
{
	unsigned done;

	if (!room)
		return;
	if (term_text_width(text) <= room) {
		done = term_put(s, row, column, room, style, text);
	} else {
		done = term_put(s, row, column, room - 1, style, text);
		done += term_put(s, row, column + done, 1, style, "…");
	}
	term_fill(s, row, column + done, room - done, style, " ");
}

static void line(struct term_screen *s, unsigned row, unsigned column,
		 unsigned columns, struct term_style style,
		 const char *const parts[3])
{
	term_put(s, row, column, 1, style, parts[0]);
	term_fill(s, row, column + 1, columns - 2, style, parts[1]);
	term_put(s, row, column + columns - 1, 1, style, parts[2]);
}

void term_frame(struct term_screen *s, unsigned row, unsigned column,
		unsigned rows, unsigned columns, struct term_style style,
		const char *title)
{
	static const char *const upper[] = {"┌", "─", "┐"};
	static const char *const middle[] = {"│", " ", "│"};
	static const char *const lower[] = {"└", "─", "┘"};
	unsigned done;

	if (rows < 2 || columns < 2)
		return;
	line(s, row, column, columns, style, upper);
	for (unsigned i = 1; i + 1 < rows; i++)
		line(s, row + i, column, columns, style, middle);
	line(s, row + rows - 1, column, columns, style, lower);
	if (!title || columns < 7)
		return;
	done = term_put(s, row, column + 3, columns - 6, style, title);
	term_put(s, row, column + 2, 1, style, " ");
	term_put(s, row, column + 3 + done, 1, style, " ");
}
