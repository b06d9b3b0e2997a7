// SPDX-License-Identifier: MIT
//
// Values that several commands take.

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "diskpart_priv.h"

// Scripts have 'C' too, in quotes that mean nothing here.
char diskpart_parse_letter(const char *text)
{
	if (text[0] == '\'' && text[1] && !strcmp(text + 2, "'"))
		return diskpart_parse_letter((char[]){text[1], 0});
	if (!isalpha((unsigned char)*text) || !isascii(*text) ||
	    (text[1] && strcmp(text + 1, ":") && strcmp(text + 1, ":\\")))
		return 0;
	return (char)toupper((unsigned char)*text);
}

int diskpart_parse_hex(const char *text, size_t max, uint64_t *ret)
{
	uint64_t n = 0;
	size_t len;

	if (!strncasecmp(text, "0x", 2))
		text += 2;
	len = strlen(text);
	if (!len || len > max || max > 16)
		return -EINVAL;
	for (; *text; text++) {
		if (!isxdigit((unsigned char)*text))
			return -EINVAL;
		n = n << 4 | (uint64_t)(isdigit((unsigned char)*text)
						? *text - '0'
						: tolower(*text) - 'a' + 10);
	}
	*ret = n;
	return 0;
}
