// SPDX-License-Identifier: MIT
#include <stdatomic.h>

#include "test.h"

static atomic_int sum;

static void add(void *arg)
{
	atomic_fetch_add(&sum, *(int *)arg);
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
	return 0;
}
