// SPDX-License-Identifier: MIT
//
// Columns by sizes: to scale, none too small, none lost.

#include "diskmgmt.h"
#include "test.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

static const struct {
	uint64_t sizes[4];
	size_t count;
	unsigned width, least, widths[4];
} cases[] = {
	{{GIB, GIB}, 2, 80, 8, {40, 40}},
	{{GIB, 3 * GIB}, 2, 80, 8, {20, 60}},
	{{100 * MIB, 16 * MIB, 400 * GIB}, 3, 78, 8, {8, 8, 62}},
	{{1, 1, 1}, 3, 10, 3, {3, 3, 4}},
	{{UINT64_MAX / 4, UINT64_MAX / 4}, 2, 1000, 1, {500, 500}},
	{{UINT64_MAX, 1}, 2, 10, 1, {9, 1}},
	{{5 * GIB}, 1, 7, 7, {7}},
	{{0, 0}, 2, 5, 2, {2, 3}},
};

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		unsigned widths[4] = {0};

		diskmgmt_split(cases[i].sizes, cases[i].count, cases[i].width,
			       cases[i].least, widths);
		for (size_t k = 0; k < cases[i].count; k++)
			check_eq(widths[k], cases[i].widths[k]);
	}
}

// Not enough room: nothing is touched.
static void test_no_room(void)
{
	unsigned widths[2] = {7, 7};

	diskmgmt_split(cases[0].sizes, 2, 15, 8, widths);
	check_eq(widths[0], 7);
	diskmgmt_split(cases[0].sizes, 0, 15, 8, widths);
	diskmgmt_split(cases[0].sizes, 2, 15, 0, widths);
	check_eq(widths[1], 7);
}

static void test_sums(void)
{
	uint64_t sizes[20], state = 1;
	unsigned widths[20];

	for (int round = 0; round < 2000; round++) {
		size_t count = 1 + (size_t)round % 20;
		unsigned sum = 0, width = 20 + (unsigned)round % 200;
		unsigned least = (unsigned)(width / count);

		least = least > 9 ? 9 : least;
		for (size_t i = 0; i < count; i++) {
			state = state * UINT64_C(6364136223846793005) +
				UINT64_C(1442695040888963407);
			sizes[i] = state >> (state >> 58);
		}
		diskmgmt_split(sizes, count, width, least, widths);
		for (size_t i = 0; i < count; i++) {
			check(widths[i] >= least);
			sum += widths[i];
			for (size_t k = 0; k < count; k++)
				if (sizes[i] > sizes[k])
					check(widths[i] + 2 >= widths[k]);
		}
		check_eq(sum, width);
	}
}

int main(void)
{
	test_cases();
	test_no_room();
	test_sums();
	return 0;
}
