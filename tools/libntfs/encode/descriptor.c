// SPDX-License-Identifier: MIT
//
// What a self-relative security descriptor must be ([MS-DTYP] 2.4.2 SID, 2.4.4
// ACE, 2.4.5 ACL, 2.4.6), and its hash in $Secure.

#include "descriptor.h"

static uint32_t u32_at(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static bool is_sid(const uint8_t *d, size_t size, uint32_t off)
{
	return range_ok(off, 8, size) && off >= 20 && d[off] == 1 &&
	       d[off + 1] <= 15 && range_ok(off + 8, d[off + 1] * 4u, size);
}

static bool is_acl(const uint8_t *d, size_t size, uint32_t off)
{
	uint32_t length, count, at = 8;

	if (off < 20 || !range_ok(off, 8, size) || d[off] < 2 || d[off] > 4)
		return false;
	length = d[off + 2] | (uint32_t)d[off + 3] << 8;
	count = d[off + 4] | (uint32_t)d[off + 5] << 8;
	if (length < 8 || !range_ok(off, length, size))
		return false;
	for (; count; count--) {
		const uint8_t *ace = d + off + at;
		uint32_t n;

		if (!range_ok(at, 4, length))
			return false;
		n = ace[2] | (uint32_t)ace[3] << 8;
		if (n < 4 || !range_ok(at, n, length))
			return false;
		at += n;
	}
	return true;
}

bool ntfs_descriptor_is_valid(const uint8_t *d, size_t size)
{
	uint32_t owner, group, sacl, dacl;

	if (size < 20 || d[0] != 1 || !(d[3] & 0x80))
		return false;
	owner = u32_at(d + 4);
	group = u32_at(d + 8);
	sacl = d[2] & 0x10 ? u32_at(d + 12) : 0;
	dacl = d[2] & 0x04 ? u32_at(d + 16) : 0;
	return (!owner || is_sid(d, size, owner)) &&
	       (!group || is_sid(d, size, group)) &&
	       (!sacl || is_acl(d, size, sacl)) &&
	       (!dacl || is_acl(d, size, dacl));
}

uint32_t ntfs_descriptor_hash(const uint8_t *d, size_t size)
{
	uint32_t h = 0;

	for (size_t i = 0; i + 4 <= size; i += 4)
		h = u32_at(d + i) + (h << 3 | h >> 29);
	return h;
}
