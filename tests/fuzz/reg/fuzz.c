// SPDX-License-Identifier: MIT
//
// Reads registry files into a hive. What could be read is written and read
// again, to the same hive.

#include "hive.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct build {
	struct hive *hive;
	struct hive_key *key;
	size_t skip; // of each path: what stands for the root
};

static int on_key(void *ctx, const char *path, bool remove, struct err *err)
{
	struct build *b = ctx;
	size_t skip = b->skip && path[b->skip] == '\\' ? b->skip + 1 : b->skip;
	int r = hive_key_add(b->hive, b->hive->root, path + skip, &b->key, err);

	if (!r && remove)
		hive_key_remove(b->hive, b->key);
	return r;
}

static int on_value(void *ctx, const char *name, bool remove, uint32_t type,
		    const void *data, size_t size, struct err *err)
{
	struct build *b = ctx;

	return remove ? 0
		      : hive_value_set(b->hive, b->key, name, type, data, size,
				       err);
}

static int build(const void *data, size_t size, struct build *b,
		 struct err *err)
{
	const struct hive_reg_visitor visitor = {on_key, on_value, b};

	check(!hive_new("", &b->hive, err));
	return hive_reg_parse(data, size, &visitor, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct build one = {.skip = 0}, two = {.skip = 1};
	struct err err = {0};
	size_t n, m, text_size;
	void *text, *x, *y;
	int r = build(data, size, &one, &err);

	check(r == err.code);
	check(!r || r == -EBADMSG || r == -EINVAL || r == -EFBIG);
	if (!r &&
	    !hive_reg_format(one.hive->root, "R", &text, &text_size, NULL)) {
		check_ok(build(text, text_size, &two, &err), &err);
		check_ok(hive_save(one.hive, &x, &n, &err), &err);
		check_ok(hive_save(two.hive, &y, &m, &err), &err);
		check(n == m && !memcmp(x, y, n));
		mem_free(x);
		mem_free(y);
		hive_free(two.hive);
		mem_free(text);
	}
	hive_free(one.hive);
	return 0;
}
