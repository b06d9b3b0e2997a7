// SPDX-License-Identifier: MIT
//
// Reading registry files, as Windows' documentation of .reg files and the files
// that it exports show them:
//
//     Windows Registry Editor Version 5.00     or REGEDIT4
//
//     [HKEY_LOCAL_MACHINE\SOFTWARE\Key]        [-KEY] removes
//     @="default value"
//     "name"="text with \\ and \""             "name"=- removes
//     "name"=dword:0000000a
//     "name"=hex(7):61,00,00,00,\              of type 7, and more
//       00,00                                  on the next line
//     ; comment

#include <string.h>
#include <strings.h>

#include "hive_priv.h"

struct parser {
	const struct hive_reg_visitor *visitor;
	const char *at; // in the text, which ends with a NUL
	uint64_t line;
	bool ansi; // REGEDIT4
	enum { NO_KEY, IN_KEY, KEY_REMOVED } place;
	uint8_t *data; // of a value
	size_t size, capacity;
	struct err *err;
};

static int refuse(struct parser *p, const char *why)
{
	int r = err_corrupt(p->err, "registry file", p->line, "%s", why);

	if (p->err && p->err->where == p->line)
		p->err->is_line = true;
	return r;
}

// --- Text --------------------------------------------------------------------

static void skip_blanks(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\t')
		p->at++;
}

static void skip_line(struct parser *p)
{
	p->at += strcspn(p->at, "\r\n");
}

// Goes on to the next line. Returns false when there is something else.
static bool end_line(struct parser *p)
{
	skip_blanks(p);
	if (*p->at == ';')
		skip_line(p);
	if (!*p->at)
		return true;
	if (*p->at != '\r' && *p->at != '\n')
		return false;
	p->at += p->at[0] == '\r' && p->at[1] == '\n' ? 2 : 1;
	p->line++;
	return true;
}

// --- Data --------------------------------------------------------------------

static int add_byte(struct parser *p, uint8_t byte)
{
	if (mem_grow((void **)&p->data, p->size, &p->capacity, 1))
		return err_nomem(p->err);
	p->data[p->size++] = byte;
	return 0;
}

