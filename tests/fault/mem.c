// SPDX-License-Identifier: MIT
//
// Takes the place of libbase's mem.c in fault tests: counts allocations and
// fails the chosen ones.

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fault/fault.h"
#include "test.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned countdown, failed;
static bool stays;
static size_t live;

void fault_mem(unsigned n, bool persistent)
{
	countdown = n;
	stays = persistent;
	failed = 0;
}

unsigned fault_mem_failed(void)
{
	return failed;
}

size_t fault_mem_live(void)
{
	return live;
}

static bool must_fail(void)
{
	bool fail = false;

	pthread_mutex_lock(&lock);
	if (countdown == 1) {
		fail = true;
		failed++;
		if (!stays)
			countdown = 0;
	} else if (countdown) {
		countdown--;
	}
	pthread_mutex_unlock(&lock);
	return fail;
}

static void *counted(void *p)
{
	pthread_mutex_lock(&lock);
	live += p != NULL;
	pthread_mutex_unlock(&lock);
	return p;
}

void *mem_alloc(size_t n)
{
	return must_fail() ? NULL : counted(calloc(1, n ? n : 1));
}

void *mem_array(size_t count, size_t size)
{
	return must_fail()
		       ? NULL
		       : counted(calloc(count ? count : 1, size ? size : 1));
}

void *mem_resize(void *p, size_t count, size_t size)
{
	size_t n;
	void *q;

	if (must_fail() || __builtin_mul_overflow(count, size, &n))
		return NULL;
	q = realloc(p, n ? n : 1);
	if (!p)
		counted(q);
	return q;
}

void *mem_aligned(size_t align, size_t n)
{
	void *p;

	if (must_fail() || posix_memalign(&p, align, n ? n : 1))
		return NULL;
	return counted(memset(p, 0, n));
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
	pthread_mutex_lock(&lock);
	live -= p != NULL;
	pthread_mutex_unlock(&lock);
	free(p);
}

void fault_mem_each(int (*run)(void *ctx, struct err *err), void *ctx)
{
	for (int persistent = 0; persistent < 2; persistent++) {
		for (unsigned n = 1;; n++) {
			size_t before = live;
			struct err err = {0};
			int r;

			fault_mem(n, persistent);
			r = run(ctx, &err);
			countdown = 0;
			check_eq(live, before);
			if (!failed) {
				check_ok(r, &err);
				break;
			}
			check(!r || r == -ENOMEM);
			check_eq(err.code, r);
		}
	}
	fault_mem(0, false);
}

static int run_alone(void *ctx, struct err *err)
{
	int (**run)(struct err *err) = ctx;
	int r = (*run)(err);

	if (fault_mem_failed())
		check_eq(r, -ENOMEM);
	return r;
}

void fault_mem_fails(int (*run)(struct err *err))
{
	fault_mem_each(run_alone, &run);
}
