// SPDX-License-Identifier: MIT
//
// Replays logs over a hive that was not closed. The input is both logs; the
// length of the first is in its header's spare bytes. Hashes are set right.

#include "hive.h"
#include "test.h"
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t word(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static uint32_t turn(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static void marvin32(const uint8_t *p, size_t len, uint8_t *ret)
{
	uint32_t a = 0x7a4e55c5, b = 0x82ef4d88;

	for (size_t i = 0; i < len + 8; i += 4) {
		a += i < len ? word(p + i) : i == len ? 0x80 : 0;
		b ^= a;
		a = turn(a, 20) + b;
		b = turn(b, 9) ^ a;
		a = turn(a, 27) + b;
		b = turn(b, 19);
	}
	put(ret, a);
	put(ret + 4, b);
}

static void mend(uint8_t *p, size_t size)
{
	uint32_t x = 0, len = size > 552 ? word(p + 516) : 0;

	for (size_t i = 0; size >= 512 && i < 508; i += 4)
		x ^= word(p + i);
	if (size >= 512)
		put(p + 508, x);
	if (len >= 40 && len % 4 == 0 && len <= size - 512) {
		marvin32(p + 552, len - 40, p + 536);
		marvin32(p + 512, 32, p + 544);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = mem_dup(data, size);
	size_t n, cut = size > 512 ? word(data + 0xb0) % size : size;
	struct hive_log logs[HIVE_LOGS] = {{copy, cut}, {copy + cut, size - cut}};
	struct hive *hive;
	struct err err = {0};
	uint8_t *bytes;
	int r;

	mend(copy, cut);
	mend(copy + cut, size - cut);
	check(!hive_new("", &hive, &err));
	check(!hive_save(hive, (void **)&bytes, &n, &err));
	hive_free(hive);
	put(bytes + 4, 2);
	mend(bytes, 512);
	r = hive_load_with_logs(bytes, n, logs, &hive, &err);
	check(r == err.code && (!r || r == -EBADMSG || r == -ENOTSUP));
	if (!r)
		hive_free(hive);
	mem_free(bytes);
	mem_free(copy);
	return 0;
}
