// SPDX-License-Identifier: MIT
//
// UTF-8, columns, ASCII in place of what a terminal lacks.

#include "term.h"
#include "test.h"

static void test_utf8(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		uint32_t c;
	} cases[] = {
		{"a", 1, 'a'},
		{"é", 2, 0xe9},
		{"│", 3, 0x2502},
		{"\xf0\x9f\x98\x80", 4, 0x1f600},
		{"\xc3", 0, 0}, // not whole
		{"\xe2\x94", 0, 0},
		{"\xf0\x9f\x98", 0, 0},
		{"\x80", 1, 0xfffd},     // no beginning
		{"\xc0\x80", 1, 0xfffd}, // too long for what it is
		{"\xe0\x80\x80", 1, 0xfffd},
		{"\xed\xa0\x80", 1, 0xfffd}, // half of a pair
		{"\xf4\x90\x80\x80", 1, 0xfffd},
		{"\xe2"
		 "a",
		 1, 0xfffd},
	};
	char text[5];
	uint32_t c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t n = strlen(cases[i].bytes);

		check_eq(term_utf8_decode(cases[i].bytes, n, &c), cases[i].len);
		if (!cases[i].len)
			continue;
		check_eq(c, cases[i].c);
		if (c == 0xfffd)
			continue;
		check_eq(term_utf8_put(c, text), n);
		check(!strcmp(text, cases[i].bytes));
	}
	check_eq(term_utf8_decode("", 0, &c), 0);
}

static void test_width(void)
{
	check_eq(term_width('a'), 1);
	check_eq(term_width(0xe9), 1);
	check_eq(term_width(0x301), 0);
	check_eq(term_width(0x4e2d), 2);
	check_eq(term_width(0xff21), 2);
	check_eq(term_width(0x1f600), 2);
	check_eq(term_width(0x2500), 1);
	check_eq(term_width('\033'), -1);
	check_eq(term_width(0x7f), -1);
	check_eq(term_width(0x9b), -1);
	check_eq(term_width(0x202e), -1); // right to left from here on
	check_eq(term_text_width("a\u4e2de\u0301"), 4);
	check_eq(term_text_width("\033[1m"), 4);
	check_eq(term_text_width("\xe2\x94"), 1);
}

static void test_ascii(void)
{
	check_eq(term_ascii('x'), 'x');
	check_eq(term_ascii(0x2500), '-');
	check_eq(term_ascii(0x2502), '|');
	check_eq(term_ascii(0x250c), '+');
	check_eq(term_ascii(0x2534), '+');
	check_eq(term_ascii(0x2550), '=');
	check_eq(term_ascii(0x2588), '#');
	check_eq(term_ascii(0x25ba), '>');
	check_eq(term_ascii(0xe9), '?');
}

int main(void)
{
	test_utf8();
	test_width();
	test_ascii();
	return 0;
}
