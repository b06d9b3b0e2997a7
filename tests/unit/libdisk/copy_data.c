// SPDX-License-Identifier: MIT
//
// Copying by several threads, to a disk that sees what is done to it.

#include <pthread.h>

#include "disk.h"
#include "test.h"

#define SIZE  ((37u << 20) + 1000)
#define GRAIN 4096u

struct watched {
	struct disk disk;
	struct disk *below;
	pthread_mutex_t lock;
	uint64_t last; // place that was allocated last
	bool in_order, wrote_zeroes;
	uint64_t fail_read, fail_write; // beyond these; 0: never
};

static int watched_read(struct disk *d, uint64_t off, void *buf, size_t len,
			struct err *err)
{
	struct watched *w = (struct watched *)d;

	if (w->fail_read && off >= w->fail_read)
		return err_set(err, -EIO, "test", off, "read");
	return disk_read(w->below, off, buf, len, err);
}

static int watched_write(struct disk *d, uint64_t off, const void *buf,
			 size_t len, struct err *err)
{
	struct watched *w = (struct watched *)d;
	static const uint8_t zeroes[GRAIN];

	if (w->fail_write && off >= w->fail_write)
		return err_set(err, -ENOSPC, "test", off, "write");
	for (size_t i = 0; i < len; i += GRAIN) {
		size_t n = len - i < GRAIN ? len - i : GRAIN;

		if (!memcmp((const uint8_t *)buf + i, zeroes, n))
			w->wrote_zeroes = true;
	}
	return disk_write(w->below, off, buf, len, err);
}

static int watched_allocate(struct disk *d, uint64_t off, uint64_t len,
			    struct err *err)
{
	struct watched *w = (struct watched *)d;

	pthread_mutex_lock(&w->lock);
	if (off < w->last)
		w->in_order = false;
	w->last = off;
	pthread_mutex_unlock(&w->lock);
	return 0;
}

// Every third MiB is a hole.
static int watched_map(struct disk *d, uint64_t off, uint64_t len,
		       uint64_t *ret_len, bool *ret_data, struct err *err)
{
	uint64_t next = round_down(off, 1u << 20) + (1u << 20);

	*ret_data = off >> 20 & 3;
	*ret_len = next - off < len ? next - off : len;
	return 0;
}

static const struct disk_ops ops = {
	.read = watched_read,
	.write = watched_write,
	.map = watched_map,
	.allocate = watched_allocate,
};

static struct watched new_watched(uint32_t unit)
{
	struct watched w = {.disk = {.ops = &ops,
				     .size = SIZE,
				     .sector_size = 512,
				     .unit = unit},
			    .lock = PTHREAD_MUTEX_INITIALIZER,
			    .in_order = true};
	struct err err = {0};

	check_ok(disk_memory(SIZE, 512, &w.below, &err), &err);
	return w;
}

// Data of one byte to some MiB, with as much nothing behind it.
static void fill(struct disk *d)
{
	static uint8_t bytes[3u << 20];
	unsigned seed = 7;

	memset(bytes, 0xc3, sizeof(bytes));
	for (uint64_t off = 5; off < SIZE;) {
		size_t len = (seed = seed * 1103515245 + 12345) >> 8;

		len %= seed & 0x40 ? 9000 : sizeof(bytes);
		if (len > SIZE - off)
			len = (size_t)(SIZE - off);
		check(!disk_write(d, off, bytes, len, NULL));
		off += 2 * len + 1;
	}
	for (uint64_t off = 0; off < SIZE; off += 4u << 20)
		check(!disk_zero(d, off,
				 SIZE - off < 1u << 20 ? SIZE - off : 1u << 20,
				 NULL));
}

static void check_same(struct disk *a, struct disk *b)
{
	uint8_t *x = malloc(SIZE), *y = malloc(SIZE);

	check(x && y);
	check(!disk_read(a, 0, x, SIZE, NULL) &&
	      !disk_read(b, 0, y, SIZE, NULL));
	check(!memcmp(x, y, SIZE));
	free(x);
	free(y);
}

static int stop(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	check_eq(total, SIZE);
	return done > *(uint64_t *)ctx;
}

int main(void)
{
	struct watched from = new_watched(0), to = new_watched(1u << 21);
	uint64_t limit = UINT64_MAX;
	struct progress progress = {.report = stop, .ctx = &limit};
	struct err err = {0};

	fill(from.below);
	check_ok(disk_copy_data(&from.disk, &to.disk, SIZE, &progress, "x",
				&err),
		 &err);
	check_same(from.below, to.below);
	check(to.in_order && to.last && !to.wrote_zeroes);

	limit = 0;
	progress.last_ns = 0;
	check_eq(disk_copy_data(&from.disk, &to.disk, SIZE, &progress, "x",
				NULL),
		 -ECANCELED);
	to.fail_write = 20u << 20;
	check_eq(disk_copy_data(&from.disk, &to.disk, SIZE, NULL, "x", &err),
		 -ENOSPC);
	check(err.where >= 20u << 20);
	from.fail_read = 10u << 20;
	err = (struct err){0};
	check_eq(disk_copy_data(&from.disk, &to.disk, SIZE, NULL, "x", &err),
		 -EIO);
	check_eq(disk_copy_data(&from.disk, &to.disk, 1u << 20, NULL, "x",
				NULL),
		 0);
	check_eq(disk_copy_data(&from.disk, &to.disk, SIZE + 1, NULL, "x",
				NULL),
		 -EINVAL);
	disk_close(from.below);
	disk_close(to.below);
	return 0;
}
