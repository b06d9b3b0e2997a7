// SPDX-License-Identifier: MIT
//
// What a terminal sends: every byte belongs to a key, and when it comes in pieces
// the keys are the same.

#include "term.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_key(const struct term_key *key)
{
	CHECK(key->code <= TERM_KEY_PLACE);
	CHECK(key->modifiers <= 7);
	if (key->code == TERM_KEY_CHARACTER)
		CHECK(key->character >= ' ' && key->character <= 0x10ffff);
}

// The same key from as few bytes as tell of one.
static void check_pieces(const uint8_t *data, size_t size, size_t len,
			 const struct term_key *key)
{
	struct term_key other = {0};
	size_t n = 1, taken;

	while (!(taken = term_key_decode(data, n, n == size, &other)))
		CHECK(++n <= size);
	CHECK(taken == len);
	CHECK(other.code == key->code && other.character == key->character &&
	      other.modifiers == key->modifiers && other.row == key->row &&
	      other.column == key->column);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	while (size) {
		struct term_key key = {0};
		size_t len = term_key_decode(data, size, true, &key);

		CHECK(len && len <= size);
		check_key(&key);
		check_pieces(data, size, len, &key);
		data += len;
		size -= len;
	}
	return 0;
}
