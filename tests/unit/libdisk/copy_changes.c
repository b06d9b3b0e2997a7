// SPDX-License-Identifier: MIT
//
// Only what differs is written, in units of 4096 bytes.

#include "test.h"

#define SIZE ((uint64_t)3 << 20)

static unsigned long long written;

// A disk in memory that counts what is written to it.
struct counting {
	struct disk disk;
	struct disk *memory;
};

static int read_memory(struct disk *d, uint64_t off, void *buf, size_t len,
		       struct err *err)
{
	return disk_read(((struct counting *)d)->memory, off, buf, len, err);
}

static int write_memory(struct disk *d, uint64_t off, const void *buf,
			size_t len, struct err *err)
{
	written += len;
	return disk_write(((struct counting *)d)->memory, off, buf, len, err);
}

static int flush_memory(struct disk *d, struct err *err)
{
	return 0;
}

int main(void)
{
	static const struct disk_ops ops = {.read = read_memory,
					    .write = write_memory,
					    .flush = flush_memory};
	static uint8_t a[SIZE], b[SIZE];
	struct counting to = {
		.disk = {.ops = &ops, .size = SIZE, .sector_size = 512}};
	struct disk *from, *small;
	struct err err = {0};

	check_ok(disk_memory(SIZE, 512, &from, &err), &err);
	check_ok(disk_memory(SIZE, 512, &to.memory, &err), &err);
	check_ok(disk_memory(SIZE - 512, 512, &small, &err), &err);
	for (size_t i = 0; i < SIZE; i++)
		a[i] = (uint8_t)(i >> 9);
	check_ok(disk_write(from, 0, a, SIZE, &err), &err);
	check_ok(disk_write(to.memory, 0, a, SIZE, &err), &err);
	check_ok(disk_copy_changes(from, &to.disk, &err), &err);
	check_eq(written, 0);
	check_ok(disk_write(from, 5000, "changed", 7, &err), &err);
	check_ok(disk_write(from, SIZE - 1, "!", 1, &err), &err);
	check_ok(disk_copy_changes(from, &to.disk, &err), &err);
	check_eq(written, 8192);
	check_ok(disk_read(from, 0, a, SIZE, &err), &err);
	check_ok(disk_read(to.memory, 0, b, SIZE, &err), &err);
	check(!memcmp(a, b, SIZE));
	check_eq(disk_copy_changes(small, &to.disk, NULL), -EINVAL);
	disk_close(from);
	disk_close(to.memory);
	disk_close(small);
	return 0;
}
