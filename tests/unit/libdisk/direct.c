// SPDX-License-Identifier: MIT
//
// A file past the page cache, against a plain array: any place, length and
// alignment of memory, several threads in one unit of the device, and places
// that others use on their own.

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "test.h"

#define SIZE (300u * 1024)

static char path[] = "/tmp/slipway-direct-XXXXXX";

static struct disk *open_direct(unsigned flags)
{
	struct err err = {0};
	struct disk *d;

	check_ok(disk_open_file(path, flags | DISK_DIRECT, &d, &err), &err);
	return d;
}

static void make_file(off_t size)
{
	close(mkstemp(path));
	check(!truncate(path, size));
}

static bool is_direct(struct disk *d)
{
	struct disk_place place;

	return disk_locate(d, 0, 512, false, &place);
}

static void check_content(struct disk *d)
{
	static uint8_t model[SIZE], memory[SIZE + 64];
	struct err err = {0};
	unsigned seed = 1;

	for (int i = 0; i < 400; i++) {
		unsigned r = (seed = seed * 1103515245 + 12345) >> 8;
		size_t off = r % SIZE, len = (r >> 3) % 70000, skew = r % 3;

		if (i % 2)
			off &= ~511u, len &= ~511u;
		if (i % 5 == 0)
			skew = 16;
		if (len > SIZE - off)
			len = SIZE - off;
		if (i % 3) {
			memset(memory + skew, i, len);
			memset(model + off, i, len);
			check_ok(disk_write(d, off, memory + skew, len, &err),
				 &err);
			continue;
		}
		memset(memory, 0xee, sizeof(memory));
		check_ok(disk_read(d, off, memory + skew, len, &err), &err);
		check(!memcmp(memory + skew, model + off, len));
		check_eq(memory[skew + len], 0xee);
	}
	check_ok(disk_read(d, 0, memory, SIZE, &err), &err);
	check(!memcmp(memory, model, SIZE));
}

// Bytes of one sector, each written by one thread alone.
static void *write_bytes(void *arg)
{
	struct disk *d = ((void **)arg)[0];
	unsigned first = (unsigned)(uintptr_t)((void **)arg)[1];

	for (unsigned i = 0; i < 100; i++) {
		uint8_t byte = (uint8_t)(first + i);

		check_eq(disk_write(d, 1024 + first + i % 100, &byte, 1, NULL),
			 0);
	}
	return NULL;
}

static void check_threads(struct disk *d)
{
	void *args[4][2];
	pthread_t threads[4];
	uint8_t sector[512];

	for (unsigned i = 0; i < 4; i++) {
		args[i][0] = d;
		args[i][1] = (void *)(uintptr_t)(i * 100);
		check(!pthread_create(&threads[i], NULL, write_bytes, args[i]));
	}
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	check_eq(disk_read(d, 1024, sector, 512, NULL), 0);
	for (unsigned i = 0; i < 400; i++)
		check_eq(sector[i], (uint8_t)i);
}

static void check_places(struct disk *d)
{
	static uint8_t page[4096] __attribute__((aligned(4096)));
	struct disk_place place;
	struct disk *slice;
	struct err err = {0};

	memset(page, 0x5a, sizeof(page));
	check(disk_locate(d, 8192, 4096, true, &place));
	check(place.fd >= 0 && place.off == 8192 && place.len == 4096);
	check_eq(pwrite(place.fd, page, 4096, (off_t)place.off), 4096);
	memset(page, 0, sizeof(page));
	check_eq(disk_read(d, 8192, page, 4096, NULL), 0);
	check(page[0] == 0x5a && page[4095] == 0x5a);
	check(!disk_locate(d, 100, 512, false, &place));
	check(!disk_locate(d, 0, 100, false, &place));
	check(!disk_locate(d, SIZE, 512, false, &place));
	check(!disk_locate(d, 0, 0, false, &place));
	check_ok(disk_slice(d, 4096, 8192, &slice, &err), &err);
	check(disk_locate(slice, 512, 512, true, &place));
	check_eq(place.off, 4608);
	check(!disk_locate(slice, 8192, 512, true, &place));
	disk_close(slice);
}

static bool is_cached(struct disk *d, uint64_t off, uint64_t len,
		      bool for_writing)
{
	struct disk_place place;

	check(disk_locate(d, off, len, for_writing, &place));
	check_eq(place.off, off);
	check_eq(place.len, len);
	return place.is_cached;
}

