// SPDX-License-Identifier: MIT
//
// Hives as few write them: a key that stands for a handle (Perflib\009 of
// Windows), keys without a descriptor, long data in one cell where Windows has
// segments. They are loaded, and saved as Windows would write them.

#include "hive.h"
#include "hive_seal.h"
#include "test.h"

#define LONG 40000u

static uint8_t *bytes, data[LONG];
static size_t size;

static void make(void)
{
	struct hive *hive;
	struct hive_key *key;
	struct err err = {0};
	void *saved;

	for (size_t i = 0; i < LONG; i++)
		data[i] = (uint8_t)(i * 7 >> 3);
	check_ok(hive_new("root", &hive, &err), &err);
	hive->minor = 3; // data in one cell
	check_ok(hive_key_add(hive, hive->root, "p009\\below", NULL, &err),
		 &err);
	check_ok(hive_key_add(hive, hive->root, "other", &key, &err), &err);
	check_ok(hive_value_set(hive, key, "long", HIVE_BINARY, data, LONG,
				&err),
		 &err);
	check_ok(hive_save(hive, &saved, &size, &err), &err);
	bytes = saved;
	hive_free(hive);
}

// Where the record of a key begins, by its name.
static uint8_t *record(uint8_t *p, size_t n, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 4096 + 76; i + len <= n; i++)
		if (!memcmp(p + i, name, len) && !memcmp(p + i - 76, "nk", 2))
			return p + i - 76;
	check(!"the key is there");
	return NULL;
}

static void check_long(const struct hive *hive)
{
	struct hive_key *key;
	struct hive_value *v;

	check(!hive_key_find(hive->root, "other", &key, NULL));
	check(!hive_value_find(key, "long", &v, NULL));
	check_eq(v->size, LONG);
	check(!memcmp(v->data, data, LONG));
}

int main(void)
{
	struct hive *hive;
	struct hive_key *key;
	struct err err = {0};
	void *again;
	size_t again_size;
	uint8_t *nk;

	make();
	seal_put(bytes + 0x18, 5);
	nk = record(bytes, size, "p009");
	nk[2] |= 0x40;
	seal_put(nk + 0x24, 0x80000060);
	seal_put(nk + 0x28, UINT32_MAX);
	seal_put(record(bytes, size, "below") + 0x2c, UINT32_MAX);
	seal_header(bytes);

	check_ok(hive_load(bytes, size, &hive, &err), &err);
	check_long(hive);
	check(!hive_key_find(hive->root, "p009", &key, NULL));
	check_eq(key->value_count, 0);
	check_eq(key->handle, 0x80000060);
	check_eq(hive_value_set_u32(hive, key, "n", 1, NULL), -EPERM);
	check_ok(hive_key_find(key, "below", &key, &err), &err);
	check_eq(key->security, hive->root->security);
	check_ok(hive_save(hive, &again, &again_size, &err), &err);
	hive_free(hive);

	nk = record(again, again_size, "p009");
	check_eq(seal_get(nk + 0x24), 0x80000060);
	check_eq(seal_get(nk + 0x28), UINT32_MAX);
	check(seal_get(record(again, again_size, "below") + 0x2c) !=
	      UINT32_MAX);
	check_ok(hive_load(again, again_size, &hive, &err), &err);
	check_long(hive);
	hive_free(hive);
	mem_free(again);

	// the root has no parent to take a descriptor from
	seal_put(record(bytes, size, "root") + 0x2c, UINT32_MAX);
	check_eq(hive_load(bytes, size, &hive, NULL), -EBADMSG);
	mem_free(bytes);
	return 0;
}
