// SPDX-License-Identifier: MIT
//
// Names: long ones and their 8.3 aliases both ways, labels, and what neither
// may hold. The checksum is what ties the two together for every reader.

#include "libfat/fat_priv.h"
#include "test.h"

static void test_short(void)
{
	static const struct {
		const char *name;
		unsigned attempt;
		const char *alias;
		bool is_long;
	} rows[] = {
		{"BOOTMGR", 0, "BOOTMGR    ", false},
		{"BOOTMGR", 1, "BOOTMG~1   ", true},
		{"bootx64.efi", 0, "BOOTX64 EFI", true},
		{"Microsoft", 0, "MICROS~1   ", true},
		{"Microsoft", 3, "MICROS~4   ", true},
		{"a b.txt", 0, "AB~1    TXT", true},
		{"a.b.c", 0, "AB~1    C  ", true},
		{".profile", 0, "PROFIL~1   ", true},
		{"x.html", 0, "X~1     HTM", true},
		{"a+b", 0, "A_B~1      ", true},
		{"\xc3\xbc", 0, "_~1        ", true},
		{"...x", 0, "X~1        ", true},
		{"BCD.LOG1", 0, "BCD~1   LOG", true},
		{"12345678.123", 0, "12345678123", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t alias[11];
		bool is_long;
		le16 *units;
		size_t n;

		check_eq(utf16_from_utf8(rows[i].name, &units, &n), 0);
		check(fat_name_to_short(units, n, rows[i].attempt, alias,
					&is_long));
		check(!memcmp(alias, rows[i].alias, 11));
		check_eq(is_long, rows[i].is_long);
		mem_free(units);
	}
}

// Later attempts differ from one another, and come to an end.
static void test_attempts(void)
{
	uint8_t before[11] = {0}, alias[11];
	unsigned attempt = 0;
	bool is_long;
	le16 *units;
	size_t n;

	check_eq(utf16_from_utf8("some long name", &units, &n), 0);
	while (fat_name_to_short(units, n, attempt, alias, &is_long)) {
		check(memcmp(alias, before, 11));
		memcpy(before, alias, 11);
		check(++attempt < 10000);
	}
	check(attempt > 1000);
	mem_free(units);
}

static void test_from_short(void)
{
	static const struct {
		const char *raw;
		uint8_t lower;
		const char *name;
	} rows[] = {
		{"BOOTMGR    ", 0, "BOOTMGR"},
		{"BOOTX64 EFI", 0x18, "bootx64.efi"},
		{"BOOTX64 EFI", 0x08, "bootx64.EFI"},
		{"\x05X      A  ", 0, "\xcf\x83X.A"},
		{"\x81       \x9a  ", 0, "\xc3\xbc.\xc3\x9c"},
		{"GR\x99\xe1\xe9   T\x9b\x80", 0x18,
		 "gr\xc3\xb6\xc3\x9f\xce\x98.t\xc2\xa2\xc3\xa7"},
		{"        EXT", 0, NULL},
		{"A/B     C  ", 0, NULL},
		{"A\1B     C  ", 0, NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fat_entry_disk d = {.lower_case = rows[i].lower};
		le16 units[12];
		size_t n;
		char *s;

		memcpy(d.name, rows[i].raw, 11);
		n = fat_name_from_short(&d, false, units);
		check_eq(n > 0, rows[i].name != NULL);
		if (!n)
			continue;
		s = utf16_to_utf8(units, n);
		check(s && !strcmp(s, rows[i].name));
		mem_free(s);
	}
}

static void test_valid(void)
{
	static const struct {
		const char *name;
		bool valid;
	} rows[] = {
		{"a", true},   {"a b", true},    {".a", true},
		{"a.", false}, {"a ", false},    {".", false},
		{"..", false}, {"a/b", false},   {"a:b", false},
		{"", false},   {"a\x01", false}, {"+,;=[]", true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		le16 *units;
		size_t n;

		check_eq(utf16_from_utf8(rows[i].name, &units, &n), 0);
		check_eq(fat_name_is_valid(units, n), rows[i].valid);
		mem_free(units);
	}
}

static void test_label(void)
{
	char raw[11], text[34];

	check_eq(fat_name_from_label("System 1", raw), 0);
	check(!memcmp(raw, "SYSTEM 1   ", 11));
	check_eq(fat_name_from_label("twelve chars", raw), -EINVAL);
	check_eq(fat_name_from_label("a.b", raw), -EINVAL);
	check_eq(fat_name_from_label(" a", raw), -EINVAL);
	check_eq(fat_name_from_label("\xc3\xbc", raw), -EINVAL);
	check_eq(fat_name_to_label((const uint8_t *)"AB\x9a        ", text,
				   NULL),
		 0);
	check(!strcmp(text, "AB\xc3\x9c"));
}

int main(void)
{
	test_short();
	test_attempts();
	test_from_short();
	test_valid();
	test_label();
	check_eq(fat_name_checksum((const uint8_t *)"BOOTMGR    "), 0xee);
	return 0;
}
