// SPDX-License-Identifier: MIT
//
// The filter of LZMS, both ways, held against one that goes byte by byte and by
// the rules alone; on code, on what looks like it, and on small inputs.

#include "libcodec/lzms.h"
#include "test.h"

#define MAX_SIZE 5000

static unsigned opcode_length(const uint8_t *p)
{
	if (p[0] == 0xe8)
		return 1;
	if (p[0] == 0xff && p[1] == 0x15)
		return 2;
	if (p[0] == 0xf0 && p[1] == 0x83 && p[2] == 0x05)
		return 3;
	if ((p[0] == 0x48 || p[0] == 0x4c) && (p[2] & 7) == 5 && p[1] == 0x8d)
		return 3;
	if (p[0] == 0x48 && p[1] == 0x8b && (p[2] == 5 || p[2] == 13))
		return 3;
	return 0;
}

static void by_the_rules(uint8_t *data, int64_t size, bool make_absolute)
{
	static int64_t seen[65536];
	int64_t sure = -1024;

	for (int i = 0; i < 65536; i++)
		seen[i] = -65536;
	for (int64_t at = 1; at < size - 16;) {
		unsigned n = opcode_length(data + at);
		uint8_t *p = data + at + n;
		uint32_t stored = load_le32(p), target;
		int64_t last = at + n + 3;

		if (!n) {
			at += data[at] == 0xe9 ? 5 : 1;
			continue;
		}
		target = (uint32_t)at + stored;
		if (at - sure <= (n == 1 ? 511 : 1023)) {
			if (!make_absolute)
				target = stored;
			store_le32(p, make_absolute ? target
						    : stored - (uint32_t)at);
		}
		target &= 0xffff;
		if (last - seen[target] <= 65535)
			sure = last;
		seen[target] = last;
		at = last + 1;
	}
}

// Bytes of which many are opcodes, and few targets.
static void fill(uint8_t *data, size_t size, unsigned spread)
{
	static const uint8_t bytes[] = {0x48, 0x4c, 0xe8, 0xe9, 0xf0, 0xff,
					0x8d, 0x8b, 0x05, 0x0d, 0x15, 0x83,
					0xe8, 0xe8, 0x00, 0x25};

	for (size_t i = 0; i < size; i++)
		data[i] = bytes[(unsigned)rand() % sizeof(bytes)];
	for (size_t i = 0; i + 5 < size; i += 1 + (unsigned)rand() % spread) {
		data[i] = 0xe8;
		store_le32(data + i + 1,
			   (uint32_t)(rand() % 7 * 5000) - (uint32_t)i);
	}
}

static void one(struct lzms_filter *f, size_t size, unsigned spread)
{
	uint8_t *data = malloc(size ? size : 1), copy[MAX_SIZE];
	uint8_t filtered[MAX_SIZE];

	check(data != NULL);
	fill(data, size, spread);
	memcpy(copy, data, size);
	memcpy(filtered, data, size);
	by_the_rules(filtered, (int64_t)size, true);
	lzms_filter_run(f, data, size, true);
	check(!memcmp(data, filtered, size));
	lzms_filter_run(f, data, size, false);
	check(!memcmp(data, copy, size));
	// anything may be turned back
	by_the_rules(copy, (int64_t)size, false);
	lzms_filter_run(f, data, size, false);
	check(!memcmp(data, copy, size));
	free(data);
}

int main(void)
{
	struct lzms_filter *f = calloc(1, sizeof(*f));

	check(f != NULL);
	for (size_t size = 0; size < 120; size++)
		one(f, size, 20);
	for (unsigned i = 0; i < 300; i++)
		one(f, 1 + (unsigned)rand() % MAX_SIZE, 2 + i % 50 * 40);
	// a filter whose places have gone round
	f->base = UINT32_MAX - LZMS_MAX_CHUNK;
	one(f, MAX_SIZE, 30);
	free(f);
	return 0;
}
