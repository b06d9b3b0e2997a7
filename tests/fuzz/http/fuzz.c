// SPDX-License-Identifier: MIT
//
// The head of an HTTP answer, and the line of a chunk's size.

#include <string.h>

#include "libnet/net_priv.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_head head;
	char *text = mem_dup(data, size);
	size_t n;
	uint64_t chunk;
	int r;

	CHECK(text);
	n = http_head_length(text, size);
	CHECK(n <= size && (!n || text[n - 1] == '\n'));
	r = http_head_decode(text, n ? n : size, &head, NULL);
	CHECK(!r || r == -EBADMSG || r == -ENOTSUP || r == -EFBIG);
	if (!r) {
		CHECK(head.status >= 100 && head.status <= 599);
		CHECK(!head.has_range || head.first <= head.last);
		CHECK(!head.has_range || !head.has_total ||
		      head.last < head.total);
		CHECK(strlen(head.tag) < sizeof(head.tag));
	}
	r = http_chunk_decode(text, size, &chunk, NULL);
	CHECK((!r && chunk < UINT64_C(1) << 60) || r == -EBADMSG);
	mem_free(text);
	return 0;
}
