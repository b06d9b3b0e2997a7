// SPDX-License-Identifier: MIT
//
// Memory: the one place where libraries allocate.

#include <stdlib.h>
#include <string.h>

#include "base.h"

void *mem_alloc(size_t n)
{
	return calloc(1, n ? n : 1);
}

void *mem_array(size_t count, size_t size)
{
	return calloc(count ? count : 1, size ? size : 1);
}

void *mem_resize(void *p, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		return NULL;
	return realloc(p, n ? n : 1);
}

void *mem_aligned(size_t align, size_t n)
{
	void *p;

	if (posix_memalign(&p, align, n ? n : 1))
		return NULL;
	return memset(p, 0, n);
}

void *mem_dup(const void *p, size_t n)
{
	void *copy = mem_alloc(n);

	if (copy && n)
		memcpy(copy, p, n);
	return copy;
}

char *mem_strdup(const char *s)
{
	return mem_dup(s, strlen(s) + 1);
}

void mem_free(void *p)
{
	free(p);
}
