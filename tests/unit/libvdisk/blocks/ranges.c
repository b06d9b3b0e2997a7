// SPDX-License-Identifier: MIT
//
// Lists of what is used of a file: order, and what shares bytes with a range.

#include "libvdisk/blocks/ranges.h"
#include "test.h"

static struct vdisk_ranges ranges;

static void add(uint64_t off, uint64_t len, const char *what, uint64_t number)
{
	struct err err = {0};

	check_ok(vdisk_ranges_add(&ranges, off, len, what, number, &err), &err);
}

static void check_order(void)
{
	// far apart, so that a difference cut to 32 bits has the wrong sign
	static const uint64_t offs[] = {UINT64_C(3) << 32,       7,
					UINT64_MAX - 1,          0,
					(UINT64_C(3) << 32) + 1, 8};
	uint64_t last = 0;

	vdisk_ranges_sort(&ranges); // of nothing
	for (uint64_t i = 0; i < 100; i++)
		add(offs[i % 6], 1, VDISK_RANGE_BLOCK, i);
	check_eq(ranges.count, 100);
	vdisk_ranges_sort(&ranges);
	for (size_t i = 0; i < ranges.count; i++) {
		const struct vdisk_range *x = &ranges.items[i];

		check(x->off >= last);
		check_eq(x->off, offs[x->number % 6]);
		last = x->off;
	}
	vdisk_ranges_done(&ranges);
	check(!ranges.items && !ranges.count && !ranges.capacity);
}

static void check_next(void)
{
	const struct vdisk_range *x;
	size_t from = 0;

	check(!vdisk_ranges_next(&ranges, 0, 100, &from));
	add(10, 10, "a", 0);
	add(20, 10, "b", 0);
	add(40, 1, "c", 0);
	check(!vdisk_ranges_next(&ranges, 0, 10,
				 &from)); // ends where it begins
	check_eq(from, 3);
	from = 0;
	x = vdisk_ranges_next(&ranges, 0, 11, &from);
	check(x && x->what[0] == 'a' && from == 1);
	from = 0;
	x = vdisk_ranges_next(&ranges, 19, 2,
			      &from); // the last of a, first of b
	check(x && x->what[0] == 'a');
	x = vdisk_ranges_next(&ranges, 19, 2, &from);
	check(x && x->what[0] == 'b' && from == 2);
	check(!vdisk_ranges_next(&ranges, 19, 2, &from));
	from = 0;
	check(!vdisk_ranges_next(&ranges, 30, 10, &from)); // a gap
	from = 0;
	x = vdisk_ranges_next(&ranges, 30, 11, &from);
	check(x && x->what[0] == 'c' && from == 3);
	from = 0;
	check(!vdisk_ranges_next(&ranges, 41, 1000, &from));
	vdisk_ranges_done(&ranges);
}

static void check_kinds(void)
{
	// by their words, wherever these are kept
	static const struct {
		char what[20];
		bool is_block, can_move;
	} rows[] = {
		{VDISK_RANGE_BLOCK, true, true},
		{VDISK_RANGE_BITS, false, true},
		{VDISK_RANGE_TABLE, false, false},
		{VDISK_RANGE_HEADER, false, false},
		{VDISK_RANGE_LOCATOR, false, false},
		{VDISK_RANGE_FOOTER, false, false},
		{"log", false, false},
		{"metadata", false, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vdisk_range x = {.what = rows[i].what};

		check_eq(vdisk_range_is_block(&x), rows[i].is_block);
		check_eq(vdisk_range_can_move(&x), rows[i].can_move);
	}
}

int main(void)
{
	check_order();
	check_next();
	check_kinds();
	return 0;
}
