// SPDX-License-Identifier: MIT
//
// The table of drive letters: addresses are texts of the file, without its tabs and
// line ends.

#include <string.h>

#include "drives.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct address_letters l;
	struct err err = {0};
	size_t sum = 0;
	int r = address_letters_decode((const char *)data, size, &l, &err);

	CHECK(!r || r == err_corrupt(NULL, "", 0, "%s", ""));
	for (int i = 0; !r && i < ADDRESS_LETTERS; i++) {
		if (!l.addresses[i])
			continue;
		CHECK(*l.addresses[i] && !strpbrk(l.addresses[i], "\t\n"));
		sum += strlen(l.addresses[i]) + 3;
	}
	if (!r) {
		CHECK(sum == size);
		address_letters_done(&l);
	}
	return 0;
}
