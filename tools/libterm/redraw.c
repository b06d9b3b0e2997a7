// SPDX-License-Identifier: MIT
//
// From one screen to the next with few bytes (control sequences of ECMA-48 that
// the VT100 has): only cells that differ are written; the cursor goes to them by
// the shortest of what there is, which may be the cells between once more; the
// blank rest of a row is erased at once.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "term.h"
#include "term_priv.h"

void term_bytes_add(struct term_bytes *b, const char *text)
{
	size_t n = strlen(text);

	while (b->size + n > b->capacity) {
		size_t more = b->capacity ? b->capacity * 2 : 4096;
		char *data = mem_resize(b->data, more, 1);

		if (!data) {
			b->is_failed = true;
			return;
		}
		b->data = data;
		b->capacity = more;
	}
	memcpy(b->data + b->size, text, n);
	b->size += n;
}

__attribute__((format(printf, 2, 3))) static void
add_format(struct term_bytes *b, const char *fmt, ...)
{
	char text[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	term_bytes_add(b, text);
}

struct pen {
	const struct term_screen *shown, *wanted; // shown: NULL when blank
	const struct term_caps *caps;
	struct term_bytes *out;
	unsigned row, column; // of the cursor
	bool is_placed;       // it is known where that is
	struct term_style style;
};

// As the terminal has it: without colours it cannot show.
static struct term_style style_of(const struct pen *p,
				  const struct term_cell *cell)
{
	struct term_style style = cell->style;

	if (!p->caps->has_colour)
		style.fg = style.bg = TERM_DEFAULT;
	if (p->caps->is_file)
		style.attributes = 0;
	return style;
}

static bool is_same_style(struct term_style a, struct term_style b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

// A blank's own colour and boldness are not seen.
static bool is_blank(const struct pen *p, const struct term_cell *cell)
{
	struct term_style style = style_of(p, cell);

	return cell->width == 1 && !strcmp(cell->text, " ") && !style.bg &&
	       !(style.attributes & ~TERM_BOLD);
}

static bool is_same(const struct pen *p, const struct term_cell *a,
		    const struct term_cell *b)
{
	if (is_blank(p, a) && is_blank(p, b))
		return true;
	return a->width == b->width && !strcmp(a->text, b->text) &&
	       is_same_style(style_of(p, a), style_of(p, b));
}

static bool differs(const struct pen *p, unsigned row, unsigned column)
{
	const struct term_cell *wanted = term_cell(p->wanted, row, column);

	if (!p->shown)
		return !is_blank(p, wanted);
	return !is_same(p, term_cell(p->shown, row, column), wanted);
}

// The shortest way from one style to another: what is added, or all anew where
// something ends.
static void set_style(struct pen *p, struct term_style to)
{
	struct term_style from = p->style;
	char text[32] = "", *end = text;

	if (is_same_style(from, to))
		return;
	p->style = to;
	if ((from.attributes & ~to.attributes) || (from.fg && !to.fg) ||
	    (from.bg && !to.bg)) {
		from = TERM_PLAIN;
		end += sprintf(end, is_same_style(from, to) ? ";" : "0;");
	}
	if (to.attributes & ~from.attributes & TERM_BOLD)
		end += sprintf(end, "1;");
	if (to.attributes & ~from.attributes & TERM_UNDERLINE)
		end += sprintf(end, "4;");
	if (to.attributes & ~from.attributes & TERM_REVERSE)
		end += sprintf(end, "7;");
	if (to.fg != from.fg)
		end += sprintf(end, "%d;", 29 + to.fg);
	if (to.bg != from.bg)
		end += sprintf(end, "%d;", 39 + to.bg);
	end[-1] = 0;
	add_format(p->out, "\033[%sm", text);
}

static void put_text(struct pen *p, const struct term_cell *cell)
{
	char ascii[3] = "";
	uint32_t c = '?';

	if (p->caps->is_utf8) {
		term_bytes_add(p->out, cell->text);
		return;
	}
	term_utf8_decode(cell->text, strlen(cell->text), &c);
	ascii[0] = term_ascii(c);
	ascii[1] = cell->width == 2 ? ' ' : 0;
	term_bytes_add(p->out, ascii);
}

static void put_cell(struct pen *p, const struct term_cell *cell)
{
	set_style(p, style_of(p, cell));
	put_text(p, cell);
	p->column += cell->width;
	// at the edge terminals differ in where the cursor stands
	p->is_placed = p->column < p->wanted->columns;
}

// Whether the cells up to `column` can be written once more, for at most `most`
// bytes.
static bool can_write_between(const struct pen *p, unsigned column, size_t most)
{
	size_t bytes = 0;

	for (unsigned c = p->column; c < column; c++) {
		const struct term_cell *cell = term_cell(p->wanted, p->row, c);

		bytes += strlen(cell->text);
		if (bytes > most || cell->width != 1 ||
		    !is_same_style(style_of(p, cell), p->style))
			return false;
	}
	return true;
}

static void move_right(struct pen *p, unsigned column)
{
	unsigned n = column - p->column;
	char text[16];

	if (n == 1)
		strcpy(text, "\033[C");
	else
		snprintf(text, sizeof(text), "\033[%uC", n);
	if (can_write_between(p, column, strlen(text))) {
		while (p->column < column)
			put_cell(p, term_cell(p->wanted, p->row, p->column));
		return;
	}
	term_bytes_add(p->out, text);
}

static void move(struct pen *p, unsigned row, unsigned column)
{
	if (p->is_placed && row == p->row && column >= p->column) {
		if (column > p->column)
			move_right(p, column);
	} else if (p->is_placed && !column && row == p->row + 1) {
		term_bytes_add(p->out, "\r\n");
	} else if (!column && !row) {
		term_bytes_add(p->out, "\033[H");
	} else if (!column) {
		add_format(p->out, "\033[%uH", row + 1);
	} else {
		add_format(p->out, "\033[%u;%uH", row + 1, column + 1);
	}
	p->row = row;
	p->column = column;
	p->is_placed = true;
}

// Where the blank rest of a row begins.
static unsigned rest_of(const struct pen *p, unsigned row)
{
	unsigned c = p->wanted->columns;

	while (c && is_blank(p, term_cell(p->wanted, row, c - 1)))
		c--;
	return c;
}

static unsigned count_differing(const struct pen *p, unsigned row,
				unsigned column)
{
	unsigned n = 0;

	for (unsigned c = column; c < p->wanted->columns; c++)
		n += differs(p, row, c);
	return n;
}

enum { ERASE_BYTES = 3 };

static void draw_row(struct pen *p, unsigned row)
{
	unsigned rest = rest_of(p, row), end = p->wanted->columns;
	bool is_erased = count_differing(p, row, rest) > ERASE_BYTES;

	if (is_erased)
		end = rest;
	for (unsigned c = 0; c < end; c++) {
		const struct term_cell *cell = term_cell(p->wanted, row, c);

		if (!differs(p, row, c))
			continue;
		if (!cell->width) // its left half is the same and comes with it
			cell = term_cell(p->wanted, row, --c);
		move(p, row, c);
		put_cell(p, cell);
		c += cell->width - 1u;
	}
	if (!is_erased)
		return;
	move(p, row, rest);
	set_style(p, TERM_PLAIN);
	term_bytes_add(p->out, "\033[K");
}

static void place_cursor(struct pen *p)
{
	const struct term_screen *s = p->wanted;
	bool was_shown = p->shown && p->shown->has_cursor;

	if (s->has_cursor && (p->out->size || !was_shown ||
			      p->shown->cursor_row != s->cursor_row ||
			      p->shown->cursor_column != s->cursor_column)) {
		p->is_placed = false;
		move(p, s->cursor_row, s->cursor_column);
	}
	if (s->has_cursor != was_shown)
		term_bytes_add(p->out,
			       s->has_cursor ? "\033[?25h" : "\033[?25l");
}

int term_redraw(const struct term_screen *shown,
		const struct term_screen *wanted, const struct term_caps *caps,
		struct term_bytes *out, struct err *err)
{
	struct pen p = {
		.shown = shown, .wanted = wanted, .caps = caps, .out = out};

	if (!shown) {
		term_bytes_add(out, "\033[m\033[H\033[2J\033[?25l");
		p.is_placed = true;
	}
	for (unsigned row = 0; row < wanted->rows; row++)
		draw_row(&p, row);
	set_style(&p, TERM_PLAIN);
	place_cursor(&p);
	return out->is_failed ? err_nomem(err) : 0;
}

int term_print(const struct term_screen *s, unsigned rows,
	       const struct term_caps *caps, struct term_bytes *out,
	       struct err *err)
{
	struct pen p = {.wanted = s, .caps = caps, .out = out};

	for (unsigned row = 0; row < rows && row < s->rows; row++) {
		unsigned end = rest_of(&p, row);

		for (unsigned c = 0; c < end; c++) {
			const struct term_cell *cell = term_cell(s, row, c);

			if (cell->width)
				put_cell(&p, cell);
		}
		set_style(&p, TERM_PLAIN);
		term_bytes_add(out, "\n");
	}
	return out->is_failed ? err_nomem(err) : 0;
}
