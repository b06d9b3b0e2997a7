// SPDX-License-Identifier: MIT
//
// Values: setting, replacing, reading, removing.

#include "hive.h"
#include "test.h"

int main(void)
{
	struct hive_value *v;
	struct err err = {0};
	struct hive *hive;
	struct hive_key *k;
	uint32_t n;
	char *s;

	check_ok(hive_new("root", &hive, &err), &err);
	k = hive->root;
	check_ok(hive_value_set_u32(hive, k, "Number", 0xdeadbeef, &err), &err);
	check_ok(hive_value_set_string(hive, k, "", "d\xc3\xa9j\xc3\xa0", &err),
		 &err);
	check_ok(hive_value_set(hive, k, "nothing", HIVE_NONE, NULL, 0, &err),
		 &err);
	check_eq(k->value_count, 3);
	check_ok(hive_value_get_u32(k, "NUMBER", &n, &err), &err);
	check_eq(n, 0xdeadbeef);
	check_ok(hive_value_get_string(k, "", &s, &err), &err);
	check(!strcmp(s, "d\xc3\xa9j\xc3\xa0"));
	mem_free(s);
	check_ok(hive_value_find(k, "", &v, &err), &err);
	check_eq(v->size, 10);
	check_eq(hive_value_get_u32(k, "absent", &n, &err), -ENOENT);
	check_eq(err.code, 0);
	check_eq(hive_value_get_u32(k, "", &n, NULL), -EBADMSG);
	check_eq(hive_value_get_string(k, "Number", &s, NULL), -EBADMSG);

	// replaced in its place, under the name it had
	check_ok(hive_value_set_u32(hive, k, "number", 7, &err), &err);
	check_eq(k->value_count, 3);
	check_eq(get_le16(k->values[0].name[0]), 'N');
	check_ok(hive_value_get_u32(k, "Number", &n, &err), &err);
	check_eq(n, 7);
	check_ok(hive_value_set(hive, k, "number", HIVE_BINARY, "ab", 2, &err),
		 &err);
	check_eq(k->values[0].type, HIVE_BINARY);
	check_eq(k->values[0].size, 2);

	// text without its NUL, of odd length, or with more behind the NUL
	check_ok(hive_value_set(hive, k, "odd", HIVE_SZ, "a\0b\0c", 5, &err),
		 &err);
	check_ok(hive_value_get_string(k, "odd", &s, &err), &err);
	check(!strcmp(s, "ab"));
	mem_free(s);
	check_ok(hive_value_set(hive, k, "odd", HIVE_SZ, "a\0\0\0c\0", 6, &err),
		 &err);
	check_ok(hive_value_get_string(k, "odd", &s, &err), &err);
	check(!strcmp(s, "a"));
	mem_free(s);

	check_ok(hive_value_remove(hive, k, "Number", &err), &err);
	check_eq(hive_value_remove(hive, k, "Number", &err), -ENOENT);
	check_eq(k->value_count, 3);
	check_eq(k->values[0].name_len, 0);
	hive_free(hive);
	return 0;
}
