// SPDX-License-Identifier: MIT
//
// Lists of extended attributes: written and read, cut anywhere, and malformed.

#include "test.h"

static void both_ways(void)
{
	static const struct ea items[] = {
		{"A", (const uint8_t *)"", 1, 0, 0},
		{"user.name", (const uint8_t *)"value", 9, 5, 0x80},
		{"LAST", (const uint8_t *)"1234567", 4, 7, 0},
	};
	uint8_t list[200];
	size_t size = 0, at = 0;
	struct ea ea;

	for (int i = 0; i < 3; i++) {
		ea_put(&items[i], list + size);
		check_eq(ea_size(&items[i]) % 4, 0);
		size += ea_size(&items[i]);
	}
	check_eq(size, 12 + 24 + 20);
	for (int i = 0; i < 3; i++) {
		check_eq(ea_next(list, size, &at, &ea), 1);
		check_eq(ea.name_len, items[i].name_len);
		check(!strcmp(ea.name, items[i].name));
		check_eq(ea.value_len, items[i].value_len);
		check(!memcmp(ea.value, items[i].value, ea.value_len));
		check_eq(ea.flags, items[i].flags);
	}
	check_eq(ea_next(list, size, &at, &ea), 0);
	// cut anywhere it is none, or a shorter one
	for (size_t n = 1; n < size; n++) {
		int r;

		for (at = 0; (r = ea_next(list, n, &at, &ea)) > 0;)
			check(ea.value + ea.value_len <= list + n);
		check_eq(r, n == 12 || n == 36 ? 0 : -1);
	}
}

static void malformed(void)
{
	static const struct {
		const char *name;
		uint8_t list[20];
		size_t size;
		int wanted;
	} rows[] = {
		{"the last says 0", {0, 0, 0, 0, 0, 1, 0, 0, 'x', 0}, 10, 1},
		{"no name", {12, 0, 0, 0, 0, 0, 1, 0, 0, 'x'}, 12, 1},
		{"next within", {8, 0, 0, 0, 0, 1, 0, 0, 'x', 0}, 12, -1},
		{"next askew", {14, 0, 0, 0, 0, 1, 0, 0, 'x', 0}, 16, -1},
		{"next behind", {16, 0, 0, 0, 0, 1, 0, 0, 'x', 0}, 12, -1},
		{"name too long", {0, 0, 0, 0, 0, 9, 0, 0, 'x', 0}, 12, -1},
		{"value too long", {0, 0, 0, 0, 0, 1, 9, 0, 'x', 0}, 12, -1},
		{"value much too long", {0, 0, 0, 0, 0, 1, 0, 9, 'x'}, 12, -1},
		{"header cut", {0}, 7, -1},
	};
	struct ea ea;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t at = 0;

		printf("%s\n", rows[i].name);
		check_eq(ea_next(rows[i].list, rows[i].size, &at, &ea),
			 rows[i].wanted);
		check_eq(at, rows[i].wanted > 0 ? rows[i].size : 0);
	}
}

int main(void)
{
	both_ways();
	malformed();
	return 0;
}
