// SPDX-License-Identifier: MIT
//
// Writing registry files: the layout of Windows' own, and that reading gives the
// same again.

#include "hive.h"
#include "test.h"

static const char want[] =
	"Windows Registry Editor Version 5.00\r\n"
	"\r\n"
	"[HKEY_LOCAL_MACHINE\\Test]\r\n"
	"@=\"a \\\"b\\\" \\\\c\"\r\n"
	"\"n \\\\ \\\"\"=dword:0000002a\r\n"
	"\"odd\"=hex(1):61\r\n"
	"\"lines\"=hex(1):61,00,0a,00,00,00\r\n"
	"\"none\"=hex(0):\r\n"
	"\r\n"
	"[HKEY_LOCAL_MACHINE\\Test\\sub]\r\n"
	"\"bytes\"=hex:00,01,02,03,04,05,06,07,08,09,0a,0b,0c,0d,0e,0f,10,11,"
	"12,13,14,15,\\\r\n"
	"  16,17,18,19,1a,1b,1c,1d,1e,1f,20,21,22,23,24,25,26,27,28,29,2a,2b,"
	"2c,2d,2e,\\\r\n"
	"  2f,30,31,32,33,34,35,36,37,38,39,3a,3b\r\n"
	"\r\n"
	"[HKEY_LOCAL_MACHINE\\Test\\sub\\sub]\r\n"
	"\r\n";

struct rebuild {
	struct hive *hive;
	struct hive_key *key;
};

static int on_key(void *ctx, const char *path, bool remove, struct err *err)
{
	struct rebuild *b = ctx;
	size_t skip = strlen("HKEY_LOCAL_MACHINE\\Test");

	check(!remove);
	return hive_key_add(b->hive, b->hive->root,
			    path + skip + (path[skip] == '\\'), &b->key, err);
}

static int on_value(void *ctx, const char *name, bool remove, uint32_t type,
		    const void *data, size_t size, struct err *err)
{
	struct rebuild *b = ctx;

	check(!remove);
	return hive_value_set(b->hive, b->key, name, type, data, size, err);
}

static void check_again(struct hive *hive, const void *text, size_t size)
{
	struct rebuild b = {NULL, NULL};
	const struct hive_reg_visitor visitor = {on_key, on_value, &b};
	struct err err = {0};
	size_t n, m;
	void *x, *y;

	check_ok(hive_new("root", &b.hive, &err), &err);
	check_ok(hive_reg_parse(text, size, &visitor, &err), &err);
	check_ok(hive_save(hive, &x, &n, &err), &err);
	check_ok(hive_save(b.hive, &y, &m, &err), &err);
	check(n == m && !memcmp(x, y, n));
	mem_free(x);
	mem_free(y);
	hive_free(b.hive);
}

int main(void)
{
	struct err err = {0};
	uint8_t bytes[60];
	struct hive *hive;
	struct hive_key *k;
	size_t size;
	void *text;
	char *utf8;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	check_ok(hive_new("root", &hive, &err), &err);
	k = hive->root;
	check_ok(hive_value_set_string(hive, k, "", "a \"b\" \\c", &err), &err);
	check_ok(hive_value_set_u32(hive, k, "n \\ \"", 42, &err), &err);
	check_ok(hive_value_set(hive, k, "odd", HIVE_SZ, "a", 1, &err), &err);
	check_ok(hive_value_set_string(hive, k, "lines", "a\n", &err), &err);
	check_ok(hive_value_set(hive, k, "none", HIVE_NONE, NULL, 0, &err),
		 &err);
	check_ok(hive_key_add(hive, k, "sub\\sub", NULL, &err), &err);
	check_ok(hive_key_find(k, "sub", &k, &err), &err);
	check_ok(hive_value_set(hive, k, "bytes", HIVE_BINARY, bytes,
				sizeof(bytes), &err),
		 &err);
	check_ok(hive_reg_format(hive->root, "HKEY_LOCAL_MACHINE\\Test", &text,
				 &size, &err),
		 &err);
	check_eq(size, 2 * sizeof(want)); // with the mark, without the NUL
	utf8 = utf16_to_utf8((const le16 *)text + 1, size / 2 - 1);
	check(!strcmp(utf8, want));
	mem_free(utf8);
	check_again(hive, text, size);
	mem_free(text);

	check_eq(hive_reg_format(hive->root, "\xff", &text, &size, NULL),
		 -EINVAL);
	k->values[0].name[0] = to_le16('\n');
	check_eq(hive_reg_format(hive->root, "", &text, &size, NULL), -ENOTSUP);
	k->values[0].name[0] = to_le16('b');
	k->subkeys[0]->name[1] = to_le16(0);
	check_eq(hive_reg_format(hive->root, "", &text, &size, NULL), -ENOTSUP);
	hive_free(hive);
	return 0;
}
