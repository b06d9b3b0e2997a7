// SPDX-License-Identifier: MIT
//
// Saving: what is saved is loaded again, in every version; layout limits. With
// arguments it saves a hive afresh, for judges: save FROM TO.

#include "hive.h"
#include "test.h"

static void check_same(const struct hive_key *a, const struct hive_key *b)
{
	check_eq(a->name_len, b->name_len);
	check(!memcmp(a->name, b->name, a->name_len * 2u));
	check_eq(a->flags, b->flags);
	check_eq(a->virtual_flags, b->virtual_flags);
	check_eq(a->written, b->written);
	check_eq(a->access, b->access);
	check_eq(a->class_size, b->class_size);
	check(!a->class_size ||
	      !memcmp(a->class_name, b->class_name, a->class_size));
	check_eq(a->value_count, b->value_count);
	for (size_t i = 0; i < a->value_count; i++) {
		const struct hive_value *v = &a->values[i], *w = &b->values[i];

		check_eq(v->name_len, w->name_len);
		check(!memcmp(v->name, w->name, v->name_len * 2u));
		check_eq(v->type, w->type);
		check_eq(v->flags, w->flags);
		check_eq(v->size, w->size);
		check(!v->size || !memcmp(v->data, w->data, v->size));
	}
	check_eq(a->subkey_count, b->subkey_count);
	for (size_t i = 0; i < a->subkey_count; i++)
		check_same(a->subkeys[i], b->subkeys[i]);
}

static void fill(struct hive *hive)
{
	static uint8_t big[100000];
	static const uint32_t sizes[] = {0,    1,     4,     5,     4060,  4061,
					 8200, 16344, 16345, 32688, 100000};
	struct hive_key *key;
	struct err err = {0};
	char name[32];

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (uint8_t)(i * 7 + i / 251);
	for (int i = 0; i < 1600; i++) {
		snprintf(name, sizeof(name), "many\\key%d", i);
		check_ok(hive_key_add(hive, hive->root, name, &key, &err),
			 &err);
		key->access = (uint32_t)i;
	}
	check_ok(hive_key_add(hive, hive->root,
			      "\xd0\x9a\xd0\xbb\xd1\x8e\xd1\x87", &key, &err),
		 &err);
	key->class_size = 6;
	key->class_name = mem_dup("c\0l\0s\0", 6);
	key->written = 0x0123456789abcdef;
	key->virtual_flags = 0x80;
	check_ok(hive_value_set_u32(hive, key, "\xd0\x9a", 1, &err), &err);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		snprintf(name, sizeof(name), "v%zu", i);
		check_ok(hive_value_set(hive, key, name, HIVE_BINARY, big,
					sizes[i], &err),
			 &err);
	}
}

static void test_version(uint32_t minor)
{
	struct hive *hive, *again;
	struct err err = {0};
	size_t size, size2;
	void *data, *data2;

	check_ok(hive_new("root", &hive, &err), &err);
	hive->minor = minor;
	hive->written = 99;
	hive->reorganized = 98;
	hive->file_name[0] = to_le16('x');
	hive->resource_ids[47] = 1;
	fill(hive);
	check_ok(hive_save(hive, &data, &size, &err), &err);
	check_eq(size % 4096, 0);
	check_ok(hive_load(data, size, &again, &err), &err);
	check_eq(again->minor, minor);
	check_eq(again->written, 99);
	check_eq(again->reorganized, 98);
	check_eq(get_le16(again->file_name[0]), 'x');
	check_eq(again->resource_ids[47], 1);
	check_eq(again->security_count, 1);
	check_eq(again->security[0].size, 100);
	check_same(hive->root, again->root);

	// the same tree gives the same bytes
	check_ok(hive_save(again, &data2, &size2, &err), &err);
	check(size == size2 && !memcmp(data, data2, size));
	mem_free(data2);
	mem_free(data);
	hive_free(again);
	hive_free(hive);
}

// Descriptors are saved in the order of their first use, unused ones not.
static void test_security(void)
{
	struct hive *hive, *again;
	struct hive_key *key;
	struct err err = {0};
	size_t size, size2;
	void *data, *data2;

	check_ok(hive_new("root", &hive, &err), &err);
	check_ok(hive_key_add(hive, hive->root, "a", &key, &err), &err);
	hive->security = mem_resize(hive->security, 3, sizeof(*hive->security));
	check(hive->security);
	for (uint32_t i = 1; i < 3; i++) {
		hive->security[i].size = 20 + i;
		hive->security[i].data = mem_alloc(20 + i);
	}
	hive->security_count = hive->security_capacity = 3;
	hive->root->security = 2;
	key->security = 0;
	check_ok(hive_save(hive, &data, &size, &err), &err);
	check_ok(hive_load(data, size, &again, &err), &err);
	check_eq(again->security_count, 2);
	check_eq(again->root->security, 0);
	check_eq(again->security[0].size, 22);
	check_eq(again->security[1].size, 100);
	check_eq(again->root->subkeys[0]->security, 1);
	check_ok(hive_save(again, &data2, &size2, &err), &err);
	check(size == size2 && !memcmp(data, data2, size));
	mem_free(data2);
	mem_free(data);
	hive_free(again);
	hive_free(hive);
}

static int save_again(const char *from, const char *to)
{
	struct err err = {0};
	struct hive *hive;
	size_t size;
	void *data;
	FILE *f = fopen(to, "wb");
	uint8_t *bytes = read_sample(from, &size);

	check_ok(hive_load(bytes, size, &hive, &err), &err);
	free(bytes);
	check_ok(hive_save(hive, &data, &size, &err), &err);
	check(f && fwrite(data, 1, size, f) == size && !fclose(f));
	hive_free(hive);
	mem_free(data);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return save_again(argv[1], argv[2]);
	for (uint32_t minor = 2; minor <= 6; minor++)
		test_version(minor);
	test_security();
	return 0;
}
