// SPDX-License-Identifier: MIT
//
// Loads a part of a hive, and takes a hive over: what loads whole does so too,
// to the same bytes, and its keys are found in a part.

#include "hive.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct hive_log none[HIVE_LOGS];

// Loads what leads to the first key, of the first one below it and so on.
static void find_first(const uint8_t *data, size_t size,
		       const struct hive *whole)
{
	const struct hive_key *key = whole->root, *found;
	struct hive_key *at;
	struct err err = {0};
	struct hive *part;
	char *name;

	if (!key->subkey_count)
		return;
	key = key->subkeys[0];
	name = hive_key_name(key);
	if (!strchr(name, '\\') && strlen(name) && key->name_len) {
		check_ok(hive_load_part(data, size, none, name, false, &part,
					&err),
			 &err);
		if (!hive_key_find(part->root, name, &at, NULL)) {
			found = at;
			check_eq(found->value_count, key->value_count);
			check_eq(found->subkey_count, key->subkey_count);
		}
		hive_free(part);
	}
	mem_free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = mem_dup(data, size), *mine;
	struct hive *hive, *part;
	void *a, *b;
	size_t a_size, b_size;

	// the sum of all zeroes or ones is stored otherwise; never mind
	for (size_t i = 0; size >= 512 && i < 4; i++)
		copy[508 + i] = 0;
	for (size_t i = 0; size >= 512 && i < 508; i++)
		copy[508 + i % 4] ^= copy[i];
	mine = mem_dup(copy, size);
	if (!hive_load_part(copy, size, none, "a\\b", size % 2, &part, NULL))
		hive_free(part);
	if (hive_load(copy, size, &hive, NULL)) {
		check(hive_load_owned(mine, size, none, &part, NULL));
		mem_free(mine);
	} else {
		find_first(copy, size, hive);
		check(!hive_load_owned(mine, size, none, &part, NULL));
		check(!hive_save(hive, &a, &a_size, NULL));
		check(!hive_save(part, &b, &b_size, NULL));
		check(a_size == b_size && !memcmp(a, b, a_size));
		mem_free(a);
		mem_free(b);
		hive_free(part);
		hive_free(hive);
	}
	mem_free(copy);
	return 0;
}
