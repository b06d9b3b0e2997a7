// SPDX-License-Identifier: MIT
//
// The grammar of INF files, by small texts; and what real ones say when there are
// samples.

#include "inf.h"
#include "test.h"

static struct inf *read_text(const char *text)
{
	struct err err = {0};
	struct inf *inf = NULL;

	check_eq(inf_read(text, strlen(text), &inf, &err), 0);
	return inf;
}

static void check_line(const struct inf_line *line, const char *key,
		       size_t count, const char *const *fields)
{
	if (key)
		check(!strcmp(line->key, key));
	else
		check(!line->key);
	check_eq(line->count, count);
	for (size_t i = 0; i < count; i++)
		check(!strcmp(line->fields[i], fields[i]));
}

static void fields(void)
{
	static const struct {
		const char *text, *key;
		size_t count;
		const char *fields[5];
	} rows[] = {
		{"a=b", "a", 1, {"b"}},
		{" a = b , c ", "a", 2, {"b", "c"}},
		{"a=", "a", 0, {0}},
		{"a=,,", "a", 0, {0}},
		{"a=,,c,,", "a", 3, {"", "", "c"}},
		{"one, two", NULL, 2, {"one", "two"}},
		{"a=\"b, c; d=\"", "a", 1, {"b, c; d="}},
		{"a=\" b \"", "a", 1, {" b "}},
		{"a=\"say \"\"x\"\"\"", "a", 1, {"say \"x\""}},
		{"\"a=b\"=c", "a=b", 1, {"c"}},
		{"a=b ; comment, c", "a", 1, {"b"}},
		{"a=%x;y%,z", "a", 2, {"%x;y%", "z"}},
		{"a=x=y", "a", 1, {"x=y"}},
		{"a,b=c", NULL, 2, {"a", "b=c"}},
		{"a=b,\\\r\n  c,\\ ; more\n d", "a", 3, {"b", "c", "d"}},
		{"a=\"b\\\"\n", "a", 1, {"b\\"}},
		{"a=\"open, to the end", "a", 1, {"open, to the end"}},
		{"a=\"x\033]0;y\a\"", "a", 1, {"x ]0;y "}},
		{"HKR,,\"%1\",,0", NULL, 5, {"HKR", "", "%1", "", "0"}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[100];
		struct inf *inf;

		snprintf(text, sizeof(text), "[S]\n%s", rows[i].text);
		inf = read_text(text);
		check_eq(inf->count, 1);
		check_eq(inf->sections[0].count, 1);
		check_line(inf->sections[0].lines, rows[i].key, rows[i].count,
			   rows[i].fields);
		inf_free(inf);
	}
}

static void sections(void)
{
	struct inf *inf = read_text("; first\r\n\r\n[One]\r\na=1\r\n"
				    "[\"two ]\"] ; x\r\nb=2\r\n"
				    "[ONE]\r\nc=3\r\n\x1a[never]\n");
	const struct inf_section *one = inf_find(inf, "oNe");

	check_eq(inf->count, 2);
	check(one && one->count == 2);
	check_eq(one->lines[0].line, 4);
	check_eq(one->lines[1].line, 8);
	check(!strcmp(inf_field(inf_find_line(one, "C"), 0), "3"));
	check(!strcmp(inf_field(inf_find_line(one, "C"), 1), ""));
	check(!inf_find_line(one, "b"));
	check(inf_find(inf, "TWO ]"));
	check(!inf_find(inf, "never"));
	inf_free(inf);
}

static void many_sections(void)
{
	static char text[300000];
	size_t len = 0;
	struct inf *inf;

	for (int i = 0; i < 20000; i++)
		len += (size_t)sprintf(text + len, "[S%d]\n%d\n", i, i);
	inf = read_text(text);
	check_eq(inf->count, 20000);
	for (int i = 0; i < 20000; i += 777) {
		char name[16];

		snprintf(name, sizeof(name), "s%d", i);
		check_eq((unsigned long)
				 atoi(inf_field(inf_find(inf, name)->lines, 0)),
			 (unsigned long)i);
	}
	inf_free(inf);
}

// What is small in the file and would be large in memory.
static void too_many(void)
{
	size_t size = (INF_MAX_SECTIONS + 1) * 9 + 20, len = 0;
	char *big = malloc(size);
	struct inf *inf;

	check(big);
	for (unsigned i = 0; i <= INF_MAX_SECTIONS; i++)
		len += (size_t)snprintf(big + len, size - len, "[%x]\n", i);
	check_eq(inf_read(big, len, &inf, NULL), -EFBIG);
	free(big);
	size = 2 * (INF_MAX_FIELDS + 2) + 4;
	big = malloc(size);
	check(big);
	memcpy(big, "[a]\n", 4);
	for (size_t i = 4; i < size; i += 2)
		memcpy(big + i, "a\n", 2);
	check_eq(inf_read(big, size, &inf, NULL), -EFBIG);
	for (size_t i = 4; i < size; i += 2)
		memcpy(big + i, "=\n", 2);
	check_eq(inf_read(big, size, &inf, NULL), -EFBIG);
	free(big);
}

static void encodings(void)
{
	static const uint8_t utf16[] = {0xff, 0xfe, '[', 0, 'S', 0, ']',  0,
					'\n', 0,    'a', 0, '=', 0, 0xe4, 0};
	static const uint8_t ansi[] = {'[', 'S', ']', '\n', 'a', '=', 0xe4};
	struct err err = {0};
	struct inf *inf;

	check_eq(inf_read(utf16, sizeof(utf16), &inf, &err), 0);
	check(!strcmp(inf_field(inf->sections[0].lines, 0), "ä"));
	inf_free(inf);
	check_eq(inf_read(ansi, sizeof(ansi), &inf, &err), 0);
	check(!strcmp(inf_field(inf->sections[0].lines, 0), "ä"));
	inf_free(inf);
	inf_free(NULL);
}

static void refused(void)
{
	static const struct {
		const char *text;
		unsigned line;
	} rows[] = {
		{"a=b", 1},
		{"\n[S", 2},
		{"[S]\n[]", 2},
		{"[S]\n\\\n\n[\"x]", 4},
	};
	static char big[INF_MAX_LINE + 100] = "[S]\n";
	struct inf *inf;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = {0};

		check_eq(inf_read(rows[i].text, strlen(rows[i].text), &inf,
				  &err),
			 -EBADMSG);
		check_eq(err.where, rows[i].line);
	}
	for (size_t i = 4; i < sizeof(big); i++)
		big[i] = 'x';
	check_eq(inf_read(big, sizeof(big), &inf, NULL), -EBADMSG);
	memset(big + 3, ']', 1);
	for (size_t i = 1; i < 300; i++)
		big[i] = 'n';
	big[300] = ']';
	big[301] = '\n';
	check_eq(inf_read(big, 302, &inf, NULL), -EBADMSG);
	check_eq(inf_read(big, INF_MAX_SIZE + 1, &inf, NULL), -EFBIG);
}

