// SPDX-License-Identifier: MIT
//
// Reads a firmware's signature databases: the input's first byte tells where db
// ends and dbx begins.

#include "bcdboot.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cut = size ? data[0] * (size - 1) / 255 : 0;
	uint8_t *db = mem_dup(data + (size > 0), cut);
	uint8_t *dbx =
		mem_dup(data + (size > 0) + cut, size ? size - 1 - cut : 0);
	struct err err = {0};
	unsigned trust = 0;
	int r = bcdboot_trust(db, cut, dbx, size ? size - 1 - cut : 0, &trust,
			      &err);

	check(r == err.code && (!r || r == -EBADMSG));
	check(trust <= 3);
	mem_free(db);
	mem_free(dbx);
	return 0;
}
