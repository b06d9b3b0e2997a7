// SPDX-License-Identifier: MIT
//
// Reading a configuration list (WimScript.ini), as Windows' documentation "DISM
// Configuration List and WimScript.ini Files" has it:
//
//     [ExclusionList]
//     \pagefile.sys
//     "\System Volume Information"
//     *.tmp
//     [ExclusionException]
//     \Tools\keep.tmp
//
// Lines that begin with ; or # are comments.

#include <string.h>
#include <strings.h>

#include "rules.h"

#define MAX_TEXT  (1u << 20) // bytes
#define MAX_LINES 10000u

enum section { NONE, EXCLUDED, EXCEPTED, STORED, COMPRESSED, NO_BEARING };

struct parser {
	struct capture_rules *rules;
	const char *what;
	uint64_t line;
	enum section section;
	bool has_own; // [ExclusionList] was there
	struct err *err;
};

static int refuse(const struct parser *p, const char *why)
{
	return err_bad_text(p->err, p->what, p->line, "%s", why);
}

static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	for (n = strlen(s); n && strchr(" \t", s[n - 1]); n--)
		s[n - 1] = 0;
	return s;
}

static int parse_section(struct parser *p, char *s)
{
	static const struct {
		const char *name;
		enum section section;
	} known[] = {
		{"ExclusionList", EXCLUDED},
		{"ExclusionException", EXCEPTED},
		{"CompressionExclusionList", STORED},
		{"CompressionExclusionException", COMPRESSED},
		{"CompressionFolderList", NO_BEARING},
		{"AlignmentList", NO_BEARING},
		{"PrepopulateList", NO_BEARING},
	};
	char *end = strchr(s, ']');

	if (!end || end[1])
		return refuse(p, "a section is [NAME]");
	*end = 0;
	s = trim(s + 1);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcasecmp(s, known[i].name)) {
			p->section = known[i].section;
			p->has_own |= p->section == EXCLUDED;
			return 0;
		}
	return err_bad_text(p->err, p->what, p->line,
			    "the section [%s] is unknown", s);
}

static int add(struct parser *p, const char *path)
{
	struct capture_rules *rules = p->rules;

	if (p->section == EXCLUDED || p->section == EXCEPTED)
		return capture_rule_add(rules, path, p->section == EXCEPTED,
					p->err);
	if (!rules->compression)
		rules->compression = mem_alloc(sizeof(*rules));
	return rules->compression
		       ? capture_rule_add(rules->compression, path,
					  p->section == COMPRESSED, p->err)
		       : err_nomem(p->err);
}

// Takes off quotes around a path, and the letter of a drive before it.
static int parse_path(struct parser *p, char *s)
{
	size_t n = strlen(s);
	const char *why;

	if ((*s == '"' || *s == '\'') && n > 1 && s[n - 1] == *s) {
		s[n - 1] = 0;
		s = trim(s + 1);
	}
	if (*s && s[1] == ':' && (s[2] == '\\' || s[2] == '/'))
		s += 2;
	why = capture_path_fault(s);
	if (why)
		return refuse(p, why);
	return add(p, s);
}

static int parse_line(struct parser *p, char *s)
{
	s = trim(s);
	if (!*s || *s == ';' || *s == '#')
		return 0;
	if (*s == '[')
		return parse_section(p, s);
	if (p->section == NONE)
		return refuse(p, "it stands before any section");
	return p->section == NO_BEARING ? 0 : parse_path(p, s);
}

static int parse_text(struct parser *p, char *s)
{
	int r = 0;

	while (!r && s) {
		char *next = strchr(s, '\n');
		size_t n;

		if (next)
			*next++ = 0;
		n = strlen(s);
		if (n && s[n - 1] == '\r')
			s[n - 1] = 0;
		if (++p->line > MAX_LINES)
			return err_set(p->err, -EFBIG, p->what, ERR_NOWHERE,
				       "it has more than %u lines", MAX_LINES);
		r = parse_line(p, s);
		s = next;
	}
	if (!r && !p->has_own)
		r = capture_rules_add_default(p->rules, p->err);
	return r;
}

// What follows a NUL would be passed over without a word.
static bool has_nul(const uint8_t *data, size_t size)
{
	if (size < 2 || data[0] != 0xff || data[1] != 0xfe)
		return size && memchr(data, 0, size);
	for (size_t i = 2; i + 1 < size; i += 2)
		if (!data[i] && !data[i + 1])
			return true;
	return false;
}

int capture_rules_parse(const void *text, size_t size, const char *what,
			struct capture_rules **ret, struct err *err)
{
	struct parser p = {.what = what, .err = err};
	char *utf8;
	int r;

	if (size > MAX_TEXT)
		return err_set(err, -EFBIG, what, ERR_NOWHERE,
			       "it is over %u bytes", MAX_TEXT);
	if (has_nul(text, size))
		return err_bad_text(err, what, ERR_NOWHERE,
				    "it holds a NUL: no text");
	utf8 = text_to_utf8(text, size);
	p.rules = mem_alloc(sizeof(*p.rules));
	r = utf8 && p.rules ? parse_text(&p, utf8) : err_nomem(err);
	mem_free(utf8);
	if (r) {
		capture_rules_free(p.rules);
		return r;
	}
	*ret = p.rules;
	return 0;
}