static void expanded(void)
{
	static const struct {
		const char *text, *result;
	} rows[] = {
		{"", ""},
		{"plain", "plain"},
		{"%a%", "General"},
		{"<%A%|%b%>", "<General|%a%>"},
		{"100%% of %c%", "100% of %c%"},
		{"%12%\\x", "%12%\\x"},
		{"%open", "%open"},
		{"%german%", "Englisch"},
	};
	struct inf *inf =
		read_text("[Strings]\na=General\nb=%a%\n"
			  "german=English\nd=D\n"
			  "[Strings.0407]\ngerman=Deutsch\n"
			  "[Strings.0007]\ngerman=Englisch\nd=\"\"\n");
	char *text;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		check_eq(inf_expand(inf, 0x0807, rows[i].text, &text, NULL), 0);
		check(!strcmp(text, rows[i].result));
		mem_free(text);
	}
	check_eq(inf_expand(inf, 0x0407, "%german% %a% %d%", &text, NULL), 0);
	check(!strcmp(text, "Deutsch General "));
	mem_free(text);
	inf_free(inf);
}

static void expanded_too_much(void)
{
	static char text[20000] = "[Strings]\na=";
	static char many[1000];
	struct inf *inf;
	char *ret;

	memset(text + 12, 'x', sizeof(text) - 13);
	for (size_t i = 0; i + 4 < sizeof(many); i += 3)
		strcpy(many + i, "%a%");
	inf = read_text(text);
	check_eq(inf_expand(inf, 0x0409, many, &ret, NULL), -EFBIG);
	inf_free(inf);
}

int main(void)
{
	fields();
	sections();
	many_sections();
	encodings();
	too_many();
	refused();
	expanded();
	expanded_too_much();
	return 0;
}
