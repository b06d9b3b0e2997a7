// SPDX-License-Identifier: MIT
//
// The answer file's text, as editors on Windows and elsewhere save it: UTF-8
// with or without a mark, UTF-16 of either order with one (Unicode 15, 3.9,
// 3.10). Whatever else is refused: a code page would have to be guessed, and a
// guess names a disk or an image.

#include <string.h>

#include "answer_priv.h"

#define HINT "save the file as UTF-8 (Notepad: Save as, Encoding: UTF-8)"

// --- UTF-8 -------------------------------------------------------------------

static uint64_t line_of(const char *text, const char *at)
{
	uint64_t line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

// Returns the length of the character at s, which ends before `end`; 0: none.
static size_t utf8_length(const uint8_t *s, const uint8_t *end)
{
	size_t len = s[0] < 0x80   ? 1
		     : s[0] < 0xc2 ? 0
		     : s[0] < 0xe0 ? 2
		     : s[0] < 0xf0 ? 3
		     : s[0] < 0xf5 ? 4
				   : 0;

	if (!len || len > (size_t)(end - s))
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	// Forms that are too long, surrogates, above U+10FFFF (Unicode 15, 3.9,
	// has them refused): a second spelling of a name would slip past every
	// comparison.
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static int check_utf8(const char *text, size_t size, const char *name,
		      struct err *err)
{
	const uint8_t *s = (const uint8_t *)text, *end = s + size;

	for (size_t len; s < end; s += len) {
		uint64_t line;

		len = utf8_length(s, end);
		if (len && *s)
			continue;
		line = line_of(text, (const char *)s);
		if (!len)
			return err_bad_text(err, name, line,
					    "the byte 0x%02x is no UTF-8; the "
					    "file is in another encoding "
					    "(ANSI?): " HINT,
					    *s);
		return err_bad_text(err, name, line,
				    "it holds NUL characters: it is no text, "
				    "or UTF-16 without a mark: " HINT);
	}
	return 0;
}

// --- UTF-16 ------------------------------------------------------------------

// Returns how many units the character at s takes, which ends before `end`; 0:
// half of a surrogate pair.
static size_t utf16_length(const le16 *s, const le16 *end)
{
	uint16_t c = get_le16(*s);

	if (c < 0xd800 || c > 0xdfff)
		return 1;
	return c < 0xdc00 && end - s > 1 && get_le16(s[1]) >> 10 == 0x37 ? 2
									 : 0;
}

static int check_utf16(const le16 *s, size_t count, const char *name,
		       struct err *err)
{
	const le16 *end = s + count;
	uint64_t line = 1;

	for (size_t len; s < end; s += len) {
		len = utf16_length(s, end);
		if (!len || !get_le16(*s))
			return err_bad_text(err, name, line, "%s: " HINT,
					    len ? "it holds NUL characters"
						: "it is UTF-16 with half of a "
						  "character");
		line += get_le16(*s) == '\n';
	}
	return 0;
}

// What follows the mark of either order.
static int from_utf16(const uint8_t *data, size_t size, bool is_big,
		      const char *name, char **ret, struct err *err)
{
	size_t count = size / 2;
	le16 *units;
	int r;

	if (size % 2)
		return err_bad_text(err, name, ERR_NOWHERE,
				    "it is UTF-16 of an odd number of bytes: "
				    "the file is cut off");
	units = mem_array(count + 1, sizeof(*units));
	if (!units)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		units[i] = to_le16((uint16_t)(data[2 * i + !is_big] << 8 |
					      data[2 * i + is_big]));
	r = check_utf16(units, count, name, err);
	if (!r) {
		*ret = utf16_to_utf8(units, count);
		r = *ret ? 0 : err_nomem(err);
	}
	mem_free(units);
	return r;
}

// --- Both --------------------------------------------------------------------

static int from_utf8(const char *text, size_t size, const char *name,
		     char **ret, struct err *err)
{
	bool has_mark = size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3);
	char *copy;
	int r;

	text += has_mark ? 3 : 0;
	size -= has_mark ? 3 : 0;
	r = check_utf8(text, size, name, err);
	if (r)
		return r;
	copy = mem_alloc(size + 1);
	if (!copy)
		return err_nomem(err);
	memcpy(copy, text, size);
	*ret = copy;
	return 0;
}

int answer_text(const char *text, size_t size, const char *name, char **ret,
		struct err *err)
{
	const uint8_t *s = (const uint8_t *)text;
	bool is_little = size >= 2 && s[0] == 0xff && s[1] == 0xfe;
	bool is_big = size >= 2 && s[0] == 0xfe && s[1] == 0xff;

	return is_little || is_big
		       ? from_utf16(s + 2, size - 2, is_big, name, ret, err)
		       : from_utf8(text, size, name, ret, err);
}
