// SPDX-License-Identifier: MIT
//
// Text files of Windows: UTF-16, UTF-8, and the code page of western Windows.

#include <string.h>

#include "base.h"

// Windows-1252, from 0x80 on; the five places that it leaves free stay as they
// are.
static const uint16_t ansi_high[32] = {
	0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
	0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
	0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
};

uint16_t text_from_ansi(uint8_t c)
{
	return c >= 0x80 && c < 0xa0 ? ansi_high[c - 0x80] : c;
}

static char *ansi_to_utf8(const uint8_t *data, size_t size)
{
	le16 *units = mem_array(size, sizeof(*units));
	char *text;

	if (!units)
		return NULL;
	for (size_t i = 0; i < size; i++)
		units[i] = to_le16(text_from_ansi(data[i]));
	text = utf16_to_utf8(units, size);
	mem_free(units);
	return text;
}

static char *swapped_to_utf8(const uint8_t *data, size_t n)
{
	le16 *units = mem_array(n, sizeof(*units));
	char *text;

	if (!units)
		return NULL;
	for (size_t i = 0; i < n; i++)
		units[i] =
			to_le16((uint16_t)(data[2 * i] << 8 | data[2 * i + 1]));
	text = utf16_to_utf8(units, n);
	mem_free(units);
	return text;
}

char *text_to_utf8(const void *bytes, size_t size)
{
	const uint8_t *data = bytes;
	size_t units;
	le16 *utf16;
	char *text;
	int r;

	if (size >= 2 && data[0] == 0xff && data[1] == 0xfe)
		return utf16_to_utf8((const void *)(data + 2), size / 2 - 1);
	if (size >= 2 && data[0] == 0xfe && data[1] == 0xff)
		return swapped_to_utf8(data + 2, size / 2 - 1);
	if (size >= 3 && !memcmp(data, "\xef\xbb\xbf", 3)) {
		data += 3;
		size -= 3;
	}
	text = mem_alloc(size + 1);
	if (!text)
		return NULL;
	if (size)
		memcpy(text, data, size);
	r = utf16_from_utf8(text, &utf16, &units);
	if (!r) {
		mem_free(utf16);
		return text;
	}
	mem_free(text);
	return r == -ENOMEM ? NULL : ansi_to_utf8(data, size);
}
