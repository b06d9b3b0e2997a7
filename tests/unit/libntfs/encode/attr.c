// SPDX-License-Identifier: MIT
//
// Attributes, runs and entries of $ATTRIBUTE_LIST byte by byte, and read back by the
// reading half.

#include "libntfs/encode/attr.h"
#include "libntfs/encode/record.h"
#include "libntfs/read/read.h"
#include "test.h"

#define SIZE 1024u

static struct err err;
static const le16 name[] = {{{'a'}}, {{'b'}}, {{'c'}}};

static void check_runs(void)
{
	static const struct {
		uint64_t lcn, clusters, before;
		const char *bytes;
		uint32_t size;
	} rows[] = {
		{0x80, 1, 0, "\x21\x01\x80\x00", 4}, // 128 is no signed byte
		{0x7f, 0x7f, 0, "\x11\x7f\x7f", 3},
		{0x30, 0x80, 0x40, "\x12\x80\x00\xf0", 4}, // backwards
		{0x5634, 0x18, 0, "\x21\x18\x34\x56", 4},
		{0, 5, 0x100, "\x21\x05\x00\xff", 4},
		{NTFS_HOLE, 0x1234, 77, "\x02\x34\x12", 3},
		{0x7fffffffffffffff, 0x7fffffffffffffff, 0,
		 "\x88\xff\xff\xff\xff\xff\xff\xff\x7f"
		 "\xff\xff\xff\xff\xff\xff\xff\x7f",
		 17},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t out[NTFS_RUN_SIZE];

		check_eq(ntfs_encode_run(out, rows[i].lcn, rows[i].clusters,
					 rows[i].before),
			 rows[i].size);
		check(!memcmp(out, rows[i].bytes, rows[i].size));
	}
}

static void check_resident(void)
{
	static const uint8_t expected[] = {
		0x80, 0, 0, 0, 0x30, 0, 0, 0, 0,   3, 0x18, 0, 0,   0, 9, 0,
		9,    0, 0, 0, 0x20, 0, 1, 0, 'a', 0, 'b',  0, 'c', 0, 0, 0,
	};
	const struct ntfs_attr_form form = {
		.type = NTFS_AT_DATA, .id = 9, .name_len = 3, .name = name};
	uint8_t out[64], *value;

	memset(out, 0xee, sizeof(out));
	check_eq(ntfs_resident_size(3, 9), 0x30);
	value = ntfs_encode_resident(out, &form, 9, true);
	check_eq(value - out, 0x20);
	check(!memcmp(out, expected, sizeof(expected)));
	check(mem_is_zero(value, 16));
	check_eq(out[0x30], 0xee);
	check_eq(ntfs_resident_size(0, 0), 0x18);
	check_eq(ntfs_resident_size(0, 1), 0x20);
}

// Puts one piece into a record, and reads it.
static void read_piece(const struct ntfs_attr_form *form,
		       const struct ntfs_piece *piece, uint32_t expected,
		       struct ntfs_attr *ret)
{
	static uint8_t record[SIZE];
	static struct ntfs_record rec;
	const struct ntfs_record_disk head = {.sequence = to_le16(1),
					      .flags = to_le16(NTFS_RF_IN_USE),
					      .number = to_le32(30)};
	uint32_t first = ntfs_record_first(SIZE), n;
	uint8_t *at = record + first;
	bool has_total = piece->unit_shift && !piece->first_vcn;
	uint8_t *runs = at + ntfs_runs_offset(form->name_len, has_total);

	memset(record, 0xee, SIZE);
	n = ntfs_encode_run(runs, 100, piece->clusters, 0);
	runs[n++] = 0;
	n = ntfs_encode_piece(at, form, piece, n);
	check_eq(n, expected);
	ntfs_encode_record(record, SIZE, first + n, &head);
	ntfs_encode_usa(record, SIZE, NULL);
	check_ok(ntfs_record_decode(record, SIZE, 30, &rec, &err), &err);
	*ret = (struct ntfs_attr){0};
	check_eq(ntfs_attr_next(&rec, ret, &err), 1);
	check_eq(ntfs_attr_next(&rec,
				&(struct ntfs_attr){.offset = ret->offset,
						    .length = ret->length},
				&err),
		 0);
}

static void check_pieces(void)
{
	const struct ntfs_attr_form form = {.type = NTFS_AT_DATA,
					    .flags = NTFS_AF_COMPRESSED,
					    .id = 2,
					    .name_len = 3,
					    .name = name};
	const struct ntfs_attr_form plain = {.type = NTFS_AT_DATA};
	struct ntfs_piece piece = {.clusters = 0x20,
				   .allocated = 0x20000,
				   .size = 0x1ffff,
				   .valid = 0x1fff0,
				   .total = 0x8000,
				   .unit_shift = 4};
	struct ntfs_attr a;

	// header 0x40, total 8, name 6, runs 4
	read_piece(&form, &piece, 0x58, &a);
	check_eq(a.name_len, 3);
	check(!memcmp(a.name, name, sizeof(name)));
	check_eq(a.flags, NTFS_AF_COMPRESSED);
	check_eq(a.unit_shift, 4);
	check_eq(a.last_vcn, 0x1f);
	check_eq(a.allocated, 0x20000);
	check_eq(a.size, 0x1ffff);
	check_eq(a.valid, 0x1fff0);
	check_eq(a.total, 0x8000);

	// A later piece has no sizes, no total and no compression unit.
	piece.first_vcn = 0x20;
	read_piece(&form, &piece, 0x50, &a);
	check_eq(a.first_vcn, 0x20);
	check_eq(a.last_vcn, 0x3f);
	check_eq(a.unit_shift, 0);
	check(mem_is_zero(a.record->data + a.offset + 0x28, 0x18));
	check_eq(a.total, 0);

	piece = (struct ntfs_piece){
		.clusters = 3, .size = 1, .allocated = 4096};
	read_piece(&plain, &piece, 0x48, &a);
	check_eq(a.name_len, 0);
	check_eq(a.size, 1);
	check_eq(a.total, 4096); // the reader's, where none is written
}

static void check_list(void)
{
	const struct ntfs_attr_form form = {
		.type = NTFS_AT_DATA, .id = 5, .name_len = 3, .name = name};
	const struct ntfs_attr_form plain = {.type = NTFS_AT_FILE_NAME};
	struct ntfs_list_entry e;
	uint8_t list[64];
	size_t off = 0, size;

	memset(list, 0xee, sizeof(list));
	size = ntfs_encode_list_entry(list, &plain, 0, 77);
	check_eq(size, 0x20);
	check(mem_is_zero(list + 0x1a, 6)); // what lay there goes
	size += ntfs_encode_list_entry(list + size, &form, 0x1234, 1ull << 48);
	check_eq(size, 0x40);
	check_eq(ntfs_list_next(list, size, &off, &e, &err), 1);
	check_eq(e.type, NTFS_AT_FILE_NAME);
	check_eq(e.record, 77);
	check_eq(ntfs_list_next(list, size, &off, &e, &err), 1);
	check_eq(e.id, 5);
	check_eq(e.first_vcn, 0x1234);
	check_eq(e.record, 1ull << 48);
	check(e.name_len == 3 && !memcmp(e.name, name, sizeof(name)));
	check_eq(ntfs_list_next(list, size, &off, &e, &err), 0);
}

int main(void)
{
	check_runs();
	check_resident();
	check_pieces();
	check_list();
	return 0;
}
