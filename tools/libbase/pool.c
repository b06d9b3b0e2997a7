// SPDX-License-Identifier: MIT
//
// A thread pool with a short queue: who submits waits when it is full, so the
// memory of a pipeline stays bounded.

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "base.h"

#define POOL_MAX_THREADS 64
#define JOBS_PER_THREAD  4

// What musl gives a thread, 128 KiB, is too little for compressors that sort.
#define STACK_SIZE (1 << 20)

struct job {
	void (*fn)(void *arg);
	void *arg;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t has_job, has_room, idle;
	struct job *jobs; // a ring
	size_t capacity, first, queued, running;
	bool ending;
	unsigned threads;
	pthread_t ids[POOL_MAX_THREADS];
};

static void *work(void *arg)
{
	struct pool *pool = arg;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		struct job job;

		while (!pool->queued && !pool->ending)
			pthread_cond_wait(&pool->has_job, &pool->lock);
		if (!pool->queued)
			break;
		job = pool->jobs[pool->first];
		pool->first = (pool->first + 1) % pool->capacity;
		pool->queued--;
		pool->running++;
		pthread_cond_signal(&pool->has_room);
		pthread_mutex_unlock(&pool->lock);
		job.fn(job.arg);
		pthread_mutex_lock(&pool->lock);
		pool->running--;
		if (!pool->queued && !pool->running)
			pthread_cond_broadcast(&pool->idle);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static int start(struct pool *pool, pthread_t *ret)
{
	pthread_attr_t attr;
	size_t size;
	int r = pthread_attr_init(&attr);

	if (r)
		return r;
	if (!pthread_attr_getstacksize(&attr, &size) && size < STACK_SIZE)
		pthread_attr_setstacksize(&attr, STACK_SIZE);
	r = pthread_create(ret, &attr, work, pool);
	pthread_attr_destroy(&attr);
	return r;
}

unsigned pool_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

int pool_new(unsigned threads, struct pool **ret, struct err *err)
{
	struct pool *pool = mem_alloc(sizeof(*pool));
	int r = 0;

	if (!pool)
		return err_nomem(err);
	if (!threads)
		threads = pool_cores();
	if (threads > POOL_MAX_THREADS)
		threads = POOL_MAX_THREADS;
	pool->capacity = (size_t)threads * JOBS_PER_THREAD;
	pool->jobs = mem_array(pool->capacity, sizeof(*pool->jobs));
	if (!pool->jobs) {
		mem_free(pool);
		return err_nomem(err);
	}
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->has_job, NULL);
	pthread_cond_init(&pool->has_room, NULL);
	pthread_cond_init(&pool->idle, NULL);
	while (pool->threads < threads) {
		r = start(pool, &pool->ids[pool->threads]);
		if (r)
			break;
		pool->threads++;
	}
	if (!pool->threads) {
		pool_free(pool);
		return err_set(err, -r, "thread pool", ERR_NOWHERE,
			       "no thread could be started: %s", strerror(r));
	}
	*ret = pool;
	return 0;
}

unsigned pool_threads(const struct pool *pool)
{
	return pool->threads;
}

void pool_submit(struct pool *pool, void (*fn)(void *arg), void *arg)
{
	pthread_mutex_lock(&pool->lock);
	while (pool->queued == pool->capacity)
		pthread_cond_wait(&pool->has_room, &pool->lock);
	pool->jobs[(pool->first + pool->queued) % pool->capacity] =
		(struct job){fn, arg};
	pool->queued++;
	pthread_cond_signal(&pool->has_job);
	pthread_mutex_unlock(&pool->lock);
}

void pool_wait(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	while (pool->queued || pool->running)
		pthread_cond_wait(&pool->idle, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->ending = true;
	pthread_cond_broadcast(&pool->has_job);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->threads; i++)
		pthread_join(pool->ids[i], NULL);
	pthread_cond_destroy(&pool->idle);
	pthread_cond_destroy(&pool->has_room);
	pthread_cond_destroy(&pool->has_job);
	pthread_mutex_destroy(&pool->lock);
	mem_free(pool->jobs);
	mem_free(pool);
}
