// SPDX-License-Identifier: MIT
//
// 8.3 names made up as Windows does ([MS-FSA] leaves the form to the
// implementation): NAME~1.EXT to NAME~4.EXT, then two letters, four digits of a
// checksum of the long name, and ~1 on.

#include <string.h>

#include "short.h"

#define BASE_MAX 8
#define EXT_MAX  3

// A character that is the same in every code page, and allowed in an 8.3 name.
static bool is_plain(uint16_t c)
{
	return c > 0x20 && c < 0x7f && !strchr("\"*+,./:;<=>?[\\]|", c);
}

// Returns true when a name is an 8.3 name but for its case.
bool ntfs_short_is(const le16 *name, size_t len)
{
	size_t base = 0, ext = 0;
	bool dot = false;

	for (size_t i = 0; i < len; i++) {
		uint16_t c = get_le16(name[i]);

		if (c == '.' && !dot && base)
			dot = true;
		else if (!is_plain(c))
			return false;
		else if (dot)
			ext++;
		else
			base++;
	}
	return base && base <= BASE_MAX && ext <= EXT_MAX && (!dot || ext);
}

// A name that Win32 can open: others get no 8.3 name.
bool ntfs_short_is_win32(const le16 *name, size_t len)
{
	uint16_t last = get_le16(name[len - 1]);

	for (size_t i = 0; i < len; i++) {
		uint16_t c = get_le16(name[i]);

		if (c < 0x20 || (c < 0x7f && strchr("\"*/:<>?\\|", c)))
			return false;
	}
	return last != '.' && last != ' ';
}

// The parts of a long name that go into its 8.3 name.
struct parts {
	char base[6], ext[EXT_MAX];
	size_t base_len, ext_len;
};

static char short_char(const uint16_t *upcase, le16 unit)
{
	uint16_t c = upcase[get_le16(unit)];

	return is_plain(c) ? (char)c : '_';
}

static struct parts split(const uint16_t *upcase, const le16 *name, size_t len)
{
	struct parts p = {.base_len = 0};
	size_t dot = len, start = 0;

	while (start < len && get_le16(name[start]) == '.')
		start++;
	for (size_t i = start; i < len; i++)
		if (get_le16(name[i]) == '.')
			dot = i;
	for (size_t i = start; i < dot && p.base_len < sizeof(p.base); i++)
		if (get_le16(name[i]) != '.' && get_le16(name[i]) != ' ')
			p.base[p.base_len++] = short_char(upcase, name[i]);
	for (size_t i = dot + 1; i < len && p.ext_len < EXT_MAX; i++)
		if (get_le16(name[i]) != ' ')
			p.ext[p.ext_len++] = short_char(upcase, name[i]);
	return p;
}

static uint16_t checksum(const le16 *name, size_t len)
{
	uint16_t sum = 0;
	int64_t x;

	for (size_t i = 0; i < len; i++)
		sum = (uint16_t)(sum * 37 + get_le16(name[i]));
	x = (int32_t)((uint32_t)sum * 314159269u);
	sum = (uint16_t)((x < 0 ? -x : x) % 1000000007);
	return (uint16_t)(sum >> 12 | (sum >> 4 & 0x00f0) |
			  (sum << 4 & 0x0f00) | sum << 12);
}

// Puts "BASE~N.EXT" together. Returns its length.
static size_t compose(const struct parts *p, const char *base, size_t base_len,
		      unsigned number, le16 out[12])
{
	char digits[8];
	size_t count = 0, n = 0;

	for (; number; number /= 10)
		digits[count++] = (char)('0' + number % 10);
	if (base_len > BASE_MAX - 1 - count)
		base_len = BASE_MAX - 1 - count;
	for (size_t i = 0; i < base_len; i++)
		out[n++] = to_le16((uint8_t)base[i]);
	out[n++] = to_le16('~');
	while (count)
		out[n++] = to_le16((uint8_t)digits[--count]);
	if (p->ext_len)
		out[n++] = to_le16('.');
	for (size_t i = 0; i < p->ext_len; i++)
		out[n++] = to_le16((uint8_t)p->ext[i]);
	return n;
}

int ntfs_short_make(const uint16_t *upcase, const le16 *name, size_t len,
		    int (*is_taken)(void *ctx, const le16 *name, size_t len),
		    void *ctx, le16 out[12], size_t *ret_len)
{
	struct parts p = split(upcase, name, len);
	uint16_t sum = checksum(name, len);
	char hashed[6];
	size_t n = 0, keep = p.base_len < 2 ? p.base_len : 2;
	int taken = 1;

	// A base of one or two letters gets the checksum at once.
	for (unsigned i = 1; i <= 4 && p.base_len > 2 && taken > 0; i++) {
		n = compose(&p, p.base, p.base_len, i, out);
		taken = is_taken(ctx, out, n);
	}
	memcpy(hashed, p.base, keep);
	for (unsigned i = 0; i < 4; i++)
		hashed[keep + i] = "0123456789ABCDEF"[sum >> (12 - 4 * i) & 15];
	for (unsigned i = 1; taken > 0; i++) {
		n = compose(&p, hashed, keep + 4, i, out);
		taken = is_taken(ctx, out, n);
	}
	*ret_len = n;
	return taken;
}
