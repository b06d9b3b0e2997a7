// SPDX-License-Identifier: MIT
//
// Long names and their 8.3 aliases. The alias is made as the specification
// says; from the fifth equal one on it holds a checksum of the long name, as
// Windows makes it, so that large folders stay quick.

#include <string.h>

#include "fat_priv.h"

// Code page 437, from 0x80 on: what 8.3 names of others may hold. Which code
// page it was the volume does not say; this is what DOS had in most countries.
static const uint16_t cp437[128] = {
	0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, 0x00ea,
	0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5, 0x00c9, 0x00e6,
	0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9, 0x00ff, 0x00d6, 0x00dc,
	0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192, 0x00e1, 0x00ed, 0x00f3, 0x00fa,
	0x00f1, 0x00d1, 0x00aa, 0x00ba, 0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc,
	0x00a1, 0x00ab, 0x00bb, 0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561,
	0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b,
	0x2510, 0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f,
	0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567, 0x2568,
	0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b, 0x256a, 0x2518,
	0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580, 0x03b1, 0x00df, 0x0393,
	0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4, 0x03a6, 0x0398, 0x03a9, 0x03b4,
	0x221e, 0x03c6, 0x03b5, 0x2229, 0x2261, 0x00b1, 0x2265, 0x2264, 0x2320,
	0x2321, 0x00f7, 0x2248, 0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2,
	0x25a0, 0x00a0,
};

// What no long name may hold. Windows would list such a file and could not open
// it.
static bool is_forbidden(uint16_t c)
{
	return c < 0x20 || c == 0x7f || (c < 0x80 && strchr("\"*/:<>?\\|", c));
}

bool fat_name_is_valid(const le16 *name, size_t n)
{
	if (!n || n > FAT_MAX_NAME)
		return false;
	for (size_t i = 0; i < n; i++)
		if (is_forbidden(get_le16(name[i])))
			return false;
	// Windows strips both from the end of a name before it looks for it, so
	// it would never find this one.
	return get_le16(name[n - 1]) != '.' && get_le16(name[n - 1]) != ' ';
}

// The small letter of a capital, where the code page has both.
static uint16_t lower_cp437(uint16_t unit)
{
	for (size_t i = 0; i < sizeof(cp437) / sizeof(cp437[0]); i++)
		if (cp437[i] != unit && utf16_upcase(cp437[i]) == unit)
			return cp437[i];
	return unit;
}

static uint16_t decode_char(uint8_t c, bool lower)
{
	if (c >= 0x80)
		return lower ? lower_cp437(cp437[c - 0x80]) : cp437[c - 0x80];
	return lower && c >= 'A' && c <= 'Z' ? c + 32 : c;
}

// Turns an 8.3 name into units, whatever it holds. Returns how many; *ret_base
// is how many of them stand before the dot.
static size_t decode_short(const struct fat_entry_disk *d, bool keep_capitals,
			   le16 ret[12], size_t *ret_base)
{
	size_t base = 8, suffix = 3, n = 0;
	// Windows NT marks "readme.txt" so, in a byte that is reserved for it,
	// rather than store a long name.
	bool lower_base = !keep_capitals && d->lower_case & FAT_LOWER_BASE;
	bool lower_suffix = !keep_capitals && d->lower_case & FAT_LOWER_SUFFIX;

	while (base && d->name[base - 1] == ' ')
		base--;
	while (suffix && d->name[8 + suffix - 1] == ' ')
		suffix--;
	for (size_t i = 0; i < base; i++) {
		// 0x05 stands for 0xe5, which begins names in Japanese and
		// would mean a free entry.
		uint8_t c = !i && d->name[0] == 0x05 ? 0xe5 : d->name[i];

		ret[n++] = to_le16(decode_char(c, lower_base));
	}
	if (suffix)
		ret[n++] = to_le16('.');
	for (size_t i = 0; i < suffix; i++)
		ret[n++] = to_le16(decode_char(d->name[8 + i], lower_suffix));
	*ret_base = base;
	return n;
}

size_t fat_name_from_short(const struct fat_entry_disk *d, bool keep_capitals,
			   le16 ret[12])
{
	size_t base, n = decode_short(d, keep_capitals, ret, &base);

	for (size_t i = 0; i < n; i++)
		if (is_forbidden(get_le16(ret[i])))
			return 0;
	return base ? n : 0;
}

size_t fat_name_escape(const struct fat_entry_disk *d,
		       le16 ret[FAT_MAX_ESCAPED])
{
	static const char digits[] = "0123456789ABCDEF";
	le16 units[12];
	size_t base, n = decode_short(d, true, units, &base), len = 0;

	for (size_t i = 0; i < n || !i; i++) {
		// A name of nothing but spaces has none of them left.
		uint16_t c = !i && !base ? ' ' : get_le16(units[i]);

		if (!is_forbidden(c) && (i || c != ' ')) {
			ret[len++] = to_le16(c);
			continue;
		}
		ret[len++] = to_le16('%');
		ret[len++] = to_le16((uint8_t)digits[c >> 4 & 15]);
		ret[len++] = to_le16((uint8_t)digits[c & 15]);
		if (!i && !base && n)
			ret[len++] = to_le16('.');
	}
	return len;
}

