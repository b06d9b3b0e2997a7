// SPDX-License-Identifier: MIT
//
// Whether memory is all zero: in words, as much of a disk passes through it.

#include <string.h>

#include "base.h"

bool mem_is_zero(const void *p, size_t n)
{
	const uint8_t *bytes = p;
	uint64_t w[8], any = 0;

	for (; n >= sizeof(w); n -= sizeof(w), bytes += sizeof(w)) {
		memcpy(w, bytes, sizeof(w));
		any = w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7];
		if (any)
			return false;
	}
	for (; n; n--)
		any |= *bytes++;
	return !any;
}
