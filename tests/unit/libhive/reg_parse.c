// SPDX-License-Identifier: MIT
//
// Registry files: every form of a line, in every encoding; what is no line is
// refused with its number.

#include "hive.h"
#include "test.h"

static char log_text[4096];

static int on_key(void *ctx, const char *path, bool remove, struct err *err)
{
	size_t n = strlen(log_text);

	snprintf(log_text + n, sizeof(log_text) - n, "%s[%s]",
		 remove ? "-" : "", path);
	return strcmp(path, "stop")
		       ? 0
		       : err_set(err, -ENOSPC, path, ERR_NOWHERE, "stopped");
}

static int on_value(void *ctx, const char *name, bool remove, uint32_t type,
		    const void *data, size_t size, struct err *err)
{
	size_t n = strlen(log_text);

	n += (size_t)snprintf(log_text + n, sizeof(log_text) - n, "%s=", name);
	if (remove) {
		snprintf(log_text + n, sizeof(log_text) - n, "-;");
		return 0;
	}
	n += (size_t)snprintf(log_text + n, sizeof(log_text) - n, "%x:", type);
	for (size_t i = 0; i < size; i++)
		n += (size_t)snprintf(log_text + n, sizeof(log_text) - n,
				      "%02x", ((const uint8_t *)data)[i]);
	snprintf(log_text + n, sizeof(log_text) - n, ";");
	return 0;
}

static const struct hive_reg_visitor visitor = {.key = on_key,
						.value = on_value};

#define V5 "Windows Registry Editor Version 5.00\r\n\r\n"

static const struct {
	const char *text, *want;
} good[] = {
	{V5, ""},
	{"REGEDIT4", ""},
	{V5 "[HKLM\\a]\r\n[-HKLM\\b c]\r\n", "[HKLM\\a]-[HKLM\\b c]"},
	{V5 "[a]b]\n", "[a]b]"},
	{V5 "[k]\n@=\"x\"\n\"n\"=\"\"", "[k]=1:78000000;n=1:0000;"},
	{V5 "[k]\n\"a\\\\b\\\"c\"=\"\\\\\\\"\"", "[k]a\\b\"c=1:5c0022000000;"},
	{V5 "[k]\n\"d\"=dword:0000001F\n\"s\"=dword:a",
	 "[k]d=4:1f000000;s=4:0a000000;"},
	{V5 "[k]\n\"h\"=hex:01,fF,\\\r\n  20 \n", "[k]h=3:01ff20;"},
	{V5 "[k]\n\"h\"=hex:\n\"m\"=hex(7):\\\n61,00, 00,00,\\\n00,00\n",
	 "[k]h=3:;m=7:610000000000;"},
	// lines of bytes, with what may stand between them
	{V5 "[k]\n\"h\"=hex:1, \\ ; c\\\n \n;c\n\t;c\n\n  02,\\\n03;c\n",
	 "[k]h=3:010203;"},
	{V5 "[k]\n\"h\"=hex:01,\\", "[k]h=3:01;"},
	{V5 "[k]\n\"h\"=hex:01,\\\n\n", "[k]h=3:01;"},
	{V5 "[k]\n\"h\"=hex:01, ;c\n\"i\"=hex:041,\t\n", "[k]h=3:01;i=3:41;"},
	// no NUL is added
	{V5 "[k]\n@=hex(7):61,00\n@=hex(2):61,00,\n@=hex(1):\n@=hex(2):61\n",
	 "[k]=7:6100;=2:6100;=1:;=2:61;"},
	{V5
	 "# one \\\n[k]\n  # two\n@=\"#\" ; three\n#@=\"four\"\n;@=\"five\"\n",
	 "[k]=1:23000000;"},
	{V5 "[k]\n[-k\\l]\n\"n\"=\"v\"\n@=-\n[m]\n@=dword:  1\t\n",
	 "[k]-[k\\l][m]=4:01000000;"},
	{V5 "[k\\l\\]\n[-k\\l\\\\]\n[k\\\\\\\\]\n[k\\ ]\n",
	 "[k\\l]-[k\\l][k][k\\ ]"},
	{" \t REGEDIT4\n \t[k]\n  @ \t=\t \"v\"\t \n", "[k]=1:76000000;"},
	{V5 "[k]\n\"q\"=hex(b):01,00,00,00,00,00,00,00 ; eight\n",
	 "[k]q=b:0100000000000000;"},
	{V5 "[k]\n\"x\"=hex(ffff0011):01,\n", "[k]x=ffff0011:01;"},
	{V5 "[k]\n@=-\n\"n\" = -\n", "[k]=-;n=-;"},
	{V5 "; about\n[k] ; about\n\t\"n\"=\"two\nlines\"\n",
	 "[k]n=1:740077006f000a006c0069006e00650073000000;"},
	{"\xef\xbb\xbf" V5 "[\xc3\xa4]\n", "[\xc3\xa4]"},
	{V5 "[\xc3\xa4]\n", "[\xc3\xa4]"},
	{V5 "[\xe4\x80]\n", "[\xc3\xa4\xe2\x82\xac]"},
	// bytes of strings are units in one format, and characters in the other
	{"REGEDIT4\n[\xe4]\n\"m\"=hex(2):80,41\n\"b\"=hex:80\n",
	 "[\xc3\xa4]m=2:ac204100;b=3:80;"},
};

