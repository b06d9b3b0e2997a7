// SPDX-License-Identifier: MIT
#include "test.h"

int main(void)
{
	uint8_t *p = mem_array(10, 10);
	char *s;

	check(p);
	for (int i = 0; i < 100; i++)
		check_eq(p[i], 0);
	mem_free(p);
	check(!mem_array(SIZE_MAX, 16));
	p = mem_aligned(4096, 100);
	check(p && (uintptr_t)p % 4096 == 0);
	mem_free(p);
	s = mem_strdup("text");
	check(!strcmp(s, "text"));
	mem_free(s);
	p = mem_alloc(0);
	check(p);
	mem_free(p);
	mem_free(NULL);
	return 0;
}
