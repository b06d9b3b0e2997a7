// SPDX-License-Identifier: MIT
//
// The session's list of disks: what is taken is written as it was, but for the order
// of the letters.

#include <string.h>

#include "storage_state.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct storage_state s, again;
	struct err err = {0};
	char *text;
	int r = storage_state_decode((const char *)data, size, &s, &err);

	CHECK(!r || r == err_corrupt(NULL, "", 0, "%s", ""));
	if (r)
		return 0;
	text = storage_state_encode(&s);
	CHECK(text && strlen(text) == size);
	CHECK(!storage_state_decode(text, size, &again, &err));
	CHECK(again.count == s.count);
	mem_free(text);
	storage_state_done(&again);
	storage_state_done(&s);
	return 0;
}
