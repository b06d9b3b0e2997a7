// SPDX-License-Identifier: MIT
//
// Reading and writing registry files and copying keys while the N-th allocation
// fails: the code is -ENOMEM, and nothing leaks.

#include "fault/fault.h"
#include "hive.h"
#include "test.h"

static const char text[] = "Windows Registry Editor Version 5.00\r\n\r\n"
			   "[R\\a\\\xe4]\r\n"
			   "\"n\"=hex(7):61,00,00,00,\\\r\n  00,00\r\n"
			   "\"\\\\\"=dword:0000002a\r\n@=\"\xe4\"\r\n\r\n"
			   "[-R\\b]\r\n";

struct build {
	struct hive *hive;
	struct hive_key *key;
};

static int on_key(void *ctx, const char *path, bool remove, struct err *err)
{
	struct build *b = ctx;

	return hive_key_add(b->hive, b->hive->root, path, &b->key, err);
}

static int on_value(void *ctx, const char *name, bool remove, uint32_t type,
		    const void *data, size_t size, struct err *err)
{
	struct build *b = ctx;

	return hive_value_set(b->hive, b->key, name, type, data, size, err);
}

static int all(struct err *err)
{
	struct build b = {NULL, NULL};
	const struct hive_reg_visitor visitor = {on_key, on_value, &b};
	void *again = NULL;
	size_t size;
	int r = hive_new("root", &b.hive, err);

	if (r)
		return r;
	r = hive_reg_parse(text, sizeof(text) - 1, &visitor, err);
	if (!r)
		r = hive_key_add(b.hive, b.hive->root, "copy", &b.key, err);
	if (!r)
		r = hive_key_copy(b.hive, b.key, b.hive->root, true, err);
	if (!r)
		r = hive_reg_format(b.hive->root, "R", &again, &size, err);
	mem_free(again);
	hive_free(b.hive);
	return r;
}

int main(void)
{
	fault_mem_fails(all);
	check_eq(fault_mem_live(), 0);
	return 0;
}
