// SPDX-License-Identifier: MIT
//
// The same text in each of the encodings that Windows' files have.

#include "test.h"

int main(void)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *text;
	} rows[] = {
		{"", 0, ""},
		{"a", 1, "a"},
		{"\xff\xfe", 2, ""},
		{"\xff\xfe"
		 "a\0\xac\x20",
		 6, "a\xe2\x82\xac"},
		{"\xff\xfe"
		 "a\0b",
		 5, "a"}, // half a unit
		{"\xef\xbb\xbf"
		 "a",
		 4, "a"},
		{"a\xe2\x82\xac", 4, "a\xe2\x82\xac"},
		{"a\x80", 2, "a\xe2\x82\xac"},
		{"a\xfc", 2, "a\xc3\xbc"},
		{"\x81\xff", 2, "\xc2\x81\xc3\xbf"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = text_to_utf8(rows[i].bytes, rows[i].size);

		check(text && !strcmp(text, rows[i].text));
		mem_free(text);
	}
	check_eq(text_from_ansi(0x99), 0x2122);
	return 0;
}
