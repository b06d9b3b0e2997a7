// SPDX-License-Identifier: MIT
//
// Loading a part of a hive, and from bytes that become the hive's own.

#include "hive.h"
#include "test.h"

static const struct hive_log no_logs[HIVE_LOGS];
static void *bytes;
static size_t size;

// A hive with a list of lists: W has 2,000 keys, "K0007" with two below it.
static void make(void)
{
	static uint8_t big[40000] = {1, 2, 3};
	struct hive *hive;
	struct hive_key *key;
	struct err err = {0};
	char name[32];

	check_ok(hive_new("root", &hive, &err), &err);
	hive->minor = 5;
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "W\\K%04d", i);
		check_ok(hive_key_add(hive, hive->root, name, &key, &err),
			 &err);
		check_ok(hive_value_set_u32(hive, key, "n", (uint32_t)i, &err),
			 &err);
	}
	check_ok(hive_key_find(hive->root, "W\\K0007", &key, &err), &err);
	check_ok(hive_value_set(hive, key, "big", HIVE_BINARY, big, sizeof(big),
				&err),
		 &err);
	check_ok(hive_value_set_string(hive, key, "text", "some words", &err),
		 &err);
	check_ok(hive_key_add(hive, key, "\xe2\x82\xac\\below", &key, &err),
		 &err);
	check_ok(hive_save(hive, &bytes, &size, &err), &err);
	hive_free(hive);
}

static struct hive *part(const char *path, bool all)
{
	struct err err = {0};
	struct hive *hive;

	check_ok(hive_load_part(bytes, size, no_logs, path, all, &hive, &err),
		 &err);
	check(hive->is_part);
	return hive;
}

static void parts(void)
{
	struct hive *hive = part("w\\k0007", false);
	struct hive_key *key;
	struct err err = {0};
	void *out = (void *)1;
	size_t out_size;
	uint32_t n;
	char *s;

	check_eq(hive->root->subkey_count, 1);
	check_eq(hive->root->subkeys[0]->subkey_count, 1);
	check_ok(hive_key_find(hive->root, "W\\K0007", &key, &err), &err);
	check_eq(key->value_count, 3);
	check_eq(key->values[1].size, 40000);
	check_eq(key->values[1].data[2], 3);
	check_eq(key->subkey_count, 1);
	check_eq(key->subkeys[0]->subkey_count, 0); // its name alone
	check_eq(hive_save(hive, &out, &out_size, NULL), -EINVAL);
	check(out == (void *)1);
	hive_free(hive);

	hive = part("W\\K0007\\", true);
	check(!hive_key_find(hive->root, "W\\K0007\\\xe2\x82\xac\\below", &key,
			     &err));
	hive_free(hive);
	hive = part("W\\K0007\\\xe2\x82\xac", false); // a name in UTF-16
	check(!hive_key_find(hive->root, "W\\K0007\\\xe2\x82\xac\\below", &key,
			     &err));
	hive_free(hive);

	hive = part("W", false);
	check_ok(hive_key_find(hive->root, "W", &key, &err), &err);
	check_eq(key->subkey_count, 2000);
	check_eq(key->subkeys[7]->value_count, 0);
	hive_free(hive);
	hive = part("", true);
	check_ok(hive_key_find(hive->root, "W\\K1999", &key, &err), &err);
	check_ok(hive_value_get_u32(key, "n", &n, &err), &err);
	check_eq(n, 1999);
	hive_free(hive);

	// what is not there ends the tree early
	hive = part("W\\None\\K0007", true);
	check_eq(hive->root->subkeys[0]->subkey_count, 0);
	hive_free(hive);
	check_eq(hive_load_part(bytes, size, no_logs, "\xff", false, &hive,
				NULL),
		 -EINVAL);
	check_eq(hive_load_part(bytes, 100, no_logs, "", false, &hive, NULL),
		 -EBADMSG);

	// the same names and texts as of the whole
	hive = part("W\\K0007", false);
	check_ok(hive_key_find(hive->root, "W\\K0007", &key, &err), &err);
	check_ok(hive_value_get_string(key, "text", &s, &err), &err);
	check(!strcmp(s, "some words"));
	mem_free(s);
	hive_free(hive);
}

// Values that lie in the hive's bytes are replaced and removed like others, and
// a hive that was taken over saves to the same bytes.
static void owned(void)
{
	void *copy = mem_dup(bytes, size), *again;
	struct hive_key *key;
	struct err err = {0};
	struct hive *hive;
	size_t again_size;
	uint32_t n;

	check_ok(hive_load_owned(copy, size, no_logs, &hive, &err), &err);
	check_ok(hive_save(hive, &again, &again_size, &err), &err);
	check_eq(again_size, size);
	check(!memcmp(again, bytes, size));
	mem_free(again);
	check_ok(hive_key_find(hive->root, "W\\K0007", &key, &err), &err);
	check_ok(hive_value_set_u32(hive, key, "n", 77, &err), &err);
	check_ok(hive_value_set_u32(hive, key, "n", 78, &err), &err);
	check_ok(hive_value_remove(hive, key, "text", &err), &err);
	check_ok(hive_value_get_u32(key, "n", &n, &err), &err);
	check_eq(n, 78);
	hive_key_remove(hive, key);
	hive_free(hive);

	copy = mem_dup("junk", 4);
	check_eq(hive_load_owned(copy, 4, no_logs, &hive, NULL), -EBADMSG);
	mem_free(copy); // still ours
}

int main(void)
{
	make();
	parts();
	owned();
	mem_free(bytes);
	return 0;
}
