// SPDX-License-Identifier: MIT
#include <pthread.h>
#include <stdatomic.h>

#include "test.h"

static atomic_int sum;

static void add(void *arg)
{
	atomic_fetch_add(&sum, *(int *)arg);
}

static void measure_stack(void *arg)
{
	pthread_attr_t attr;

	check(!pthread_getattr_np(pthread_self(), &attr));
	check(!pthread_attr_getstacksize(&attr, arg));
	pthread_attr_destroy(&attr);
}

// Threads have room to work in where a C library gives them little, as musl does.
static void stack(void)
{
	pthread_attr_t attr;
	struct pool *pool;
	size_t size = 0;

	check(!pthread_attr_init(&attr));
	check(!pthread_attr_setstacksize(&attr, 256 << 10));
	check(!pthread_setattr_default_np(&attr));
	pthread_attr_destroy(&attr);
	check_ok(pool_new(1, &pool, NULL), NULL);
	pool_submit(pool, measure_stack, &size);
	pool_free(pool);
	check(size >= 1 << 20);
}

int main(void)
{
	struct pool *pool;
	struct err err = {0};
	int numbers[1000];

	check_ok(pool_new(3, &pool, &err), &err);
	check_eq(pool_threads(pool), 3);
	for (int i = 0; i < 1000; i++) {
		numbers[i] = i;
		pool_submit(pool, add, &numbers[i]);
	}
	pool_wait(pool);
	check_eq(sum, 499500);
	pool_wait(pool);
	pool_submit(pool, add, &numbers[1]);
	pool_free(pool); // waits for what is queued
	check_eq(sum, 499501);
	pool_free(NULL);
	check_ok(pool_new(0, &pool, &err), &err);
	check(pool_threads(pool) >= 1);
	pool_free(pool);
	stack();
	return 0;
}
