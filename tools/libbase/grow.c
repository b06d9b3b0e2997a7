// SPDX-License-Identifier: MIT
//
// Growing arrays. Apart from mem.c, which tests replace.

#include "base.h"

int mem_grow(void **items, size_t count, size_t *capacity, size_t size)
{
	size_t more;
	void *p;

	if (count < *capacity)
		return 0;
	more = *capacity ? *capacity * 2 : 16;
	if (more < *capacity)
		return -ENOMEM;
	p = mem_resize(*items, more, size);
	if (!p)
		return -ENOMEM;
	*items = p;
	*capacity = more;
	return 0;
}
