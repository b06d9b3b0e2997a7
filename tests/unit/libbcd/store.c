// SPDX-License-Identifier: MIT
//
// Stores and objects: adding, finding, removing everywhere, what is no object.
// A GUID that is left behind in a list is a dead line in the boot menu.

#include "bcd.h"
#include "test.h"

static struct guid id_of(uint8_t n)
{
	return (struct guid){{0, 0, 0, n, 1}};
}

int main(void)
{
	struct guid ids[3] = {id_of(7), id_of(9), id_of(8)}, *list;
	struct bcd_object *obj, *manager;
	struct bcd *bcd, *again;
	struct hive_key *key;
	struct err err = {0};
	size_t size, n;
	void *data;

	check_ok(bcd_new(true, &bcd, &err), &err);
	check_ok(bcd_object_add(bcd, &bcd_id_bootmgr, BCD_BOOT_MANAGER,
				&manager, &err),
		 &err);
	for (size_t i = 0; i < 3; i++)
		check_ok(bcd_object_add(bcd, &ids[i], BCD_OS_LOADER, NULL,
					&err),
			 &err);
	check_eq(bcd_object_add(bcd, &ids[1], BCD_RESUME, NULL, NULL), -EEXIST);
	check_eq(bcd->object_count, 4);
	for (size_t i = 0; i < bcd->object_count; i++)
		check(bcd->objects[i]->key == bcd->objects_key->subkeys[i]);
	check_ok(bcd_set_objects(bcd, manager, BCD_DISPLAY_ORDER, ids, 3, &err),
		 &err);
	check_ok(bcd_set_objects(bcd, manager, BCD_BOOT_SEQUENCE, &ids[1], 1,
				 &err),
		 &err);
	check(!bcd_object_find(bcd, &bcd_id_default));
	check_ok(bcd_set_object(bcd, manager, BCD_DEFAULT, &ids[1], &err),
		 &err);
	obj = bcd_object_find(bcd, &bcd_id_default);
	check(obj && guid_equal(&obj->id, &ids[1]));

	// keys that are no objects stay, unseen
	check_ok(hive_key_add(bcd->hive, bcd->objects_key, "stray", NULL, &err),
		 &err);
	check_ok(hive_key_add(bcd->hive, bcd->objects_key,
			      "{00000000-0000-0000-0000-000000000001}", NULL,
			      &err),
		 &err);
	check_ok(bcd_save(bcd, &data, &size, &err), &err);
	check_ok(bcd_load(data, size, &again, &err), &err);
	check_eq(again->object_count, 4);
	check_eq(again->objects_key->subkey_count, 6);
	check_eq(bcd_object_find(again, &ids[2])->type, BCD_OS_LOADER);
	bcd_free(again);
	mem_free(data);

	check_ok(bcd_object_remove(bcd, obj, true, &err), &err);
	check_eq(bcd->object_count, 3);
	check(!bcd_object_find(bcd, &ids[1]));
	check_ok(bcd_get_objects(manager, BCD_DISPLAY_ORDER, &list, &n, &err),
		 &err);
	check(n == 2 && guid_equal(&list[0], &ids[0]) &&
	      guid_equal(&list[1], &ids[2]));
	mem_free(list);
	check(!bcd_element_exists(manager, BCD_BOOT_SEQUENCE));
	check(!bcd_element_exists(manager, BCD_DEFAULT));

	check_ok(hive_key_find(bcd->hive->root, "Description", &key, &err),
		 &err);
	hive_key_remove(bcd->hive, key);
	check_ok(bcd_save(bcd, &data, &size, &err), &err);
	check_eq(bcd_load(data, size, &again, NULL), -EBADMSG);
	mem_free(data);
	bcd_free(bcd);
	return 0;
}
