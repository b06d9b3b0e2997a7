// SPDX-License-Identifier: MIT
//
// GPT: the input is a disk whose checksums are put right, since no fuzzer finds
// them. What can be read is written and read again, the same.

#include <string.h>

#include "fuzz/part_look.h"
#include "libpart/part_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fix(uint8_t *disk, size_t size, size_t at)
{
	struct gpt_header_disk h;
	uint64_t n, off;

	memcpy(&h, disk + at, sizeof(h));
	n = (uint64_t)get_le32(h.entry_count) * get_le32(h.entry_size);
	if (get_le64(h.entries_lba) > size / 512)
		return;
	off = get_le64(h.entries_lba) * 512;
	if (!range_ok(off, n, size) || get_le32(h.header_size) > 512 ||
	    get_le32(h.header_size) < sizeof(h))
		return;
	h.entries_crc = to_le32(crc32_update(0, disk + off, n));
	h.header_crc = to_le32(0);
	memcpy(disk + at, &h, sizeof(h));
	h.header_crc =
		to_le32(crc32_update(0, disk + at, get_le32(h.header_size)));
	memcpy(disk + at, &h, sizeof(h));
}

static void write_again(struct disk *d, struct part_table *t)
{
	struct part_table *again;
	int r = part_table_write(t, d, NULL);

	CHECK(r != -EBADMSG && r != -EINVAL);
	if (r)
		return;
	CHECK(!part_table_read(d, &again, NULL));
	CHECK(again->style == t->style && again->count == t->count);
	CHECK(!again->primary_broken && !again->backup_broken);
	for (size_t i = 0; i < t->count; i++)
		CHECK(again->parts[i].start == t->parts[i].start &&
		      again->parts[i].size == t->parts[i].size);
	part_table_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part_table *t;
	struct disk *d;
	uint8_t *copy;
	int r;

	if (size < 2048 || size > 1 << 20)
		return 0;
	copy = mem_dup(data, size);
	CHECK(copy && !disk_memory(size, 512, &d, NULL));
	fix(copy, size, 512);
	fix(copy, size, size / 512 * 512 - 512);
	CHECK(!disk_write(d, 0, copy, size, NULL));
	look_at_table(d);
	r = part_table_read(d, &t, NULL);
	CHECK(r != -EINVAL);
	if (!r) {
		write_again(d, t);
		part_table_free(t);
	}
	disk_close(d);
	mem_free(copy);
	return 0;
}
