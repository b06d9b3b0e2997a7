// SPDX-License-Identifier: MIT
//
// Loading, changing and saving a hive while the N-th allocation fails: the code
// is -ENOMEM, nothing leaks, and a change that failed has changed nothing.

#include "fault/fault.h"
#include "hive.h"
#include "test.h"

static void *bytes;
static size_t bytes_size;

static int build(struct hive *hive, struct err *err)
{
	static uint8_t big[40000];
	struct hive_key *key;
	char name[24];
	int r = 0;

	for (int i = 0; !r && i < 40; i++) {
		snprintf(name, sizeof(name), "a\\%d", i);
		r = hive_key_add(hive, hive->root, name, &key, err);
	}
	if (!r)
		r = hive_value_set(hive, key, "big", HIVE_BINARY, big,
				   sizeof(big), err);
	if (!r)
		r = hive_value_set_string(hive, key, "", "text", err);
	return r;
}

static int make_bytes(void **ret, size_t *ret_size, struct err *err)
{
	struct hive *hive = NULL;
	int r = hive_new("root", &hive, err);

	if (r) {
		check(!hive);
		return r;
	}
	hive->minor = 5;
	r = build(hive, err);
	if (!r)
		r = hive_save(hive, ret, ret_size, err);
	hive_free(hive);
	return r;
}

static int make(struct err *err)
{
	size_t size;
	void *made;
	int r = make_bytes(&made, &size, err);

	if (!r)
		mem_free(made);
	return r;
}

// What the bytes hold is the hive's own then; a part is for looking at.
static int load_otherwise(struct err *err)
{
	static const struct hive_log none[HIVE_LOGS];
	struct hive *hive = NULL;
	void *copy = mem_dup(bytes, bytes_size);
	int r = copy ? hive_load_owned(copy, bytes_size, none, &hive, err)
		     : err_nomem(err);

	check(!r == !!hive);
	if (r)
		mem_free(copy);
	hive_free(hive);
	hive = NULL;
	if (!r)
		r = hive_load_part(bytes, bytes_size, none, "a\\39", true,
				   &hive, err);
	check(!r == !!hive);
	hive_free(hive);
	return r;
}

static int load(struct err *err)
{
	struct hive_key *key;
	struct hive *hive = NULL;
	char *s = NULL;
	int r = hive_load(bytes, bytes_size, &hive, err);

	if (r) {
		check(!hive);
		return r;
	}
	r = hive_key_find(hive->root, "a\\39", &key, err);
	if (!r)
		r = hive_value_get_string(key, "", &s, err);
	if (!r) {
		size_t count = key->value_count;

		r = hive_value_set(hive, key, "", HIVE_BINARY, "x", 1, err);
		check_eq(key->value_count, count);
		check_eq(key->values[1].size, r ? 10 : 1);
	}
	if (!r)
		r = hive_value_remove(hive, key, "big", err);
	if (!r) {
		size_t count = key->subkey_count;

		r = hive_key_add(hive, key, "new", NULL, err);
		check_eq(key->subkey_count, count + !r);
	}
	mem_free(s);
	hive_free(hive);
	return r;
}

int main(void)
{
	struct err err = {0};

	check_ok(make_bytes(&bytes, &bytes_size, &err), &err);
	fault_mem_fails(make);
	fault_mem_fails(load);
	fault_mem_fails(load_otherwise);
	mem_free(bytes);
	check_eq(fault_mem_live(), 0);
	return 0;
}
