// SPDX-License-Identifier: MIT
//
// What Windows puts behind the device path of its boot manager's entry, as read
// from entries that it wrote: its mark, the object of the store that the entry
// stands for, and an empty device path.
//
//     0x00  "WINDOWS", NUL
//     0x08  le32 version 1
//     0x0c  le32 size of it all, 0x88
//     0x10  le32 place of the path, 0x78
//     0x14  "BCDOBJECT={9dea862c-...}" in UTF-16, NUL, filled up to 0x78
//     0x78  le32 version 1, le32 size 0x10, le32 kind 4 (a path of UEFI), an end
//           node

#include <string.h>

#include "efi_priv.h"

#define SIZE 0x88u
#define PATH 0x78u
#define NAME 0x14u

int efi_windows_optional(void **ret, size_t *ret_size, struct err *err)
{
	static const char object[] =
		"BCDOBJECT={9dea862c-5cdd-4e70-acc1-f32b344d4795}";
	static const uint8_t end[] = {EFI_NODE_END, EFI_NODE_END_ALL, 4, 0};
	uint8_t *p = mem_alloc(SIZE);

	_Static_assert(NAME + 2 * sizeof(object) <= PATH, "name");
	if (!p)
		return err_nomem(err);
	memcpy(p, "WINDOWS", 8);
	store_le32(p + 0x08, 1);
	store_le32(p + 0x0c, SIZE);
	store_le32(p + 0x10, PATH);
	for (size_t i = 0; i < sizeof(object); i++)
		p[NAME + 2 * i] = (uint8_t)object[i];
	store_le32(p + PATH, 1);
	store_le32(p + PATH + 4, SIZE - PATH);
	store_le32(p + PATH + 8, 4);
	memcpy(p + PATH + 12, end, sizeof(end));
	*ret = p;
	*ret_size = SIZE;
	return 0;
}
