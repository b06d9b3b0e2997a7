// SPDX-License-Identifier: MIT
//
// Reads BootOrder and puts a number into it: the first three bytes tell which
// and where. It is there once then, and all others are as they were.

#include "libefi/efi_priv.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t without(uint16_t *list, size_t count, uint16_t number)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (list[i] != number)
			list[n++] = list[i];
	return n;
}

static void place(uint16_t *order, size_t count, uint16_t number,
		  enum efi_boot_place where)
{
	uint16_t *old = mem_dup(order, count * 2);
	size_t n = efi_order_arrange(order, count, number, where);
	size_t left = without(old, count, number);

	check(n == left + 1 || (where >= EFI_BOOT_KEEP && n == count));
	if (where < EFI_BOOT_KEEP)
		check_eq(order[where == EFI_BOOT_FIRST ? 0 : n - 1], number);
	check_eq(without(order, n, number), left);
	check(!memcmp(order, old, left * 2));
	mem_free(old);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	uint16_t *order;
	uint8_t *copy;
	size_t count;
	int r;

	if (size < 3)
		return 0;
	copy = mem_dup(data + 3, size - 3);
	r = efi_order_decode(copy, size - 3, &order, &count, &err);
	check(r == err.code && (!r || r == -EBADMSG));
	mem_free(copy);
	if (r)
		return 0;
	order = mem_resize(order, count + 1, sizeof(*order));
	check(order);
	place(order, count, (uint16_t)(data[0] | data[1] << 8),
	      (enum efi_boot_place)(data[2] % 4));
	mem_free(order);
	return 0;
}
