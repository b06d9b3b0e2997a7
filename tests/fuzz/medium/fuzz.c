// SPDX-License-Identifier: MIT
//
// Asks whether a volume is a medium of this environment. A CD's descriptor is in
// sector 16: an input that begins with "CD" is put there.

#include <string.h>

#include "disk.h"
#include "machine.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int found(void *ctx, const char *id, bool is_cd)
{
	check(strlen(id) == 0 || strlen(id) == MEDIUM_ID_SIZE - 1);
	check(strspn(id, "0123456789abcdef") == strlen(id));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool is_cd = size > 2 && !memcmp(data, "CD", 2);
	uint64_t at = is_cd ? 32768 : 0, whole = 160 << 10; // of the seed
	struct disk *d;

	if (is_cd) {
		data += 2;
		size -= 2;
	}
	check(!disk_memory(at + size > whole ? at + size : whole, 512, &d,
			   NULL));
	check(!disk_write(d, at, data, size, NULL));
	check(!medium_probe(d, found, NULL));
	disk_close(d);
	return 0;
}
