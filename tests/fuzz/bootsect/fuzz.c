// SPDX-License-Identifier: MIT
//
// Boot code into whatever volume: the input is its beginning, the last byte how
// much more there is. What is written is written where it may be, and once.

#include <string.h>

#include "bootsect.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)
#define MAX_SIZE (256u * 512)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t before[2 * MAX_SIZE], after[2 * MAX_SIZE], again[2 * MAX_SIZE];

static void write_again(struct disk *d)
{
	CHECK(!bootsect_write_volume(d, NULL));
	CHECK(!disk_read(d, 0, again, d->size, NULL));
	CHECK(!memcmp(after, again, d->size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk *d;
	int r;

	if (!size || size > MAX_SIZE)
		return 0;
	CHECK(!disk_memory(size + data[size - 1] * 512u, 512, &d, NULL));
	CHECK(!disk_write(d, 0, data, size, NULL));
	CHECK(!disk_read(d, 0, before, d->size, NULL));
	r = bootsect_write_volume(d, NULL);
	CHECK(!disk_read(d, 0, after, d->size, NULL));
	CHECK(r == 0 || r == -ENOENT || r == -ENOTSUP || r == -EBADMSG);
	if (r)
		CHECK(!memcmp(before, after, d->size));
	else
		CHECK(!memcmp(before + 3, after + 3, 0x51));
	if (!r)
		write_again(d);
	disk_close(d);
	return 0;
}