static const struct {
	const char *text;
	uint64_t line;
} bad[] = {
	{"", 1},
	{"REGEDIT5\n", 1},
	{"REGEDIT4 and more\n", 1},
	{"regedit4\n", 1},
	{"REGEDIT\n", 1},
	{"\nREGEDIT4\n", 1},
	{"Windows Registry Editor version 5.00\n", 1},
	{"Windows Registry Editor Version 4.00\n", 1},
	{V5 "nonsense\n", 3},
	{V5 "@=\"x\"\n", 3},
	{V5 "[-k]\n@=nonsense\n", 4},
	{V5 "[k]\n@=\"x\" # y\n", 4},
	{V5 "[k]\n@=dword:1#y\n", 4},
	{V5 "[k]\n@=- #y\n", 4},
	{V5 "[k]\n@=#\"x\"\n", 4},
	{V5 "[k\n", 3},
	{V5 "[]\n", 3},
	{V5 "[-]\n", 3},
	{V5 "[k] x\n", 3},
	{V5 "[k]\n\"n\"\n", 4},
	{V5 "[k]\n\"n\n", 4},
	{V5 "[k]\n\"n\"=\n", 4},
	{V5 "[k]\n\"n\"=x\n", 4},
	{V5 "[k]\n\"n\"=\"C:\\dir\"\n", 4},
	{V5 "[k]\n\"n\"=\"x\" y\n", 4},
	{V5 "[k]\n\"n\"=\"x\\\"\n", 4},
	{V5 "[k]\n\"n\"=dword:\n", 4},
	{V5 "[k]\n\"n\"=dword:123456789\n", 4},
	{V5 "[k]\n\"n\"=hex:123\n", 4},
	{V5 "[k]\n\"n\"=hex:1 2\n", 4},
	{V5 "[k]\n\"n\"=hex:1,\\ 2\n", 4},
	{V5 "[k]\n\"n\"=hex:1\\\n,2\n", 4},
	{V5 "[k]\n\"n\"=hex:1\\\n2\n", 4},
	{V5 "[k]\n\"n\"=hex:1 ,2\n", 4},
	{V5 "[k]\n\"n\"=hex:1,,2\n", 4},
	{V5 "[k]\n\"n\"=hex:1,\\\n,2\n", 5},
	{V5 "[k]\n\"n\"=hex:1,\\\n#c\n2\n", 5},
	{V5 "[k]\n\"n\"=hex:1,\\\n\\\n2\n", 5},
	{V5 "[k]\n\"n\"=hex:1,\\#c\n2\n", 4},
	{V5 "[k]\n\"n\"=hex:1,\\\n\"m\"=\"x\"\n", 5},
	{V5 "[k]\n\"n\"=hex:1,\\\n[m]\n", 5},
	{V5 "[k]\n\"n\"=hex:1,\n2\n", 5},
	{V5 "[k]\n\"n\"=hex(100000000):1\n", 4},
	{V5 "[k]\n\"n\"=hex(0x2):1\n", 4},
	{V5 "[k]\n\"n\"=hex():1\n", 4},
	{V5 "[k]\n\"n\"=hex(2:1\n", 4},
	{V5 "[k]\n\"n\"=\"a\nb\"\nx", 6},
};

static void check_utf16(void)
{
	const char *text = V5 "[k]\r\n\"n\"=\"v\"\r\n";
	uint8_t bytes[400] = {0xff, 0xfe};
	size_t n = 2;

	for (; *text; text++, n += 2)
		bytes[n] = (uint8_t)*text;
	*log_text = 0;
	check_ok(hive_reg_parse(bytes, n, &visitor, NULL), NULL);
	check(!strcmp(log_text, "[k]n=1:76000000;"));
	bytes[n - 2] = 0;
	check_eq(hive_reg_parse(bytes, n, &visitor, NULL), -EBADMSG);
}

int main(void)
{
	struct err err = {0};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		*log_text = 0;
		check_ok(hive_reg_parse(good[i].text, strlen(good[i].text),
					&visitor, &err),
			 &err);
		if (strcmp(log_text, good[i].want))
			fprintf(stderr, "%zu: %s\n", i, log_text);
		check(!strcmp(log_text, good[i].want));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err = (struct err){0};
		check_eq(hive_reg_parse(bad[i].text, strlen(bad[i].text),
					&visitor, &err),
			 -EBADMSG);
		check(err.is_line);
		check_eq(err.where, bad[i].line);
	}
	err = (struct err){0};
	check_eq(hive_reg_parse(V5 "[stop]\n", strlen(V5 "[stop]\n"), &visitor,
				&err),
		 -ENOSPC);
	check_eq(hive_reg_parse("REGEDIT4\0", 9, &visitor, NULL), -EBADMSG);
	check_utf16();
	return 0;
}
