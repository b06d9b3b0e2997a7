// SPDX-License-Identifier: MIT
//
// CRC-32 (IEEE 802.3, ITU-T V.42) and CRC-32C (RFC 3720, appendix B.4), both
// reflected, four bits at a time: mostly they guard headers of a few KiB. Only
// CRC-32C, which guards what goes through the log of a VHDX, is left to the
// processor.

#include <nmmintrin.h>
#include <string.h>

#include "base.h"

static const uint32_t ieee[16] = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
	0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

static const uint32_t castagnoli[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
	0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

static uint32_t update(const uint32_t table[16], uint32_t crc, const void *data,
		       size_t len)
{
	const uint8_t *p = data;

	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

uint32_t crc32_update(uint32_t crc, const void *data, size_t len)
{
	return update(ieee, crc, data, len);
}

uint32_t crc32c_portable(uint32_t crc, const void *data, size_t len)
{
	return update(castagnoli, crc, data, len);
}

__attribute__((target("sse4.2"))) static uint32_t
update_sse(uint32_t crc, const uint8_t *p, size_t len)
{
	uint64_t all = ~crc, eight;

	for (; len >= sizeof(eight); len -= sizeof(eight), p += sizeof(eight)) {
		memcpy(&eight, p, sizeof(eight));
		all = _mm_crc32_u64(all, eight);
	}
	for (; len; len--)
		all = _mm_crc32_u8((uint32_t)all, *p++);
	return ~(uint32_t)all;
}

uint32_t crc32c_update(uint32_t crc, const void *data, size_t len)
{
	return __builtin_cpu_supports("sse4.2")
		       ? update_sse(crc, data, len)
		       : crc32c_portable(crc, data, len);
}
