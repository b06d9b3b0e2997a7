// SPDX-License-Identifier: MIT
//
// As much of XML 1.0 as the XML data of WIM files uses: elements, attributes,
// text, the five entities and character references, comments and declarations.
// No document type, no CDATA sections, no namespaces: without a document type
// there are no entities that a file defines, so none that grow without end.

#include <string.h>

#include "wim_priv.h"

#define MAX_PATH 512 // characters of all open elements' names

static const char what[] = "WIM XML data";

struct parser {
	char *start, *p;
	const struct xml_events *events;
	char path[MAX_PATH];
	char *text; // of the innermost element that has had no child
	char *text_end;
	struct err *err;
};

static int fail(struct parser *x, const char *why)
{
	return err_corrupt(x->err, what, (uint64_t)(x->p - x->start), "%s",
			   why);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(char c)
{
	return c && !is_space(c) && !strchr("<>/=\"'&", c);
}

static void skip_space(struct parser *x)
{
	while (is_space(*x->p))
		x->p++;
}

// Writes a code point as UTF-8. Returns where the next one goes.
static char *put(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

// Reads "#123" or "#x1f". Returns the code point, or 0.
static uint32_t character(const char *s, size_t len)
{
	bool is_hex = len > 1 && s[1] == 'x';
	uint32_t c = 0;

	for (size_t i = is_hex ? 2 : 1; i < len; i++) {
		uint32_t digit =
			s[i] >= '0' && s[i] <= '9' ? (uint32_t)(s[i] - '0')
			: is_hex && (s[i] | 32) >= 'a' && (s[i] | 32) <= 'f'
				? (uint32_t)((s[i] | 32) - 'a' + 10)
				: 99;

		c = c * (is_hex ? 16 : 10) + digit;
		if (digit == 99 || c > 0x10ffff)
			return 0;
	}
	return c;
}

// Replaces entities in place and ends the text with a NUL. This is safe as no
// entity is shorter than what it stands for. An unknown one stays as it is.
static void unescape(char *s, char *end)
{
	static const struct {
		const char *name;
		char c;
	} known[] = {{"amp", '&'},
		     {"lt", '<'},
		     {"gt", '>'},
		     {"quot", '"'},
		     {"apos", '\''}};
	char *out = s;

	while (s < end) {
		char *semicolon = *s == '&' ? memchr(s, ';', (size_t)(end - s))
					    : NULL;
		size_t len = semicolon ? (size_t)(semicolon - s - 1) : 0;
		uint32_t c = 0;

		if (len && s[1] == '#')
			c = character(s + 1, len);
		for (size_t i = 0; len && i < sizeof(known) / sizeof(*known);
		     i++)
			if (len == strlen(known[i].name) &&
			    !memcmp(s + 1, known[i].name, len))
				c = (uint32_t)known[i].c;
		if (c) {
			out = put(out, c);
			s = semicolon + 1;
		} else {
			*out++ = *s++;
		}
	}
	*out = 0;
}

// Skips up to and over `end`.
static int skip_past(struct parser *x, const char *end)
{
	char *found = strstr(x->p, end);

	if (!found)
		return fail(x, "it ends within a comment or a declaration");
	x->p = found + strlen(end);
	return 0;
}

static int attributes(struct parser *x)
{
	for (;;) {
		char *name, *name_end, *value, quote;
		int r = 0;

		skip_space(x);
		if (*x->p == '>' || *x->p == '/')
			return 0;
		name = x->p;
		while (is_name(*x->p))
			x->p++;
		name_end = x->p;
		skip_space(x);
		if (name == name_end || *x->p != '=')
			return fail(x, "an attribute is malformed");
		x->p++;
		skip_space(x);
		quote = *x->p;
		if (quote != '"' && quote != '\'')
			return fail(x, "an attribute has no value");
		value = ++x->p;
		x->p = strchr(value, quote);
		if (!x->p) {
			x->p = value;
			return fail(x, "an attribute's value does not end");
		}
		*name_end = 0;
		unescape(value, x->p++);
		if (x->events->attribute)
			r = x->events->attribute(x->events->ctx, x->path, name,
						 value);
		if (r)
			return r;
	}
}

// Ends the innermost element.
static int leave(struct parser *x)
{
	char *slash = strrchr(x->path, '/');
	int r = 0;

	if (x->text) {
		unescape(x->text, x->text_end);
		r = x->events->text(x->events->ctx, x->path, x->text);
		x->text = NULL;
	}
	*(slash ? slash : x->path) = 0;
	return r;
}

static int open_tag(struct parser *x)
{
	size_t used = strlen(x->path), len;
	char *name = x->p;
	int r;

	while (is_name(*x->p))
		x->p++;
	len = (size_t)(x->p - name);
	if (!len)
		return fail(x, "an element has no name");
	if (used + len + 2 > sizeof(x->path))
		return fail(x, "elements are nested too deep");
	if (used)
		x->path[used++] = '/';
	memcpy(x->path + used, name, len);
	x->path[used + len] = 0;
	r = attributes(x);
	if (r)
		return r;
	if (*x->p == '/') {
		char empty = 0;

		x->p++;
		x->text = x->text_end = &empty;
		r = leave(x);
		if (r)
			return r;
	} else {
		x->text = x->text_end = x->p + 1;
	}
	if (*x->p != '>')
		return fail(x, "an element's tag does not end");
	x->p++;
	return 0;
}

static int close_tag(struct parser *x)
{
	const char *slash = strrchr(x->path, '/');
	const char *innermost = slash ? slash + 1 : x->path;
	size_t len = strlen(innermost);

	if (!len || strncmp(x->p, innermost, len) || is_name(x->p[len]))
		return fail(x, "an element is ended that is not open");
	x->p += len;
	skip_space(x);
	if (*x->p != '>')
		return fail(x, "an end tag is malformed");
	x->p++;
	return leave(x);
}

static int markup(struct parser *x)
{
	char *tag = x->p;

	if (!strncmp(tag, "<!--", 4))
		return skip_past(x, "-->");
	if (!strncmp(tag, "<?", 2))
		return skip_past(x, "?>");
	if (!strncmp(tag, "<!", 2))
		return skip_past(x, ">");
	if (x->text)
		x->text_end = tag;
	x->p++;
	if (*x->p == '/') {
		x->p++;
		return close_tag(x);
	}
	x->text = NULL;
	return open_tag(x);
}

int wim_xml_parse(char *s, const struct xml_events *events, struct err *err)
{
	struct parser x = {.start = s, .p = s, .events = events, .err = err};

	while (*x.p) {
		int r = 0;

		if (*x.p == '<')
			r = markup(&x);
		else
			x.p++;
		if (r)
			return r;
	}
	return x.path[0] ? fail(&x, "it ends within an element") : 0;
}
