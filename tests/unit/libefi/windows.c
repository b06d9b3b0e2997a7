// SPDX-License-Identifier: MIT
//
// Windows' own optional data, against what Windows keeps of it in a store: the
// boot manager's FirmwareVariable, at offset 0x1c.

#include "bcd.h"
#include "efi.h"
#include "test.h"

int main(void)
{
	char path[512];
	struct err err = {0};
	struct bcd_object *manager;
	struct hive_value *v;
	struct hive_key *key;
	struct bcd *bcd;
	void *data, *store;
	size_t size, store_size;

	check_ok(efi_windows_optional(&data, &size, &err), &err);
	check_eq(size, 0x88);
	check(!memcmp(data, "WINDOWS\0\1\0\0\0\x88\0\0\0\x78\0\0\0B\0C\0D\0",
		      26));

	snprintf(path, sizeof(path), "%s/bcd/win10-uefi-gpt.BCD", samples());
	store = read_sample(path, &store_size);
	check_ok(bcd_load(store, store_size, &bcd, &err), &err);
	manager = bcd_object_find(bcd, &bcd_id_bootmgr);
	check(manager);
	check_ok(hive_key_find(manager->key, "Description", &key, &err), &err);
	check_ok(hive_value_find(key, "FirmwareVariable", &v, &err), &err);
	check(v->size > 0x1c + size);
	memset(v->data + 0x1c + 0x76, 0, 2); // what lay there before
	check(!memcmp(v->data + 0x1c, data, size));
	bcd_free(bcd);
	free(store);
	mem_free(data);
	return 0;
}
