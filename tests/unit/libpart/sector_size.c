// SPDX-License-Identifier: MIT
//
// The sector size of a raw image, from its table: read by the wrong one, every
// partition lies eight times too near or too far.

#include "part.h"
#include "unit/libpart/sparse.h"

#define MIB ((uint64_t)1 << 20)

static struct err why;

static struct disk *with_table(uint32_t sector_size, enum part_style style)
{
	const struct guid id = {{1}};
	const struct part p = {.type = part_type_data, .mbr_type = 7};
	struct disk *d = new_sparse(64 * MIB, sector_size);
	struct part_table *t;

	check_ok(part_table_new(style, d, &id, 1, &t, &why), &why);
	check_ok(part_table_add(t, &p, NULL, &why), &why);
	check_ok(part_table_write(t, d, &why), &why);
	part_table_free(t);
	return d;
}

// A boot sector that says of what size its sectors are.
static void put_volume(struct disk *d, uint64_t at, unsigned sector_size)
{
	uint8_t boot[512] = "\xeb\x52\x90NTFS    ";

	boot[11] = (uint8_t)sector_size;
	boot[12] = (uint8_t)(sector_size >> 8);
	boot[510] = 0x55;
	boot[511] = 0xaa;
	check_ok(disk_write(d, at, boot, sizeof(boot), &why), &why);
}

static void expect(struct disk *d, uint32_t asked, uint32_t want)
{
	struct part_table *t;
	uint32_t found = 0;

	d->sector_size = asked;
	d->is_sector_guessed = true;
	check_ok(part_sector_size(d, &found, &why), &why);
	check_eq(found, want);
	check_eq(d->sector_size, asked);
	check_ok(part_table_read(d, &t, &why), &why);
	check_eq(d->sector_size, want);
	check_eq(t->sector_size, want);
	check_eq(t->parts[0].start, MIB);
	part_table_free(t);
}

static void test_gpt(void)
{
	for (uint32_t size = 512; size <= 4096; size += 4096 - 512) {
		struct disk *d = with_table(size, PART_GPT);

		expect(d, 512, size);
		expect(d, 4096, size);
		// by its backup, the primary header being lost
		check_ok(disk_zero(d, size, 512, &why), &why);
		expect(d, 512, size);
		disk_close(d);
	}
}

// Nobody asks a device for its sector size twice: the table is the wrong one.
static void test_device(void)
{
	struct disk *d = with_table(4096, PART_GPT);
	struct part_table *t;
	struct part_content found;
	struct err err = {0};

	d->sector_size = 512;
	check_eq(part_table_read(d, &t, &err), -ENOTSUP);
	check(strstr(err.why, "4096"));
	check_ok(part_probe(d, &found, &why), &why);
	check_eq(found.kind, PART_HOLDS_TABLE);
	check_ok(part_wipe(d, &why), &why);
	check_eq(part_table_read(d, &t, &err), -ENOENT);
	disk_close(d);
}

static void test_mbr(void)
{
	struct disk *d = with_table(4096, PART_MBR);

	expect(d, 512, 4096); // nothing is there yet: by its alignment
	put_volume(d, MIB, 4096);
	expect(d, 512, 4096);
	// a volume of 512 where it would be then: both could be meant
	put_volume(d, MIB / 8, 512);
	check_ok(disk_zero(d, MIB, 512, &why), &why);
	d->sector_size = 512;
	check_ok(part_sector_size(d, &d->sector_size, &why), &why);
	check_eq(d->sector_size, 512);
	disk_close(d);

	d = with_table(512, PART_MBR);
	expect(d, 512, 512);
	put_volume(d, MIB, 512);
	expect(d, 512, 512);
	// a volume of other sectors than the disk's
	put_volume(d, MIB, 4096);
	expect(d, 512, 512);
	disk_close(d);
}

int main(void)
{
	test_gpt();
	test_device();
	test_mbr();
	return 0;
}
