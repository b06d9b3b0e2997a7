// SPDX-License-Identifier: MIT
//
// What a TFTP server sends.

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
	struct tftp_packet p;
	uint8_t *packet = mem_dup(data, size);
	int r = packet ? tftp_decode(packet, size, &p, NULL) : -ENOMEM;

	CHECK(!r || r == -EBADMSG);
	if (!r) {
		CHECK(p.data + p.size == packet + size);
		CHECK(p.block_size >= 8 && p.block_size <= TFTP_MAX_BLOCK);
		CHECK(p.window >= 1 && p.window <= TFTP_MAX_WINDOW);
		CHECK(strlen(p.words) < sizeof(p.words));
		for (const char *s = p.words; *s; s++)
			CHECK(*s >= ' ' && *s < 0x7f);
	}
	mem_free(packet);
	return 0;
}
