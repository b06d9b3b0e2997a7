// SPDX-License-Identifier: MIT
#include "test.h"

int main(void)
{
	int *items = NULL;
	size_t room = 0;

	for (int i = 0; i < 1000; i++) {
		check_eq(mem_grow((void **)&items, (size_t)i, &room,
				  sizeof(*items)),
			 0);
		items[i] = i;
	}
	check(room >= 1000 && items[999] == 999 && items[0] == 0);
	mem_free(items);
	check(!mem_resize(NULL, SIZE_MAX, 2));
	return 0;
}