static void check_cached(struct disk *d)
{
	check(is_cached(d, 4096, 4096, true));
	check(is_cached(d, 32768, 32768, true));
	check(!is_cached(d, 32768, 65536, true));
	check(!is_cached(d, 512, 4096, true));
	check(!is_cached(d, 4096, 512, true));
	check(is_cached(d, 512, 4096, false));
	check(is_cached(d, 4096, 512, false));
	check(!is_cached(d, 0, 65536, false));
}

// What goes through the page cache and what goes past it are one file.
static void check_both_ways(struct disk *d)
{
	static uint8_t buf[SIZE] __attribute__((aligned(4096)));
	static uint8_t model[SIZE];
	struct err err = {0};
	unsigned seed = 1;

	check_ok(disk_read(d, 0, model, SIZE, &err), &err);
	for (int i = 0; i < 2000; i++) {
		unsigned r = (seed = seed * 1103515245 + 12345) >> 8;
		size_t len = 4096u << r % 5,
		       off = (r >> 5) % (SIZE / 4096) * 4096;
		bool is_write = i % 3;
		struct disk_place place;

		if (len > SIZE - off)
			len = SIZE - off;
		check(disk_locate(d, off, len, is_write, &place));
		if (is_write) {
			memset(buf, i, len);
			memset(model + off, i, len);
			check_eq(pwrite(place.fd, buf, len, (off_t)off), len);
		} else {
			check_eq(pread(place.fd, buf, len, (off_t)off), len);
			check(!memcmp(buf, model + off, len));
		}
	}
	check_ok(disk_read(d, 0, buf, SIZE, &err), &err);
	check(!memcmp(buf, model, SIZE));
}

static void check_size(struct disk *d)
{
	struct err err = {0};
	struct stat st;

	check_eq(disk_resize(d, SIZE + 100, NULL), -EINVAL);
	check_eq(d->size, SIZE);
	check_ok(disk_resize(d, 4u << 20, &err), &err);
	check_ok(disk_allocate(d, 1u << 20, 3u << 20, &err), &err);
	check(!stat(path, &st));
	check_eq(st.st_size, 4u << 20);
	check(st.st_blocks >= (3 << 20) / 512);
	check_eq(disk_allocate(d, 0, (4u << 20) + 1, NULL), -EINVAL);
}

// Whatever cannot be done past the page cache goes through it.
static void check_odd_size(void)
{
	struct err err = {0};
	struct disk *d;

	make_file(5000);
	d = open_direct(0);
	check(!is_direct(d));
	check_ok(disk_write(d, 4990, "0123456789", 10, &err), &err);
	check_ok(disk_set_direct(d, &err), &err);
	check(!is_direct(d));
	disk_close(d);
	unlink(path);
}

static void check_extents(struct disk *d)
{
	static const struct disk_extent runs[] = {
		{8192, 4096}, {DISK_HOLE, 4096}, {0, 4096}};
	struct disk_place place;
	struct err err = {0};
	struct disk *x;

	check_ok(disk_extents(d, runs, 3, 12288, 10240, &x, &err), &err);
	check(disk_locate(x, 512, 12288 - 512, true, &place));
	check(place.off == 8704 && place.len == 3584);
	check(!disk_locate(x, 4096, 512, true, &place));
	check(disk_locate(x, 4096, 8192, false, &place));
	check(place.fd == -1 && place.len == 4096);
	check(disk_locate(x, 8192, 4096, false, &place));
	check(place.off == 0 && place.len == 2048);
	check(disk_locate(x, 10240, 512, false, &place) && place.fd == -1);
	disk_close(x);
}

int main(void)
{
	struct err err = {0};
	struct disk *d;

	check_odd_size();
	strcpy(path + sizeof(path) - 7, "XXXXXX");
	make_file(SIZE);
	d = open_direct(0);
	if (!is_direct(d)) {
		unlink(path);
		skip("the file system of /tmp has no direct I/O");
	}
	check_content(d);
	check_threads(d);
	check_places(d);
	check_cached(d);
	check_both_ways(d);
	check_extents(d);
	check_size(d);
	disk_close(d);
	d = open_direct(DISK_READ_ONLY);
	check(is_direct(d));
	check(!disk_locate(d, 0, 512, true, &(struct disk_place){0}));
	check(is_cached(d, 0, 4096, false));
	check_eq(disk_allocate(d, 0, 512, NULL), -EROFS);
	disk_close(d);
	check_ok(disk_open_file(path, 0, &d, &err), &err);
	check(!is_direct(d));
	check_ok(disk_write(d, 0, "late", 4, &err), &err);
	check_ok(disk_set_direct(d, &err), &err);
	check(is_direct(d));
	disk_close(d);
	unlink(path);
	return 0;
}
