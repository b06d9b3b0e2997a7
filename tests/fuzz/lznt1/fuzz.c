// SPDX-License-Identifier: MIT
//
// LZNT1 units of 64 KiB, into an output of a size that the input chooses.

#include "codec.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t room;
	uint8_t *out;
	int r;

	if (size < 2)
		return 0;
	room = get_le16(*(const le16 *)data) + 1u;
	out = malloc(room); // as large as it may be: one byte over is seen
	check(out);
	r = lznt1_decompress(data + 2, size - 2, out, room, NULL);
	check(!r || r == -EBADMSG);
	free(out);
	return 0;
}