// Returns the character of an 8.3 name, or 0 for one that such a name cannot
// hold.
static uint8_t short_char(uint16_t c)
{
	if (c >= 'a' && c <= 'z')
		return (uint8_t)(c - 32);
	if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    (c && c < 0x80 && strchr("$%'-_@~`!(){}^#&", c)))
		return (uint8_t)c;
	return 0;
}

// The basis of an 8.3 name: `ret` is padded with spaces. Returns true when it
// is the whole name but for capitals. The rules are the specification's: dots
// at the start, all but the last one, and spaces go; what such a name cannot
// hold becomes an underscore; eight characters and three.
static bool make_basis(const le16 *name, size_t n, uint8_t ret[11],
		       size_t *ret_base)
{
	size_t dot = n, base = 0, suffix = 0, i = 0;
	bool exact = true;

	memset(ret, ' ', 11);
	while (i < n && get_le16(name[i]) == '.')
		i++;
	exact = !i;
	for (size_t j = i; j < n; j++)
		if (get_le16(name[j]) == '.')
			dot = j;
	for (; i < n; i++) {
		uint16_t unit = get_le16(name[i]);
		uint8_t c = short_char(unit);

		if (i == dot)
			continue;
		if (unit == ' ' || unit == '.') {
			exact = false;
			continue;
		}
		exact &= c != 0;
		if (i < dot && base < 8)
			ret[base++] = c ? c : '_';
		else if (i > dot && suffix < 3)
			ret[8 + suffix++] = c ? c : '_';
		else
			exact = false;
	}
	if (!base) {
		ret[base++] = '_';
		exact = false;
	}
	*ret_base = base;
	return exact;
}

static bool has_small_letters(const le16 *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (get_le16(name[i]) >= 'a' && get_le16(name[i]) <= 'z')
			return true;
	return false;
}

static uint16_t hash(const le16 *name, size_t n)
{
	uint32_t crc = crc32_update(0, name, n * sizeof(*name));

	return (uint16_t)(crc ^ crc >> 16);
}

bool fat_name_to_short(const le16 *name, size_t n, unsigned attempt,
		       uint8_t ret[11], bool *ret_long)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t base;
	bool exact = make_basis(name, n, ret, &base);
	uint16_t h;

	// Small letters alone need a long name too: an 8.3 name has none.
	*ret_long = !exact || has_small_letters(name, n) || attempt;
	if (exact && !attempt)
		return true;
	if (!exact)
		attempt++;
	if (attempt <= 4) {
		base = base < 6 ? base : 6;
	} else {
		attempt -= 4;
		if (attempt > 4096)
			return false;
		h = (uint16_t)(hash(name, n) + (attempt - 1) / 9);
		attempt = (attempt - 1) % 9 + 1;
		base = base < 2 ? base : 2;
		for (int shift = 12; shift >= 0; shift -= 4)
			ret[base++] = (uint8_t)digits[h >> shift & 15];
	}
	ret[base++] = '~';
	ret[base++] = (uint8_t)('0' + attempt);
	while (base < 8)
		ret[base++] = ' ';
	return true;
}

uint8_t fat_name_checksum(const uint8_t name[11])
{
	uint8_t sum = 0;

	for (int i = 0; i < 11; i++)
		// rotated to the right, eight bits wide
		sum = (uint8_t)((sum << 7 | sum >> 1) + name[i]);
	return sum;
}

int fat_name_to_label(const uint8_t raw[11], char *ret, struct err *err)
{
	le16 units[11];
	size_t n = 11;
	char *s;

	while (n && raw[n - 1] == ' ')
		n--;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = !i && raw[0] == 0x05 ? 0xe5 : raw[i];

		units[i] = to_le16(c < 0x20 ? '_' : decode_char(c, false));
	}
	s = utf16_to_utf8(units, n);
	if (!s)
		return err_nomem(err);
	memcpy(ret, s, strlen(s) + 1);
	mem_free(s);
	return 0;
}

int fat_name_from_label(const char *label, char ret[11])
{
	size_t n = strlen(label);

	if (n > 11 || (n && label[0] == ' '))
		return -EINVAL;
	memset(ret, ' ', 11);
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)label[i];

		if (c >= 'a' && c <= 'z')
			c = (uint8_t)(c - 32);
		if (c < 0x20 || c > 0x7e || strchr("\"*+,./:;<=>?[\\]|", c))
			return -EINVAL;
		ret[i] = (char)c;
	}
	return 0;
}
