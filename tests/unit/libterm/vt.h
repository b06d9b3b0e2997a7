// SPDX-License-Identifier: MIT
//
// A terminal in memory: does what the bytes of a screen library ask for, as a VT100
// with colours would, and so tells what a person would see. Anything that libterm
// has no business to send fails the test.

#ifndef TEST_VT_H
#define TEST_VT_H

#include "term.h"
#include "test.h"

struct vt {
	struct term_screen *screen;
	unsigned row, column;
	bool is_at_edge; // the next letter's place is not known
	struct term_style style;
};

static inline void vt_init(struct vt *vt, unsigned rows, unsigned columns)
{
	struct err err = {0};

	*vt = (struct vt){0};
	check_ok(term_screen_new(rows, columns, &vt->screen, &err), &err);
}

static inline void vt_style(struct vt *vt, unsigned n)
{
	if (!n)
		vt->style = TERM_PLAIN;
	else if (n == 1)
		vt->style.attributes |= TERM_BOLD;
	else if (n == 4)
		vt->style.attributes |= TERM_UNDERLINE;
	else if (n == 7)
		vt->style.attributes |= TERM_REVERSE;
	else if (n >= 30 && n <= 37)
		vt->style.fg = (uint8_t)(n - 29);
	else if (n >= 40 && n <= 47)
		vt->style.bg = (uint8_t)(n - 39);
	else
		check(!"a style that is known");
}

static inline void vt_erase(struct vt *vt, unsigned from, unsigned row)
{
	// which colour is erased with differs between terminals
	check(!vt->style.bg && !vt->style.attributes);
	term_fill(vt->screen, row, from, vt->screen->columns, TERM_PLAIN, " ");
}

static inline void vt_control(struct vt *vt, const unsigned *p, char final,
			      bool is_private)
{
	if (is_private) {
		check(p[0] == 25);
		vt->screen->has_cursor = final == 'h';
		return;
	}
	switch (final) {
	case 'H':
		vt->row = p[0] ? p[0] - 1 : 0;
		vt->column = p[1] ? p[1] - 1 : 0;
		vt->is_at_edge = false;
		check(vt->row < vt->screen->rows);
		check(vt->column < vt->screen->columns);
		return;
	case 'C':
		check(!vt->is_at_edge);
		vt->column += p[0] ? p[0] : 1;
		check(vt->column < vt->screen->columns);
		return;
	case 'K':
		check(!vt->is_at_edge && !p[0]);
		vt_erase(vt, vt->column, vt->row);
		return;
	case 'J':
		check(p[0] == 2);
		for (unsigned i = 0; i < vt->screen->rows; i++)
			vt_erase(vt, 0, i);
		return;
	default:
		check(!"a sequence that is known");
	}
}

static inline size_t vt_sequence(struct vt *vt, const char *s, size_t n)
{
	unsigned p[8] = {0}, count = 0;
	size_t i = 2;
	bool is_private = n > 2 && s[2] == '?';

	check(n > 2 && s[1] == '[');
	for (i += is_private; i < n && s[i] < '@'; i++) {
		if (s[i] == ';')
			check(++count < 8);
		else
			p[count] = p[count] * 10 + (unsigned)(s[i] - '0');
	}
	check(i < n);
	for (unsigned k = 0; s[i] == 'm' && k <= count; k++)
		vt_style(vt, p[k]);
	if (s[i] != 'm')
		vt_control(vt, p, s[i], is_private);
	return i + 1;
}

static inline size_t vt_letter(struct vt *vt, const char *s, size_t n)
{
	char one[TERM_CELL_TEXT] = "";
	uint32_t c;
	size_t len = term_utf8_decode(s, n, &c), more;

	check(len && !vt->is_at_edge);
	// what combines with it
	while (len < n && (more = term_utf8_decode(s + len, n - len, &c)) &&
	       !term_width(c))
		len += more;
	memcpy(one, s, len);
	vt->column +=
		term_put(vt->screen, vt->row, vt->column, 2, vt->style, one);
	vt->is_at_edge = vt->column == vt->screen->columns;
	return len;
}

static inline void vt_take(struct vt *vt, const char *s, size_t n)
{
	while (n) {
		size_t len = 1;

		if (*s == '\033') {
			len = vt_sequence(vt, s, n);
		} else if (*s == '\r') {
			vt->column = 0;
			vt->is_at_edge = false;
		} else if (*s == '\n') {
			check(++vt->row < vt->screen->rows);
		} else {
			check((unsigned char)*s >= ' ');
			len = vt_letter(vt, s, n);
		}
		s += len;
		n -= len;
	}
}

// A blank's own colour and boldness are not seen.
static inline bool vt_is_blank(const struct term_cell *cell)
{
	return !strcmp(cell->text, " ") && !cell->style.bg &&
	       !(cell->style.attributes & ~TERM_BOLD);
}

// Both show the same, cursor included.
static inline void vt_check(const struct vt *vt, const struct term_screen *s)
{
	for (unsigned i = 0; i < s->rows * s->columns; i++) {
		const struct term_cell *a = &vt->screen->cells[i];
		const struct term_cell *b = &s->cells[i];

		if (vt_is_blank(a) && vt_is_blank(b))
			continue;
		if (strcmp(a->text, b->text) || a->width != b->width ||
		    memcmp(&a->style, &b->style, sizeof(a->style))) {
			fprintf(stderr, "row %u, column %u: '%s', not '%s'\n",
				i / s->columns, i % s->columns, a->text,
				b->text);
			exit(1);
		}
	}
	check_eq(vt->screen->has_cursor, s->has_cursor);
	if (s->has_cursor) {
		check_eq(vt->row, s->cursor_row);
		check_eq(vt->column, s->cursor_column);
	}
}

#endif
