// SPDX-License-Identifier: MIT
//
// Lists of extended attributes as NTFS stores them ([MS-FSCC] 2.4.15,
// FILE_FULL_EA_INFORMATION): each at a multiple of 4.

#include <string.h>

#include "base.h"

struct ea_disk {
	le32 next;        // 0x00: from this one to the next; 0: the last
	uint8_t flags;    // 0x04
	uint8_t name_len; // 0x05: without the NUL behind it
	le16 value_len;   // 0x06
};
_Static_assert(sizeof(struct ea_disk) == EA_HEADER, "size");
_Static_assert(offsetof(struct ea_disk, value_len) == 6, "value_len");

int ea_next(const void *list, size_t size, size_t *at, struct ea *ret)
{
	const uint8_t *p = (const uint8_t *)list + *at;
	size_t left = size - *at, length;
	struct ea_disk d;
	uint32_t next;

	if (!left)
		return 0;
	if (left < sizeof(d))
		return -1;
	memcpy(&d, p, sizeof(d));
	next = get_le32(d.next);
	length = sizeof(d) + d.name_len + 1u + get_le16(d.value_len);
	if (length > left ||
	    (next && (next < length || next > left || next % 4)))
		return -1;
	*ret = (struct ea){.name = (const char *)p + sizeof(d),
			   .name_len = d.name_len,
			   .value = p + sizeof(d) + d.name_len + 1,
			   .value_len = get_le16(d.value_len),
			   .flags = d.flags};
	*at = next ? *at + next : size;
	return 1;
}

size_t ea_size(const struct ea *ea)
{
	return (size_t)round_up(EA_HEADER + ea->name_len + 1 + ea->value_len,
				4);
}

void ea_put(const struct ea *ea, void *out)
{
	size_t size = ea_size(ea);
	struct ea_disk d = {.next = to_le32((uint32_t)size),
			    .flags = ea->flags,
			    .name_len = (uint8_t)ea->name_len,
			    .value_len = to_le16((uint16_t)ea->value_len)};
	uint8_t *p = out;

	memset(p, 0, size);
	memcpy(p, &d, sizeof(d));
	if (ea->name_len)
		memcpy(p + sizeof(d), ea->name, ea->name_len);
	if (ea->value_len)
		memcpy(p + sizeof(d) + ea->name_len + 1, ea->value,
		       ea->value_len);
}
