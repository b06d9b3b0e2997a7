// SPDX-License-Identifier: MIT
//
// A line's words: blanks, quotes, "=", and what is none.

#include "libdiskpart/diskpart_priv.h"
#include "text.h"

// Writes words as "name=value", in brackets.
static const char *read_words(const char *line)
{
	static char text[1024];
	struct words w;
	struct err err = {0};
	int r = diskpart_words_read(line, &w, &err);

	*text = 0;
	if (r) {
		check_eq(err.code, r);
		return r == -EINVAL ? "unclosed" : "too many";
	}
	for (size_t i = 0; i < w.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "[%s%s%s%s]", w.list[i].is_quoted ? "'" : "",
			 w.list[i].name, w.list[i].value ? "=" : "",
			 w.list[i].value ? w.list[i].value : "");
	diskpart_words_done(&w);
	return text;
}

static void test_lines(void)
{
	static const struct {
		const char *line, *words;
	} rows[] = {
		{"", ""},
		{" \t\r\n", ""},
		{"list disk\r\n", "[list][disk]"},
		{"  create partition  primary \t size=100 ",
		 "[create][partition][primary][size=100]"},
		{"size = 260", "[size=260]"},
		{"size= 260", "[size=260]"},
		{"size =260", "[size=260]"},
		{"label=\"Windows RE tools\" quick",
		 "['label=Windows RE tools][quick]"},
		{"label=\"\"", "['label=]"},
		{"label=", "[label=]"},
		{"file=C:\\a=b.vhd", "[file=C:\\a=b.vhd]"},
		{"file=\"C:\\Program Files\\x.vhdx\"",
		 "['file=C:\\Program Files\\x.vhdx]"},
		{"file=C:\\\"a b\"\\x.vhd", "['file=C:\\a b\\x.vhd]"},
		{"\"list\" disk", "['list][disk]"},
		{"=", "[=]"},
		{"a==b", "[a==b]"},
		{"= = =", "[==][=]"},
		{"label=\"a", "unclosed"},
		{"\"", "unclosed"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_str(read_words(rows[i].line), rows[i].words);
}

static void test_count(void)
{
	char line[2 * DISKPART_MAX_WORDS + 3] = "";

	for (int i = 0; i < DISKPART_MAX_WORDS; i++)
		strcat(line, "a ");
	check(strcmp(read_words(line), "too many") != 0);
	strcat(line, "a");
	check_str(read_words(line), "too many");
}

static void test_meaning(void)
{
	check(diskpart_word_means("sel", "select"));
	check(diskpart_word_means("SELECT", "select"));
	check(!diskpart_word_means("se", "select"));
	check(!diskpart_word_means("selects", "select"));
	check(diskpart_word_means("fs", "fs"));
	check(!diskpart_word_means("f", "fs"));
	check(!diskpart_word_means("", "select"));
}

static void test_values(void)
{
	uint64_t n = 7;

	check_eq(diskpart_parse_letter("c"), 'C');
	check_eq(diskpart_parse_letter("W:"), 'W');
	check_eq(diskpart_parse_letter("W:\\"), 'W');
	check_eq(diskpart_parse_letter("'z'"), 'Z');
	check_eq(diskpart_parse_letter("'"), 0);
	check_eq(diskpart_parse_letter("''"), 0);
	check_eq(diskpart_parse_letter("WW"), 0);
	check_eq(diskpart_parse_letter("1"), 0);
	check_eq(diskpart_parse_letter(""), 0);
	check_eq(diskpart_parse_letter("\xc4"), 0);
	check_eq(diskpart_parse_hex("0x8000000000000001", 16, &n), 0);
	check_eq(n, 0x8000000000000001);
	check_eq(diskpart_parse_hex("27", 2, &n), 0);
	check_eq(n, 0x27);
	check_eq(diskpart_parse_hex("fF", 2, &n), 0);
	check_eq(n, 0xff);
	check_eq(diskpart_parse_hex("123", 2, &n), -EINVAL);
	check_eq(diskpart_parse_hex("0x", 2, &n), -EINVAL);
	check_eq(diskpart_parse_hex("-1", 2, &n), -EINVAL);
	check_eq(n, 0xff);
}

int main(void)
{
	test_lines();
	test_count();
	test_meaning();
	test_values();
	return 0;
}
