// SPDX-License-Identifier: MIT
//
// MBR and its chain: the input is a disk. What can be read is written and read
// again, the same; then it is wiped.

#include <string.h>

#include "fuzz/part_look.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(struct disk *d, struct part_table *t)
{
	struct part_table *again;
	int r = part_table_write(t, d, NULL);

	CHECK(r != -EBADMSG);
	if (r)
		return;
	CHECK(!part_table_read(d, &again, NULL));
	CHECK(again->style == t->style && again->count == t->count);
	for (size_t i = 0; i < t->count; i++)
		CHECK(again->parts[i].start == t->parts[i].start &&
		      again->parts[i].size == t->parts[i].size &&
		      again->parts[i].mbr_type == t->parts[i].mbr_type);
	part_table_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part_table *t;
	struct disk *d, *p;
	struct part_content what;
	int r;

	if (size > 1 << 20)
		return 0;
	CHECK(!disk_memory(size, 512, &d, NULL));
	CHECK(!disk_write(d, 0, data, size, NULL));
	CHECK(!part_probe(d, &what, NULL));
	look_at_table(d);
	r = part_table_read(d, &t, NULL);
	CHECK(r != -EINVAL);
	if (!r) {
		for (size_t i = 0; i < t->count; i++)
			if (!part_open(d, t->parts[i].number, &p, NULL))
				disk_close(p);
		write_again(d, t);
		part_table_free(t);
	}
	CHECK(!part_wipe(d, NULL));
	CHECK(part_table_read(d, &t, NULL) == -ENOENT);
	disk_close(d);
	return 0;
}
