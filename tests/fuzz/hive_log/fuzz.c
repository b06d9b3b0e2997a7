// SPDX-License-Identifier: MIT
//
// Replays logs over a hive that was not closed. The input is both logs; the
// length of the first is in its header's spare bytes. Hashes are set right.

#include "hive.h"
#include "hive_seal.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Seals a log's header and its entries, one behind the other.
static void mend(uint8_t *p, size_t size)
{
	size_t at = 512;

	if (size >= 512)
		seal_header(p);
	while (size >= at + 40) {
		uint32_t len = seal_get(p + at + 4);

		if (len < 40 || len % 4 || len > size - at)
			break;
		seal_entry(p + at, len);
		at += len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = mem_dup(data, size);
	size_t n, cut = size > 512 ? seal_get(data + 0xb0) % size : size;
	struct hive_log logs[HIVE_LOGS] = {{copy, cut},
					   {copy + cut, size - cut}};
	struct hive *hive;
	struct err err = {0};
	uint8_t *bytes;
	int r;

	mend(copy, cut);
	mend(copy + cut, size - cut);
	check(!hive_new("", &hive, &err));
	check(!hive_save(hive, (void **)&bytes, &n, &err));
	hive_free(hive);
	seal_put(bytes + 4, 2);
	seal_header(bytes);
	r = hive_load_with_logs(bytes, n, logs, &hive, &err);
	check(r == err.code && (!r || r == -EBADMSG || r == -ENOTSUP));
	if (!r)
		hive_free(hive);
	mem_free(bytes);
	mem_free(copy);
	return 0;
}
