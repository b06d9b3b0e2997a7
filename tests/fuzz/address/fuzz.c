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
	char *text = mem_alloc(size + 1);
	struct address_parts parts;
	int r;

	CHECK(text);
	memcpy(text, data, size);
	r = address_split(text, &parts, NULL);
	if (!r) {
		CHECK(!parts.is_letter && parts.at == strlen(parts.path));
		CHECK(!strncmp(parts.path, text, parts.at));
		CHECK(!strcmp(parts.rest, text + parts.at));
		CHECK(!*parts.rest || *parts.rest == '@' || *parts.rest == ':');
		address_parts_done(&parts);
	}
	CHECK(!r || r == -ENOENT || r == -EINVAL);
	mem_free(text);
	return 0;
}
