// SPDX-License-Identifier: MIT
//
// Replays logs over a hive that was not closed. The input is both logs, one
// after the other, the first as long as its header says in its spare bytes; the
// hashes of the first entry of each are set right first.

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
	uint32_t x = 0, len;

	for (size_t i = 0; size >= 512 && i < 508; i += 4)
		x ^= word(p + i);
	if (size >= 512)
		put(p + 508, x == UINT32_MAX ? UINT32_MAX - 1 : x ? x : 1);
	len = size > 552 ? word(p + 516) : 0;
	if (len < 40 || len % 4 || len > size - 512)
		return;
	marvin32(p + 552, len - 40, p + 536);
	marvin32(p + 512, 32, p + 544);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = mem_dup(data, size), *dirty;
	struct hive_log logs[HIVE_LOGS] = {{copy, size}};
	struct err err = {0};
	struct hive *hive;
	void *bytes;
	size_t n, cut = size > 512 ? word(data + 0xb0) : size;
	int r;

	logs[0].size = cut < size ? cut : size;
	logs[1].data = copy + logs[0].size;
	logs[1].size = size - logs[0].size;
	for (size_t i = 0; i < HIVE_LOGS; i++)
		mend((uint8_t *)logs[i].data, logs[i].size);
	check_ok(hive_new("root", &hive, &err), &err);
	check_ok(hive_save(hive, &bytes, &n, &err), &err);
	hive_free(hive);
	dirty = bytes;
	put(dirty + 4, 2);
	mend(dirty, 512);
	r = hive_load_with_logs(dirty, n, logs, &hive, &err);
	check(!r || r == -EBADMSG || r == -ENOTSUP || r == -EFBIG);
	check(r == err.code);
	if (!r)
		hive_free(hive);
	mem_free(bytes);
	mem_free(copy);
	return 0;
}
