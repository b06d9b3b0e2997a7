// SPDX-License-Identifier: MIT
//
// What the bytes of a redraw draw on a terminal in memory is what was wanted, from
// any screen to any other; and for some it is known how few they are.

#include "vt.h"

static const struct term_caps full = {.is_utf8 = true, .has_colour = true};

static size_t redraw(struct vt *vt, const struct term_screen *shown,
		     const struct term_screen *wanted)
{
	struct term_bytes out = {0};
	struct err err = {0};
	size_t n;

	check_ok(term_redraw(shown, wanted, &full, &out, &err), &err);
	vt_take(vt, out.data, out.size);
	vt_check(vt, wanted);
	n = out.size;
	mem_free(out.data);
	return n;
}

static uint32_t state = 1;

static unsigned random_below(unsigned n)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % n;
}

// A few changes of all kinds.
static void change(struct term_screen *s)
{
	static const char *const texts[] = {
		"a",       "  ",       "│",      "中文",
		"e\u0301", "░░░░░░░░", "xy",     "   ",
		"a b c",   "中",       "Disk 0", "                    "};

	for (unsigned n = random_below(8); n; n--) {
		struct term_style style = {0};

		if (random_below(2))
			style.fg = (uint8_t)random_below(9);
		if (random_below(3) == 0)
			style.bg = (uint8_t)random_below(9);
		if (random_below(3) == 0)
			style.attributes = (uint8_t)random_below(8);
		term_put(s, random_below(s->rows), random_below(s->columns),
			 random_below(20), style, texts[random_below(12)]);
	}
	if (!random_below(20))
		term_screen_clear(s);
	s->has_cursor = random_below(2);
	s->cursor_row = s->cursor_column = 0;
	if (s->has_cursor) {
		s->cursor_row = random_below(s->rows);
		s->cursor_column = random_below(s->columns);
	}
}

static void copy(struct term_screen *to, const struct term_screen *from)
{
	struct term_cell *cells = to->cells;

	memcpy(cells, from->cells,
	       (size_t)from->rows * from->columns * sizeof(*cells));
	*to = *from;
	to->cells = cells;
}

static void test_random(void)
{
	for (int round = 0; round < 60; round++) {
		unsigned rows = 1 + random_below(8),
			 columns = 1 + random_below(30);
		struct term_screen *shown, *wanted;
		struct err err = {0};
		struct vt vt;

		vt_init(&vt, rows, columns);
		check_ok(term_screen_new(rows, columns, &shown, &err), &err);
		check_ok(term_screen_new(rows, columns, &wanted, &err), &err);
		change(wanted);
		redraw(&vt, NULL, wanted);
		for (int i = 0; i < 60; i++) {
			copy(shown, wanted);
			change(wanted);
			redraw(&vt, shown, wanted);
		}
		term_screen_free(shown);
		term_screen_free(wanted);
		term_screen_free(vt.screen);
	}
}

static void test_few(void)
{
	static const struct term_style red = {.fg = TERM_RED};
	struct term_screen *shown, *wanted;
	struct err err = {0};
	struct vt vt;

	vt_init(&vt, 24, 80);
	check_ok(term_screen_new(24, 80, &shown, &err), &err);
	check_ok(term_screen_new(24, 80, &wanted, &err), &err);
	redraw(&vt, NULL, wanted);
	check_eq(redraw(&vt, shown, wanted), 0);
	// a letter: the way there and itself
	term_put(wanted, 4, 9, 80, TERM_PLAIN, "a");
	check_eq(redraw(&vt, shown, wanted), strlen("\033[5;10Ha"));
	copy(shown, wanted);
	// two apart: what is between is written once more
	term_put(wanted, 5, 0, 80, TERM_PLAIN, "a b");
	check_eq(redraw(&vt, shown, wanted), strlen("\033[6Ha b"));
	copy(shown, wanted);
	term_put(wanted, 6, 0, 80, red, "x");
	term_put(wanted, 7, 0, 80, red, "y");
	check_eq(redraw(&vt, shown, wanted),
		 strlen("\033[7H\033[31mx\r\ny\033[m"));
	copy(shown, wanted);
	// a row goes
	term_fill(wanted, 5, 0, 80, TERM_PLAIN, "x");
	redraw(&vt, shown, wanted);
	copy(shown, wanted);
	term_fill(wanted, 5, 0, 80, TERM_PLAIN, " ");
	check_eq(redraw(&vt, shown, wanted), strlen("\033[6H\033[K"));
	term_screen_free(shown);
	term_screen_free(wanted);
	term_screen_free(vt.screen);
}

// Without UTF-8 and colours there are letters and attributes.
static void test_least(void)
{
	static const struct term_caps least = {0};
	static const struct term_style style = {.fg = TERM_RED,
						.attributes = TERM_REVERSE};
	struct term_bytes out = {0};
	struct term_screen *s;
	struct err err = {0};

	check_ok(term_screen_new(1, 10, &s, &err), &err);
	term_put(s, 0, 0, 10, style, "│é中█");
	check_ok(term_redraw(NULL, s, &least, &out, &err), &err);
	term_screen_free(s);
	check_eq(out.size,
		 strlen("\033[m\033[H\033[2J\033[?25l\033[7m|?? #\033[m"));
	check(!memcmp(out.data,
		      "\033[m\033[H\033[2J\033[?25l\033[7m|?? #\033[m",
		      out.size));
	mem_free(out.data);
}

// Lines of text: without a terminal, without attributes.
static void test_print(void)
{
	static const struct term_caps file = {.is_utf8 = true, .is_file = true};
	static const struct term_style bold = {.fg = TERM_RED,
					       .attributes = TERM_BOLD};
	static const char plain[] = "│中x\n\n";
	static const char coloured[] = "\033[1;31m│中x\033[m\n\n";
	struct term_bytes out = {0};
	struct term_screen *s;
	struct err err = {0};

	check_ok(term_screen_new(3, 10, &s, &err), &err);
	term_put(s, 0, 0, 10, bold, "│中x");
	check_ok(term_print(s, 2, &file, &out, &err), &err);
	check_eq(out.size, strlen(plain));
	check(!memcmp(out.data, plain, out.size));
	out.size = 0;
	check_ok(term_print(s, 2, &full, &out, &err), &err);
	check_eq(out.size, strlen(coloured));
	check(!memcmp(out.data, coloured, out.size));
	mem_free(out.data);
	term_screen_free(s);
}

int main(void)
{
	test_random();
	test_few();
	test_least();
	test_print();
	return 0;
}
