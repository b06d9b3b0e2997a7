// SPDX-License-Identifier: MIT
//
// A scratch disk against a model: what is read is what was written, and the
// disk below never changes.

#include "disk.h"
#include "test.h"

#define SIZE 100000u // no multiple of a block

static struct err err;
static uint64_t state = 1;

static uint64_t number(uint64_t limit)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % limit;
}

static void against_model(struct disk *base, const uint8_t *before)
{
	static uint8_t model[SIZE], buffer[SIZE];
	struct disk *d;

	memcpy(model, before, SIZE);
	check_ok(disk_scratch(base, &d, &err), &err);
	check_eq(d->size, SIZE);
	for (unsigned i = 0; i < 3000; i++) {
		uint64_t off = number(SIZE), len = number(9000) % (SIZE - off);

		switch (number(4)) {
		case 0:
			check_ok(disk_zero(d, off, len, &err), &err);
			memset(model + off, 0, len);
			break;
		case 1:
			for (uint64_t k = 0; k < len; k++)
				model[off + k] = (uint8_t)number(256);
			check_ok(disk_write(d, off, model + off, len, &err),
				 &err);
			break;
		default:
			check_ok(disk_read(d, off, buffer, len, &err), &err);
			check(!memcmp(buffer, model + off, len));
		}
	}
	check_ok(disk_read(d, 0, buffer, SIZE, &err), &err);
	check(!memcmp(buffer, model, SIZE));
	check_ok(disk_flush(d, &err), &err);
	disk_close(d);
	check_ok(disk_read(base, 0, buffer, SIZE, &err), &err);
	check(!memcmp(buffer, before, SIZE));
}

int main(void)
{
	static uint8_t bytes[SIZE];
	struct disk *base, *d;

	check_ok(disk_zeroes(SIZE, 512, &base, &err), &err);
	against_model(base, bytes);
	// to zero a hole takes no memory, however large it is
	disk_close(base);
	check_ok(disk_zeroes(UINT64_C(1) << 32, 4096, &base, &err), &err);
	check_ok(disk_scratch(base, &d, &err), &err);
	check_eq(d->sector_size, 4096);
	check_ok(disk_zero(d, 5, (UINT64_C(1) << 32) - 5, &err), &err);
	disk_close(d);
	disk_close(base);

	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)number(256);
	check_ok(disk_memory(SIZE, 512, &base, &err), &err);
	check_ok(disk_write(base, 0, bytes, SIZE, &err), &err);
	base->read_only = true;
	against_model(base, bytes);
	disk_close(base);
	return 0;
}
