// SPDX-License-Identifier: MIT
//
// Configuration lists: what is read, what is refused in which line, and which paths
// are left out.

#include "libimage/capture/rules.h"
#include "test.h"

static struct err err;

// The parts of a path in UTF-8, from its end.
static bool part(const void *ctx, size_t depth, struct rule_part *ret)
{
	static le16 *units;
	const char *path = ctx, *end = path + strlen(path), *at;
	char name[64];

	for (;; depth--) {
		for (at = end; at > path && at[-1] != '\\';)
			at--;
		if (at == end)
			return false;
		if (!depth)
			break;
		end = at > path ? at - 1 : path;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(end - at), at);
	mem_free(units);
	units = NULL;
	check_eq(utf16_from_utf8(name, &units, &ret->len), 0);
	ret->name = units;
	return true;
}

static struct capture_rules *parse(const char *text)
{
	struct capture_rules *r;

	check_ok(capture_rules_parse(text, strlen(text), "w.ini", &r, &err),
		 &err);
	return r;
}

static enum rule_verdict judge(const struct capture_rules *r, const char *path)
{
	return capture_rules_judge(r, part, path);
}

static void paths(void)
{
	struct capture_rules *r = parse("; a comment\r\n"
					"# another\n"
					"\n"
					"[ExclusionList]\r\n"
					"\\top\n"
					"  \"\\a folder\\b\\\"  \n"
					"*.tmp\n"
					"cache\\*.dat\n"
					"C:\\Windows\\*\n"
					"/slashes/too\n"
					"'\\quo ted'\n"
					"[exclusionexception]\n"
					"\\keep.tmp\n"
					"[CompressionExclusionList]\n"
					"*.zip\n");
	static const struct {
		const char *path;
		enum rule_verdict verdict;
	} rows[] = {
		{"top", RULE_EXCLUDED},
		{"TOP", RULE_EXCLUDED},
		{"sub\\top", RULE_NONE},
		{"top\\sub", RULE_NONE}, // its folder is
		{"a folder\\b", RULE_EXCLUDED},
		{"a folder", RULE_NONE},
		{"x\\a folder\\b", RULE_NONE},
		{"x.tmp", RULE_EXCLUDED},
		{"deep\\down\\x.TMP", RULE_EXCLUDED},
		{"x.tmp2", RULE_NONE},
		{"keep.tmp", RULE_EXCEPTED},
		{"sub\\keep.tmp", RULE_EXCLUDED},
		{"x\\Cache\\1.dat", RULE_EXCLUDED},
		{"cache\\1.dat", RULE_EXCLUDED},
		{"1.dat", RULE_NONE},
		{"cache\\sub\\1.dat", RULE_NONE},
		{"Windows", RULE_NONE},
		{"windows\\x", RULE_EXCLUDED},
		{"slashes\\too", RULE_EXCLUDED},
		{"quo ted", RULE_EXCLUDED},
		{"x.zip", RULE_NONE},
		{"pagefile.sys", RULE_NONE}, // the list is another one
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_eq(judge(r, rows[i].path), rows[i].verdict);
	capture_rules_free(r);
}

static void defaults(void)
{
	static const char *const out[] = {
		"$ntfs.log",    "hiberfil.sys", "PAGEFILE.SYS",
		"swapfile.sys", "RECYCLER",     "System Volume Information",
		"$RECYCLE.BIN", "Windows\\CSC",
	};
	struct capture_rules *rows[3];

	check_ok(capture_rules_new(&rows[0], &err), &err);
	rows[1] = parse("");
	rows[2] = parse("[ExclusionException]\n\\pagefile.sys\n");
	for (size_t k = 0; k < 3; k++) {
		for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++)
			check_eq(judge(rows[k], out[i]),
				 k == 2 && i == 2 ? RULE_EXCEPTED
						  : RULE_EXCLUDED);
		check_eq(judge(rows[k], "Windows"), RULE_NONE);
		check_eq(judge(rows[k], "x\\pagefile.sys"), RULE_NONE);
		capture_rules_free(rows[k]);
	}
	capture_rules_free(NULL);
}

static void encodings(void)
{
	static const struct {
		const char *bytes;
		size_t size;
	} rows[] = {
		{"[ExclusionList]\n\\\xc3\xa4", 19},
		{"\xef\xbb\xbf[ExclusionList]\n\\\xc3\xa4", 22},
		{"[ExclusionList]\n\\\xe4", 18},
		{"\xff\xfe[\0E\0x\0c\0l\0u\0s\0i\0o\0n\0L\0i\0s\0t\0]\0\n\0"
		 "\\\0\xe4",
		 38},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct capture_rules *r;

		check_ok(capture_rules_parse(rows[i].bytes, rows[i].size,
					     "w.ini", &r, &err),
			 &err);
		check_eq(judge(r, "\xc3\x84"), RULE_EXCLUDED);
		capture_rules_free(r);
	}
}

static void refused(void)
{
	static const struct {
		const char *text;
		uint64_t line;
		const char *why;
	} rows[] = {
		{"\\x\n", 1, "before any section"},
		{"[ExclusonList]\n", 1, "[ExclusonList] is unknown"},
		{"[ExclusionList\n", 1, "[NAME]"},
		{"[ExclusionList] x\n", 1, "[NAME]"},
		{"[ExclusionList]\n\n\\\n", 3, "everything"},
		{"[ExclusionList]\n\"\"\n", 2, "everything"},
		{"[ExclusionList]\na\\\\b\n", 2, "empty"},
		{"[ExclusionList]\n\\a\\..\\b\n", 2, "\"..\""},
		{"[ExclusionList]\n.\n", 2, "\".\""},
		{"[ExclusionList]\na|b\n", 2, "|"},
		{"[ExclusionException]\n\\\\server\\x\n", 2, "empty"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct capture_rules *r = NULL;
		struct err e = {0};

		check_eq(capture_rules_parse(rows[i].text, strlen(rows[i].text),
					     "w.ini", &r, &e),
			 -EBADMSG);
		check(!r && !strcmp(e.what, "w.ini") && e.is_line);
		check_eq(e.where, rows[i].line);
		check(strstr(e.why, rows[i].why));
	}
}

static void limits(void)
{
	char *text = calloc(1, (1 << 20) + 1);
	struct capture_rules *r = NULL;

	memset(text, '\n', (1 << 20) + 1);
	check_eq(capture_rules_parse(text, (1 << 20) + 1, "w.ini", &r, NULL),
		 -EFBIG);
	check_eq(capture_rules_parse(text, 20000, "w.ini", &r, NULL), -EFBIG);
	check_eq(capture_rules_parse("[ExclusionList]\n\0", 17, "w", &r, NULL),
		 -EBADMSG);
	check(!r);
	free(text);
}

int main(void)
{
	paths();
	defaults();
	encodings();
	refused();
	limits();
	return 0;
}
