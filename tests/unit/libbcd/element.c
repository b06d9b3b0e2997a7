// SPDX-License-Identifier: MIT
//
// Elements: each format there and back, its registry type and size, and what
// must be refused.

#include "bcd.h"
#include "test.h"

static struct bcd *bcd;
static struct bcd_object *obj;
static struct err err;

static const struct hive_value *value(uint32_t element)
{
	struct bcd_element e;
	size_t cursor = 0;

	while (bcd_element_next(obj, &cursor, &e))
		if (e.number == element)
			return e.value;
	return NULL;
}

static void check_value(uint32_t element, uint32_t type, uint32_t size)
{
	check(value(element));
	check_eq(value(element)->type, type);
	check_eq(value(element)->size, size);
}

static void test_round_trips(void)
{
	struct guid ids[2] = {bcd_id_memdiag, bcd_id_badmemory}, id, *list;
	uint64_t numbers[2] = {0x15000075, UINT64_MAX}, n, *many;
	struct bcd_device device = {.kind = BCD_DEVICE_BOOT}, *d;
	size_t count;
	char *s;
	bool yes;

	check_ok(bcd_set_string(bcd, obj, BCD_PATH, "\\\xc3\xa9", &err), &err);
	check_value(BCD_PATH, HIVE_SZ, 6);
	check_ok(bcd_get_string(obj, BCD_PATH, &s, &err), &err);
	check(!strcmp(s, "\\\xc3\xa9"));
	mem_free(s);
	check_ok(bcd_set_object(bcd, obj, BCD_DEFAULT, ids, &err), &err);
	check_value(BCD_DEFAULT, HIVE_SZ, 78);
	check_ok(bcd_get_object(obj, BCD_DEFAULT, &id, &err), &err);
	check(guid_equal(&id, ids));
	check_ok(bcd_set_objects(bcd, obj, BCD_INHERIT, ids, 2, &err), &err);
	check_value(BCD_INHERIT, HIVE_MULTI_SZ, 158);
	check_ok(bcd_get_objects(obj, BCD_INHERIT, &list, &count, &err), &err);
	check(count == 2 && guid_equal(&list[1], &ids[1]));
	mem_free(list);
	check_ok(bcd_set_objects(bcd, obj, BCD_INHERIT, NULL, 0, &err), &err);
	check_ok(bcd_get_objects(obj, BCD_INHERIT, &list, &count, &err), &err);
	check_eq(count, 0);
	mem_free(list);
	check_ok(bcd_set_integer(bcd, obj, BCD_NX, 3, &err), &err);
	check_value(BCD_NX, HIVE_BINARY, 8);
	check_ok(bcd_get_integer(obj, BCD_NX, &n, &err), &err);
	check_eq(n, 3);
	check_ok(bcd_set_bool(bcd, obj, BCD_WINPE, true, &err), &err);
	check_value(BCD_WINPE, HIVE_BINARY, 1);
	check_ok(bcd_get_bool(obj, BCD_WINPE, &yes, &err), &err);
	check(yes);
	check_ok(bcd_set_integers(bcd, obj, BCD_ALLOWED_SETTINGS, numbers, 2,
				  &err),
		 &err);
	check_value(BCD_ALLOWED_SETTINGS, HIVE_BINARY, 16);
	check_ok(bcd_get_integers(obj, BCD_ALLOWED_SETTINGS, &many, &count,
				  &err),
		 &err);
	check(count == 2 && many[1] == UINT64_MAX);
	mem_free(many);
	check_ok(bcd_set_device(bcd, obj, BCD_DEVICE, &device, &err), &err);
	check_value(BCD_DEVICE, HIVE_BINARY, 88);
	check_ok(bcd_get_device(obj, BCD_DEVICE, &d, &err), &err);
	check_eq(d->kind, BCD_DEVICE_BOOT);
	bcd_device_free(d);
}

