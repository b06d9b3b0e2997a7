// SPDX-License-Identifier: MIT
//
// UTF-16 and UTF-8 (Unicode 15, section 3.9), with unpaired surrogates kept as
// three-byte sequences, as Windows names may hold any 16-bit units.

#include <string.h>

#include "base.h"

static bool is_high(uint32_t u)
{
	return u >= 0xd800 && u <= 0xdbff;
}

static bool is_low(uint32_t u)
{
	return u >= 0xdc00 && u <= 0xdfff;
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

void utf16_put_utf8(const le16 *units, size_t n, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t c = get_le16(units[i]);

		if (is_high(c) && i + 1 < n && is_low(get_le16(units[i + 1])))
			c = 0x10000 + ((c - 0xd800) << 10) +
			    (get_le16(units[++i]) - 0xdc00u);
		len += put_utf8(out + len, c);
	}
	out[len] = 0;
}

char *utf16_to_utf8(const le16 *units, size_t n)
{
	char *out = n < SIZE_MAX / 3 - 1 ? mem_alloc(n * 3 + 1) : NULL;

	if (out)
		utf16_put_utf8(units, n, out);
	return out;
}

// Reads one code point. Returns its length in bytes, or 0 when it is not one:
// too long a form, above U+10FFFF, or cut off.
static size_t get_utf8(const uint8_t *s, uint32_t *ret)
{
	static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = s[0] < 0x80   ? 1
		     : s[0] < 0xc0 ? 0
		     : s[0] < 0xe0 ? 2
		     : s[0] < 0xf0 ? 3
		     : s[0] < 0xf8 ? 4
				   : 0;
	uint32_t c;

	if (len == 0)
		return 0;
	c = len == 1 ? s[0] : s[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < smallest[len] || c > 0x10ffff)
		return 0;
	*ret = c;
	return len;
}

int utf16_from_utf8(const char *s, le16 **ret, size_t *ret_n)
{
	const uint8_t *p = (const uint8_t *)s;
	le16 *out = mem_array(strlen(s) + 1, sizeof(*out));
	size_t n = 0;

	if (!out)
		return -ENOMEM;
	while (*p) {
		uint32_t c;
		size_t len = get_utf8(p, &c);

		if (!len) {
			mem_free(out);
			return -EINVAL;
		}
		p += len;
		if (c >= 0x10000) {
			c -= 0x10000;
			out[n++] = to_le16((uint16_t)(0xd800 + (c >> 10)));
			c = 0xdc00 + (c & 0x3ff);
		}
		out[n++] = to_le16((uint16_t)c);
	}
	*ret = out;
	*ret_n = n;
	return 0;
}

int utf16_casecmp(const le16 *a, size_t a_n, const le16 *b, size_t b_n)
{
	for (size_t i = 0; i < a_n && i < b_n; i++) {
		uint16_t x = utf16_upcase(get_le16(a[i]));
		uint16_t y = utf16_upcase(get_le16(b[i]));

		if (x != y)
			return x < y ? -1 : 1;
	}
	return a_n == b_n ? 0 : a_n < b_n ? -1 : 1;
}
