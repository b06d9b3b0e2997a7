// SPDX-License-Identifier: MIT
//
// Drawing into cells: edges, wide and combining characters, what is hostile.

#include "term.h"
#include "test.h"

static struct term_screen *s;

static const char *row_text(unsigned row)
{
	static char text[4096];

	text[0] = 0;
	for (unsigned c = 0; c < s->columns; c++)
		strcat(text, term_cell(s, row, c)->text);
	return text;
}

static void check_row(unsigned row, const char *text)
{
	if (strcmp(row_text(row), text))
		fprintf(stderr, "row %u is '%s'\n", row, row_text(row));
	check(!strcmp(row_text(row), text));
}

static void test_edges(void)
{
	term_screen_clear(s);
	check_eq(term_put(s, 0, 7, 80, TERM_PLAIN, "abcdef"), 3);
	check_row(0, "       abc");
	check_eq(term_put(s, 0, 10, 80, TERM_PLAIN, "x"), 0);
	check_eq(term_put(s, 4, 0, 80, TERM_PLAIN, "x"), 0);
	check_eq(term_put(s, 1, 0, 2, TERM_PLAIN, "abc"), 2);
	check_row(1, "ab        ");
	check(!term_cell(s, 4, 0) && !term_cell(s, 0, 10));
	term_put_padded(s, 2, 0, 6, TERM_PLAIN, "abcdefgh");
	check_row(2, "abcde…    ");
	term_put_padded(s, 2, 0, 6, TERM_PLAIN, "xy");
	check_row(2, "xy        ");
}

static void test_wide(void)
{
	term_screen_clear(s);
	check_eq(term_put(s, 0, 0, 3, TERM_PLAIN, "中文"), 2);
	check_row(0, "中        ");
	check_eq(term_cell(s, 0, 0)->width, 2);
	check_eq(term_cell(s, 0, 1)->width, 0);
	// over one half: the other is blank
	term_put(s, 0, 1, 1, TERM_PLAIN, "x");
	check_row(0, " x        ");
	term_put(s, 0, 0, 2, TERM_PLAIN, "中");
	term_put(s, 0, 0, 1, TERM_PLAIN, "x");
	check_row(0, "x         ");
	term_put(s, 0, 0, 4, TERM_PLAIN, "中文");
	term_put(s, 0, 1, 2, TERM_PLAIN, "国");
	check_row(0, " 国       ");
	// not at the edge
	check_eq(term_put(s, 1, 9, 2, TERM_PLAIN, "中"), 0);
	check_eq(term_put(s, 2, 0, 5, TERM_PLAIN, "e\u0301x"), 2);
	check(!strcmp(term_cell(s, 2, 0)->text, "e\u0301"));
}

static void test_hostile(void)
{
	term_screen_clear(s);
	term_put(s, 0, 0, 10, TERM_PLAIN, "\033[2Ja\u202e\xff\n");
	check_row(0, "?[2Ja?\ufffd?  ");
	term_put(s, 1, 0, 10, TERM_PLAIN, "a\xe2\x94");
	check_row(1, "a?        ");
	// marks without end
	for (int i = 0; i < 20; i++)
		term_put(s, 2, 0, 10, TERM_PLAIN,
			 "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301");
	check(strlen(term_cell(s, 2, 0)->text) < TERM_CELL_TEXT);
}

static void test_frame(void)
{
	term_screen_clear(s);
	term_frame(s, 0, 0, 3, 10, TERM_PLAIN, "Help");
	check_row(0, "┌─ Help ─┐");
	check_row(1, "│        │");
	check_row(2, "└────────┘");
	term_frame(s, 2, 6, 5, 10, TERM_PLAIN, NULL); // over the edge
	check_row(2, "└─────┌───");
}

int main(void)
{
	struct err err = {0};

	check_ok(term_screen_new(4, 10, &s, &err), &err);
	test_edges();
	test_wide();
	test_hostile();
	test_frame();
	term_screen_free(s);
	check_ok(term_screen_new(0, 100000, &s, &err), &err);
	check_eq(s->rows, 1);
	check_eq(s->columns, TERM_MAX_SIDE);
	term_screen_free(s);
	term_screen_free(NULL);
	return 0;
}
