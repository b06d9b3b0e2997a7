// SPDX-License-Identifier: MIT
//
// Keys: finding, adding in order, removing.

#include "hive.h"
#include "test.h"

static void check_order(const struct hive_key *key)
{
	for (size_t i = 1; i < key->subkey_count; i++) {
		const struct hive_key *a = key->subkeys[i - 1];
		const struct hive_key *b = key->subkeys[i];

		check(utf16_casecmp(a->name, a->name_len, b->name,
				    b->name_len) < 0);
	}
}

int main(void)
{
	static const char *const names[] = {
		"m", "B", "a_", "a", "Zz", "\xc3\xa4", "b0", "Ab", "\xd0\x9a"};
	struct hive_key *key, *same;
	struct err err = {0};
	struct hive *hive;
	char *name;

	check_ok(hive_new("root", &hive, &err), &err);
	hive->now = 42;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check_ok(hive_key_add(hive, hive->root, names[i], NULL, &err),
			 &err);
	check_eq(hive->root->subkey_count, 9);
	check_order(hive->root);

	check_ok(hive_key_add(hive, hive->root, "A\\deep\\er", &key, &err),
		 &err);
	check_eq(hive->root->subkey_count, 9);
	check_eq(key->written, 42);
	check(key->parent->parent->parent == hive->root);
	check_ok(hive_key_find(hive->root, "a\\DEEP\\Er", &same, &err), &err);
	check(same == key);
	check_ok(hive_key_find(key, "", &same, &err), &err);
	check(same == key);
	check_eq(hive_key_find(hive->root, "a\\no", &same, &err), -ENOENT);
	check_eq(hive_key_find(hive->root, "a\\deep\\er\\x", &same, &err),
		 -ENOENT);
	check_eq(err.code, 0);

	name = hive_key_name(key);
	check(name && !strcmp(name, "er"));
	mem_free(name);

	check_eq(hive_key_add(hive, key, "x\\\\y", NULL, NULL), -EINVAL);
	check_eq(hive_key_find(key, "\xff", &same, NULL), -EINVAL);
	for (int i = 0; i < 600; i++) {
		int r = hive_key_add(hive, key, "n", &key, NULL);

		check_eq(r, i < 508 ? 0 : -EFBIG);
	}

	check_ok(hive_key_find(hive->root, "a", &key, &err), &err);
	hive_key_remove(hive, key);
	check_eq(hive_key_find(hive->root, "a", &key, &err), -ENOENT);
	check_eq(hive->root->subkey_count, 8);
	check_order(hive->root);
	hive_key_remove(hive, hive->root);
	check_eq(hive->root->subkey_count, 8);
	hive_free(hive);
	return 0;
}
