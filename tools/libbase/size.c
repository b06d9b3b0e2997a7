// SPDX-License-Identifier: MIT
//
// Sizes as people write them.

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base.h"

int size_parse(const char *s, const char **ret_end, uint64_t *ret)
{
	static const char units[] = "BKMGT"; // each 1024 times the one before
	const char *unit;
	uint64_t size = 0;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	for (; isdigit((unsigned char)*s); s++)
		if (__builtin_mul_overflow(size, 10, &size) ||
		    __builtin_add_overflow(size, (uint64_t)(*s - '0'), &size))
			return -EINVAL;
	unit = *s ? strchr(units, toupper((unsigned char)*s)) : NULL;
	if (unit) {
		unsigned shift = 10 * (unsigned)(unit - units);

		if (size > UINT64_MAX >> shift)
			return -EINVAL;
		size <<= shift;
		s++;
	}
	if (!ret_end && *s)
		return -EINVAL;
	if (ret_end)
		*ret_end = s;
	*ret = size;
	return 0;
}

char *size_text(uint64_t size, char text[SIZE_TEXT])
{
	const uint64_t gb = UINT64_C(1) << 30;

	// one digit alone would hide up to half of it
	if (size < gb || (size < 10 * gb && size % gb))
		snprintf(text, SIZE_TEXT, "%llu MB",
			 (unsigned long long)size >> 20);
	else if (size < UINT64_C(10) << 40)
		snprintf(text, SIZE_TEXT, "%llu GB",
			 (unsigned long long)size >> 30);
	else
		snprintf(text, SIZE_TEXT, "%llu TB",
			 (unsigned long long)size >> 40);
	return text;
}
