// SPDX-License-Identifier: MIT
//
// Answer files in the encodings that editors save, and in others.

#include "libdeploy/answer_priv.h"
#include "test.h"

#define TEXT "[disk]\r\nmodel = Gr\xc3\xbcn \xf0\x9f\x98\x80\r\n"

static const struct {
	const char *what, *bytes;
	size_t size;
	const char *text; // NULL: refused, with the line and words
	uint64_t line;
	const char *words;
} rows[] = {
	{"nothing", "", 0, "", 0, NULL},
	{"plain", TEXT, sizeof(TEXT) - 1, TEXT, 0, NULL},
	{"with a mark", "\xef\xbb\xbf" TEXT, sizeof(TEXT) + 2, TEXT, 0, NULL},
	{"a mark alone", "\xef\xbb\xbf", 3, "", 0, NULL},
	{"little",
	 "\xff\xfe"
	 "a\0\xfc\0\n\0=\xd8\0\xde",
	 12, "a\xc3\xbc\n\xf0\x9f\x98\x80", 0, NULL},
	{"big",
	 "\xfe\xff"
	 "\0a\0\xfc\0\n\xd8=\xde\0",
	 12, "a\xc3\xbc\n\xf0\x9f\x98\x80", 0, NULL},
	{"little, empty", "\xff\xfe", 2, "", 0, NULL},
	{"windows-1252", "a\nb = Gr\xfcn\n", 11, NULL, 2, "0xfc"},
	{"at the end", "a\n\n\nb\xc3", 6, NULL, 4, "0xc3"},
	{"too long a form", "\xc0\x80", 2, NULL, 1, "UTF-8"},
	{"too long a form of three", "\xe0\x80\xaf", 3, NULL, 1, "UTF-8"},
	{"too long a form of four", "\xf0\x80\x80\xaf", 4, NULL, 1, "UTF-8"},
	{"a surrogate", "\xed\xa0\x80", 3, NULL, 1, "UTF-8"},
	{"above the last", "\xf4\x90\x80\x80", 4, NULL, 1, "UTF-8"},
	{"a byte that never is", "\n\xff", 2, NULL, 2, "UTF-8"},
	{"NUL", "a\nb\0", 4, NULL, 2, "NUL"},
	{"little without a mark", "a\0\n\0", 4, NULL, 1, "NUL"},
	{"UTF-32", "\xff\xfe\0\0a\0\0\0", 8, NULL, 1, "NUL"},
	{"odd",
	 "\xff\xfe"
	 "a\0b",
	 5, NULL, ERR_NOWHERE, "cut off"},
	{"half a pair",
	 "\xff\xfe\n\0=\xd8"
	 "a\0",
	 8, NULL, 2, "half"},
	{"the other half", "\xfe\xff\0\n\0\n\xde\0", 8, NULL, 3, "half"},
	{"half at the end", "\xff\xfe=\xd8", 4, NULL, 1, "half"},
	{"NUL in UTF-16",
	 "\xff\xfe"
	 "a\0\n\0\0\0",
	 8, NULL, 2, "NUL"},
};

static void check_row(size_t i)
{
	char *copy = malloc(rows[i].size + 1), *text = NULL;
	struct err err = {0};
	int r;

	check(copy);
	memcpy(copy, rows[i].bytes, rows[i].size); // its end is watched
	r = answer_text(copy, rows[i].size, "a.ini", &text, &err);
	check_eq(r, rows[i].text ? 0 : -EBADMSG);
	check_eq(err.code, r);
	if (rows[i].text) {
		check(!strcmp(text, rows[i].text));
		mem_free(text);
	} else {
		check(!text && err.is_line);
		check_eq(err.where, rows[i].line);
		check(strstr(err.why, rows[i].words));
	}
	free(copy);
}

// All the way: what a mark or another encoding must not change.
static void check_answer(void)
{
	static const char text[] =
		"[image]\nfile = x.wim\n[vhd]\npath = \\a.vhd\nsize = 1G\n"
		"description = Gr\xc3\xbcn\n[boot]\nsystem = windows\n";
	struct err err = {0};
	struct answer *a;
	le16 *units;
	size_t n;

	check(!utf16_from_utf8("\xef\xbb\xbf", &units, &n));
	mem_free(units);
	check(!utf16_from_utf8(text, &units, &n));
	for (int big = 0; big < 2; big++) {
		uint8_t *bytes = malloc(2 * n + 2);

		check(bytes);
		bytes[big] = 0xff;
		bytes[!big] = 0xfe;
		for (size_t i = 0; i < n; i++) {
			bytes[2 + 2 * i + big] = (uint8_t)get_le16(units[i]);
			bytes[2 + 2 * i + !big] =
				(uint8_t)(get_le16(units[i]) >> 8);
		}
		check_ok(answer_parse((char *)bytes, 2 * n + 2, "a.ini",
				      ANSWER_START_UNKNOWN, &a, &err),
			 &err);
		check(!strcmp(a->systems[0]->description, "Gr\xc3\xbcn"));
		answer_free(a);
		free(bytes);
	}
	mem_free(units);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		printf("%s\n", rows[i].what);
		check_row(i);
	}
	check_answer();
	return 0;
}
