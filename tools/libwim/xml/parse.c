// SPDX-License-Identifier: MIT
//
// As much of XML 1.0 as the XML data of WIM files uses: elements, attributes,
// text, the five entities and character references, CDATA sections (which become
// text), comments and declarations. No document type, no namespaces: without a
// document type there are no entities that a file defines, so none that grow
// without end.

#include <string.h>
#include <strings.h>

#include "xml.h"

#define ENTITY                                                                 \
	16 // characters of the longest: "&#x0010ffff;" and some more zeroes

static const char what[] = "WIM XML data";

struct parser {
	struct wim_xml *x;
	const char *start, *p;
	struct wim_xml_node *at; // the innermost open element
	unsigned depth;
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

// --- Text --------------------------------------------------------------------

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

// Returns what the entity that begins at s stands for, with its length in *len;
// 0 for none.
static uint32_t entity(const char *s, const char *end, size_t *len)
{
	static const struct {
		const char *name;
		char c;
	} known[] = {{"amp", '&'},
		     {"lt", '<'},
		     {"gt", '>'},
		     {"quot", '"'},
		     {"apos", '\''}};
	const char *semicolon;

	if (*s != '&')
		return 0;
	// Not far, or a text of nothing but & takes the square of its time.
	semicolon =
		memchr(s, ';', (size_t)(end - s < ENTITY ? end - s : ENTITY));
	if (!semicolon)
		return 0;
	*len = (size_t)(semicolon + 1 - s);
	if (s[1] == '#')
		return character(s + 1, *len - 2);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (*len - 2 == strlen(known[i].name) &&
		    !memcmp(s + 1, known[i].name, *len - 2))
			return (uint32_t)known[i].c;
	return 0;
}

// Copies [s, end) with entities replaced: none is shorter than what it stands
// for. An unknown one stays as it is.
static char *unescape(struct parser *x, const char *s, const char *end)
{
	char *copy = wim_xml_alloc(x->x, (size_t)(end - s) + 1), *out = copy;

	while (copy && s < end) {
		size_t len;
		uint32_t c = entity(s, end, &len);

		if (c) {
			out = put(out, c);
			s += len;
		} else {
			*out++ = *s++;
		}
	}
	return copy;
}

static char *copy_range(struct parser *x, const char *s, const char *end)
{
	size_t n = (size_t)(end - s);
	char *copy = wim_xml_alloc(x->x, n + 1);

	return copy ? memcpy(copy, s, n) : NULL;
}

// Adds a text, a CDATA section or whatever is kept as it is.
static int add(struct parser *x, enum wim_xml_kind kind, const char *text)
{
	struct wim_xml_node like = {.kind = kind, .text = text};

	return text ? wim_xml_append(x->x, x->at, &like, NULL, x->err)
		    : err_nomem(x->err);
}

static int text(struct parser *x)
{
	const char *from = x->p;

	x->p = strchr(from, '<');
	if (!x->p)
		x->p = from + strlen(from);
	return add(x, WIM_XML_TEXT, unescape(x, from, x->p));
}

// Goes on behind the next `end`. Returns false when there is none.
static bool skip_past(struct parser *x, const char *end)
{
	const char *found = strstr(x->p, end);

	if (found)
		x->p = found + strlen(end);
	return found;
}

// A comment, declaration or instruction.
static int as_is(struct parser *x, const char *end)
{
	const char *from = x->p;

	if (!skip_past(x, end))
		return fail(x, "it ends within a comment or a declaration");
	return add(x, WIM_XML_AS_IS, copy_range(x, from, x->p));
}

static int cdata(struct parser *x)
{
	const char *from = x->p + strlen("<![CDATA[");

	if (!skip_past(x, "]]>"))
		return fail(x, "it ends within a CDATA section");
	return add(x, WIM_XML_TEXT, copy_range(x, from, x->p - strlen("]]>")));
}

// --- Elements ----------------------------------------------------------------

static int attribute(struct parser *x)
{
	const char *name = x->p, *name_end, *value;
	char *new_name, *new_value, quote;

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
	new_name = copy_range(x, name, name_end);
	new_value = unescape(x, value, x->p++);
	if (!new_name || !new_value)
		return err_nomem(x->err);
	return wim_xml_append_attribute(x->x, x->at, new_name, new_value,
					x->err);
}

static int enter(struct parser *x, const char *name)
{
	struct wim_xml_node like = {.kind = WIM_XML_ELEMENT};

	if (x->depth == WIM_MAX_XML_DEPTH)
		return fail(x, "elements are nested too deep");
	like.name = copy_range(x, name, x->p);
	if (!like.name)
		return err_nomem(x->err);
	x->depth++;
	return wim_xml_append(x->x, x->at, &like, &x->at, x->err);
}

static void leave(struct parser *x)
{
	x->at = x->at->parent;
	x->depth--;
}

static int open_tag(struct parser *x)
{
	const char *name = ++x->p;
	int r;

	while (is_name(*x->p))
		x->p++;
	if (name == x->p)
		return fail(x, "an element has no name");
	r = enter(x, name);
	skip_space(x);
	while (!r && *x->p != '>' && *x->p != '/') {
		r = attribute(x);
		skip_space(x);
	}
	if (r)
		return r;
	if (*x->p == '/') {
		x->p++;
		leave(x);
	}
	if (*x->p != '>')
		return fail(x, "an element's tag does not end");
	x->p++;
	return 0;
}

static int close_tag(struct parser *x)
{
	size_t len = x->depth ? strlen(x->at->name) : 0;

	x->p += 2;
	if (!len || strncmp(x->p, x->at->name, len) || is_name(x->p[len]))
		return fail(x, "an element is ended that is not open");
	x->p += len;
	skip_space(x);
	if (*x->p != '>')
		return fail(x, "an end tag is malformed");
	x->p++;
	leave(x);
	return 0;
}

static int markup(struct parser *x)
{
	if (!strncmp(x->p, "<!--", 4))
		return as_is(x, "-->");
	if (!strncmp(x->p, "<?", 2))
		return as_is(x, "?>");
	if (!strncmp(x->p, "<![CDATA[", 9))
		return cdata(x);
	if (!strncmp(x->p, "<!", 2))
		return as_is(x, ">");
	return x->p[1] == '/' ? close_tag(x) : open_tag(x);
}

static int parse(struct wim_xml *xml, const char *s, struct err *err)
{
	struct parser x = {
		.x = xml, .start = s, .p = s, .at = &xml->top, .err = err};
	int r = 0;

	while (*x.p && !r)
		r = *x.p == '<' ? markup(&x) : text(&x);
	if (r)
		return r;
	if (x.depth)
		return fail(&x, "it ends within an element");
	xml->root = xml->top.first;
	while (xml->root && (xml->root->kind != WIM_XML_ELEMENT ||
			     strcasecmp(xml->root->name, "WIM")))
		xml->root = xml->root->next;
	return xml->root ? 0
			 : wim_xml_add(xml, &xml->top, "WIM", &xml->root, err);
}

int wim_xml_parse(const void *data, size_t size, struct wim_xml **ret,
		  struct err *err)
{
	struct wim_xml *xml = mem_alloc(sizeof(*xml));
	const le16 *units = data;
	size_t n = size / sizeof(*units);
	char *s;
	int r;

	// The byte order mark belongs there; text without one is in the same
	// order.
	if (n && get_le16(units[0]) == 0xfeff) {
		units++;
		n--;
	}
	s = utf16_to_utf8(units, n);
	r = xml && s ? parse(xml, s, err) : err_nomem(err);
	mem_free(s);
	if (r)
		wim_xml_free(xml);
	else
		*ret = xml;
	return r;
}
