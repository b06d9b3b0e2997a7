// SPDX-License-Identifier: MIT
//
// A record's header and end mark byte by byte, and its protection: the number goes on
// from what lay there, and the reader gets back what was protected.

#include "libntfs/encode/record.h"
#include "libntfs/read/read.h"
#include "test.h"

#define SIZE 1024u

static struct err err;

static void check_header(void)
{
	static const uint8_t expected[] = {
		'F',  'I', 'L', 'E', 0x30, 0, 3, 0, 0x99, 0, 0, 0, 0,  0, 0, 0,
		7,    0,   1,   0,   0x38, 0, 1, 0, 0x60, 0, 0, 0, 0,  4, 0, 0,
		0x21, 0,   0,   0,   0,    0, 4, 0, 5,    0, 0, 0, 42,
	};
	const struct ntfs_record_disk head = {
		.lsn = to_le64(0x99),
		.sequence = to_le16(7),
		.links = to_le16(1),
		.flags = to_le16(NTFS_RF_IN_USE),
		.base = to_le64(0x21 | 4ull << NTFS_SEQUENCE_SHIFT),
		.next_attr_id = to_le16(5),
		.number = to_le32(42),
	};
	uint8_t record[SIZE];

	memset(record, 0xee, sizeof(record));
	check_eq(ntfs_record_first(SIZE), 0x38);
	ntfs_encode_record(record, SIZE, 0x58, &head);
	check(!memcmp(record, expected, sizeof(expected)));
	check(mem_is_zero(record + sizeof(expected), 0x38 - sizeof(expected)));
	for (size_t i = 0x38; i < 0x58; i++) // the attributes stay
		check_eq(record[i], 0xee);
	check(!memcmp(record + 0x58, "\xff\xff\xff\xff", 4));
	check(mem_is_zero(record + 0x5c, SIZE - 0x5c));
}

// Records of 4096 bytes have nine units in the array, of 512 two.
static void check_first(void)
{
	check_eq(ntfs_usa_count(4096), 9);
	check_eq(ntfs_record_first(4096), 0x48);
	check_eq(ntfs_usa_count(512), 2);
	check_eq(ntfs_record_first(512), 0x38);
}

static void make(uint8_t record[SIZE], uint8_t fill)
{
	const struct ntfs_record_disk head = {.number = to_le32(1)};

	memset(record, fill, SIZE);
	ntfs_encode_record(record, SIZE, 0x38, &head);
	memset(record + 0x40, fill, SIZE - 0x40);
}

static uint16_t number_of(const uint8_t *record)
{
	return get_le16(*(const le16 *)(record + 0x30));
}

static void check_usa(void)
{
	static const struct {
		uint16_t before, after;
	} rows[] = {{0, 1},           {1, 2},      {0x1234, 0x1235},
		    {0xfffd, 0xfffe}, {0xfffe, 1}, {0xffff, 1}};
	uint8_t record[SIZE], before[SIZE], plain[SIZE];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		le16 usn = to_le16(rows[i].before);

		make(before, 0x11);
		memcpy(before + 0x30, &usn, sizeof(usn));
		make(record, 0x77);
		memcpy(plain, record, SIZE);
		ntfs_encode_usa(record, SIZE, before);
		check_eq(number_of(record), rows[i].after);
		for (size_t end = 510; end < SIZE; end += 512)
			check(!memcmp(record + end, record + 0x30, 2));
		check_ok(ntfs_fixup(record, SIZE, "record", 0, &err), &err);
		check(!memcmp(record + 0x38, plain + 0x38, SIZE - 0x38));
	}
}

// What lay there need not be a record, or may tell of an array outside of it.
static void check_foreign(void)
{
	uint8_t record[SIZE], before[SIZE];

	make(record, 1);
	ntfs_encode_usa(record, SIZE, NULL);
	check_eq(number_of(record), 1);
	memset(before, 0xff, sizeof(before));
	make(record, 1);
	ntfs_encode_usa(record, SIZE, before);
	check_eq(number_of(record), 1);
	memcpy(before, "INDX\xff\xff", 6);
	make(record, 1);
	ntfs_encode_usa(record, SIZE, before);
	check_eq(number_of(record), 1);
}

int main(void)
{
	check_header();
	check_first();
	check_usa();
	check_foreign();
	return 0;
}
