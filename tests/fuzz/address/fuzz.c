// SPDX-License-Identifier: MIT
//
// Addresses: a split loses nothing, and splits before a mark only; what looks like
// an address and is none, or like a drive's letter, is refused.

#include <string.h>

#include "address.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_alloc(size + 1), *path;
	const char *rest;
	size_t n;
	int r;

	CHECK(text);
	memcpy(text, data, size);
	r = address_split(text, &path, &rest, NULL);
	if (!r) {
		n = strlen(path);
		CHECK(rest == text + n && !strncmp(path, text, n));
		CHECK(!*rest || *rest == '@' || *rest == ':');
		mem_free(path);
	}
	CHECK(!r || r == -ENOENT || r == -EINVAL);
	mem_free(text);
	return 0;
}