// Reads "text" with its escapes; *ret is new memory.
static int parse_quoted(struct parser *p, char **ret)
{
	const char *s = ++p->at;
	uint64_t lines = 0;
	size_t n = 0;
	char *text;

	while (*s && *s != '"') {
		lines += *s == '\n';
		if (*s == '\\' && s[1] != '\\' && s[1] != '"')
			return refuse(p, "\\ stands before \\ or \" alone");
		s += *s == '\\' ? 2 : 1;
		n++;
	}
	if (!*s)
		return refuse(p, "a \" is missing");
	text = mem_alloc(n + 1);
	if (!text)
		return err_nomem(p->err);
	for (size_t i = 0; i < n; i++, p->at++) {
		p->at += *p->at == '\\';
		text[i] = *p->at;
	}
	p->at++;
	p->line += lines;
	*ret = text;
	return 0;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

// Reads up to eight hex digits. Returns how many.
static unsigned parse_hex(struct parser *p, uint32_t *ret)
{
	unsigned n = 0;

	*ret = 0;
	for (; n < 8 && hex_digit(*p->at) >= 0; n++)
		*ret = *ret << 4 | (uint32_t)hex_digit(*p->at++);
	return n;
}

// Steps over a backslash that ends a line of bytes, and over empty lines and
// comments, up to the next bytes or the end of the file.
static int continue_bytes(struct parser *p)
{
	p->at++;
	do {
		if (!end_line(p))
			return refuse(p, "\\ must end the line, and bytes "
					 "follow it");
		skip_blanks(p);
	} while (*p->at && hex_digit(*p->at) < 0);
	return 0;
}

static int parse_bytes(struct parser *p, bool wide)
{
	uint32_t byte;
	uint16_t unit;
	int r = 0;

	for (;;) {
		skip_blanks(p);
		if (*p->at == '\\')
			r = continue_bytes(p);
		if (r || !parse_hex(p, &byte))
			return r; // a comma at the end, or no data at all
		// A comma was forgotten, and the bytes after it would be
		// others.
		if (byte > 0xff)
			return refuse(p, "bytes have two digits");
		unit = wide ? text_from_ansi((uint8_t)byte) : (uint16_t)byte;
		r = add_byte(p, unit & 0xff);
		if (!r && wide)
			r = add_byte(p, (uint8_t)(unit >> 8));
		if (r || *p->at != ',')
			return r;
		p->at++;
	}
}

static int parse_string_data(struct parser *p)
{
	size_t units;
	char *text;
	le16 *utf16;
	int r = parse_quoted(p, &text);

	if (r)
		return r;
	r = utf16_from_utf8(text, &utf16, &units);
	mem_free(text);
	if (r)
		return r == -ENOMEM ? err_nomem(p->err)
				    : refuse(p, "no valid text");
	mem_free(p->data);
	p->data = (uint8_t *)utf16; // with its NUL
	p->size = p->capacity = (units + 1) * sizeof(*utf16);
	return 0;
}

static bool take_word(struct parser *p, const char *word)
{
	size_t n = strlen(word);

	if (strncasecmp(p->at, word, n))
		return false;
	p->at += n;
	return true;
}

static bool take_exactly(struct parser *p, const char *word)
{
	return !strncmp(p->at, word, strlen(word)) && take_word(p, word);
}

static int parse_dword(struct parser *p)
{
	uint32_t n;
	int r = 0;

	skip_blanks(p);
	if (!parse_hex(p, &n))
		return refuse(p, "dword: needs hexadecimal digits");
	// written as a number, stored in little endian
	for (unsigned i = 0; !r && i < 4; i++)
		r = add_byte(p, (uint8_t)(n >> 8 * i));
	return r;
}

static int parse_data(struct parser *p, uint32_t *type, bool *remove)
{
	p->size = 0;
	*remove = false;
	if (*p->at == '"') {
		*type = HIVE_SZ;
		return parse_string_data(p);
	}
	if (*p->at == '-') {
		p->at++;
		*remove = true;
		return 0;
	}
	if (take_word(p, "dword:")) {
		*type = HIVE_DWORD;
		return parse_dword(p);
	}
	*type = HIVE_BINARY;
	if (take_word(p, "hex:"))
		return parse_bytes(p, false);
	if (!take_word(p, "hex(") || !parse_hex(p, type) || !take_word(p, "):"))
		return refuse(p, "no data: text in quotes, dword:, hex: or "
				 "hex(TYPE):");
	// REGEDIT4 has text in hex by the byte, not by the unit
	return parse_bytes(p, p->ansi && (*type == HIVE_SZ ||
					  *type == HIVE_EXPAND_SZ ||
					  *type == HIVE_MULTI_SZ));
}

// --- Lines -------------------------------------------------------------------

static int parse_key(struct parser *p)
{
	size_t len = strcspn(p->at, "\r\n");
	const char *start = p->at + 1, *end = NULL;
	bool remove = *start == '-';
	char *path;
	int r;

	// names of keys may hold a ] themselves: the last one counts
	for (size_t i = 0; i < len; i++)
		if (p->at[i] == ']')
			end = p->at + i;
	start += remove;
	if (!end || end <= start)
		return refuse(p, "a key is written [KEY] or [-KEY]");
	len = (size_t)(end - start);
	while (len > 1 && start[len - 1] == '\\') // means nothing
		len--;
	path = mem_alloc(len + 1);
	if (!path)
		return err_nomem(p->err);
	memcpy(path, start, len);
	p->at = end + 1;
	p->place = remove ? KEY_REMOVED : IN_KEY;
	r = p->visitor->key(p->visitor->ctx, path, remove, p->err);
	mem_free(path);
	return r;
}

static int parse_value(struct parser *p)
{
	char *name = NULL;
	uint32_t type = 0;
	bool remove;
	int r;

	if (p->place == NO_KEY)
		return refuse(p, "a value without a key");
	if (*p->at == '"') {
		r = parse_quoted(p, &name);
		if (r)
			return r;
	} else {
		p->at++;
	}
	skip_blanks(p);
	if (*p->at != '=') {
		r = refuse(p, "= is missing");
		goto out;
	}
	p->at++;
	skip_blanks(p);
	r = parse_data(p, &type, &remove);
	if (!r && p->place == IN_KEY)
		r = p->visitor->value(p->visitor->ctx, name ? name : "", remove,
				      type, p->data, p->size, p->err);
out:
	mem_free(name);
	return r;
}

static int parse_lines(struct parser *p)
{
	int r;

	skip_blanks(p);
	if (take_exactly(p, "REGEDIT4"))
		p->ansi = true;
	else if (!take_exactly(p, "Windows Registry Editor Version 5.00"))
		return refuse(p, "neither REGEDIT4 nor Windows Registry Editor "
				 "Version 5.00");
	for (;;) {
		if (!end_line(p))
			return refuse(p, "more than this line should have");
		skip_blanks(p);
		switch (*p->at) {
		case 0:
			return 0;
		case '[':
			r = parse_key(p);
			break;
		case '"':
		case '@':
			r = parse_value(p);
			break;
		case '#':
			skip_line(p);
			r = 0;
			break;
		case ';':
		case '\r':
		case '\n':
			r = 0;
			break;
		default:
			return refuse(p, "neither a key nor a value");
		}
		if (r)
			return r;
	}
}

static bool has_nul(const uint8_t *data, size_t size)
{
	if (size < 2 || data[0] != 0xff || data[1] != 0xfe)
		return memchr(data, 0, size);
	for (size_t i = 0; i + 1 < size; i += 2)
		if (!data[i] && !data[i + 1])
			return true;
	return false;
}

int hive_reg_parse(const void *data, size_t size,
		   const struct hive_reg_visitor *visitor, struct err *err)
{
	struct parser p = {.visitor = visitor, .line = 1, .err = err};
	char *text;
	int r;

	if (size > HIVE_MAX_TEXT)
		return err_set(err, -EFBIG, "registry file", ERR_NOWHERE,
			       "over 1 GiB");
	// All that follows goes by C strings: a text after a NUL would be lost
	// without a word.
	if (has_nul(data, size))
		return err_corrupt(err, "registry file", ERR_NOWHERE,
				   "it holds a NUL: no text");
	text = text_to_utf8(data, size);
	if (!text)
		return err_nomem(err);
	p.at = text;
	r = parse_lines(&p);
	mem_free(p.data);
	mem_free(text);
	return r;
}
