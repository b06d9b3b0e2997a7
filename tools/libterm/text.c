// SPDX-License-Identifier: MIT
//
// Characters: UTF-8 (RFC 3629), the columns that they take (Unicode 15, UAX #11 and
// the general categories Mn, Me and Cf, in blocks), and ASCII in place of those
// that pictures are made of.

#include <string.h>

#include "term.h"

enum { REPLACEMENT = 0xfffd };

static size_t bad(uint32_t *ret)
{
	*ret = REPLACEMENT;
	return 1;
}

size_t term_utf8_decode(const void *bytes, size_t n, uint32_t *ret)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const uint8_t *b = bytes;
	size_t len;
	uint32_t c;

	if (!n)
		return 0;
	if (b[0] < 0x80) {
		*ret = b[0];
		return 1;
	}
	if (b[0] < 0xc2 || b[0] > 0xf4)
		return bad(ret);
	len = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
	c = b[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if (i == n)
			return 0;
		if ((b[i] & 0xc0) != 0x80)
			return bad(ret);
		c = c << 6 | (b[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return bad(ret);
	*ret = c;
	return len;
}

size_t term_utf8_put(uint32_t c, char out[5])
{
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	out[len] = 0;
	if (len == 1) {
		out[0] = (char)c;
		return 1;
	}
	for (size_t i = len - 1; i; i--) {
		out[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (char)(0xf00u >> len | c);
	return len;
}

struct range {
	uint32_t first, last;
};

static bool is_in(const struct range *r, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++)
		if (c >= r[i].first && c <= r[i].last)
			return true;
	return false;
}

#define IS_IN(ranges, c) is_in(ranges, sizeof(ranges) / sizeof(*(ranges)), c)

// Marks that combine with the letter before them.
static const struct range combining[] = {
	{0x0300, 0x036f},   {0x0483, 0x0489}, {0x0591, 0x05bd},
	{0x0610, 0x061a},   {0x064b, 0x065f}, {0x0670, 0x0670},
	{0x06d6, 0x06dc},   {0x06df, 0x06e4}, {0x0730, 0x074a},
	{0x0900, 0x0902},   {0x093c, 0x093c}, {0x0941, 0x0948},
	{0x094d, 0x094d},   {0x0e31, 0x0e31}, {0x0e34, 0x0e3a},
	{0x0e47, 0x0e4e},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
	{0x200b, 0x200d},   {0x20d0, 0x20f0}, {0x302a, 0x302d},
	{0x3099, 0x309a},   {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
	{0xe0100, 0xe01ef},
};

// Wide and fullwidth ones.
static const struct range wide[] = {
	{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},
	{0x3400, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97c},
	{0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
	{0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
	{0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

// Controls, and what turns the direction of the text behind it: a label may hold
// it to look like another one.
static const struct range never[] = {
	{0x0000, 0x001f}, {0x007f, 0x009f}, {0x061c, 0x061c},
	{0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069},
	{0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

int term_width(uint32_t c)
{
	if (c >= 0x20 && c < 0x7f)
		return 1;
	if (IS_IN(never, c))
		return -1;
	if (IS_IN(combining, c))
		return 0;
	return IS_IN(wide, c) ? 2 : 1;
}

size_t term_text_width(const char *text)
{
	size_t n = strlen(text), columns = 0;

	while (n) {
		uint32_t c = REPLACEMENT;
		size_t len = term_utf8_decode(text, n, &c);
		int width = term_width(c);

		len = len ? len : n;
		columns += width < 0 ? 1 : (size_t)width;
		text += len;
		n -= len;
	}
	return columns;
}

char term_ascii(uint32_t c)
{
	static const struct {
		uint32_t c;
		char ascii;
	} table[] = {
		{0x2500, '-'}, // light horizontal
		{0x2502, '|'}, // light vertical
		{0x2550, '='}, // double horizontal
		{0x2580, '#'}, // upper half block
		{0x2584, '#'}, // lower half block
		{0x2588, '#'}, // full block
		{0x2591, '.'}, // light shade
		{0x2592, ':'}, // medium shade
		{0x2593, '%'}, // dark shade
		{0x25ba, '>'}, // pointer to the right
		{0x25c4, '<'}, {0x25b2, '^'}, {0x25bc, 'v'},
		{0x2190, '<'}, {0x2191, '^'}, {0x2192, '>'},
		{0x2193, 'v'}, {0x2026, '.'}, // ellipsis
		{0x00b7, '.'}, {0x2022, '*'}, {0x2013, '-'},
		{0x2014, '-'}, {0x00a0, ' '},
	};

	if (c < 0x80)
		return (char)c;
	// corners and crossings of lines
	if (c > 0x2502 && c < 0x2580 && c != 0x2550)
		return '+';
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].c == c)
			return table[i].ascii;
	return '?';
}
