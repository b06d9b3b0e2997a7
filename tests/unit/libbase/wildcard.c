// SPDX-License-Identifier: MIT
//
// Patterns of names: those that Microsoft's papers print ("Wildcards in
// Windows"; `dir` in the reference of commands), and the edges of each rule.

#include "test.h"

static bool match(const char *pattern, const char *name)
{
	size_t pattern_n, name_n;
	le16 *p, *n;
	bool yes;

	check_eq(utf16_from_utf8(pattern, &p, &pattern_n), 0);
	check_eq(utf16_from_utf8(name, &n, &name_n), 0);
	yes = wildcard_match(p, pattern_n, n, name_n);
	mem_free(p);
	mem_free(n);
	return yes;
}

// Names are divided by spaces.
static const struct row {
	const char *pattern, *matched, *not_matched;
} rows[] = {
	{"*", "a a.b .b a.b.c", ""},
	{"*.*", "a a.b .b a.b.c README", ""},
	{"*.", "a README", "a.b .b a.b.c"},
	{"a", "a A", "b ab a.b"},
	{"a.", "a A", "a.b"},
	{"foo*.*", "foo foobar foo.txt foobar.a.b", "fo xfoo"},
	{"foo*", "foo foobar foo.txt", "fo"},
	{"foo??.*", "foo foo1 foo12 foo12.txt foo.txt", "foo123 foo123.txt"},
	// From the paper on `dir`.
	{"read???.txt", "Read.txt Read1.txt Read12.txt Read123.txt",
	 "Readme12.txt Read123.txts Read1234.txt"},
	{"read*.txt", "read.txt READ_ME.TXT read.a.txt", "read.txt.bak read"},
	{"*.txt", ".txt a.txt a.b.TXT", "a.txt2 a.txt.bak txt"},
	{"*.t?t", "a.txt a.tXt a.b.tat", "a.tt a.text a.txt.bak"},
	{"*.htm", "index.htm", "index.html"},
	{"?", "a", "ab a.b"},
	{"??", "a ab", "abc a.b"},
	{"?.?", "a a.b", "ab.c a.bc"},
	{"?.b", "a.b", "b ab.b"},
	{"????????.???", "a README file.txt 12345678.123",
	 "123456789.txt a.html a.b.c"},
	{"*a*", "a banana xay.b b.a", "b"},
	{"*_*", "a_b _ x_.y", "ab"},
	{"a*b*c", "abc aXbYc abcbc a.b.c", "ab acb abcd"},
	{"*.b.*", "a.b.c a.b.x x.b", "a.c"},
	{"*..*", "a..b", "a.b.c"},
	{".*", ".b .bashrc", "a.b a"},
	{"*.tar.gz", "a.tar.gz a.b.tar.gz", "a.tgz tar.gz"},
	// Upper case as in volumes of Windows, and beyond the first 65536.
	{"*\xc3\xa4*", "\xc3\x84pfel k\xc3\xa4se", "apfel"},
	{"??.x", "\xf0\x9f\x98\x80.x", "\xf0\x9f\x98\x80z.x"},
	{"", "", "a"},
};

static void check_names(const struct row *r, const char *names, bool wanted)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", names);
	for (char *name = strtok(copy, " "); name; name = strtok(NULL, " ")) {
		if (match(r->pattern, name) == wanted)
			continue;
		fprintf(stderr, "%s is %sto match %s\n", r->pattern,
			wanted ? "" : "not ", name);
		exit(1);
	}
}

int main(void)
{
	char pattern[2000], name[300];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_names(&rows[i], rows[i].matched, true);
		check_names(&rows[i], rows[i].not_matched, false);
	}
	check(!match("*", "") && !match("", ""));
	// Many stars, which must not take many steps; and more than can match.
	memset(name, 'a', sizeof(name) - 1);
	name[255] = 0;
	for (size_t i = 0; i < 254; i++)
		strcpy(pattern + i * 2, "*a");
	check(match(pattern, name));
	strcat(pattern, "b");
	check(!match(pattern, name));
	memset(pattern, '*', 600);
	pattern[600] = 0;
	check(!match(pattern, name));
	check(wildcard_is_pattern("a?") && wildcard_is_pattern("*") &&
	      !wildcard_is_pattern("a.b"));
	return 0;
}
