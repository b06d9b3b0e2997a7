// SPDX-License-Identifier: MIT
#include "fixture.h"

int main(void)
{
	struct disk *d = fixture_disk(2 * MIB);
	const char *found;
	uint8_t sector[512];
	bool marked = true;

	check_ok(unfinished_is_marked(d, &marked, &fixture_err), &fixture_err);
	check(!marked);
	check_ok(unfinished_mark(d, &fixture_err), &fixture_err);
	check_ok(unfinished_is_marked(d, &marked, &fixture_err), &fixture_err);
	check(marked);
	// no boot signature: nobody takes it for a table
	check(!disk_read(d, 0, sector, sizeof(sector), NULL));
	check(!sector[510] && !sector[511]);
	check_ok(part_probe(d, &found, &fixture_err), &fixture_err);
	check(!found || !strcmp(found, "data"));
	sector[446] ^= 1;
	check(!disk_write(d, 0, sector, sizeof(sector), NULL));
	check_ok(unfinished_is_marked(d, &marked, &fixture_err), &fixture_err);
	check(!marked);
	disk_close(d);
	return 0;
}
