// SPDX-License-Identifier: MIT
//
// Copying keys: between hives, into one that has some of it, into itself. (The
// last must not copy what it is just making.)

#include "hive.h"
#include "test.h"

static struct hive *new_hive(void)
{
	struct err err = {0};
	struct hive *hive;
	struct hive_key *k;

	check_ok(hive_new("root", &hive, &err), &err);
	check_ok(hive_key_add(hive, hive->root, "a\\b\\c", &k, &err), &err);
	check_ok(hive_value_set_u32(hive, k, "deep", 1, &err), &err);
	check_ok(hive_key_find(hive->root, "a", &k, &err), &err);
	check_ok(hive_value_set_string(hive, k, "", "default", &err), &err);
	check_ok(hive_value_set_u32(hive, k, "n", 1, &err), &err);
	return hive;
}

static struct hive_key *find(struct hive *hive, const char *path)
{
	struct hive_key *k;

	return hive_key_find(hive->root, path, &k, NULL) ? NULL : k;
}

static uint32_t number(struct hive *hive, const char *path, const char *name)
{
	uint32_t n = 0;

	check(find(hive, path));
	return hive_value_get_u32(find(hive, path), name, &n, NULL) ? 0 : n;
}

int main(void)
{
	struct hive *from = new_hive(), *to = new_hive();
	struct err err = {0};
	struct hive_key *k;

	// values alone, over one that is there, beside one that is not
	k = find(to, "a\\b");
	check_ok(hive_value_set_u32(to, k, "N", 9, &err), &err);
	check_ok(hive_value_set_u32(to, k, "mine", 2, &err), &err);
	check_ok(hive_key_copy(to, k, find(from, "a"), false, &err), &err);
	check_eq(number(to, "a\\b", "n"), 1);
	check_eq(number(to, "a\\b", "mine"), 2);
	check_eq(k->value_count, 3);
	check(!find(to, "a\\b\\b"));
	// all
	check_ok(hive_key_copy(to, to->root, find(from, "a"), true, &err),
		 &err);
	check_eq(number(to, "b\\c", "deep"), 1);
	// into itself, and from below itself
	check_ok(hive_key_copy(from, find(from, "a\\b"), find(from, "a"), true,
			       &err),
		 &err);
	check_eq(number(from, "a\\b", "n"), 1);
	check(!find(from, "a\\b\\b"));
	check_ok(hive_key_copy(to, to->root, to->root, true, &err), &err);
	check_ok(hive_key_add(from, from->root, "x\\x\\x", &k, &err), &err);
	check_ok(hive_value_set_u32(from, k, "v", 5, &err), &err);
	check_ok(hive_key_copy(from, find(from, "x"), find(from, "x\\x"), true,
			       &err),
		 &err);
	check_eq(number(from, "x\\x", "v"), 5);

	// names that no text can hold
	check_ok(hive_key_add(from, from->root, "nul-", &k, &err), &err);
	k->name[3] = to_le16(0);
	check_ok(hive_key_copy(to, to->root, from->root, true, &err), &err);
	for (size_t i = 0; i < to->root->subkey_count; i++)
		if (to->root->subkeys[i]->name_len == 4)
			k = to->root->subkeys[i];
	check(k->parent == to->root && !get_le16(k->name[3]));
	hive_value_remove_all(from, find(from, "a"));
	check_eq(find(from, "a")->value_count, 0);
	hive_free(from);
	hive_free(to);
	return 0;
}