static void test_order(void)
{
	struct bcd_element e;
	size_t cursor = 0, count = 0;
	uint32_t last = 0;

	check_ok(hive_key_add(bcd->hive, obj->elements, "stray", NULL, &err),
		 &err);
	check_ok(hive_key_add(bcd->hive, obj->elements, "25000099", NULL, &err),
		 &err);
	while (bcd_element_next(obj, &cursor, &e)) {
		check(e.number > last);
		last = e.number;
		count++;
	}
	check_eq(count, 7);
	check(!bcd_element_exists(obj, 0x25000099));
	check(bcd_element_exists(obj, BCD_NX));
	check_ok(bcd_element_remove(bcd, obj, BCD_NX, &err), &err);
	check_eq(bcd_element_remove(bcd, obj, BCD_NX, &err), -ENOENT);
}

static void test_refusals(void)
{
	struct guid id, *ids;
	uint64_t n, *many;
	size_t count;
	char *s;
	bool yes;

	check_eq(bcd_get_integer(obj, BCD_NX, &n, &err), -ENOENT);
	check_eq(bcd_get_integer(obj, BCD_PATH, &n, NULL), -EINVAL);
	check_eq(bcd_set_integer(bcd, obj, BCD_PATH, 1, NULL), -EINVAL);
	check_eq(bcd_set_string(bcd, obj, BCD_NX, "x", NULL), -EINVAL);
	check_eq(bcd_set_string(bcd, obj, BCD_PATH, "\xff", NULL), -EINVAL);
	check(!bcd_element_exists(obj, BCD_NX));
	check_ok(bcd_set_raw(bcd, obj, BCD_NX, HIVE_BINARY, "\x2\x1\0", 3,
			     &err),
		 &err);
	check_ok(bcd_get_integer(obj, BCD_NX, &n, &err), &err);
	check_eq(n, 0x102);
	check_ok(bcd_set_raw(bcd, obj, BCD_NX, HIVE_BINARY, "123456789", 9,
			     &err),
		 &err);
	check_eq(bcd_get_integer(obj, BCD_NX, &n, NULL), -EBADMSG);
	check_ok(bcd_set_raw(bcd, obj, BCD_NX, HIVE_DWORD, "1234", 4, &err),
		 &err);
	check_eq(bcd_get_integer(obj, BCD_NX, &n, NULL), -EBADMSG);
	check_ok(bcd_set_raw(bcd, obj, BCD_WINPE, HIVE_BINARY, "\1\0", 2, &err),
		 &err);
	check_eq(bcd_get_bool(obj, BCD_WINPE, &yes, NULL), -EBADMSG);
	check_ok(bcd_set_raw(bcd, obj, BCD_DEFAULT, HIVE_SZ, "{\0", 2, &err),
		 &err);
	check_eq(bcd_get_object(obj, BCD_DEFAULT, &id, NULL), -EBADMSG);
	check_ok(bcd_set_raw(bcd, obj, BCD_INHERIT, HIVE_MULTI_SZ, "{\0\0\0", 4,
			     &err),
		 &err);
	check_eq(bcd_get_objects(obj, BCD_INHERIT, &ids, &count, NULL),
		 -EBADMSG);
	check_ok(bcd_set_raw(bcd, obj, BCD_INHERIT, HIVE_MULTI_SZ, NULL, 0,
			     &err),
		 &err);
	check_ok(bcd_get_objects(obj, BCD_INHERIT, &ids, &count, &err), &err);
	mem_free(ids);
	check_ok(bcd_set_raw(bcd, obj, BCD_ALLOWED_SETTINGS, HIVE_BINARY,
			     "123456789", 9, &err),
		 &err);
	check_eq(bcd_get_integers(obj, BCD_ALLOWED_SETTINGS, &many, &count,
				  NULL),
		 -EBADMSG);
	check_ok(bcd_set_raw(bcd, obj, BCD_PATH, HIVE_SZ, NULL, 0, &err), &err);
	check_ok(bcd_get_string(obj, BCD_PATH, &s, &err), &err);
	check(!*s);
	mem_free(s);
}

int main(void)
{
	check_ok(bcd_new(false, &bcd, &err), &err);
	check_ok(bcd_object_add(bcd, &bcd_id_bootmgr, BCD_BOOT_MANAGER, &obj,
				&err),
		 &err);
	test_round_trips();
	test_order();
	test_refusals();
	bcd_free(bcd);
	return 0;
}
