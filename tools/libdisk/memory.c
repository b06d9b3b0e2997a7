// SPDX-License-Identifier: MIT
//
// A disk in memory.

#include <pthread.h>
#include <string.h>

#include "disk.h"

struct memory_disk {
	struct disk disk;
	uint8_t *bytes;
	pthread_rwlock_t moving; // held for writing while bytes may move
};

// The place is taken under the lock: resizing moves the bytes.
static uint8_t *lock(struct disk *d, uint64_t off)
{
	struct memory_disk *m = (struct memory_disk *)d;

	pthread_rwlock_rdlock(&m->moving);
	return m->bytes + off;
}

static void unlock(struct disk *d)
{
	pthread_rwlock_unlock(&((struct memory_disk *)d)->moving);
}

static int memory_read(struct disk *d, uint64_t off, void *buf, size_t len,
		       struct err *err)
{
	memcpy(buf, lock(d, off), len);
	unlock(d);
	return 0;
}

static int memory_write(struct disk *d, uint64_t off, const void *buf,
			size_t len, struct err *err)
{
	memcpy(lock(d, off), buf, len);
	unlock(d);
	return 0;
}

static int memory_zero(struct disk *d, uint64_t off, uint64_t len,
		       struct err *err)
{
	memset(lock(d, off), 0, len);
	unlock(d);
	return 0;
}

static int memory_resize(struct disk *d, uint64_t size, struct err *err)
{
	struct memory_disk *m = (struct memory_disk *)d;
	uint8_t *bytes;

	if (size > SIZE_MAX - 1)
		return err_nomem(err);
	pthread_rwlock_wrlock(&m->moving);
	// One more, as none at all would be no memory.
	bytes = mem_resize(m->bytes, (size_t)size + 1, 1);
	if (bytes) {
		m->bytes = bytes;
		if (size > d->size)
			memset(bytes + d->size, 0, (size_t)(size - d->size));
		__atomic_store_n(&d->size, size, __ATOMIC_RELAXED);
	}
	pthread_rwlock_unlock(&m->moving);
	return bytes ? 0 : err_nomem(err);
}

static int memory_extend(struct disk *d, uint64_t off, const void *buf,
			 size_t len, struct err *err)
{
	int r = memory_resize(d, off + len, err);

	return r ? r : memory_write(d, off, buf, len, err);
}

static void memory_close(struct disk *d)
{
	struct memory_disk *m = (struct memory_disk *)d;

	pthread_rwlock_destroy(&m->moving);
	mem_free(m->bytes);
	mem_free(m);
}

static const struct disk_ops memory_ops = {
	.read = memory_read,
	.write = memory_write,
	.zero = memory_zero,
	.resize = memory_resize,
	.extend = memory_extend,
	.close = memory_close,
};

int disk_memory(uint64_t size, uint32_t sector_size, struct disk **ret,
		struct err *err)
{
	struct memory_disk *m = mem_alloc(sizeof(*m));

	if (!m)
		return err_nomem(err);
	m->bytes = size <= SIZE_MAX ? mem_alloc((size_t)size) : NULL;
	if (!m->bytes) {
		mem_free(m);
		return err_nomem(err);
	}
	m->disk = (struct disk){
		.ops = &memory_ops, .size = size, .sector_size = sector_size};
	pthread_rwlock_init(&m->moving, NULL);
	*ret = &m->disk;
	return 0;
}
